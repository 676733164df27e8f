"""The schema as the reference shows it: which page and anchor each type has, and how types and fields are written."""

import posixpath
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
)

FILE = Path(__file__).resolve().parents[2] / "schema.graphql"
FOLDER = "reference/schema"
ERRORS = "errors.md"
PAGE_OF_KIND = {
    GraphQLObjectType: "objects.md",
    GraphQLInputObjectType: "inputs.md",
    GraphQLEnumType: "enums.md",
    GraphQLInterfaceType: "interfaces.md",
    GraphQLUnionType: "unions.md",
    GraphQLScalarType: "scalars.md",
}
CONNECTIONS = "objects.md#connections"
BUILT_IN = {
    "ID": "A text that names one thing. Take it as it is.",
    "String": "Text, in UTF-8.",
    "Int": "A whole number of 32 bits with a sign.",
    "Boolean": "`true` or `false`.",
}


@cache
def schema() -> GraphQLSchema:
    """What the committed schema.graphql says."""
    return build_schema(FILE.read_text(encoding="utf-8"))


@cache
def refusals() -> dict[str, GraphQLObjectType]:
    """The types that implement UserError, by name."""
    interface = schema().type_map["UserError"]
    assert isinstance(interface, GraphQLInterfaceType)
    return {found.name: found for found in sorted(schema().get_possible_types(interface), key=lambda one: one.name)}


def root(operation: str) -> dict[str, GraphQLField]:
    """The fields of Query, Mutation or Subscription."""
    found = schema().type_map[operation]
    assert isinstance(found, GraphQLObjectType)
    fields: dict[str, GraphQLField] = found.fields
    return fields


@cache
def _operations() -> dict[str, str]:
    """Types that belong to one operation (its input, payload, result), with its place."""
    found: dict[str, str] = {}
    for operation, page in (("Query", "queries.md"), ("Mutation", "mutations.md")):
        for name, field in root(operation).items():
            if "input" in field.args:
                place = f"{page}#{name.lower()}"
                found |= {f"{name[0].upper()}{name[1:]}{kind}": place for kind in ("Input", "Payload", "Result")}
        found[operation] = page
    return found | {"Subscription": "subscriptions.md"}


def place(named: GraphQLNamedType) -> str:
    """The page and the anchor that explain a type."""
    if named.name in refusals():
        return f"{ERRORS}#{named.name.lower()}"
    if named.name in _operations():
        return f"{FOLDER}/{_operations()[named.name]}"
    if named.name.endswith(("Connection", "Edge")):
        return f"{FOLDER}/{CONNECTIONS}"
    return f"{FOLDER}/{PAGE_OF_KIND[type(named)]}#{named.name.lower()}"


def link(of: GraphQLType, folder: str = FOLDER) -> str:
    """A type as Markdown for a page in a folder: written as in the schema, leading to its explanation."""
    return f"[`{of}`]({posixpath.relpath(place(get_named_type(of)), folder or '.')})"


def of_kind(kind: type[GraphQLNamedType]) -> Iterator[GraphQLNamedType]:
    """The types that the page of a kind explains, by name."""
    for name, found in sorted(schema().type_map.items()):
        own = type(found) is kind and place(found) == f"{FOLDER}/{PAGE_OF_KIND[kind]}#{name.lower()}"
        if own and not name.startswith("__"):
            yield found


def sentence(text: str | None) -> str:
    """A description on one line, as it can stand in a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")
