"""Queries, mutations and subscriptions: each with its arguments, its answer, and an operation to begin with."""

from collections.abc import Iterator

from graphql import GraphQLField, GraphQLInputObjectType, GraphQLObjectType, GraphQLUnionType, get_named_type
from strawberry.types import get_object_definition

from api.schema import Mutation
from scripts.site import schema_pages
from scripts.site.schema import link, refusals, root, schema

PAGES = {
    "queries": ("Queries", "Query"),
    "mutations": ("Mutations", "Mutation"),
    "subscriptions": ("Subscriptions", "Subscription"),
}


def pages() -> dict[str, str]:
    """The text of each page, by its name."""
    written = {}
    for name, (title, operation) in PAGES.items():
        about = f"# {title}\n\n{schema().type_map[operation].description}\n\n"
        if operation == "Mutation":
            written[name] = about + _grouped()
        else:
            written[name] = about + "\n".join(_entry(field, of, "##") for field, of in root(operation).items())
    return written


def _grouped() -> str:
    """Mutations under the names of the contexts that offer them."""
    fields, text = root("Mutation"), ""
    for base in Mutation.__bases__:
        context = base.__name__.removesuffix("Mutation")
        own = "\n".join(_entry(name, fields[name], "###") for name in _offered_by(base))
        text += f"## {context}\n\n{own}\n"
    return text


def _offered_by(context: type) -> Iterator[str]:
    for field in get_object_definition(context, strict=True).fields:
        first, *others = field.python_name.split("_")
        yield first + "".join(word.capitalize() for word in others)


def _entry(name: str, field: GraphQLField, level: str) -> str:
    text = f"{level} {name} {{ #{name.lower()} }}\n\n{field.description}\n\n"
    if "input" in field.args:
        return text + _with_input(name, field)
    if field.args:
        text += schema_pages.arguments(field.args) + "\n\n"
    return text + f"Answers with {link(field.type)}.\n"


def _with_input(name: str, field: GraphQLField) -> str:
    """An operation of one input and one result: both in full, the refusals by name, and a text to begin with."""
    given, result = get_named_type(field.args["input"].type), get_named_type(field.type)
    assert isinstance(given, GraphQLInputObjectType)
    assert isinstance(result, GraphQLUnionType)
    payload, *_ = result.types
    refused = ", ".join(link(each) for each in result.types if each.name in refusals())
    return (
        f"**{given.name}**: {given.description}\n\n{schema_pages.table(given.name, given.fields)}\n\n"
        f"**{payload.name}**: {payload.description}\n\n{schema_pages.table(payload.name, payload.fields)}\n\n"
        f"**Refusals**: {refused}.\n\n```graphql\n{example(name, field, payload)}\n```\n"
    )


def example(name: str, field: GraphQLField, payload: GraphQLObjectType) -> str:
    """An operation that can be sent: the payload's plain fields, and of a refusal what every refusal has."""
    kind = "mutation" if name in root("Mutation") else "query"
    selected = " ".join(_selected(key, each) for key, each in payload.fields.items())
    return (
        f"{kind} ($input: {field.args['input'].type}) {{\n  {name}(input: $input) {{\n    __typename\n"
        f"    ... on {payload.name} {{ {selected} }}\n    ... on UserError {{ code message path }}\n  }}\n}}"
    )


def _selected(name: str, field: GraphQLField) -> str:
    named = get_named_type(field.type)
    if isinstance(named, GraphQLObjectType):
        inner = "id" if "id" in named.fields else next(iter(named.fields))
        return f"{name} {{ {_selected(inner, named.fields[inner])} }}"
    return f"{name} {{ __typename }}" if isinstance(named, GraphQLUnionType) else name
