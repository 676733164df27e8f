"""The application: what it opens while it lives, its routes, and what surrounds them."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property, partial
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from tortoise.exceptions import OperationalError
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api import explorer
from api.bearer import Authenticate
from api.cookies import SESSION_PATH, Cookies
from api.errors import Code, top_level
from api.execution import Executor
from api.feeds import Feeds
from api.http import GraphQLOverHTTP
from api.live import hub
from api.masking import bug, present
from api.metrics import Metrics
from api.middleware import GRAPHQL_PATH, AccessLog, SecurityHeaders, log_answered, security_headers
from api.pages import welcome
from api.rate import Rates
from api.sessions import Accounts, Sessions
from api.sites import Sites
from api.trusted import Trusted
from api.webhooks import Receiver, Webhooks
from api.websocket import GraphQLOverWebSocket
from domain.identity import attempts
from domain.shared import bell, db, logs, policy
from domain.shared.calendar import calendar
from domain.shared.errors import Busy
from domain.shared.patience import in_time
from domain.shared.replica import Replica
from domain.shared.settings import Settings
from migrations.status import pending

READY_TIMEOUT_S = 3.0
LOAD_CALENDAR_AFTER_S = 1.0
NEW_OBJECTS = 10_000
"""So many more objects than before are made until new ones are looked through for garbage: some answers' worth of rows."""

log = structlog.get_logger()


def create_app(settings: Settings) -> Starlette:
    """The API of one process."""
    # Imported here, so that an application can be assembled around another schema without these.
    from api.schema import schema
    from domain.identity import commands
    from domain.identity.queries import viewer_of
    from domain.payments.commands import receive_webhook

    app = assemble(settings, schema, viewer_of, receive_webhook, commands, explorer.Page())
    app.router.routes.append(explorer.personas(settings))
    app.router.default = Sites(app.router.not_found, sandbox=settings.is_sandbox)
    return app


def assemble(
    settings: Settings,
    schema: strawberry.Schema,
    authenticate: Authenticate,
    receive_webhook: Receiver,
    accounts: Accounts,
    page: ASGIApp = welcome,
) -> Starlette:
    """An application from its parts: the schema, who tokens speak for, where webhooks are stored, who logs in, what browsers see."""
    cookies = Cookies(settings)
    trusted = Trusted.load(settings.trusted_documents, only=settings.only_trusted_documents)
    rates = Rates(settings.rate_limit_account, settings.rate_limit_token, settings.rate_limit_address)
    replica = None
    if settings.replica_database_url is not None:
        replica = Replica(settings.replica_database_url.get_secret_value(), settings.replica_lag_seconds)
    executor = Executor(schema, rates, compiled=settings.compiled_executor, trusted=trusted, replica=replica)
    feeds = Feeds(executor)
    sessions = Sessions(cookies, rates, accounts)
    secure = settings.public_url.startswith("https://")
    cors = partial(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["authorization", "content-type"],
        expose_headers=["retry-after", "www-authenticate"],
        max_age=600,
    )
    graphql = GraphQLOverHTTP(executor, feeds, authenticate, cookies, security_headers(secure), page)
    app = Application(
        graphql,
        GraphQLOverWebSocket(executor, feeds, authenticate, cookies),
        cors,
        partial(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies),
        lifespan=_lifespan(settings, rates, replica),
        routes=[
            Route(GRAPHQL_PATH, graphql),
            Route(SESSION_PATH, sessions.open, methods=["POST"]),
            Route(SESSION_PATH, sessions.end, methods=["DELETE"]),
            Route(f"{SESSION_PATH}/refresh", sessions.renew, methods=["POST"]),
            Route("/schema.graphql", SchemaFile(schema).endpoint),
            Route(
                "/webhooks/{provider}", Webhooks(settings.webhook_secret, receive_webhook).endpoint, methods=["POST"]
            ),
            Route("/metrics", Metrics(executor, replica, settings.metrics_token).endpoint),
            Route("/healthz", healthy),
            Route("/readyz", ready),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SecurityHeaders, secure=secure),
            Middleware(cors),
        ],
        exception_handlers={HTTPException: refused, Exception: broken},
    )
    app.router.redirect_slashes = False
    return app


SPECIAL = frozenset({b"origin", b"x-forwarded-for", b"x-forwarded-proto"})
"""Headers of requests that have to go through layers: from other origins, or through a proxy."""


class Application(Starlette):
    """Starlette, but for GraphQL: WebSockets and most requests by POST skip its router and its layers.

    Requests come by thousands a second; thousands of WebSockets stay, and each layer would take memory as long as they do.
    """

    def __init__(
        self,
        graphql: GraphQLOverHTTP,
        websocket: GraphQLOverWebSocket,
        cors: Callable[[ASGIApp], ASGIApp],
        proxied: Callable[[Any], Any],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._graphql = graphql
        self._websocket = proxied(websocket)
        self._graphql_in_layers = proxied(AccessLog(cors(graphql)))
        self._all_in_layers = proxied(super().__call__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "websocket" and scope["path"] == GRAPHQL_PATH:
            await self._websocket(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"] != GRAPHQL_PATH or scope["method"] != "POST":
            await self._all_in_layers(scope, receive, send)
            return
        for name, _ in scope["headers"]:
            if name in SPECIAL:
                await self._graphql_in_layers(scope, receive, send)
                return
        started = time.perf_counter()
        status = await self._graphql.answer(scope, receive, send)
        log_answered("POST", GRAPHQL_PATH, status, started)


def _lifespan(
    settings: Settings, rates: Rates, replica: Replica | None
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        redis_url = settings.redis_url.get_secret_value()
        await db.connect(settings.database_url.get_secret_value(), settings.database_pool_size)
        if replica:
            await replica.start()
        valkey = bell.connect(redis_url)
        attempts.connect(valkey)
        await hub.start(redis_url)
        background = [asyncio.create_task(_load_calendar()), asyncio.create_task(rates.run(valkey))]
        settle_memory()
        log.info("api.started")
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await hub.stop()
            if replica:
                await replica.stop()
            await db.disconnect()  # first: transactions that still run ring the bell when they commit
            await bell.disconnect()
            log.info("api.stopped")
            if (lines := logs.lines()) is not None:
                lines.flush()

    return lifespan


def settle_memory() -> None:
    """Leave what lives as long as the process out of garbage collection, and look seldom for cycles in what answers leave.

    A pass over schema and modules takes longer than many answers, and there is never anything in them to collect.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
    gc.enable()


async def _load_calendar() -> None:
    """In a thread, when the first requests are answered, and before one of them holds locks meanwhile."""
    await asyncio.sleep(LOAD_CALENDAR_AFTER_S)
    await asyncio.to_thread(calendar, policy.active().country)


class SchemaFile:
    """The schema as text, printed when somebody first asks for it."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema

    async def endpoint(self, _: Request) -> Response:
        """The text; anybody may keep it for five minutes."""
        return PlainTextResponse(self._text, headers={"cache-control": "public, max-age=300"})

    @cached_property
    def _text(self) -> str:
        return self._schema.as_str().rstrip() + "\n"


async def healthy(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def ready(_: Request) -> Response:
    """The database answers and has every migration this code needs; 503 otherwise."""
    try:
        missing = await in_time(pending(), READY_TIMEOUT_S)
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
