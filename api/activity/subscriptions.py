"""Events as they happen, a user's own and the market's, resumable after a cursor."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Annotated
from uuid import UUID

import strawberry

from api.activity.types import ActivityEvent
from api.context import Info
from api.engine import decode
from api.live import hub, of_kind
from domain.disclosure import market
from domain.shared import activity

Cursor = tuple[int, int]
CHUNK = 100
SETTLING_S = 0.02
"""How soon to look again for an event that is there but waits for a transaction that could still come before it."""


@strawberry.type
class ActivitySubscription:
    """Events as they happen."""

    @strawberry.subscription(
        description="What happens to you, in order, nothing left out and nothing twice: everything behind the cursor, "
        "then every event as it happens."
    )
    async def my_events(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor of the last event you have (also of `me.events`); null: only what happens from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[ActivityEvent, None]:
        """The viewer's events behind a cursor, as they happen."""
        user_id = info.context.actor.user_id

        async def latest() -> Cursor:
            return await activity.latest_of_user(user_id)

        async def read(cursor: Cursor) -> activity.News:
            return await activity.of_user(user_id, cursor, CHUNK)

        async for event in _follow([user_id], after, latest, read):
            yield event

    @strawberry.subscription(
        description="Loans that come to the market and leave it, for everybody, in order, nothing left out and nothing "
        "twice: `loan.listed`, then one of `loan.funded`, `loan.expired` and `loan.declined`, perhaps after "
        "`loan.funding_short`. Everything behind the cursor, then every event as it happens."
    )
    async def marketplace_activity(
        self,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor of the last event you have; null: only what happens from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[ActivityEvent, None]:
        """What lists and what leaves, behind a cursor and as it happens."""

        async def read(cursor: Cursor) -> activity.News:
            return await market.news(cursor, CHUNK)

        async for event in _follow([of_kind(kind) for kind in market.KINDS], after, market.latest, read):
            yield event


async def _follow(
    topics: Sequence[UUID],
    after: str | None,
    latest: Callable[[], Awaitable[Cursor]],
    read: Callable[[Cursor], Awaitable[activity.News]],
) -> AsyncGenerator[ActivityEvent, None]:
    """Everything behind a cursor (None: the latest), then what the topics ring for, at most `CHUNK` in a read."""
    given = decode(after, (int, int)) if after is not None else None
    async with hub.waiting_for(topics) as waiter:
        cursor = (given[0], given[1]) if given else await latest()
        while True:
            news = await read(cursor)
            for event in news.events:
                cursor = (event.txid, event.number)
                yield ActivityEvent.of(event)
            if len(news.events) < CHUNK:
                await waiter.wait(SETTLING_S if news.unsettled else hub.poll_s)
