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
from tests.support.journey import until
from workers import main
from workers.main import SWEEP, WAITING, Rings, RungWorker

QUEUE = "rings:jobs"
HOUR_S = 3600
PATIENCE_S = 10.0


class Ran:
    """Jobs that were run, and how to wait for the next; with `held` they run until they are let go."""

    def __init__(self, held: bool = False) -> None:
        self.names: list[str] = []
        self.go = asyncio.Event()
        if not held:
            self.go.set()
        self._started: asyncio.Queue[str] = asyncio.Queue()

    async def job(self, ctx: dict[str, Any]) -> None:
        """The job."""
        self.names.append(ctx["job_id"])
        self._started.put_nowait(ctx["job_id"])
        if ctx["job_id"] != "first":
            await self.go.wait()

    async def next(self) -> str:
        """The id of the next job that starts."""
        return await asyncio.wait_for(self._started.get(), PATIENCE_S)


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


@contextlib.asynccontextmanager
async def answering(pool: ArqRedis, worker: RungWorker) -> AsyncIterator[Rings]:
    """Rings are answered with that worker's jobs."""
    rings = Rings(pool, worker)
    task = asyncio.create_task(rings.answer())
    try:
        yield rings
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_ring_starts_a_job_without_waiting_for_the_clock(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker, answering(pool, worker) as rings:
        rings.heard()
        assert (await ran.next()).startswith("prompt:")
        assert await pool.exists(WAITING) == 0


async def test_however_often_it_rings_while_a_job_runs_one_more_follows(pool: ArqRedis) -> None:
    ran = Ran(held=True)
    async with working(pool, ran) as worker, answering(pool, worker) as rings:
        rings.heard()
        first = await ran.next()
        for _ in range(200):
            rings.heard()
            await asyncio.sleep(0)
        assert ran.names == ["first", first]
        ran.go.set()
        second = await ran.next()
        await worker.prompted()
        assert ran.names == ["first", first, second]
        assert await pool.zcard(QUEUE) == 0


async def test_a_ring_in_the_middle_of_a_job_is_answered_by_an_idle_worker(pool: ArqRedis) -> None:
    busy, idle = Ran(held=True), Ran()
    async with working(pool, busy) as one, answering(pool, one) as rings:
        rings.heard()
        await busy.next()
        async with working(pool, idle) as other, answering(pool, other) as others_rings:
            rings.heard()
            others_rings.heard()
            assert (await idle.next()).startswith("prompt:")
            assert len(busy.names) == 2
        busy.go.set()


async def test_one_job_at_most_waits_however_many_workers_hear(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker:
        worker.allow_pick_jobs = False
        async with answering(pool, worker) as one, answering(pool, worker) as two, answering(pool, worker) as three:
            for rings in (one, two, three):
                rings.heard()
            await until(lambda: pool.exists(WAITING), "a job to wait")
            for rings in (one, two, three):
                rings.heard()
            await asyncio.sleep(0.01)
            assert await pool.zcard(QUEUE) == 1
            worker.allow_pick_jobs = True
            one.heard()
            assert (await ran.next()).startswith("prompt:")


async def test_workers_that_hear_the_same_ring_share_one_job(pool: ArqRedis) -> None:
    ran = Ran()
    async with working(pool, ran) as worker:
        await asyncio.gather(*(pool.enqueue_job("prompt", _job_id="prompt:7") for _ in range(5)))
        await asyncio.gather(*(worker.look() for _ in range(5)))
        assert await ran.next() == "prompt:7"
        assert ran.names == ["first", "prompt:7"]


async def test_a_job_that_never_ends_does_not_keep_its_worker_from_stopping(
    pool: ArqRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "STOP_S", 0.2)
    ran = Ran(held=True)
    async with working(pool, ran) as worker:
        await pool.enqueue_job("prompt", _job_id="endless")
        await worker.look()
        assert await ran.next() == "endless"
        (job,) = [task for name, task in worker.tasks.items() if name == "endless"]
        await asyncio.wait_for(main._finish(list(worker.tasks.values())), PATIENCE_S)
        assert job.done()


async def test_a_sweep_that_runs_longer_than_a_minute_does_not_meet_the_next_one(pool: ArqRedis) -> None:
    busy, idle = Ran(held=True), Ran(held=True)
    async with working(pool, busy) as worker:
        await until(lambda: _is_empty(pool), "the first job to be gone")
        async with working(pool, idle) as other:
            for minute in (1, 2, 3):
                await pool.enqueue_job("prompt", _job_id=f"{SWEEP}{minute}")
                await worker.look()
            assert await busy.next() == f"{SWEEP}1"
            await worker.look()
            assert busy.names == ["first", f"{SWEEP}1"]
            await other.look()
            assert await idle.next() == f"{SWEEP}2", "another worker has time for it"
            busy.go.set()
            await until(lambda: _is_done(worker, f"{SWEEP}1"), "the first to end")
            await worker.look()
            assert await busy.next() == f"{SWEEP}3"
            idle.go.set()
            await until(lambda: _is_empty(pool), "all to be done")


async def _is_empty(pool: ArqRedis) -> bool:
    return bool(await pool.zcard(QUEUE) == 0)


async def _is_done(worker: RungWorker, name: str) -> bool:
    return worker.tasks[name].done() if name in worker.tasks else True
