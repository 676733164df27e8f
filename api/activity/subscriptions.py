"""A user's events as they happen, resumable after a cursor."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from api.activity.types import ActivityEvent
from api.context import Info
from api.engine import decode
from api.live import hub
from domain.shared import activity

CHUNK = 100
SETTLING_S = 0.02
"""How soon to look again for an event that is there but waits for a transaction that could still come before it."""


@strawberry.type
class ActivitySubscription:
    """A user's events as they happen."""

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
        given = decode(after, (int, int)) if after is not None else None
        async with hub.waiting_for([user_id]) as waiter:
            cursor = (given[0], given[1]) if given else await activity.latest_of_user(user_id)
            while True:
                news = await activity.of_user(user_id, cursor, CHUNK)
                for event in news.events:
                    cursor = (event.txid, event.number)
                    yield ActivityEvent.of(event)
                if len(news.events) < CHUNK:
                    await waiter.wait(SETTLING_S if news.unsettled else hub.poll_s)
