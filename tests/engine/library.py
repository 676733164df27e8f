"""A small schema of books and authors: the engine knows nothing about lending."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

from api.engine import (
    After,
    Composite,
    Connection,
    First,
    Part,
    Wire,
    column,
    composed,
    every,
    key,
    many,
    one,
    page_of,
    reference,
    rows,
)
from api.scalars import SCALARS
from domain.shared import db
from domain.shared.actor import STRANGER, Viewer
from domain.shared.db import Row
from domain.shared.relations import ALL, Relation

TABLES = """
create schema shelf;
create table shelf.authors (id uuid primary key, name text not null, born date, mentor_id uuid, secret boolean not null);
create table shelf.books (id uuid primary key, author_id uuid not null, title text not null, kind text not null,
    price_minor bigint, currency char(3) not null, tags text[] not null, printed_at timestamptz, owner_id uuid);
grant usage on schema shelf to kalends_app;
grant select on all tables in schema shelf to kalends_app;
"""
AUTHORS = Relation(
    "shelf.authors",
    visible="not {t}.secret or {staff}",
    columns=ALL | {"initial": "left({t}.name, 1)"},
)
BOOKS = Relation(
    "shelf.books",
    visible="{t}.owner_id is null or {t}.owner_id = {viewer} or {staff}",
    columns=ALL | {"note": "case when {t}.owner_id = {viewer} or {staff} then 'yours' end"},
)


PUPILS = Relation(
    "(select *, mentor_id as taught_by from shelf.authors)",
    visible=AUTHORS.visible,
    columns=AUTHORS.columns,
)


@strawberry.enum
class Kind(Enum):
    """What a book is."""

    NOVEL = "NOVEL"
    ATLAS = "ATLAS"


@strawberry.type
class Price:
    """An exact price."""

    amount: str
    currency: str


PRICE = Composite(
    make=lambda minor, currency: Price(amount=f"{minor / 100:.2f}", currency=currency),
    parts={"amount": Part((0,), Wire("({0} * 0.01)::text")), "currency": Part((1,))},
)


@strawberry.interface
class Thing:
    """Something with an id."""

    row: strawberry.Private[Row]
    id: strawberry.ID = key(description="The id.")


def _of_kind(kind: Kind | None = None) -> str:
    return "true" if kind is None else f"{{t}}.kind = '{kind.value}'"


@rows(AUTHORS, prefix="author")
@strawberry.type
class Author(Thing):
    """Who writes."""

    name: str = column(description="The name.")
    initial: str = column(description="Its first letter.")
    born: date | None = column(description="When.")
    mentor: "Author | None" = one("Author", "mentor_id", description="Who taught them.")
    books: Connection[Annotated["Book", strawberry.lazy("tests.engine.library")]] = many(
        "Book", "author_id", where=_of_kind, description="What they wrote."
    )

    pupils: list["Author"] = every("Author", PUPILS, "taught_by", ("name", "id"), description="Whom they taught.")

    @strawberry.field
    def greeting(self, word: str = "Hello") -> str:
        """A resolver of the object."""
        return f"{word}, {self.row['name']}"

    @strawberry.field
    async def book_count(self, info: strawberry.Info) -> int:
        """A count, for all authors by one statement."""
        count: int = await info.context.batch("counts", _counts, self.row["id"])
        return count


async def _counts(viewer: Viewer, ids: Sequence[UUID]) -> dict[UUID, int]:
    found = await db.fetch(
        "select author_id, count(*) as n from shelf.books where author_id = any($1) group by 1", list(ids)
    )
    return dict.fromkeys(ids, 0) | {row["author_id"]: row["n"] for row in found}


@rows(BOOKS, prefix="book")
@strawberry.type
class Book(Thing):
    """What is read."""

    title: str = column(description="The title.")
    kind: Kind = column(description="The kind.")
    price: Price | None = composed(PRICE, "price_minor", "currency", description="The price.")
    tags: list[str] = column(description="Tags.")
    printed_at: datetime | None = column(description="When.")
    note: str | None = column(description="For the owner.")
    author: Author | None = one("Author", "author_id", description="Who wrote it.")


@strawberry.type
class Missing:
    """There is no such thing."""

    id: strawberry.ID
    fails: bool = False

    @strawberry.field
    def reason(self) -> str:
        """A field that may fail."""
        if self.fails:
            raise ValueError("no reason")
        return "gone"


Found = Annotated[Book | Missing, strawberry.union("Found")]


@strawberry.type
class Counter:
    """What a mutation did."""

    count: int
    book: Book | None

    @strawberry.field
    def broken(self) -> str:
        """A field that always fails."""
        raise ValueError("broken")


@dataclass
class Context:
    """A context with loaders that counts what mutations did."""

    viewer: Viewer = STRANGER
    done: int = 0
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    async def rows(self, relation: Relation, column: str, value: object) -> list[Row]:
        """As the protocol says."""

        async def load(keys: Sequence[Any]) -> Sequence[list[Row]]:
            found = await relation.by_ids(self.viewer, list(dict.fromkeys(keys)), column)
            return [[row for row in found if row[column] == key] for key in keys]

        loader = self._loaders.setdefault((relation, column), DataLoader(load_fn=load, cache=False))
        found: list[Row] = await loader.load(value)
        return found

    async def batch(self, name: Hashable, function: Callable[..., Awaitable[Any]], key: Any) -> Any:
        """As the protocol says."""

        async def load(keys: Sequence[Any]) -> Sequence[Any]:
            found = await function(self.viewer, list(dict.fromkeys(keys)))
            return [found.get(key) for key in keys]

        return await self._loaders.setdefault(name, DataLoader(load_fn=load, cache=False)).load(key)


@strawberry.type
class Query:
    """Reading."""

    @strawberry.field
    def books(
        self, info: strawberry.Info, kind: Kind | None = None, first: First = 20, after: After = None
    ) -> Connection[Book]:
        """Books by title."""
        where, args = ("{t}.kind = $3", [kind.value]) if kind else ("true", [])
        return page_of(
            info.context, Book, first, after, where=where, args=args, order=(("title", "asc", str), ("id", "asc", UUID))
        )

    @strawberry.field
    def author(self, info: strawberry.Info, id: strawberry.ID) -> Author | None:
        """An author."""
        return reference(info.context, Author, UUID(id.removeprefix("author_")))

    @strawberry.field
    async def things(self, info: strawberry.Info, ids: list[strawberry.ID]) -> list[Thing | None]:
        """Books and authors."""
        kinds: dict[str, type] = {"book": Book, "author": Author}
        return [reference(info.context, kinds[id_.split("_")[0]], UUID(id_.split("_")[1])) for id_ in ids]

    @strawberry.field
    def found(self, info: strawberry.Info, id: strawberry.ID, fails: bool = False) -> Found:
        """A book, or that there is none."""
        if id.startswith("book_"):
            return reference(info.context, Book, UUID(id.removeprefix("book_")))  # type: ignore[return-value]
        return Missing(id=id, fails=fails)

    @strawberry.field
    def matrix(self) -> list[list[int | None] | None]:
        """Lists in lists."""
        return [[1, None], None, [], [2]]

    @strawberry.field
    def nothing(self) -> str:
        """Null where nothing may be null."""
        return None  # type: ignore[return-value]


@strawberry.type
class Mutation:
    """Writing."""

    @strawberry.mutation
    async def count(self, info: strawberry.Info, book_id: strawberry.ID | None = None) -> Counter:
        """Count."""
        info.context.done += 1
        book = reference(info.context, Book, UUID(book_id.removeprefix("book_"))) if book_id else None
        return Counter(count=info.context.done, book=book)

    @strawberry.mutation
    async def refuse(self, info: strawberry.Info) -> Counter:
        """Fail after counting."""
        info.context.done += 1
        raise ValueError("refused")


@strawberry.type
class Subscription:
    """Watching."""

    @strawberry.subscription
    async def ticks(self, info: strawberry.Info, to: int) -> AsyncGenerator[Counter, None]:
        """Counts up."""
        for number in range(to):
            yield Counter(count=number, book=None)


def make_schema() -> strawberry.Schema:
    """The schema."""
    return strawberry.Schema(Query, Mutation, Subscription, types=[Author], config=StrawberryConfig(scalar_map=SCALARS))


MOMENT = datetime(2026, 10, 31, 8, 0, 0, 123456, tzinfo=UTC)
