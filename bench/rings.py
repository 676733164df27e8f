"""From a commit to the job that its ring starts: how long workers take, quiet and in storms."""

import asyncio
import random
import time

import asyncpg
import redis.asyncio as redis

from domain.shared import bell, db, outbox
from domain.shared.outbox import Event
from domain.shared.settings import settings

QUIET, BURSTS, IN_BURST = 300, 25, 40
KIND = "bench.rung"
"""An event that nobody handles: it is marked as soon as a job has looked."""
PAUSE_S = 0.1


@db.atomic
async def _happen(key: str) -> None:
    await outbox.record([Event(kind=KIND, key=key)])


async def answered(books: asyncpg.Connection, workers: int) -> None:
    """Return when so many workers listen and have done what they do at their start."""
    while await _listening() < workers:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(PAUSE_S)
    await _happen(f"{time.time_ns()}:start")
    while await books.fetchval("select exists (select from shared.outbox where dispatched_at is null)"):  # noqa: ASYNC110
        await asyncio.sleep(PAUSE_S)
    await asyncio.sleep(20 * PAUSE_S)


async def _listening() -> int:
    client = redis.Redis.from_url(settings().redis_url.get_secret_value())
    try:
        ((_, count),) = await client.pubsub_numsub(bell.CHANNEL)
    finally:
        await client.aclose()
    return int(count)


async def measure(books: asyncpg.Connection, workers: int) -> dict[str, dict[str, float]]:
    """Milliseconds from a commit to its mark, with so many workers running, for commits far apart and in bursts.

    The mark is written by the job, two statements after its start: a job's start is earlier by about a millisecond. `books`:
    a superuser's connection to a server that keeps commit timestamps. The pool and the bell must be open.
    """
    run = f"{time.time_ns()}"
    for number in range(QUIET):
        await _happen(f"{run}:quiet:{number}")
        await asyncio.sleep(random.uniform(0.02, 0.05))
    for burst in range(BURSTS):
        for number in range(IN_BURST):
            await _happen(f"{run}:bursts:{burst}:{number}")
        await asyncio.sleep(PAUSE_S)
    await asyncio.sleep(1.5)
    return {how: await _figures(books, f"{KIND}:{run}:{how}:%", workers) for how in ("quiet", "bursts")}


async def _figures(books: asyncpg.Connection, keys: str, workers: int) -> dict[str, float]:
    row = await books.fetchrow(
        """select count(*) as commits, percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ms) as at, max(ms) as longest
        from (select extract(epoch from dispatched_at - pg_xact_commit_timestamp(txid::text::xid)) * 1000 as ms
              from shared.outbox where dedupe_key like $1 and dispatched_at is not null) s""",
        keys,
    )
    assert row, "an aggregate has a row"
    p50, p95, p99 = (round(float(value), 2) for value in row["at"])
    return {
        "workers": workers,
        "commits": row["commits"],
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "max": round(float(row["longest"]), 2),
    }
