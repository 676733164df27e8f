"""Folding: the reads that wait in one process share a statement.

A statement of a plan is asked by rows of arguments, each with an answer of its own: a loan by its id, the first bids of a
loan. Whoever asks the same statement while it runs waits until it is done; then all who wait are asked at once. So a
busy process sends few statements, and an idle one sends each at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from api.engine.run import Fetch, Record

WIDTH = 2
"""So many of one statement run at a time: the database works on one while the other's rows are read."""
MOST = 200
"""About so many rows of arguments go into one statement."""

Columns = Sequence[Sequence[Any]]
"""Arguments, column by column, all of one length."""
Answers = Sequence[Sequence[Record]]
"""The records that answer each row of arguments."""


@dataclass(eq=False, slots=True)
class _Asked:
    columns: Columns
    size: int
    answers: "asyncio.Future[Answers]"


@dataclass(eq=False, slots=True)
class _Lane:
    """Those who wait for a statement, and how many of it run."""

    waiting: deque[_Asked] = field(default_factory=deque)
    running: int = 0


class Folding:
    """The reads of one process. Records say by their last value, counted from 1, which row of arguments they answer."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, sql: str, columns: Columns, args: Sequence[object] = ()) -> Awaitable[Answers]:
        """The answers of a statement whose parameters are arrays, the columns; with `args` that are none it is not shared.

        Raises what the database says, to all who shared the statement.
        """
        if args:
            return self._ask_alone(sql, columns, args)
        loop = asyncio.get_running_loop()
        asked = _Asked(columns, len(columns[0]), loop.create_future())
        lane = self._lanes.get(sql)
        if lane is None:
            lane = self._lanes[sql] = _Lane()
        lane.waiting.append(asked)
        if lane.running < WIDTH:
            lane.running += 1
            # Of nobody's context: whoever began may be gone before the others have their answers.
            task = loop.create_task(self._read(sql, lane), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return asked.answers

    async def _ask_alone(self, sql: str, columns: Columns, args: Sequence[object]) -> Answers:
        viewers, keys, *behind = columns
        return _answers(len(viewers), await self._fetch(sql, viewers, keys, *args, *behind))

    async def _read(self, sql: str, lane: _Lane) -> None:
        """Ask for all who wait, until nobody does. Nothing is awaited between that and being counted out."""
        while batch := _taken(lane.waiting):
            try:
                columns = batch[0].columns if len(batch) == 1 else _joined(batch)
                records = await self._fetch(sql, *columns)
            except Exception as error:  # noqa: BLE001 - each of those who asked shall have it
                for asked in batch:
                    if not asked.answers.done():
                        asked.answers.set_exception(error)
            else:
                _answer(batch, records)
        lane.running -= 1
        if not lane.running:
            del self._lanes[sql]


def _taken(waiting: deque[_Asked]) -> list[_Asked]:
    """Those who wait, up to `MOST` rows of arguments; not those who have gone."""
    batch: list[_Asked] = []
    size = 0
    while waiting and (size + waiting[0].size <= MOST or not batch):
        asked = waiting.popleft()
        if not asked.answers.done():
            batch.append(asked)
            size += asked.size
    return batch


def _joined(batch: Sequence[_Asked]) -> list[list[Any]]:
    columns = zip(*(asked.columns for asked in batch), strict=True)
    return [[value for part in parts for value in part] for parts in columns]


def _answers(size: int, records: Sequence[Record]) -> Answers:
    answers: list[list[Record]] = [[] for _ in range(size)]
    for record in records:
        answers[record[-1] - 1].append(record)
    return answers


def _answer(batch: Sequence[_Asked], records: Sequence[Record]) -> None:
    answers = _answers(sum(asked.size for asked in batch), records)
    at = 0
    for asked in batch:
        if not asked.answers.done():
            asked.answers.set_result(answers[at : at + asked.size])
        at += asked.size
