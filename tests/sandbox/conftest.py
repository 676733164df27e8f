"""One sandbox process and one receiver per test process; every test begins with an empty sandbox."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.support import API_KEY, Desk, Process, Receiver
from workers.gateways.bank import BankGateway


@pytest.fixture(scope="session")
def listening() -> Iterator[Receiver]:
    """The receiver; tests take `receiver`."""
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def running(listening: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The sandbox; tests take `sandbox`."""
    directory: Path = tmp_path_factory.mktemp("sandbox")
    process = Process(directory, listening.port)
    process.start()
    yield process
    process.end()


@pytest.fixture
async def sandbox(running: Process) -> Process:
    """The running sandbox, emptied."""
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        (await client.post("/bank/control/reset")).raise_for_status()
    return running


@pytest.fixture
def receiver(sandbox: Process, listening: Receiver) -> Iterator[Receiver]:
    """The receiver, emptied; at the end every webhook must have been signed rightly."""
    listening.messages.clear()
    listening.status = 200
    yield listening
    assert listening.unverified == []


@pytest.fixture
async def desk(sandbox: Process, receiver: Receiver) -> AsyncIterator[Desk]:
    """A tester's desk at an empty sandbox whose clock has not been set."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=headers, trust_env=False, timeout=20) as client:
        yield Desk(client, BankGateway(sandbox.url, API_KEY, client))
