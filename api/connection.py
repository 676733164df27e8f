"""Connections: lists that grow, read by keyset, at most 100 at a time."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry

from api.context import Info
from api.errors import Code, top_level
from domain.shared.actor import Viewer
from domain.shared.db import Row
from domain.shared.relations import MAX_PAGE, Page, Relation

T = TypeVar("T")
First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor to go on behind; null: from the beginning.")]


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """Where a page ends."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    end_cursor: str | None = strawberry.field(description="Give it as `after` for the next page.")


@strawberry.type(description="An element of a page, with its cursor.")
class Edge(Generic[T]):
    """An element of a page."""

    cursor: str = strawberry.field(description="Give it as `after` to go on behind this element.")
    node: T = strawberry.field(description="The element.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]] = strawberry.field(description="The elements, in order.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")


def encode(values: Sequence[object]) -> str:
    """A cursor that says behind which values to go on."""
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, default=str).encode()).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a cursor. Raises the top-level error BAD_REQUEST for anything `encode` did not write."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, RecursionError) as error:
        raise top_level(Code.BAD_REQUEST, "`after` is not a cursor of this list.") from error


def _value(value: Any, kind: type) -> Any:
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is UUID:
        return UUID(value)
    if not isinstance(value, kind):
        raise ValueError("another kind of value")
    return value


def check_first(first: int) -> int:
    """Raises the top-level error BAD_REQUEST unless 1 ≤ first ≤ 100."""
    if not 1 <= first <= MAX_PAGE:
        raise top_level(Code.BAD_REQUEST, f"`first` must be between 1 and {MAX_PAGE}.")
    return first


async def connect(
    info: Info,
    relation: Relation,
    make: Callable[[Row], T],
    first: int,
    after: str | None,
    *,
    where: str = "true",
    args: Sequence[object] = (),
    order: Sequence[tuple[str, str, type]] = (("id", "desc", UUID),),
) -> Connection[T]:
    """A page of the visible rows. `order`: (column, asc|desc, kind) of immutable columns, the last one unique."""
    keys = [(column, way) for column, way, _ in order]
    behind = decode(after, [kind for _, _, kind in order]) if after is not None else None
    page = await relation.page(
        info.context.viewer, check_first(first), where=where, args=args, order=keys, after=behind
    )
    return _connection(page, keys, make)


async def connect_children(
    info: Info,
    relation: Relation,
    make: Callable[[Row], T],
    column: str,
    parent_id: UUID,
    first: int,
    after: str | None,
    *,
    where: str = "true",
    order: Sequence[tuple[str, str, type]] = (("id", "desc", UUID),),
) -> Connection[T]:
    """A page of the visible rows whose `column` is `parent_id`. The first pages of all parents are read by one statement."""
    if after is not None:
        own = f"({where}) and {{t}}.{column} = $3"
        return await connect(info, relation, make, first, after, where=own, args=[parent_id], order=order)
    keys = [(name, way) for name, way, _ in order]
    check_first(first)

    async def load(viewer: Viewer, parents: Sequence[UUID]) -> dict[UUID, Page]:
        return await relation.first_pages(viewer, column, parents, first, where=where, order=keys)

    name = f"children {relation.table} {column} {first} {where} {keys}"
    return _connection(await info.context.batch(name, load, parent_id), keys, make)


def _connection(page: Page, keys: Sequence[tuple[str, str]], make: Callable[[Row], T]) -> Connection[T]:
    edges = [Edge(cursor=encode([row[column] for column, _ in keys]), node=make(row)) for row in page.rows]
    return Connection(
        edges=edges,
        page_info=PageInfo(has_next_page=page.has_next, end_cursor=edges[-1].cursor if edges else None),
    )
