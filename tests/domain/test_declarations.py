"""What the API's types declare, against the database and the schema."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest

from api.engine.declarations import DECLARED, Column, Composed, Many, One
from api.engine.registry import RowType, find_row_type, row_type
from api.schema import schema
from domain.shared.actor import STRANGER
from domain.shared.relations import Relation

TYPES = [found for name in schema._schema.type_map if (found := find_row_type(name)) is not None]


def declared(of: RowType) -> Iterator[tuple[Any, Any]]:
    """The fields of a type that are declared, each with its declaration."""
    for field in of.python_type.__strawberry_definition__.fields:  # type: ignore[attr-defined]  # strawberry's decorator sets it
        if DECLARED in field.metadata:
            yield field, field.metadata[DECLARED]


@pytest.mark.parametrize("of", TYPES, ids=lambda of: of.python_type.__name__)
async def test_the_database_has_every_column_that_is_declared(of: RowType) -> None:
    wanted: list[tuple[Relation, str]] = []
    for _, declaration in declared(of):
        match declaration:
            case Column(name=str(name)):
                wanted.append((of.relation, name))
            case Composed(columns=columns):
                wanted += [(of.relation, name) for name in columns]
            case One(type_name=other, column=column, target=target):
                wanted += [(of.relation, column), (row_type(other).relation, target)]
            case Many(type_name=other, target=target):
                wanted += [(row_type(other).relation, name) for name in ("id", target)]
    assert wanted
    for relation, name in wanted:
        single = Relation(relation.table, relation.visible, {name: relation.expression(name)})
        assert await single.select(STRANGER, "false") == []


def test_enumerations_are_stored_by_the_names_that_the_schema_has() -> None:
    found: set[type[Enum]] = set()
    for of in TYPES:
        for field, declaration in declared(of):
            kind = field.type
            while hasattr(kind, "of_type"):
                kind = kind.of_type
            if isinstance(declaration, Column) and hasattr(kind, "wrapped_cls"):
                assert [value.name for value in kind.values] == [value.value for value in kind.values], kind.name
                found.add(kind.wrapped_cls)
    assert len(found) > 20
