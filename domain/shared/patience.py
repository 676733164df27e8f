"""Waiting for something that may never answer."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


async def in_time(work: Coroutine[Any, Any, R], limit_s: float) -> R:
    """What the work comes to. Raises `TimeoutError` after so many seconds, whatever the work does then: it is cancelled.

    `asyncio.timeout` waits until the work has ended; a connection to a server that hangs cannot even be cancelled in time.
    """
    task = asyncio.create_task(work)
    task.add_done_callback(_looked_at)
    try:
        done, _ = await asyncio.wait((task,), timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        raise TimeoutError
    return task.result()


def _looked_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
