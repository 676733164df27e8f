"""Which GraphQL types are rows of which relations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from domain.shared.relations import Relation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowType:
    """A GraphQL type whose objects are rows of a relation; `prefix` begins their ids on the wire."""

    python_type: type
    relation: Relation
    prefix: str | None


_by_name: dict[str, RowType] = {}
_by_type: dict[type, RowType] = {}
_by_prefix: dict[str, RowType] = {}


def rows(relation: Relation, prefix: str | None = None) -> Callable[[type[T]], type[T]]:
    """Declare that the objects of a strawberry type are rows of a relation: each has its row as `row`."""

    def register(python_type: type[T]) -> type[T]:
        name: str = python_type.__strawberry_definition__.name  # type: ignore[attr-defined]  # strawberry's decorator sets it
        row_type = RowType(python_type, relation, prefix)
        _by_name[name] = _by_type[python_type] = row_type
        if prefix is not None:
            _by_prefix[prefix] = row_type
        return python_type

    return register


def row_type(name: str) -> RowType:
    """The row type of a GraphQL name. Raises `KeyError`."""
    return _by_name[name]


def find_row_type(name: str) -> RowType | None:
    """The row type of a GraphQL name, if it is one."""
    return _by_name.get(name)


def row_type_of(python_type: type) -> RowType:
    """The row type of a Python type. Raises `KeyError`."""
    return _by_type[python_type]


def row_type_by_prefix(prefix: str) -> RowType | None:
    """The row type whose ids begin so."""
    return _by_prefix.get(prefix)
