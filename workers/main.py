"""The worker process: arq runs the jobs, a listener turns rings into jobs, and PostgreSQL says what there is to do.

arq has its habits, and this module is the only one that knows them: jobs carry nothing, are found in PostgreSQL, and may
fail or run twice; no result is kept, so that a job's id is free again; arq looks for jobs by the clock, so whoever makes
one here has it look at once; a Valkey that is away ends arq's loop, so while it is away this process sweeps by itself and
tries again.
"""

import asyncio
import gc
import json
import signal
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import redis.asyncio as redis
import structlog
import uvloop
from arq import cron
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker, func

from domain.shared import bell, db, logs, policy
from domain.shared.calendar import calendar
from domain.shared.errors import Busy
from domain.shared.settings import Settings
from workers import drain, providers

QUEUE = "kalends:jobs"
PROMPT = "prompt:"
"""How the ids of the jobs begin that rings make."""
SWEEP = "cron:sweep:"
"""How arq begins the ids of the jobs that the clock makes; others of that kind are named alike."""
WAITING = "kalends:prompt-waits"
"""Set while such a job waits to be started: it will see whatever a ring tells of meanwhile, so none other is made."""
LEFT_ALONE_S = 0.01
"""So long a job is left to the worker that made it; several that look for it at once are in each other's way."""
POLL_S = 0.5
"""How often arq looks for jobs unasked."""
GARBAGE = 50_000
"""Python looks for cycles after so many new objects: a chunk of loans makes tens of thousands, and none."""
LOST_AFTER_S = 1.0
"""A job that has not run so long after its ring is taken for lost."""
RETRY_S = 1.0
ANSWER_S = 5.0
"""A Valkey that takes longer to answer is away."""
JOB_TIMEOUT_S = 3600
STOP_S = 15

log = structlog.get_logger()


async def prompt(ctx: dict[str, Any]) -> None:
    """Job: events, webhooks, what providers have to be told; and the clock, if it is to move."""
    await drain.prompt(ctx["providers"])
    await drain.walk(ctx["providers"])


async def sweep(ctx: dict[str, Any]) -> None:
    """Job: everything that is due."""
    await drain.sweep(ctx["providers"])
    await drain.walk(ctx["providers"])


def run(settings: Settings) -> None:
    """Run a worker until SIGTERM or Ctrl-C; running jobs get 15 s to finish."""
    logs.configure(settings)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    calendar(policy.active().country)  # before anything is locked
    await db.connect(settings.database_url.get_secret_value(), settings.database_pool_size)
    bell.connect(settings.redis_url.get_secret_value())
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        async with providers.connect(settings) as outside:
            log.info("worker.started")
            while not stopping.is_set():
                await _with_valkey(settings, outside, stopping)
    finally:
        await bell.disconnect()
        await db.disconnect()
        log.info("worker.stopped")


async def _with_valkey(settings: Settings, outside: providers.Providers, stopping: asyncio.Event) -> None:
    """Work by rings as long as Valkey is there; without it, sweep and look again."""
    pool = _pool(settings)
    try:
        await pool.ping()
    except (redis.RedisError, OSError) as error:
        log.warning("worker.without_valkey", error=type(error).__name__)
        await _without_valkey(outside, stopping)
    else:
        await _by_rings(settings, pool, outside, stopping)
    finally:
        await pool.aclose(close_connection_pool=True)
    if not stopping.is_set():
        await asyncio.sleep(RETRY_S)


async def _by_rings(settings: Settings, pool: ArqRedis, outside: providers.Providers, stopping: asyncio.Event) -> None:
    """Until it is to stop, or Valkey is away."""
    worker = _worker(pool, outside)
    working = [
        asyncio.create_task(worker.async_run()),
        asyncio.create_task(_listen(settings, pool, worker, outside)),
    ]
    await _until_done_or(stopping, *working)
    worker.allow_pick_jobs = False
    await _finish(list(worker.tasks.values()))
    for task in working:
        task.cancel()
    for ended in await asyncio.gather(*working, return_exceptions=True):
        if isinstance(ended, redis.RedisError | OSError):
            log.warning("worker.valkey_lost", error=type(ended).__name__)
        elif isinstance(ended, Exception):
            log.error("worker.failed", exc_info=ended)


async def _without_valkey(outside: providers.Providers, stopping: asyncio.Event) -> None:
    """What a sweep does, also when PostgreSQL is away too: then nothing, until it is back."""
    sweeping = asyncio.create_task(_sweep(outside))
    await _until_done_or(stopping, sweeping)
    await _finish([sweeping])


async def _sweep(outside: providers.Providers) -> None:
    try:
        await drain.sweep(outside)
        await drain.walk(outside)
    except Busy as error:
        log.warning("worker.without_postgres", error=error.code)
    except Exception:
        log.exception("worker.failed")


