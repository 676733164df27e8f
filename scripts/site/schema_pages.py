"""The schema reference: a page for each kind of type, generated from schema.graphql."""

from collections.abc import Iterable, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    Undefined,
    ast_from_value,
    get_named_type,
    print_ast,
)

from scripts.site import operation_pages
from scripts.site.schema import BUILT_IN, FOLDER, link, of_kind, place, refusals, root, schema, sentence

KINDS: dict[str, tuple[str, type[GraphQLNamedType], str]] = {
    "objects": ("Objects", GraphQLObjectType, "What the API answers with."),
    "inputs": ("Inputs", GraphQLInputObjectType, "Inputs that several operations share. The others are with their operation."),
    "enums": ("Enums", GraphQLEnumType, "Values that are one of a few. New values may be added; keep a branch for those you do not know."),
    "interfaces": ("Interfaces", GraphQLInterfaceType, "What several types have in common."),
    "unions": ("Unions", GraphQLUnionType, "Answers of several shapes: select by `... on` and look at `__typename`."),
    "scalars": ("Scalars", GraphQLScalarType, "How single values are written."),
}  # fmt: skip


def pages() -> dict[str, str]:
    """The text of each page, by its path in the site."""
    written = {name: _page(*kind) for name, kind in KINDS.items()}
    written["objects"] += _connections()
    written["unions"] += _results()
    written |= operation_pages.pages()
    written["index"] = _index()
    return {f"{FOLDER}/{name}.md": text for name, text in written.items()}


def _page(title: str, kind: type[GraphQLNamedType], about: str) -> str:
    return f"# {title}\n\n{about}\n\n" + "\n".join(_entry(named) for named in of_kind(kind))


def _entry(named: GraphQLNamedType) -> str:
    """One type: its name as the heading, what it says of itself, its members."""
    description = named.description or BUILT_IN.get(named.name, "")
    return f"## {named.name} {{ #{named.name.lower()} }}\n\n{description}\n\n{_members(named)}\n"


def _members(named: GraphQLNamedType) -> str:
    match named:
        case GraphQLObjectType():
            shared = ", ".join(link(each) for each in named.interfaces)
            return (f"Implements {shared}.\n\n" if shared else "") + table(named.name, named.fields)
        case GraphQLInterfaceType():
            types = sorted(schema().get_possible_types(named), key=lambda one: one.name)
            return table(named.name, named.fields) + f"\n\nImplemented by {_list(types)}."
        case GraphQLInputObjectType():
            return table(named.name, named.fields)
        case GraphQLEnumType():
            rows = (f"| `{value}` | {sentence(member.description)} |" for value, member in named.values.items())
            return "| value | meaning |\n|---|---|\n" + "\n".join(rows)
        case GraphQLUnionType():
            return f"One of {_list(named.types)}."
    return ""


def table(owner: str, fields: Mapping[str, GraphQLField | GraphQLInputField]) -> str:
    """Fields as a table; each has an anchor, `type.field` in small letters."""
    rows = (
        f"| `{name}`{{ #{owner.lower()}.{name.lower()} }} | {link(field.type)} | {_said(field)} |"
        for name, field in fields.items()
    )
    return "| field | type | |\n|---|---|---|\n" + "\n".join(rows)


def arguments(given: Mapping[str, GraphQLArgument]) -> str:
    """Arguments as a table."""
    rows = (f"| `{name}` | {link(each.type)} | {_said(each)} |" for name, each in given.items())
    return "| argument | type | |\n|---|---|---|\n" + "\n".join(rows)


def _said(field: GraphQLField | GraphQLInputField | GraphQLArgument) -> str:
    """A description, with default and arguments where there are any."""
    said = sentence(field.description)
    if isinstance(field, GraphQLField):
        takes = (f"<br>`{name}` {link(each.type)}: {_said(each)}" for name, each in field.args.items())
        return said + "".join(takes)
    if field.default_value is not Undefined and field.default_value is not None:
        literal = ast_from_value(field.default_value, field.type)
        assert literal is not None, "a default is a value of its type"
        said += f" Default: `{print_ast(literal)}`."
    return said


def _list(types: Iterable[GraphQLNamedType]) -> str:
    return ", ".join(link(each) for each in types)


def _connections() -> str:
    """All connections in one table: they differ by their nodes only."""
    found = [named for name, named in sorted(schema().type_map.items()) if name.endswith("Connection")]
    rows = []
    for connection in found:
        assert isinstance(connection, GraphQLObjectType)
        edge = get_named_type(connection.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        rows.append(f"| `{connection.name}` | {link(edge.fields['node'].type)} | {sentence(connection.description)} |")
    return (
        "\n## Connections { #connections }\n\nA page of a list that grows: `edges { cursor node { … } }` and `pageInfo` of "
        f"{link(schema().type_map['PageInfo'])}. See [pages](../../api.md#pages).\n\n"
        "| connection | node | |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def _results() -> str:
    """The unions that belong to an operation, leading there."""
    unions = (found for _, found in sorted(schema().type_map.items()) if isinstance(found, GraphQLUnionType))
    elsewhere = [found for found in unions if not place(found).startswith(f"{FOLDER}/unions.md")]
    return f"\n## Results {{ #results }}\n\nEach is explained with its operation: {_list(elsewhere)}.\n"


def _index() -> str:
    counted = {name: len(root(operation)) for name, (_, operation) in operation_pages.PAGES.items()}
    counted |= {name: len(list(of_kind(kind))) for name, (_, kind, _) in KINDS.items()}
    lines = [f"| [{name.capitalize()}]({name}.md) | {count} |" for name, count in counted.items()]
    lines.append(f"| [Refusals](../../errors.md) | {len(refusals())} |")
    return (
        "# Schema\n\nEvery operation and type of the API, generated from `schema.graphql`; a running API serves that file at "
        "`/schema.graphql`, and answers introspection.\n\n| kind | how many |\n|---|---:|\n" + "\n".join(lines) + "\n\n"
        "`!` marks what is never null, `[ ]` a list. Ids, money, dates and rates: see [the API](../../api.md#ids-numbers-times).\n"
    )
