"""The API with a watch on its event loop: how much of the loop's own CPU time one turn took, at most.

A tick asks for its next turn every millisecond; between two of them nothing but what held the loop has used the thread's
CPU time, however busy the machine is with others. `/holds` answers with the longest, in milliseconds, and begins anew.
"""

import asyncio
import sys
import time

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.main import application as served
from api.main import serve
from domain.shared.settings import settings

TICK_S = 0.001


class Held:
    """Passes everything on but `/holds`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._worst_s = 0.0
        self._last_s: float | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer how long the loop was held, or pass the request on."""
        if scope["type"] != "http" or scope["path"] != "/holds":
            await self._app(scope, receive, send)
            return
        if self._last_s is None:
            self._tick()
        answer = PlainTextResponse(f"{self._worst_s * 1_000:.1f}")
        self._worst_s = 0.0
        await answer(scope, receive, send)

    def _tick(self) -> None:
        now_s = time.thread_time()
        if self._last_s is not None:
            self._worst_s = max(self._worst_s, now_s - self._last_s)
        self._last_s = now_s
        asyncio.get_running_loop().call_later(TICK_S, self._tick)


def application() -> ASGIApp:
    """For uvicorn."""
    return Held(served())


if __name__ == "__main__":
    serve(settings(), "127.0.0.1", int(sys.argv[1]), application="bench.held:application")
