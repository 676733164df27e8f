"""A whole platform in processes: API, two workers, the sandbox's providers, on a database of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from cli.processes import Platform
from cli.supervisor import Supervisor
from tests.conftest import Databases
from tests.domain.conftest import START
from tests.support.client import Client

SECRETS = {name: os.environ[name] for name in ("KALENDS_SECRET_KEY", "KALENDS_BANK_API_KEY", "KALENDS_WEBHOOK_SECRET")}


@dataclass
class World:
    """Where everything is: `api` as a stranger, `http` for the sandbox, `books` for what the auditor would look at."""

    platform: Platform
    api: Client
    http: httpx.AsyncClient
    books: "asyncpg.Connection[asyncpg.Record]"

    @property
    def sandbox_url(self) -> str:
        """Where the bank, the identity provider and the mail sink answer."""
        return self.platform.sandbox_url


@pytest.fixture(scope="session")
def supervisor() -> Iterator[Supervisor]:
    """Ends what it started, whatever happens."""
    with Supervisor() as running:
        yield running


@pytest.fixture(scope="session")
async def world(
    make_database: Databases, supervisor: Supervisor, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The platform of this test process, its clock at 09:00 in Shanghai on Monday, 6 January 2025."""
    app_url, owner_url = await make_database.make("world")
    environment = {"DATABASE_URL": app_url, "REDIS_URL": make_database.servers.redis_url}
    await prepare(environment, owner_url)
    platform = Platform(supervisor, tmp_path_factory.mktemp("world"), environment, secrets=SECRETS)
    platform.start(workers=2)
    books = await asyncpg.connect(owner_url)
    async with httpx.AsyncClient() as http:
        yield World(platform, Client(platform.url, http), http, books)
    await books.close()


async def prepare(environment: dict[str, str], owner_url: str) -> None:
    """Reference data, and the clock before anything happens."""
    owner = await asyncpg.connect(owner_url)
    await owner.execute("update shared.clock set shift = $1 - now(), time_zone = 'Asia/Shanghai'", START)
    await owner.close()
    settings = environment | {"KALENDS_MIGRATION_DATABASE_URL": owner_url}
    migrate = [sys.executable, "-m", "cli.main", "migrate"]
    await asyncio.to_thread(subprocess.run, migrate, env=os.environ | settings, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def log_folder(world: World) -> Path:
    """What the processes of the world log."""
    return world.platform.home / "logs"
