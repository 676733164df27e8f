"""HTTP with kept connections, as cheap as it gets: many characters share one machine with the platform they talk to."""

import asyncio
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from urllib.parse import urlsplit

AT_ONCE = 16
"""Requests under way at the same time."""
TIMEOUT_S = 120.0


class Wire:
    """A few threads, each with a connection to every server it has talked to."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "wire")
        self._own = threading.local()

    async def send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """The status and the body of an answer. Raises OSError when the server is away."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._send, method, url, body, headers)

    def _send(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            return self._exchange(parts.netloc, method, target, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server let an idle connection go before it saw this request.
            self._connections().pop(parts.netloc).close()
            return self._exchange(parts.netloc, method, target, body, headers)

    def _exchange(
        self, server: str, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        connection = self._connections().setdefault(server, http.client.HTTPConnection(server, timeout=TIMEOUT_S))
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return response.status, response.read()

    def _connections(self) -> dict[str, http.client.HTTPConnection]:
        if not hasattr(self._own, "connections"):
            self._own.connections = {}
        connections: dict[str, http.client.HTTPConnection] = self._own.connections
        return connections

    async def __aenter__(self) -> "Wire":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
