"""Connections: lists that grow, read by keyset, at most 100 at a time."""

from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry
from graphql import GraphQLError

from domain.shared.relations import MAX_PAGE

T = TypeVar("T")
First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor to go on behind; null: from the beginning.")]
Order = Sequence[tuple[str, str, type]]
"""(column, asc|desc, kind) of immutable columns that are never null, all of one direction, the last one unique."""
TOLD_AS_TEXT = (datetime, date, UUID)
"""Kinds of values that a cursor has as text."""
URL_SAFE = bytes.maketrans(b"+/", b"-_")
ORDER_BY_ID: Order = (("id", "desc", UUID),)


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """Where a page ends."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(
        description="Whether this page is behind a cursor, and so behind others."
    )
    start_cursor: str | None = strawberry.field(description="The first element's cursor; null: there is none.")
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


def connection(cursors_and_nodes: Sequence[tuple[str, T]], *, has_next: bool, has_previous: bool) -> Connection[T]:
    """A page of elements that are already at hand."""
    edges = [Edge(cursor=cursor, node=node) for cursor, node in cursors_and_nodes]
    start, end = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
    info = PageInfo(has_next_page=has_next, has_previous_page=has_previous, start_cursor=start, end_cursor=end)
    return Connection(edges=edges, page_info=info)


def encode(values: Sequence[object]) -> str:
    """A cursor that says behind which values to go on."""
    plain = b2a_base64(orjson.dumps(values, default=str), newline=False)
    return plain.translate(URL_SAFE).rstrip(b"=").decode()


def decode(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a cursor. Raises `GraphQLError` for anything `encode` did not write."""
    try:
        values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise GraphQLError("`after` is not a cursor of this list.") from error


def _value(value: Any, kind: type) -> Any:
    """A value as a statement takes it. Raises `ValueError`, `TypeError` and `OverflowError` for what no row has."""
    is_of_kind = type(value) is (str if kind in TOLD_AS_TEXT else kind)
    if not is_of_kind:
        raise ValueError("another kind of value")
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant of no zone")
        return instant.astimezone(UTC)
    if kind in TOLD_AS_TEXT:
        return date.fromisoformat(value) if kind is date else UUID(value)
    if (kind is str and "\0" in value) or (kind is int and abs(value) >= 2**63):
        raise ValueError("PostgreSQL has no such value")
    return value


def check_first(first: int) -> int:
    """Raises `GraphQLError` unless 1 ≤ first ≤ 100."""
    if not 1 <= first <= MAX_PAGE:
        raise GraphQLError(f"`first` must be between 1 and {MAX_PAGE}.")
    return first
