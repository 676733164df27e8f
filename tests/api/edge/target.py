"""The application that these tests talk to: our edge around a schema that can do everything an edge must survive."""

import asyncio
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import strawberry
import structlog
from starlette.types import ASGIApp

from api import bearer, http
from api.app import assemble
from api.context import Info
from api.errors import Code, top_level
from api.main import serve
from api.patience import Patience
from api.watch import Look, Watch, shared_subscription
from domain.identity import commands
from domain.shared import bell, clock, db, logs
from domain.shared.actor import Viewer
from domain.shared.errors import Busy, NotFound
from domain.shared.settings import settings

ADA = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PROGRAMS = {"program-1": UUID(int=1), "program-2": UUID(int=2)}
"""Ada's personal tokens."""
SHORT_LIFE = timedelta(seconds=1)
SECRET = "what only our log may say"
IMPATIENT = "KALENDS_IMPATIENT"
"""Set: bodies may take, and tokens are believed on open connections, only so many seconds."""

log = structlog.get_logger()


@strawberry.type
class Edge:
    node: "Query"


@strawberry.type
class Page:
    edges: list[Edge]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def echo(self, text: str | None = None, number: int | None = None, fraction: float | None = None) -> str:
        return f"{text} {number} {fraction}"

    @strawberry.field
    def lists(self, values: list[list[int]]) -> int:
        return len(values)

    @strawberry.field
    def again(self) -> "Query":
        return Query()

    @strawberry.field
    def many(self) -> list["Query"]:
        return [Query()]

    @strawberry.field
    def page(self, first: int = 20) -> Page:
        return Page(edges=[Edge(node=Query())])

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list["Query"]:
        return [Query() for _ in ids]

    @strawberry.field
    def me(self, info: Info) -> str | None:
        user_id = info.context.viewer.user_id
        return None if user_id is None else str(user_id)

    @strawberry.field
    def mine(self, info: Info) -> str | None:
        return str(info.context.actor.user_id)

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def worse_bug(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field
    def busy(self) -> str | None:
        raise Busy

    @strawberry.field
    def missing(self) -> str | None:
        raise NotFound

    @strawberry.field
    async def stored(self, text: str, number: int = 0, times: int = 1) -> str | None:
        return str(await db.fetch_value("select repeat($1::text, $2::int)", text * times, number))

    @strawberry.field
    async def overflow(self) -> str | None:
        return str(await db.fetch_value("select 2147483647::int + $1::int", 1))

    @strawberry.field
    async def sleep(self, seconds: float) -> str | None:
        await db.fetch("select pg_sleep($1)", seconds)
        return "awake"


class State:
    """What the watched state is, and how often it was read in this process."""

    value = 0
    looks = 0


@strawberry.type
class Shown:
    value: int
    looks: int
    padding: str

    @strawberry.field
    def me(self, info: Info) -> str | None:
        user_id = info.context.viewer.user_id
        return None if user_id is None else str(user_id)


class Watched(Watch[Shown]):
    """The state; `whole`: strangers see all of it; `broken`: reading it is a bug once it is not 0."""

    def __init__(self, padding: int, *, whole: bool, broken: bool) -> None:
        super().__init__([ADA])
        self._padding, self._whole, self._broken = "x" * padding, whole, broken
        self._known: int | None = None

    async def look(self, topics: Collection[UUID]) -> Look[Shown]:
        State.looks += 1
        if self._broken and self._known is not None and State.value != self._known:
            raise RuntimeError(SECRET)
        shown = [Shown(value=State.value, looks=State.looks, padding=self._padding)]
        news = shown if State.value != self._known else []
        self._known = State.value
        return Look(shown, news, is_whole=self._whole)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> str:
        return "touched"

    @strawberry.mutation
    async def change(self) -> int:
        State.value += 1
        await bell.ring(bell.Ring(user_ids={ADA}))
        return State.value

    @strawberry.mutation
    @db.atomic
    async def sleep(self, seconds: float) -> str | None:
        await db.fetch("select pg_sleep($1)", seconds)
        return "awake"

    @strawberry.mutation
    def revoke(self, token: str) -> bool:
        Tokens.revoked.add(token)
        return True

    @strawberry.mutation
    def unnamed_refusal(self) -> str | None:
        raise NotFound


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def forever(self) -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    @strawberry.subscription
    async def noticed(self) -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            log.info("operation.ended")

    @strawberry.subscription
    async def flood(self) -> AsyncIterator[str]:
        while True:
            yield "x" * 65_536
            await asyncio.sleep(0)

    @shared_subscription(description="The state.")
    def watched(self, padding: int = 0, whole: bool = True, broken: bool = False) -> AsyncIterable[Shown]:
        return Watched(padding, whole=whole, broken=broken)

    @strawberry.subscription
    async def private(self, info: Info) -> AsyncIterator[str]:
        yield str(info.context.actor.user_id)

    @strawberry.subscription
    async def breaking(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def refusing(self, refuse: bool = True) -> AsyncIterator[int]:
        if refuse:
            raise top_level(Code.BAD_REQUEST, "Not like that.")
        yield 1

    @strawberry.subscription
    async def same_context(self, info: Info) -> AsyncIterator[str]:
        yield str(id(info.context))
        await asyncio.Event().wait()


schema = strawberry.Schema(Query, Mutation, Subscription)


class Tokens:
    """Who the tokens of these tests speak for."""

    revoked: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        self._ends: dict[str, datetime] = {}
        self._breaking: set[str] = set()

    async def viewer_of(self, token: str) -> Viewer | None:
        if token == "busy":
            raise Busy
        if token == "broken" or token in self._breaking:
            raise RuntimeError(SECRET)
        if token.startswith("breaking"):
            self._breaking.add(token)
            return Viewer(ADA)
        if token in self.revoked:
            return None
        if token.startswith("short"):
            expires_at = self._ends.setdefault(token, clock.wall() + SHORT_LIFE)
            return Viewer(ADA, expires_at=expires_at) if clock.wall() < expires_at else None
        if token in PROGRAMS:
            return Viewer(ADA, token_id=PROGRAMS[token])
        return Viewer(ADA) if token == "ada" else None


async def receive_webhook(provider: str, webhook_id: str, body: dict[str, Any]) -> None:
    """Into the log, where a test can see it."""
    if body.get("busy"):
        raise Busy
    log.info("webhook.stored", provider=provider, webhook_id=webhook_id, kind=body.get("type"))


def application() -> ASGIApp:
    """For uvicorn."""
    logs.configure(settings())
    if (limit_s := os.environ.get(IMPATIENT)) is not None:
        http._patience = Patience(float(limit_s))
        bearer.RECHECK_S = float(limit_s)
    return assemble(settings(), schema, Tokens().viewer_of, receive_webhook, commands)


if __name__ == "__main__":
    serve(settings(), "127.0.0.1", int(sys.argv[1]), application="tests.api.edge.target:application")
