"""A platform of its own to break: durable servers, and workers whose pids are known."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from cli.embedded import EmbeddedServers
from cli.home import server_account, socket_folder
from cli.postgres import DATA_FOLDER, Postgres
from cli.processes import Platform
from cli.programs import programs
from migrations.run import migrate
from tests.api.conftest import SECRETS, World, prepare
from tests.support.client import Client
from tests.support.journey import Journey, begin, until

WORKERS = 2
AT_ONCE = 500
"""Connections a client may open: the storm is the tests', not httpx's queue."""


@dataclass
class Ground(World):
    """A platform that may be broken, and what it takes to break it."""

    servers: EmbeddedServers
    valkey: Redis
    workers: dict[str, int] = field(default_factory=dict)
    _started: int = 0

    def start_worker(self) -> str:
        """One more worker; returns its name."""
        self._started += 1
        name = f"worker-{self._started}"
        self.workers[name] = self.platform.spawn_worker(name)
        return name

    async def kill_workers(self) -> None:
        """SIGKILL to every worker, in the middle of whatever it does."""
        for name, pid in self.workers.items():
            os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(self.platform.supervisor.stop, name)
        self.workers.clear()

    @property
    def postmaster(self) -> int:
        """PostgreSQL's own process."""
        return int((self.servers.home / DATA_FOLDER / "postmaster.pid").read_text().split()[0])

    async def restart_postgres(self) -> None:
        """What `pg_ctl restart -m immediate` does: no goodbye to anybody, and recovery from the log."""
        home, account = self.servers.home, server_account()
        found = programs(home, for_other_account=account is not None)
        postgres = Postgres(home, socket_folder(home, account), found, account, durable=True)
        os.kill(self.postmaster, signal.SIGQUIT)
        await asyncio.to_thread(self.servers.supervisor.stop, "postgres")
        postgres.spawn(self.servers.supervisor)

        async def answers() -> bool:
            return await asyncio.to_thread(postgres.answers)

        await until(answers, "PostgreSQL to recover")
        self.books.terminate()
        self.books = await asyncpg.connect(self.servers.migration_database_url)


@pytest.fixture(scope="package")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """The platform to break; what a test breaks it mends."""
    with tempfile.TemporaryDirectory(prefix="kr-") as home:
        Path(home).chmod(0o755)
        async with EmbeddedServers(Path(home)) as servers:
            environment = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            await migrate(servers.migration_database_url)
            await prepare(environment, servers.migration_database_url)
            platform = Platform(servers.supervisor, tmp_path_factory.mktemp("ground"), environment, secrets=SECRETS)
            await asyncio.to_thread(platform.start, 0)
            books = await asyncpg.connect(servers.migration_database_url)
            limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
            async with httpx.AsyncClient(limits=limits) as http, Redis.from_url(servers.redis_url) as valkey:
                ground = Ground(platform, Client(platform.url, http), http, books, servers, valkey)
                for _ in range(WORKERS):
                    ground.start_worker()
                yield ground
                await ground.books.close()


@pytest.fixture(scope="package")
async def journey(ground: Ground) -> Journey:
    """What people do on that platform."""
    return await begin(ground)


@pytest.fixture(autouse=True)
async def mended(ground: Ground) -> AsyncIterator[None]:
    """Every test finds, and leaves, two workers and a quiet platform."""
    yield
    while len(ground.workers) < WORKERS:
        ground.start_worker()
    await ground.http.post(f"{ground.sandbox_url}/bank/control/webhooks", json={"paused": False})
    await until(lambda: quiet(ground), "the platform to be quiet")


async def quiet(ground: Ground) -> bool:
    """Whether nothing waits for a worker."""
    waiting = await ground.books.fetchval(
        """select (select count(*) from shared.outbox where dispatched_at is null)
            + (select count(*) from payments.webhooks where applied_at is null)
            + (select count(*) from payments.instructions where status = 'CREATED')"""
    )
    return bool(waiting == 0)
