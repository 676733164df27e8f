"""Ids on the wire: `loan_<uuid>`, and what each prefix means."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry

from api.context import Context, Info
from domain.shared.db import Row
from domain.shared.errors import InvalidInput
from domain.shared.relations import Relation

_prefixes: dict[str, Callable[[Context, UUID], Awaitable[Any]]] = {}


@strawberry.interface(description="Something with an id that is unique in the whole schema.")
class Node:
    """Something with an id that is unique in the whole schema."""

    id: strawberry.ID = strawberry.field(description="The id, `<kind>_<uuid>`; it never changes.")


@strawberry.type
class RowNode(Node):
    """A node made from a row."""


def node(prefix: str, relation: Relation) -> Callable[[type], type]:
    """Register a type that is made from a row of a relation by `from_row`, under the prefix of its ids."""

    def register(graphql_type: type) -> type:
        async def load(context: Context, id_: UUID) -> Any:
            row = await context.one(relation, id_)
            return None if row is None else graphql_type.from_row(row)  # type: ignore[attr-defined]  # every registered type has it

        _prefixes[prefix] = load
        return graphql_type

    return register


def show_id(prefix: str, id_: UUID) -> strawberry.ID:
    """The id as it goes over the wire."""
    return strawberry.ID(f"{prefix}_{id_}")


def parse_id(prefix: str, id_: str, *path: str) -> UUID:
    """The UUID of an id of this kind. Raises `InvalidInput` naming the field (`path`)."""
    start = f"{prefix}_"
    try:
        if id_.startswith(start) and len(id_) == len(start) + 36:
            return UUID(id_[len(start) :])
    except ValueError:
        pass
    raise InvalidInput(reason=f"Expected an id like {prefix}_01890a5d-ac96-774b-bcce-b302099a8057.", path=path)


async def load_node(info: Info, id_: str) -> Any:
    """The node with this id if the viewer may see it, else None."""
    prefix, _, text = id_.rpartition("_")
    load = _prefixes.get(prefix)
    if load is None:
        return None
    try:
        return await load(info.context, UUID(text))
    except ValueError:
        return None


__all__ = ["Node", "Row", "load_node", "node", "parse_id", "show_id"]
