"""Where measurements take place: a PostgreSQL and a Valkey with the data, and databases of one's own for who writes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil

from bench.data import Size, load
from bench.machine import OTHER_CORE, ROOT
from cli.embedded import EmbeddedServers
from cli.processes import make_secrets

SECRETS = make_secrets()
URLS = ("DATABASE_URL", "KALENDS_MIGRATION_DATABASE_URL")


@dataclass(frozen=True)
class Stage:
    """The servers a measurement finds, and how long it may take.

    `home`: of the servers, with their logs. `environment`: the settings of the product's processes (production), the
    database's URLs and the secrets among them. `rounds`: how often contenders take turns. `seconds`: how long each is
    measured in a round.
    """

    home: Path
    environment: Mapping[str, str]
    size: Size
    rounds: int
    seconds: float

    @cached_property
    def processes(self) -> dict[str, str]:
        """The whole environment of a process of the product, whose byte code is kept as an installation keeps it."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"), **self.environment}

    @contextmanager
    def copied(self, name: str) -> Iterator["Stage"]:
        """The same with a copy of the database, for whoever writes; it is dropped afterwards."""
        with self._database(name, " template kalends strategy file_copy") as stage:
            yield stage

    @contextmanager
    def empty(self, name: str) -> Iterator["Stage"]:
        """The same with a database that has been migrated and has nothing but documents and products."""
        with self._database(name, "") as stage:
            migrate(stage.processes)
            yield stage

    @contextmanager
    def _database(self, name: str, how: str) -> Iterator["Stage"]:
        urls = {key: self.environment[key].replace("/kalends?", f"/{name}?") for key in URLS}
        self.execute(f"drop database if exists {name} with (force)", f"create database {name}{how}")
        try:
            yield replace(self, environment={**self.environment, **urls})
        finally:
            self.execute(f"drop database {name} with (force)", "checkpoint")

    def execute(self, *statements: str) -> None:
        """Run statements as the cluster's superuser, beside the databases with data."""
        asyncio.run(_execute(self.environment[URLS[1]].replace("/kalends?", "/postgres?"), *statements))

    def token(self, user_id: UUID) -> str:
        """A bearer token of a lender as a login would give it, valid for an hour."""
        os.environ.update(self.environment, KALENDS_ACCESS_TOKEN_MINUTES="60")  # noqa: S106 - a number of minutes
        from domain.identity.credentials import access_token
        from domain.shared.actor import Scope

        return access_token(user_id, user_id, frozenset({Scope.READ, Scope.LEND})).token


@contextmanager
def stage(home: Path, size: Size, rounds: int, seconds: float) -> Iterator[Stage]:
    """Start PostgreSQL and Valkey on their core, and load the data when it is not there yet."""
    with EmbeddedServers(home) as servers:
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # a server's backend of a moment
                process.cpu_affinity([OTHER_CORE])
        environment = {**servers.environment(), **SECRETS, "KALENDS_ENVIRONMENT": "production"}
        made = Stage(home, environment, size, rounds, seconds)
        migrate(made.processes)
        asyncio.run(_fill(servers.migration_database_url, size))
        yield made


def migrate(environment: Mapping[str, str]) -> None:
    """`kalends migrate`."""
    argv = [sys.executable, "-m", "cli.main", "migrate"]
    subprocess.run(argv, env=dict(environment), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


async def _fill(url: str, size: Size) -> None:
    connection = await asyncpg.connect(url)
    loans = await connection.fetchval("select count(*) from lending.loans")
    if loans == 0:
        await load(connection, size)
    elif loans != size.loans:
        raise SystemExit(f"the home has {loans} loans, not {size.loans}: name another one")
    await connection.close()


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
