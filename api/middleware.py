"""What every answer gets: headers that keep browsers careful, and one line in the log."""

import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.shared import logs

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
}
UNLOGGED = ("/healthz", "/readyz")
GRAPHQL_PATH = "/graphql"
METHODS = ("GET", "POST")
"""Nothing in a line about these needs redaction: it is written as it is."""
ANSWERED = "http.answered"

log = structlog.get_logger()


def security_headers(secure: bool) -> dict[str, str]:
    """The headers that every answer has; `secure`: the platform is served by TLS only."""
    return SECURITY_HEADERS | ({"strict-transport-security": "max-age=31536000; includeSubDomains"} if secure else {})


class SecurityHeaders:
    """Adds the headers that an answer does not have already."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._headers = security_headers(secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a `send` that adds the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class AccessLog:
    """One line for each request: method, path, status, time. Never the query string, which may hold variables."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log its end."""
        if scope["type"] != "http" or scope["path"] in UNLOGGED:
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        finally:
            log_answered(scope["method"], scope["path"], status, started)


def log_answered(method: str, path: str, status: int, started: float) -> None:
    """The line of a request that began so (`time.perf_counter`)."""
    lines, took_ms = logs.lines(), (time.perf_counter() - started) * 1000
    if path == GRAPHQL_PATH and method in METHODS and lines is not None:
        lines.info(
            f'"method": "{method}", "path": "{path}", "status": {status}, "took_ms": {took_ms:.1f}, "event": "{ANSWERED}"'
        )
    else:
        log.info(ANSWERED, method=method, path=path, status=status, took_ms=round(took_ms, 1))
