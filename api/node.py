"""Ids on the wire: `loan_<uuid>`, and what each prefix means."""

from uuid import UUID

import strawberry

from api.context import Context
from api.engine import key, reference, row_type_by_prefix
from domain.shared import ids
from domain.shared.db import Row
from domain.shared.errors import InvalidInput


@strawberry.interface(description="Something with an id that is unique in the whole schema.")
class Node:
    """Something with an id that is unique in the whole schema."""

    row: strawberry.Private[Row]
    id: strawberry.ID = key(description="The id, `<kind>_<uuid>`; it never changes.")


def show_id(prefix: str, id_: UUID) -> strawberry.ID:
    """The id as it goes over the wire."""
    return strawberry.ID(f"{prefix}_{id_}")


def parse_id(prefix: str, id_: str, *path: str) -> UUID:
    """The UUID of an id of this kind. Raises `InvalidInput` naming the field (`path`)."""
    start = f"{prefix}_"
    try:
        if id_.startswith(start) and len(id_) == len(start) + 36:
            return ids.parse(id_[len(start) :])
    except ValueError:
        pass
    raise InvalidInput(reason=f"Expected an id like {prefix}_01890a5d-ac96-774b-bcce-b302099a8057.", path=path)


def node_of(context: Context, id_: str) -> Node | None:
    """The node with this id if the viewer may see it, else None."""
    prefix, _, text = id_.rpartition("_")
    found = row_type_by_prefix(prefix)
    if found is None:
        return None
    try:
        return reference(context, found.python_type, ids.parse(text))
    except ValueError:
        return None
