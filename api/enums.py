"""Enumerations of the domain on the wire, each value with its meaning."""

from enum import Enum

import strawberry


def describe(enum: type[Enum], description: str, name: str | None = None, **values: str) -> None:
    """Give a domain's enumeration its GraphQL type, so that API types can use the enumeration itself.

    `values`: the description of each value by its name; one that is missing is a bug, found when the process starts.
    """
    strawberry.enum(enum, name=name, description=description)
    assert values.keys() == enum.__members__.keys(), f"{enum.__name__} has values without a description"
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]  # strawberry has just set it
        value.description = values[value.name]
