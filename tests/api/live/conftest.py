"""Two more API processes on the world's database, with a Valkey of their own that can be stopped and started again."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.processes import Platform, free_port
from cli.programs import programs
from cli.supervisor import Supervisor
from tests.api.conftest import SECRETS, World
from tests.api.live.watching import Socket, open_socket
from tests.support.client import Client
from tests.support.journey import Journey, Party, begin, until

VALKEY = "live-valkey"
NAMES = ("live-one", "live-two")


@dataclass
class Bell:
    """A Valkey."""

    supervisor: Supervisor
    program: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ("--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", self.folder)
        self.supervisor.spawn(VALKEY, [self.program, *options], log_file=self.folder / "valkey.log")
        await until(self._answers, "Valkey to answer")

    async def stop(self) -> None:
        """Stop it."""
        await asyncio.to_thread(self.supervisor.stop, VALKEY)

    async def flush(self) -> None:
        """Empty it."""
        assert await self._ask(b"FLUSHALL") == b"+OK"

    async def listeners(self) -> int:
        """How many processes listen to the bell."""
        return int((await self._ask(b"PUBSUB NUMSUB kalends:bell")).rpartition(b":")[2])

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return await self._ask(b"PING") == b"+PONG"
        return False

    async def _ask(self, command: bytes) -> bytes:
        return await asyncio.to_thread(self._speak, command)

    def _speak(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(command + b"\r\n")
            return connection.recv(4096).strip()


@dataclass
class Stage:
    """Where the two processes answer, and what rings between them."""

    urls: tuple[str, str]
    bell: Bell
    world: World

    def at(self, number: int, who: Party | None = None) -> Client:
        """One of the processes, as somebody or as a stranger."""
        return Client(self.urls[number], self.world.http, who.api.token if who else None)

    @contextlib.asynccontextmanager
    async def watch(self, number: int, who: Party | None = None) -> AsyncIterator[Socket]:
        """A WebSocket to one of the processes."""
        async with open_socket(self.urls[number], who.api.token if who else None) as opened:
            yield opened

    async def everybody_listens(self) -> None:
        """Wait until both processes hear the bell."""

        async def both() -> bool:
            return await self.bell.listeners() == len(NAMES)

        await until(both, "both processes to listen")


@pytest.fixture(scope="package")
def bell(supervisor: Supervisor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bell]:
    """A Valkey that is not the other tests'."""
    folder = tmp_path_factory.mktemp("live")
    yield Bell(supervisor, programs(folder, for_other_account=False).valkey, folder, free_port())
    supervisor.stop(VALKEY)


@pytest.fixture(scope="package")
async def stage(
    world: World, supervisor: Supervisor, bell: Bell, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """Two processes of the API; the world's own workers do not ring their bell."""
    await bell.start()
    environment = {"DATABASE_URL": world.platform.environment["DATABASE_URL"], "REDIS_URL": bell.url}
    platform = Platform(supervisor, tmp_path_factory.mktemp("stage"), environment, secrets=SECRETS)
    ports = (free_port(), free_port())
    urls = (f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
    for name, port in zip(NAMES, ports, strict=True):
        platform.spawn_api(name, port)
    for url in urls:
        await asyncio.to_thread(platform.wait_for, f"{url}/readyz")
    yield Stage(urls, bell, world)
    for name in NAMES:
        await asyncio.to_thread(supervisor.stop, name)


@pytest.fixture(scope="package")
async def journey(world: World) -> Journey:
    """What people do on the platform."""
    return await begin(world)


@pytest.fixture(scope="package")
async def borrower(journey: Journey) -> Party:
    """Somebody whose loans are watched."""
    return await journey.borrower()


@pytest.fixture(scope="package")
async def lender(journey: Journey) -> Party:
    """Somebody who bids."""
    return await journey.lender(200_000)
