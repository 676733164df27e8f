"""Folding: the calls that wait in one process become one transaction, and each caller has its own answer.

A call waits only while others are being written, never for a clock: alone it is a batch of one at once. What waits is
taken in turns, one call of each lane (of a loan, for bids), so that a hot lane does not keep the others waiting. A caller
who goes away before the call is taken takes it back; afterwards they only detach from it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar

from domain.shared import clock, db
from domain.shared.errors import Busy, DomainError, IdempotencyConflict
from domain.shared.idempotency import Call, Identity, KeyTaken, Request, Result, Work, each_once

MOST = 128
"""About so many items (bids) are written in one transaction."""
ROOM = 4_096
"""So many items may wait."""
PATIENCE_S = 0.25
"""How long a transaction waits for a lock, as nobody in this process goes on meanwhile."""
LEAST_PATIENCE_S = 0.01
RECONNECT_S = 0.1
"""How long a lost database is left alone before the batch is tried again."""

Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)


@dataclass(eq=False, slots=True)
class Waiting(Generic[Q, R]):
    """A call in the queue, with all who wait for its answer: the first asked, the others repeat."""

    number: int
    call: Call[Q, R]
    size: int
    arrived_at: datetime = field(default_factory=clock.wall)
    callers: list["asyncio.Future[R | Exception]"] = field(default_factory=list)
    is_taken: bool = False

    @property
    def is_abandoned(self) -> bool:
        """Whether everybody went away before it was taken."""
        return not self.is_taken and all(caller.cancelled() for caller in self.callers)

    def join(self) -> "asyncio.Future[R | Exception]":
        """A place among those who wait."""
        caller: asyncio.Future[R | Exception] = asyncio.get_running_loop().create_future()
        self.callers.append(caller)
        return caller

    def answer(self, answer: R | Exception) -> None:
        """Tell everybody who is still there; each has an object of their own."""
        for place, caller in enumerate(self.callers):
            if caller.done():
                continue
            if isinstance(answer, DomainError):
                caller.set_result(replace(answer))
            elif place and isinstance(answer, Result):
                caller.set_result(replace(answer, replayed=True))
            else:
                caller.set_result(answer)


class Fold(Generic[Q, R]):
    """The queue of one process before `work`, which does many calls in one transaction and returns their outcomes."""

    def __init__(self, work: Work[Q, R]) -> None:
        self._work = work
        self._lanes: OrderedDict[Hashable, deque[Waiting[Q, R]]] = OrderedDict()
        self._in_flight: dict[Identity, Waiting[Q, R]] = {}
        self._waiting = 0
        self._arrived = 0
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, call: Call[Q, R], lane: Hashable, size: int = 1) -> R:
        """The call's answer, once it is committed. `size`: how many items of work it is.

        Raises the call's refusal, `IdempotencyConflict` for another input under a key that is in flight or was used, and
        `Busy` when too much waits, a lock is not to be had, or the database is away.
        """
        answer = await self._enter(call, lane, size).join()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _enter(self, call: Call[Q, R], lane: Hashable, size: int) -> Waiting[Q, R]:
        known = self._in_flight.get(call.identity)
        if known is not None and not known.is_abandoned:
            if known.call.request_hash != call.request_hash:
                raise IdempotencyConflict(first_used_at=known.arrived_at, path=("idempotencyKey",))
            return known
        if self._waiting + size > ROOM:
            raise Busy
        self._arrived += 1
        waiting = self._in_flight[call.identity] = Waiting(self._arrived, call, size)
        self._lanes.setdefault(lane, deque()).append(waiting)
        self._waiting += size
        if self._writer is None or self._writer.done():
            self._writer = db.spawn(self._write())
        return waiting

    async def _write(self) -> None:
        while batch := self._take():
            answers = await self._answers([waiting.call for waiting in batch])
            for waiting, answer in zip(batch, answers, strict=True):
                del self._in_flight[waiting.call.identity]
                waiting.answer(answer)

    def _take(self) -> list[Waiting[Q, R]]:
        """The next batch: from each lane in turn, then in the order of arrival."""
        batch: list[Waiting[Q, R]] = []
        size = 0
        while self._lanes and size < MOST:
            lane, queue = self._lanes.popitem(last=False)
            waiting = queue.popleft()
            if queue:
                self._lanes[lane] = queue
            self._waiting -= waiting.size
            if waiting.is_abandoned:
                if self._in_flight.get(waiting.call.identity) is waiting:
                    del self._in_flight[waiting.call.identity]
                continue
            waiting.is_taken = True
            batch.append(waiting)
            size += waiting.size
        return sorted(batch, key=lambda waiting: waiting.number)

    async def _answers(self, calls: Sequence[Call[Q, R]]) -> Sequence[R | Exception]:
        """Together, at most twice; then each alone, so that only those who are the trouble have it.

        Whether a transaction was committed whose connection was lost in the middle of it is told by the keys, which the
        second attempt reads.
        """
        for is_last in (False, True):
            try:
                return await self._transact(calls, PATIENCE_S)
            except (*db.CONFLICTS, KeyTaken):
                continue
            except Busy as lost:
                if is_last:
                    return [lost] * len(calls)
                await asyncio.sleep(RECONNECT_S)
            except Exception:  # noqa: BLE001 - whatever one call raises, the others must have their answers
                break
        return await self._each_alone(calls)

    async def _each_alone(self, calls: Sequence[Call[Q, R]]) -> list[R | Exception]:
        """One transaction for each call. They share one patience, or those behind many locked ones would wait for all."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        answers: list[R | Exception] = []
        for call in calls:
            patience = max(until - asyncio.get_running_loop().time(), LEAST_PATIENCE_S)
            try:
                answers += await self._transact([call], patience)
            except (*db.CONFLICTS, KeyTaken):
                answers.append(Busy())
            except Exception as fault:  # noqa: BLE001 - it is the answer of this call
                answers.append(fault)
        return answers

    async def _transact(self, calls: Sequence[Call[Q, R]], patience_s: float) -> Sequence[R | Exception]:
        async def work() -> list[R | DomainError]:
            await db.wait_at_most(patience_s)
            return await each_once(calls, self._work)

        return await db.transact(work)
