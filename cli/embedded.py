"""A real PostgreSQL and a real Valkey from wheels, for whoever has no servers of their own.

Both listen on sockets in a folder that only their account can enter, never on the network. Data stays between runs.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from cli import watchdog
from cli.home import RunInfo, default_home, kept_secrets, lock, prepare, server_account, socket_folder, write_run_info
from cli.postgres import DATA_FOLDER, SUPERUSER, Postgres
from cli.programs import programs
from cli.servers_error import ServersError
from cli.supervisor import Supervisor
from cli.valkey import Valkey

START_TIMEOUT_S = 60.0
LEFTOVER_GRACE_S = 30.0


class EmbeddedServers:
    """The two servers of one home, started and stopped by this process alone.

    `durable=False` trades safety against a power cut for speed and is for tests only.
    """

    def __init__(self, home: Path | None = None, *, durable: bool = True) -> None:
        self.home = home or default_home()
        self.durable = durable
        self._cleanup = contextlib.ExitStack()
        self._supervisor: Supervisor | None = None
        self._postgres: Postgres | None = None
        self._valkey: Valkey | None = None

    @property
    def supervisor(self) -> Supervisor:
        """Looks after the servers; what else it is given to spawn is stopped before them."""
        assert self._supervisor, "the servers are running"
        return self._supervisor

    @property
    def database_url(self) -> str:
        """For serving: the role kalends_app, which may not change the books' past."""
        assert self._postgres, "the servers are running"
        return self._postgres.url_for("kalends_app")

    @property
    def migration_database_url(self) -> str:
        """For migrating, and for making further databases: the cluster's superuser."""
        assert self._postgres, "the servers are running"
        return self._postgres.url_for(SUPERUSER)

    @property
    def redis_url(self) -> str:
        """Valkey's database 0."""
        assert self._valkey, "the servers are running"
        return self._valkey.url

    def environment(self) -> dict[str, str]:
        """The settings that lead a Kalends process to these servers."""
        return {
            "DATABASE_URL": self.database_url,
            "KALENDS_MIGRATION_DATABASE_URL": self.migration_database_url,
            "REDIS_URL": self.redis_url,
            **kept_secrets(self.home),
        }

    def publish(self, environment: Mapping[str, str]) -> None:
        """Tell other processes of this user (run.json) how to work with what runs here, with these settings too."""
        write_run_info(self.home, RunInfo(os.getpid(), {**self.environment(), **environment}))

    def start(self) -> None:
        """Start both and return when both answer; makes the database and its roles the first time.

        Raises ServersError, with one line for people, when that is not possible or another process runs this home.
        """
        account = server_account()
        with contextlib.ExitStack() as cleanup:
            prepare(self.home, account)
            cleanup.enter_context(lock(self.home))
            stop_leftovers(self.home)
            sockets = socket_folder(self.home, account)
            found = programs(self.home, for_other_account=account is not None)
            postgres = Postgres(self.home, sockets, found, account, self.durable)
            valkey = Valkey(self.home, sockets, found, account)
            postgres.initialise()
            cleanup.callback((self.home / "run.json").unlink, missing_ok=True)
            supervisor = cleanup.enter_context(Supervisor())
            postgres.spawn(supervisor)
            valkey.spawn(supervisor)
            _wait_for(supervisor, postgres.answers)
            _wait_for(supervisor, valkey.answers)
            postgres.make_database()
            self._supervisor, self._postgres, self._valkey = supervisor, postgres, valkey
            self.publish({})
            self._cleanup = cleanup.pop_all()

    def stop(self) -> None:
        """Stop everything the supervisor runs, the youngest first, and free the home; nothing if not running."""
        self._cleanup.close()
        self._supervisor = self._postgres = self._valkey = None

    def __enter__(self) -> "EmbeddedServers":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> "EmbeddedServers":
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)


def _wait_for(supervisor: Supervisor, answers: Callable[[], bool]) -> None:
    """Wait until a server answers; a child that has ended will never do so."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not answers():
        exited = supervisor.exited()
        if exited:
            raise ServersError(f"{exited.name} ended with code {exited.code}: see {exited.log_file}")
        if time.monotonic() > deadline:
            raise ServersError(f"the servers did not answer within {START_TIMEOUT_S:.0f} s")
        time.sleep(0.02)


def stop_leftovers(home: Path) -> None:
    """Stop what an earlier run left behind when even its watchdog was killed: whoever works in the servers' folders."""
    data = home / DATA_FOLDER
    folders = {str(data.resolve()), str((home / "valkey").resolve())}
    left: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() in folders:
                left.append(process)
    # The postmaster is its workers' parent: asked first, it takes them with it.
    for process in sorted(left, key=lambda process: process.create_time()):
        watchdog.stop(process, signal.SIGINT, LEFTOVER_GRACE_S)
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
        # Pids begin anew with a machine or a container: a stale one may name a stranger, which PostgreSQL, started
        # under the same account, would take for a living server.
        if psutil.pid_exists(int(pid_file.read_text().split()[0])):
            pid_file.unlink()
