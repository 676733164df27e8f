"""The edge's own server, in a process of its own on a migrated database."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect

from cli.processes import free_port
from tests.conftest import Databases

ROOT = Path(__file__).parents[3]
ORIGIN = "https://app.example"
GRAPHQL_JSON = "application/graphql-response+json"


@dataclass
class Edge:
    """Where the server answers and what it has logged."""

    url: str
    log_file: Path
    http: httpx.AsyncClient

    async def post(self, query: str, accept: str = GRAPHQL_JSON, **params: Any) -> httpx.Response:
        """A GraphQL request."""
        return await self.http.post("/graphql", json={"query": query, **params}, headers={"accept": accept})

    async def raw(self, body: bytes, **headers: str) -> httpx.Response:
        """Any body at all, as JSON unless said otherwise."""
        given = {"content-type": "application/json"} | {name.replace("_", "-"): v for name, v in headers.items()}
        return await self.http.post("/graphql", content=body, headers=given)

    @property
    def log(self) -> str:
        """Everything logged so far."""
        return self.log_file.read_text()

    async def logs(self, text: str) -> None:
        """Wait until it is logged: lines about requests are written together."""
        for _ in range(500):
            if text in self.log:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{text} is not logged")

    @contextlib.asynccontextmanager
    async def socket(self, payload: Any = None, *, init: bool = True) -> AsyncIterator["Socket"]:
        """A WebSocket, initialised unless said otherwise."""
        address = self.url.replace("http://", "ws://") + "/graphql"
        protocol: Any = "graphql-transport-ws"
        async with connect(address, subprotocols=[protocol], max_size=None) as connection:
            socket = Socket(connection)
            if init:
                await socket.send({"type": "connection_init", "payload": payload})
                assert await socket.receive() == {"type": "connection_ack"}
            yield socket


@dataclass
class Socket:
    """Speaks JSON."""

    connection: ClientConnection

    async def send(self, message: Any) -> None:
        """One message."""
        await self.connection.send(orjson.dumps(message).decode())

    async def subscribe(self, id_: str, query: str, **params: Any) -> None:
        """Ask for an operation."""
        await self.send({"id": id_, "type": "subscribe", "payload": {"query": query, **params}})

    async def receive(self) -> Any:
        """The next message."""
        return orjson.loads(await self.raw())

    async def raw(self) -> str | bytes:
        """The next message as it came."""
        return await asyncio.wait_for(self.connection.recv(), 10)

    async def silence(self, seconds: float) -> None:
        """Nothing comes for so long."""
        with contextlib.suppress(TimeoutError):
            raise AssertionError(f"unexpected: {await asyncio.wait_for(self.connection.recv(), seconds)!r}")

    async def closed(self) -> tuple[int | None, str | None]:
        """How the server closes; messages before that do not matter."""
        with contextlib.suppress(Exception):
            while True:
                await asyncio.wait_for(self.connection.recv(), 10)
        return self.connection.close_code, self.connection.close_reason


@pytest.fixture(scope="session")
async def edge(make_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """The server of this test process."""
    app_url, _ = await make_database.make("edge")
    async with serving(app_url, make_database.servers.redis_url, tmp_path_factory.mktemp("edge")) as (edge, _):
        yield edge


@pytest.fixture(scope="session")
async def impatient(make_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A server whose bodies, and whose trust in a token on an open connection, last half a second."""
    app_url, _ = await make_database.make("edge_impatient")
    folder = tmp_path_factory.mktemp("impatient")
    async with serving(app_url, make_database.servers.redis_url, folder, impatient="0.5") as (edge, _):
        yield edge


@contextlib.asynccontextmanager
async def serving(
    app_url: str, redis_url: str, folder: Path, **more: str
) -> AsyncIterator[tuple[Edge, asyncio.subprocess.Process]]:
    """A server in a process, which ends in order within 20 s of a SIGTERM, unless the test kills it.

    `more`: settings without their prefix, and perhaps the port.
    """
    port = int(more.pop("port", 0)) or free_port()
    log_file = folder / f"{port}.log"
    settings = {
        "DATABASE_URL": app_url,
        "REDIS_URL": redis_url,
        "KALENDS_CORS_ORIGINS": f'["{ORIGIN}"]',
        "PYTHONPATH": str(ROOT),
        **{f"KALENDS_{name.upper()}": value for name, value in more.items()},
    }
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.api.edge.target", str(port),
            cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
                await _until_ready(http, process, log_file)
                yield Edge(f"http://127.0.0.1:{port}", log_file, http), process
        finally:
            if process.returncode is None:
                process.terminate()
            ended_by = -await asyncio.wait_for(process.wait(), 20)
            # uvicorn ends in order, then passes the signal on to itself.
            if ended_by != signal.SIGKILL:
                assert ended_by == signal.SIGTERM, log_file.read_text()
                assert "api.stopped" in log_file.read_text()


async def _until_ready(http: httpx.AsyncClient, process: asyncio.subprocess.Process, log_file: Path) -> None:
    for _ in range(600):
        assert process.returncode is None, log_file.read_text()
        with contextlib.suppress(httpx.TransportError):
            if (await http.get("/readyz")).status_code == 200:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(log_file.read_text())
