"""Real servers for every test process: PostgreSQL and Valkey from wheels, migrated once, gone at the end."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

os.environ.setdefault("KALENDS_SECRET_KEY", "a key for tests, of more than thirty-two characters")
os.environ.setdefault("KALENDS_WEBHOOK_SECRET", "whsec_dGVzdHMgb25seSwgdGVzdHMgb25seSwgdGVzdHMgb25seQ==")
os.environ.setdefault("KALENDS_BANK_API_KEY", "a key for tests of the bank, of more than thirty-two characters")

from cli.embedded import EmbeddedServers
from migrations.run import migrate
from tests.support.browser import Browser, chromium
from tests.support.planted import leaks

found_in_logs: list[str] = []


@pytest.fixture(scope="session", autouse=True)
def nothing_leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """At the end of all, when every process of these tests has ended, their logs are searched for what must not be there."""
    yield
    found = [*leaks(tmp_path_factory.getbasetemp()), *found_in_logs]
    assert found == [], "\n".join(found[:20])


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey of this test process, with a short path: sockets must fit into 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="kt-") as home:
        Path(home).chmod(0o755)
        with EmbeddedServers(Path(home), durable=False) as running:
            yield running
        found_in_logs.extend(leaks(Path(home)))


@pytest.fixture(scope="session")
async def template(servers: EmbeddedServers) -> str:
    """A migrated database that others are copied from; nobody connects to it."""
    await migrate(servers.migration_database_url)
    return "kalends"


@pytest.fixture(scope="session")
async def make_database(servers: EmbeddedServers, template: str) -> AsyncIterator["Databases"]:
    """Makes migrated databases by copying the template."""
    connection = await asyncpg.connect(servers.migration_database_url.replace("/kalends?", "/postgres?"))
    yield Databases(servers, template, connection)
    await connection.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The Chromium of this test process."""
    async with chromium() as running:
        yield running


class Databases:
    """Copies of a migrated database."""

    def __init__(
        self, servers: EmbeddedServers, template: str, connection: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.servers = servers
        self.template = template
        self.connection = connection

    async def make(self, name: str) -> tuple[str, str]:
        """The URLs (application, owner) of a fresh copy."""
        await self.connection.execute(f"create database {name} template {self.template}")
        urls = self.servers.database_url, self.servers.migration_database_url
        app_url, owner_url = (url.replace("/kalends?", f"/{name}?") for url in urls)
        return app_url, owner_url
