"""The sandbox as one ASGI application; its lifespan also runs the SMTP server and the engine."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import identity, mail, page
from sandbox.bank import customer_routes, platform_routes
from sandbox.engine import Engine
from sandbox.store import Store
from sandbox.web import Problem, answer_problem
from sandbox.webhooks import Courier

MAX_BODY_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the routes work with."""

    store: Store
    engine: Engine
    api_key: str


def create_app(store: Store, courier: Courier, api_key: str, smtp_socket: socket.socket) -> Starlette:
    """The application; `smtp_socket` is bound and gets the SMTP server."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        engine = Engine(store, courier)
        app.state.sandbox = Sandbox(store, engine, api_key)
        smtp = await asyncio.get_running_loop().create_server(lambda: mail.smtp_protocol(store), sock=smtp_socket)
        turning = asyncio.create_task(engine.run())
        # A bug must end the process (the trace comes at shutdown): a bank that answers but never executes puzzles.
        turning.add_done_callback(_end_with)
        try:
            yield
        finally:
            turning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await turning
            smtp.close()
            await courier.close()
            store.close()

    return Starlette(
        routes=[
            *page.ROUTES, *mail.ROUTES, *identity.ROUTES, *platform_routes.ROUTES, *customer_routes.ROUTES,
            Route("/healthz", _healthz),
        ],
        exception_handlers={Problem: answer_problem},
        lifespan=lifespan,
        max_body_size=MAX_BODY_BYTES,
    )  # fmt: skip


def _end_with(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        signal.raise_signal(signal.SIGTERM)


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})
