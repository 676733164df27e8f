"""The application: what it opens while it lives, its routes, and what surrounds them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import strawberry
import structlog
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from tortoise.exceptions import OperationalError

from api.bearer import Authenticate
from api.cookies import SESSION_PATH, Cookies
from api.errors import Code, top_level
from api.execution import Executor
from api.http import GraphQLOverHTTP
from api.live import hub
from api.masking import bug, present
from api.middleware import AccessLog, SecurityHeaders
from api.rate import Rates
from api.sessions import Accounts, Sessions
from api.webhooks import Receiver, Webhooks
from api.websocket import GraphQLOverWebSocket
from domain.identity import attempts
from domain.shared import bell, db, policy
from domain.shared.calendar import calendar
from domain.shared.errors import Busy
from domain.shared.settings import Settings
from migrations.status import pending

READY_TIMEOUT_S = 3.0
LOAD_CALENDAR_AFTER_S = 1.0

log = structlog.get_logger()


def create_app(settings: Settings) -> Starlette:
    """The API of one process."""
    # Imported here, so that an application can be assembled around another schema without these.
    from api.schema import schema
    from domain.identity import commands
    from domain.identity.queries import viewer_of
    from domain.payments.commands import receive_webhook

    return assemble(settings, schema, viewer_of, receive_webhook, commands)


def assemble(
    settings: Settings,
    schema: strawberry.Schema,
    authenticate: Authenticate,
    receive_webhook: Receiver,
    accounts: Accounts,
) -> Starlette:
    """An application from its parts: the schema it serves, who tokens speak for, where webhooks are stored, who logs in."""
    cookies = Cookies(settings)
    rates = Rates(settings.rate_limit_account, settings.rate_limit_token, settings.rate_limit_address)
    executor = Executor(schema, rates, compiled=settings.compiled_executor)
    sessions = Sessions(cookies, rates, accounts)
    sdl = PlainTextResponse(schema.as_str().rstrip() + "\n", headers={"cache-control": "public, max-age=300"})
    app = Starlette(
        lifespan=_lifespan(settings, rates),
        routes=[
            Route("/graphql", GraphQLOverHTTP(executor, authenticate, cookies)),
            WebSocketRoute("/graphql", GraphQLOverWebSocket(executor, authenticate, cookies)),
            Route(SESSION_PATH, sessions.open, methods=["POST"]),
            Route(SESSION_PATH, sessions.end, methods=["DELETE"]),
            Route(f"{SESSION_PATH}/refresh", sessions.renew, methods=["POST"]),
            Route("/schema.graphql", sdl),
            Route(
                "/webhooks/{provider}", Webhooks(settings.webhook_secret, receive_webhook).endpoint, methods=["POST"]
            ),
            Route("/healthz", healthy),
            Route("/readyz", ready),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders, secure=settings.public_url.startswith("https://")),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["authorization", "content-type"],
                expose_headers=["retry-after", "www-authenticate"],
                max_age=600,
            ),
        ],
        exception_handlers={HTTPException: refused, Exception: broken},
    )
    app.router.redirect_slashes = False
    return app


def _lifespan(settings: Settings, rates: Rates) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        redis_url = settings.redis_url.get_secret_value()
        await db.connect(settings.database_url.get_secret_value(), settings.database_pool_size)
        valkey = bell.connect(redis_url)
        attempts.connect(valkey)
        await hub.start(redis_url)
        background = [asyncio.create_task(_load_calendar()), asyncio.create_task(rates.run(valkey))]
        log.info("api.started")
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await hub.stop()
            await db.disconnect()  # first: transactions that still run ring the bell when they commit
            await bell.disconnect()
            log.info("api.stopped")

    return lifespan


async def _load_calendar() -> None:
    """In a thread, when the first requests are answered, and before one of them holds locks meanwhile."""
    await asyncio.sleep(LOAD_CALENDAR_AFTER_S)
    await asyncio.to_thread(calendar, policy.active().country)


async def healthy(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def ready(_: Request) -> Response:
    """The database answers and has every migration this code needs; 503 otherwise."""
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            missing = await pending()
    except (Busy, TimeoutError):
        return JSONResponse({"status": "waiting", "reason": "the database does not answer"}, 503)
    except OperationalError:
        return JSONResponse({"status": "waiting", "reason": "the database is not migrated"}, 503)
    if missing:
        return JSONResponse({"status": "waiting", "reason": f"migrations are missing: {', '.join(missing)}"}, 503)
    return JSONResponse({"status": "ready"})


async def refused(_: Request, error: Exception) -> Response:
    """Unknown paths and methods, in GraphQL's shape."""
    assert isinstance(error, HTTPException), "registered for it"
    return _shaped(error.status_code, top_level(Code.BAD_REQUEST, f"{error.detail}."), error.headers)


async def broken(_: Request, error: Exception) -> Response:
    """A bug outside any resolver."""
    return _shaped(500, bug(error))


def _shaped(status: int, error: GraphQLError, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"errors": present([error])}, status, dict(headers or {}))
