"""Live updates: one subscription to the bell per process, many waiters.

A ring is a hint; whoever waits reads the state again. While Valkey is away waiters are woken every two seconds, and at
every reconnection, so that nothing that happened meanwhile is missed.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from functools import cache
from uuid import UUID, uuid5

import redis.asyncio as redis
import structlog

from domain.shared import bell

POLL_AWAY_S = 2.0
POLL_PRESENT_S = 15.0
RETRY_S = 0.5
KINDS = UUID("0b5f3a52-6a3e-4f0e-9a52-6a0d5d0f7c11")

log = structlog.get_logger()


@cache
def of_kind(kind: str) -> UUID:
    """The topic of those who wait for events of a kind, whoever and whatever they are about."""
    return uuid5(KINDS, kind)


class Waiter:
    """Somebody who waits for some topics: loans, users, kinds of events."""

    def __init__(self) -> None:
        self._changed: set[UUID] = set()
        self._all = False
        self._woken = asyncio.Event()

    def wake(self, ids: Iterable[UUID] | None) -> None:
        """Say what may have changed; None: anything."""
        if ids is None:
            self._all = True
        else:
            self._changed.update(ids)
        self._woken.set()

    async def wait(self, timeout_s: float) -> set[UUID] | None:
        """What may have changed since the last wait; None: anything (also when nobody rang for so long)."""
        try:
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        except TimeoutError:
            return None
        changed = None if self._all else self._changed
        self._changed, self._all = set(), False
        self._woken.clear()
        return changed


class Hub:
    """The waiters of this process and the one connection that wakes them."""

    def __init__(self) -> None:
        self._waiters: dict[UUID, set[Waiter]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._present = False

    async def start(self, redis_url: str) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen(redis_url))

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @property
    def poll_s(self) -> float:
        """How long to wait for a ring before looking unasked."""
        return POLL_PRESENT_S if self._present else POLL_AWAY_S

    @asynccontextmanager
    async def waiting_for(self, ids: Iterable[UUID]) -> AsyncIterator[Waiter]:
        """Register a waiter for topics; register first, then read, so that nothing falls between."""
        waiter, wanted = Waiter(), list(ids)
        for id_ in wanted:
            self._waiters[id_].add(waiter)
        try:
            yield waiter
        finally:
            for id_ in wanted:
                self._waiters[id_].discard(waiter)
                if not self._waiters[id_]:
                    del self._waiters[id_]

    def _ring(self, ring: bell.Ring) -> None:
        for id_ in ring.loan_ids | ring.user_ids | {of_kind(kind) for kind in ring.kinds}:
            for waiter in self._waiters.get(id_, ()):
                waiter.wake([id_])

    def _wake_all(self) -> None:
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.wake(None)

    async def _listen(self, redis_url: str) -> None:
        while True:
            try:
                async with aclosing(bell.listen(redis_url)) as rings:
                    async for ring in rings:
                        self._hear(ring)
            except (redis.RedisError, OSError) as error:
                if self._present:
                    log.warning("live.valkey_lost", error=type(error).__name__)
                    self._present = False
                    self._wake_all()  # whoever fell asleep before it went would sleep on for `POLL_PRESENT_S`
            await asyncio.sleep(RETRY_S)

    def _hear(self, ring: bytes | None) -> None:
        """Wake whom a ring concerns; everybody, when it is not known what rang."""
        if ring is None:
            self._present = True
            self._wake_all()
            return
        try:
            rung = bell.Ring.load(ring)
        except (ValueError, KeyError, TypeError) as error:  # of another version of this code
            log.warning("live.ring_not_understood", error=type(error).__name__)
            self._wake_all()
        else:
            self._ring(rung)


hub = Hub()
"""The hub of this process; the application's lifespan starts and stops it."""
