"""One PostgreSQL cluster from the wheel's programs: made once, run as a child, asked by real queries."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.programs import Programs
from cli.servers_error import ServersError
from cli.supervisor import Account, Supervisor

DATA_FOLDER = Path("postgres", "data")
SUPERUSER = "kalends"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """The cluster of one home."""

    home: Path
    sockets: Path
    programs: Programs
    account: Account | None
    durable: bool

    def url_for(self, role: str) -> str:
        """How a role reaches the database: by socket, so without a password; the folder keeps others out."""
        return f"postgresql://{role}@/kalends?host={self.sockets}"

    def initialise(self) -> None:
        """Make the cluster if there is none; a half-made one has no mark and is made again."""
        mark, data = self.home / "postgres" / "initialised", self.home / DATA_FOLDER
        if mark.exists():
            return
        if data.exists():
            self._run("/bin/rm", "-rf", data)
        # PostgreSQL's own locale sorts and folds alike on every machine, whatever its C library knows.
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        sync = () if self.durable else ("--no-sync",)
        self._run(self.programs.initdb, "-D", data, "-U", SUPERUSER, "--auth=trust", *locale, *sync)
        mark.touch()

    def spawn(self, supervisor: Supervisor) -> None:
        """Start the cluster as the supervisor's child "postgres"."""
        settings = {**SETTINGS, "unix_socket_directories": str(self.sockets)}
        if not self.durable:
            settings |= UNSAFE_SETTINGS
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        supervisor.spawn(
            "postgres",
            [self.programs.postgres, "-D", self.home / DATA_FOLDER, *arguments],
            log_file=self.home / "logs" / "postgres.log",
            cwd=self.home / DATA_FOLDER,
            account=self.account,
            stop_signal=signal.SIGINT,  # the fast shutdown: clients are disconnected, nothing is lost
        )

    def answers(self) -> bool:
        """Whether the cluster answers a query."""
        try:
            return self._query("select 1") == "1"
        except ServersError:
            return False

    def make_database(self) -> None:
        """Make the application's role and the database where they are missing."""
        if not self._query("select 1 from pg_roles where rolname = 'kalends_app'"):
            self._query("create role kalends_app login")
        if not self._query("select 1 from pg_database where datname = 'kalends'"):
            self._query("create database kalends")

    def _query(self, sql: str) -> str:
        connection = ("--host", self.sockets, "--username", SUPERUSER, "--dbname", "postgres")
        return self._run(self.programs.psql, "--no-psqlrc", "--tuples-only", "--no-align", *connection, "-c", sql)

    def _run(self, *argv: str | Path) -> str:
        """Run a program to its end under the servers' account and return what it prints."""
        done = subprocess.run(
            argv,
            cwd=self.home,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ServersError(f"{Path(argv[0]).name} failed: {reason}")
        return done.stdout.strip()
