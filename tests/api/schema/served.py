"""The schema as it is served, for tests that only read it."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from api.schema import schema

SCHEMA: GraphQLSchema = build_schema(schema.as_str())
"""Built from its text, so that what is tested is what clients read."""
TYPES: dict[str, GraphQLNamedType] = {
    name: found for name, found in SCHEMA.type_map.items() if not name.startswith("__")
}
UNIONS = {name: found for name, found in TYPES.items() if isinstance(found, GraphQLUnionType)}
INPUTS = {name: found for name, found in TYPES.items() if isinstance(found, GraphQLInputObjectType)}


def user_error() -> GraphQLInterfaceType:
    """The interface of all refusals."""
    found = TYPES["UserError"]
    assert isinstance(found, GraphQLInterfaceType)
    return found


def refusals() -> dict[str, GraphQLObjectType]:
    """The types that implement it."""
    return {found.name: found for found in SCHEMA.get_possible_types(user_error())}


def root_fields(operation: str) -> dict[str, GraphQLField]:
    """The fields of `Query`, `Mutation` or `Subscription`."""
    root = TYPES[operation]
    assert isinstance(root, GraphQLObjectType)
    fields: dict[str, GraphQLField] = root.fields
    return fields


def output_fields() -> Iterator[tuple[str, GraphQLField]]:
    """Every field that answers, as `Type.field`."""
    for name, found in TYPES.items():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in found.fields.items():
                yield f"{name}.{field_name}", field


def input_fields() -> Iterator[tuple[str, GraphQLInputField]]:
    """Every field of an input, as `Input.field`."""
    for name, found in INPUTS.items():
        for field_name, field in found.fields.items():
            yield f"{name}.{field_name}", field


def all_fields() -> Iterator[tuple[str, GraphQLField | GraphQLInputField]]:
    """Every field, given or answered."""
    yield from output_fields()
    yield from input_fields()


def described() -> Iterator[tuple[str, str | None]]:
    """Everything a person can point at in an explorer, with what it says about itself."""
    for name, found in TYPES.items():
        yield name, found.description
        if isinstance(found, GraphQLEnumType):
            yield from ((f"{name}.{value}", member.description) for value, member in found.values.items())
    for name, field in output_fields():
        yield name, field.description
        yield from ((f"{name}({argument})", given.description) for argument, given in field.args.items())
    yield from ((name, field.description) for name, field in input_fields())
