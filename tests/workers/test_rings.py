"""Rings become jobs at once: with a worker that would not look by itself within the hour."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis.asyncio as redis
from arq.connections import ArqRedis, RedisSettings
from arq.worker import func

from cli.embedded import EmbeddedServers
from workers.main import Enqueue, RungWorker

QUEUE = "rings:jobs"
HOUR_S = 3600
PATIENCE_S = 10.0


class Ran:
    """Jobs that were run, and how to wait for the next."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._done: asyncio.Queue[str] = asyncio.Queue()

    async def job(self, ctx: dict[str, Any]) -> None:
        """The job."""
        self.names.append(ctx["job_id"])
        self._done.put_nowait(ctx["job_id"])

    async def next(self) -> str:
        """The id of the next job that was run."""
        return await asyncio.wait_for(self._done.get(), PATIENCE_S)


@pytest.fixture
async def pool(servers: EmbeddedServers) -> AsyncIterator[ArqRedis]:
    """An empty Valkey."""
    opened = ArqRedis(redis.ConnectionPool.from_url(servers.redis_url), default_queue_name=QUEUE)
    await opened.flushdb()
    yield opened
    await opened.aclose(close_connection_pool=True)


@contextlib.asynccontextmanager
async def working(pool: ArqRedis, ran: Ran) -> AsyncIterator[RungWorker]:
    """A worker that has looked once, and polls every hour."""
    worker = RungWorker(
        functions=[func(ran.job, name="prompt", keep_result=0)],
        redis_pool=pool,
        redis_settings=RedisSettings(),
        queue_name=QUEUE,
        poll_delay=HOUR_S,
        handle_signals=False,
        keep_result=0,
    )
    await pool.enqueue_job("prompt", _job_id="first")
    task = asyncio.create_task(worker.async_run())
    try:
        assert await ran.next() == "first"
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_ring_starts_a_job_without_waiting_for_the_clock(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker:
        await Enqueue(pool, worker)()
        assert (await ran.next()).startswith("prompt:")


async def test_however_often_it_rings_in_a_moment_one_job_starts_it_and_one_ends_it(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker:
        enqueue = Enqueue(pool, worker)
        for _ in range(200):
            await enqueue()
        while not ran.names[-1].endswith(":rest"):
            await ran.next()
        by_moment = [name.split(":")[1] for name in ran.names[1:]]
        assert max(by_moment.count(moment) for moment in by_moment) <= 2
        assert len(ran.names) < 200


async def test_workers_that_hear_the_same_ring_share_one_job(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker:
        await asyncio.gather(*(pool.enqueue_job("prompt", _job_id="prompt:7") for _ in range(5)))
        await asyncio.gather(*(worker.look() for _ in range(5)))
        assert await ran.next() == "prompt:7"
        assert ran.names == ["first", "prompt:7"]
