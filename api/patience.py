"""How long many tasks may wait, each mostly for a moment: one timer looks after all of them.

A timer for each would cost more than most of them wait.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

R = TypeVar("R")
LOOK_S = 1.0


class Patience:
    """A limit of so many seconds, and up to one more."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._until: dict[asyncio.Task[Any], float] = {}
        self._given_up: set[asyncio.Task[Any]] = set()
        self._looking = False

    async def wait(self, awaited: Awaitable[R]) -> R:
        """What is awaited. Raises `TimeoutError` when it takes too long."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None, "only tasks wait"
        self._until[task] = loop.time() + self._limit_s
        if not self._looking:
            self._looking = True
            loop.call_later(LOOK_S, self._look, loop)
        try:
            return await awaited
        except asyncio.CancelledError:
            if task not in self._given_up or task.uncancel() > 0:
                raise
            raise TimeoutError from None
        finally:
            del self._until[task]
            self._given_up.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, until in self._until.items():
            if until < now and task not in self._given_up:
                self._given_up.add(task)
                task.cancel()
        self._looking = bool(self._until)
        if self._looking:
            loop.call_later(LOOK_S, self._look, loop)
