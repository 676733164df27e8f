"""Reads that are asked for but not done: a resolver says which rows, the executor that serves it reads them.

The compiled executor reads all of a level by one statement, with only the columns that the operation selects;
graphql-core awaits each, and the context's loaders bring them together.
"""

from collections.abc import Awaitable, Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from api.engine.connections import ORDER_BY_ID, Connection, Order, check_first, connection, decode, encode
from api.engine.registry import row_type_of
from domain.shared.actor import Viewer
from domain.shared.db import Row
from domain.shared.relations import Page, Relation

T = TypeVar("T")


class Reader(Protocol):
    """What an operation's context must offer."""

    @property
    def viewer(self) -> Viewer:
        """Who reads."""

    async def rows(self, relation: Relation, column: str, value: object) -> list[Row]:
        """The visible rows whose column has the value; all that are asked for at once are read by one statement."""

    async def batch(self, name: Hashable, function: Callable[..., Awaitable[Any]], key: Any) -> Any:
        """`function(viewer, keys) -> {key: value}`, called once for all keys that are asked for at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The visible row of a type whose column has a value; None if there is none."""

    context: Reader
    python_type: type
    relation: Relation
    column: str
    value: object

    def __await__(self) -> Generator[Any, None, Any]:
        return self._read().__await__()

    async def _read(self) -> Any:
        rows = await self.context.rows(self.relation, self.column, self.value)
        return self.python_type(row=rows[0]) if rows else None


@dataclass(frozen=True, slots=True, eq=False)
class PageOf:
    """A page of the visible rows of a type that fulfil a condition, behind a cursor's values."""

    context: Reader
    python_type: type
    relation: Relation
    first: int
    behind: list[Any] | None
    where: str
    args: Sequence[object]
    order: Order
    parent: tuple[str, object] | None

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The order as the relation takes it."""
        return [(column, way) for column, way, _ in self.order]

    def __await__(self) -> Generator[Any, None, Any]:
        return self._read().__await__()

    @property
    def likeness(self) -> tuple[object, ...] | None:
        """What pages of several parents that are read together have in common; None: this one is read alone."""
        if self.parent is None or self.behind is not None or self.args:
            return None
        return (self.relation, self.parent[0], self.first, self.where, tuple(self.keys))

    async def _read(self) -> Connection[Any]:
        page = await (self._alone() if self.likeness is None else self._first_of_parent())
        made = ((encode([row[column] for column, _ in self.keys]), self.python_type(row=row)) for row in page.rows)
        return connection(list(made), has_next=page.has_next, has_previous=self.behind is not None)

    async def _alone(self) -> Page:
        where, args = self.condition()
        return await self.relation.page(
            self.context.viewer, self.first, where=where, args=args, order=self.keys, after=self.behind
        )

    def condition(self) -> tuple[str, list[object]]:
        """The whole condition, that of the parent included, with its arguments from $3 on."""
        if self.parent is None:
            return self.where, list(self.args)
        column, value = self.parent
        return f"({self.where}) and {{t}}.{column} = ${3 + len(self.args)}", [*self.args, value]

    async def _first_of_parent(self) -> Page:
        assert self.parent is not None, "others are read alone"
        column, value = self.parent

        async def load(viewer: Viewer, parents: Sequence[Any]) -> dict[Any, Page]:
            return await self.relation.first_pages(
                viewer, column, parents, self.first, where=self.where, order=self.keys
            )

        page: Page = await self.context.batch(self.likeness, load, value)
        return page


def reference(context: Reader, python_type: type[T], value: object, column: str = "id") -> T | None:
    """The visible row of a type whose column has a value; typed as what it will be once an executor has read it."""
    if value is None:
        return None
    relation = row_type_of(python_type).relation
    return cast(T, Reference(context, python_type, relation, column, value))


def existing(context: Reader, python_type: type[T], value: object) -> T:
    """As `reference`, for a row of which the caller knows that it is there and may be seen."""
    return cast("T", reference(context, python_type, value))


def page_of(
    context: Reader,
    python_type: type[T],
    first: int,
    after: str | None,
    *,
    relation: Relation | None = None,
    where: str = "true",
    args: Sequence[object] = (),
    order: Order = ORDER_BY_ID,
    parent: tuple[str, object] | None = None,
) -> Connection[T]:
    """A page of the visible rows, typed as what it will be once an executor has read it.

    `relation`: if it is not the type's own, one with the same columns. `args` of `where` begin at $3; `parent`: only
    those whose column has the value, read together with the pages of other parents. Raises `GraphQLError`.
    """
    behind = decode(after, [kind for _, _, kind in order]) if after is not None else None
    read = PageOf(
        context,
        python_type,
        relation or row_type_of(python_type).relation,
        check_first(first),
        behind,
        where,
        args,
        order,
        parent,
    )
    return cast("Connection[T]", read)
