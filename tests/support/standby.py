"""A hot standby of a test's PostgreSQL: a copy that follows it by streaming replication, and answers reads."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

import asyncpg

from cli.embedded import EmbeddedServers
from cli.home import prepare, server_account, socket_folder
from cli.postgres import DATA_FOLDER, SUPERUSER, Postgres
from cli.programs import programs
from cli.supervisor import Supervisor
from tests.support.freezing import frozen
from tests.support.journey import until

CHILD = "postgres"


class Standby:
    """One standby, that may be held back, stopped and killed."""

    def __init__(self, primary: EmbeddedServers, home: Path, supervisor: Supervisor) -> None:
        account = server_account()
        prepare(home, account)
        self._primary = primary
        self._supervisor = supervisor
        self._postgres = Postgres(
            home,
            socket_folder(home, account),
            programs(primary.home, for_other_account=account is not None),
            account,
            durable=True,
        )

    @property
    def url(self) -> str:
        """Where the application reads."""
        return self._postgres.url_for("kalends_app")

    async def copy(self) -> None:
        """Make it, from a base backup of the running primary."""
        program = self._postgres.programs.postgres.with_name("pg_basebackup")
        sockets = socket_folder(self._primary.home, self._postgres.account)
        target = self._postgres.home / DATA_FOLDER
        argv: list[str | Path] = [
            program, "-D", target, "-h", sockets, "-U", SUPERUSER, "-R", "-X", "stream", "--checkpoint", "fast",
        ]  # fmt: skip
        account = self._postgres.account
        await asyncio.to_thread(
            subprocess.run, argv, cwd=target.parent, check=True,
            user=account.uid if account else None, group=account.gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip

    async def start(self) -> None:
        """Start it, and return when it answers."""
        self._postgres.spawn(self._supervisor)

        async def answers() -> bool:
            return await asyncio.to_thread(self._postgres.answers)

        await until(answers, "the standby to answer")

    async def kill(self) -> None:
        """End it and all its connections without a goodbye."""
        os.kill(self._postmaster(), signal.SIGQUIT)
        await asyncio.to_thread(self._supervisor.stop, CHILD)

    def frozen(self) -> AbstractContextManager[None]:
        """It, and all its connections, answer nobody."""
        return frozen(self._postmaster())

    async def hold(self) -> None:
        """Let it replay nothing more."""
        await self._do("select pg_wal_replay_pause()")

    async def follow(self) -> None:
        """Let it replay again."""
        await self._do("select pg_wal_replay_resume()")

    async def promote(self) -> None:
        """Make it a primary of its own."""
        await self._do("select pg_promote()")

    async def _do(self, sql: str) -> None:
        connection = await asyncpg.connect(self._postgres.url_for(SUPERUSER))
        await connection.execute(sql)
        await connection.close()

    def _postmaster(self) -> int:
        return int((self._postgres.home / DATA_FOLDER / "postmaster.pid").read_text().split()[0])


@asynccontextmanager
async def standby(primary: EmbeddedServers) -> AsyncIterator[Standby]:
    """A standby that follows the primary and answers."""
    with tempfile.TemporaryDirectory(prefix="ks-") as home, Supervisor() as supervisor:
        made = Standby(primary, Path(home), supervisor)
        await made.copy()
        await made.start()
        yield made