async def _until_done_or(stopping: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Wait until one of the tasks is done, or the worker is to stop."""
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait((*tasks, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()


async def _finish(running: Sequence[asyncio.Task[Any]]) -> None:
    """Let what runs finish, and end what takes longer: what it does not get done is found again.

    A transaction that runs is committed; a job that was not ended would begin the next one as long as there is work.
    """
    if running:
        _, late = await asyncio.wait(running, timeout=STOP_S)
        for job in late:
            job.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _pool(settings: Settings) -> ArqRedis:
    return ArqRedis(
        redis.ConnectionPool.from_url(
            settings.redis_url.get_secret_value(), socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S
        ),
        default_queue_name=QUEUE,
        job_serializer=_dump,
        job_deserializer=json.loads,
    )


def _dump(job: dict[str, Any]) -> bytes:
    return json.dumps(job, default=str).encode()


class RungWorker(Worker):
    """A worker that also looks for jobs when it is told that there is one, and runs one prompt and one sweep at a time.

    A sweep that takes longer than a minute would otherwise meet the next: twice the work at once, for half as long each.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """Start the jobs that wait, up to the limit, now."""
        await self._poll_iteration()

    async def prompted(self) -> None:
        """Wait for the prompts that run here."""
        if running := self._running(PROMPT):
            await asyncio.wait(running)

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Those that do not run here already; of a kind that runs here, the next is left to other workers, or waits."""
        for id_ in job_ids:  # those that run elsewhere are among them
            name = id_.decode()
            kind = next((kind for kind in (PROMPT, SWEEP) if name.startswith(kind)), None)
            if name not in self.tasks and not (kind is not None and self._running(kind)):
                await super().start_jobs([id_])

    async def run_job(self, job_id: str, score: int) -> None:
        """A prompt that starts waits no more: what happens from here on is for the next."""
        if job_id.startswith(PROMPT):
            await self.pool.delete(WAITING)
        await super().run_job(job_id, score)

    def _running(self, kind: str) -> list[asyncio.Task[Any]]:
        return [task for name, task in self.tasks.items() if name.startswith(kind) and not task.done()]

    async def _poll_iteration(self) -> None:
        async with self._looking:
            await super()._poll_iteration()


def _worker(pool: ArqRedis, outside: providers.Providers) -> RungWorker:
    return RungWorker(
        functions=[func(prompt, keep_result=0), func(sweep, keep_result=0)],
        cron_jobs=[cron(sweep, second=0, keep_result=0, unique=True)],
        redis_pool=pool,
        redis_settings=RedisSettings(),
        queue_name=QUEUE,
        job_serializer=_dump,
        job_deserializer=json.loads,
        ctx={"providers": outside},
        keep_result=0,
        max_jobs=4,
        max_tries=1,
        job_timeout=JOB_TIMEOUT_S,
        poll_delay=POLL_S,
        handle_signals=False,
        retry_jobs=False,
        health_check_interval=30,
    )


async def _listen(settings: Settings, pool: ArqRedis, worker: RungWorker, outside: providers.Providers) -> None:
    """Turn rings into jobs, until something fails; the first is made at once, for what happened while nobody listened."""
    rung = asyncio.Event()
    rings = Rings(pool, worker)

    async def hear() -> None:
        async with aclosing(bell.listen(settings.redis_url.get_secret_value())) as heard:
            async for ring in heard:
                if ring is None:
                    await pool.enqueue_job("sweep", _job_id=f"{SWEEP}{uuid4().hex}")
                    await worker.look()
                elif bell.wakes_workers(ring):
                    rung.set()
                    rings.heard()

    tasks = [asyncio.create_task(work) for work in (hear(), rings.answer(), _make_good(rung, outside))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _make_good(rung: asyncio.Event, outside: providers.Providers) -> None:
    """Do what still waits a second after a ring: Valkey may have been emptied, and the ring's job with it."""
    while True:
        await rung.wait()
        rung.clear()
        await asyncio.sleep(LOST_AFTER_S)
        try:
            await drain.prompt(outside)
        except Busy as error:
            log.warning("worker.without_postgres", error=error.code)


class Rings:
    """Sees to it that after every ring a prompt starts, somewhere, and that they do not pile up.

    One job at most waits, made by the first idle worker that heard, which takes it at once; if it does not, whoever is idle
    does. A worker that is at it when it rings looks again when it is done. So in a storm of rings workers are never idle, and
    never behind by more than the job they are at.
    """

    def __init__(self, pool: ArqRedis, worker: RungWorker) -> None:
        self._pool, self._worker = pool, worker
        self._rung = asyncio.Event()

    def heard(self) -> None:
        """It rang."""
        self._rung.set()

    async def answer(self) -> None:
        """Answer rings, until cancelled or Valkey is away."""
        while True:
            await self._rung.wait()
            self._rung.clear()
            if await self._pool.set(WAITING, 1, nx=True, px=int(LOST_AFTER_S * 1000)):
                await self._pool.enqueue_job("prompt", _job_id=f"{PROMPT}{uuid4().hex}")
                await self._worker.look()
            else:
                await asyncio.sleep(LEFT_ALONE_S)
                if await self._pool.exists(WAITING):
                    await self._worker.look()
            await self._worker.prompted()
