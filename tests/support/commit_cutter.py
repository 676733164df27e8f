"""A way to PostgreSQL that can be cut where it hurts: when a client sends COMMIT, before or after the server has done it."""

import asyncio
from enum import Enum, auto
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

COMMIT = b"COMMIT"
DONE = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""The server's message that a transaction is committed."""


class Cut(Enum):
    """When the connection is lost."""

    NEVER = auto()
    BEFORE = auto()
    """COMMIT never reaches the server."""
    AFTER = auto()
    """The server has committed, and its answer never reaches the client."""


class CommitCutter:
    """Listens on a port of its own and leads to a PostgreSQL server; `cut` the next COMMIT once, or stay `away`."""

    def __init__(self, url: str) -> None:
        self.cut = Cut.NEVER
        self.away = False
        self.cuts = 0
        self._url = urlsplit(url)
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The database by this way."""
        port = self._server.sockets[0].getsockname()[1]
        return f"postgresql://{self._url.username}@127.0.0.1:{port}{self._url.path}?sslmode=disable"

    async def __aenter__(self) -> "CommitCutter":
        self._server = await asyncio.start_server(self._lead, "127.0.0.1")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _lead(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self.away:
            to_client.transport.abort()
            return
        socket = Path(parse_qs(self._url.query)["host"][0]) / ".s.PGSQL.5432"
        from_server, to_server = await asyncio.open_unix_connection(str(socket))
        ways = (self._forth(from_client, to_server, to_client), self._back(from_server, to_client, to_server))
        for way in ways:
            task = asyncio.create_task(way)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forth(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_client: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65_536):
            if self.cut is Cut.BEFORE and COMMIT in data:
                self._cut(writer, to_client)
                return
            writer.write(data)
        writer.close()

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_server: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(65_536):
            if self.cut is Cut.AFTER and DONE in data:
                self._cut(writer, to_server)
                return
            writer.write(data)
        writer.close()

    def _cut(self, *ways: asyncio.StreamWriter) -> None:
        self.cut = Cut.NEVER
        self.cuts += 1
        for way in ways:
            way.transport.abort()
