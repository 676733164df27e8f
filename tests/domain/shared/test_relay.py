"""Events that nobody handles are marked many at once, without waiting for those that another worker has."""

import asyncio
from collections.abc import Sequence

import asyncpg

from domain.shared import db
from workers.relay import UNHANDLED, Delivery, relay

WAITING = UNHANDLED + 500


async def record(kind: str, count: int) -> None:
    """So many events of a kind, which wait."""
    await db.execute(
        """insert into shared.outbox (event_id, kind, dedupe_key, payload, happened_at)
        select gen_random_uuid(), $1, $1 || ':' || n, '{}'::jsonb, now() from generate_series(1, $2) n""",
        kind, count,
    )  # fmt: skip


async def waiting() -> int:
    """How many events wait."""
    found: int = await db.fetch_value("select count(*) from shared.outbox where dispatched_at is null")
    return found


async def test_events_that_another_worker_has_are_left_to_it(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    await record("tests.unhandled", WAITING)
    async with owner.transaction():
        await owner.execute("select from shared.outbox where id <= 3 for update")
        async with asyncio.timeout(5):
            assert await relay({}) == WAITING - 3
    assert await waiting() == 3
    assert await relay({}) == 3
    assert await relay({}) == 0


async def test_two_relays_count_each_event_once() -> None:
    handled: list[int] = []

    async def handle(events: Sequence[Delivery]) -> None:
        handled.extend(event.id for event in events)

    await record("tests.unhandled", WAITING)
    await record("tests.handled", 100)
    counts = await asyncio.gather(*(relay({"tests.handled": [handle]}) for _ in range(2)))
    while more := await relay({"tests.handled": [handle]}):
        counts.append(more)
    assert sum(counts) == WAITING + 100
    assert len(set(handled)) == len(handled) == 100
    assert await waiting() == 0
