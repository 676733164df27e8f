"""The stage: servers, books, and every process of a platform, none of which outlives the demo for long."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cli.demo import marker
from cli.embedded import EmbeddedServers
from cli.home import RunInfo, default_home, kept_secrets, prepare, read_run_info, server_account, write_run_info
from cli.processes import Platform
from cli.servers_error import ServersError
from cli.supervisor import Supervisor

BEGINS_AT = datetime(2025, 1, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The story's first morning: the year that follows has holidays and makeup working days."""
WORKERS = 2
LOOK_S = 0.5
SANDBOX_ABOVE = 10
MAX_PORT = 65_535
DURATION = {"KALENDS_ACCESS_TOKEN_MINUTES": "60"}
"""The characters log in once, and the story may take longer than usual access tokens live."""


def demo_home() -> Path:
    """The demo's own folder, apart from the data of `kalends serve --embedded`."""
    return default_home() / "demo"


@dataclass(frozen=True)
class Stage:
    """A running platform and the environment that leads a Kalends command to it."""

    platform: Platform
    environment: dict[str, str]

    def kalends(self, *arguments: str, typed: str = "") -> str:
        """What a kalends command prints. Raises ServersError with its last line when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env={**os.environ, **self.platform.environment, **self.environment},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip().splitlines() or ["it said nothing"]
            raise ServersError(f"kalends {arguments[0]} failed: {said[-1]}")
        return done.stdout

    def stay(self) -> None:
        """Stay until the person interrupts. Raises ServersError when a process ends by itself."""
        while not (exited := self.platform.supervisor.exited()):
            time.sleep(LOOK_S)
        raise ServersError(f"{exited.name} ended with code {exited.code}: see {exited.log_file}")


@contextlib.contextmanager
def stage(home: Path, port: int) -> Iterator[Stage]:
    """Servers of our own, or those that DATABASE_URL and REDIS_URL name; then migrations and the processes."""
    with contextlib.ExitStack() as stack:
        if os.environ.get("DATABASE_URL"):
            home.mkdir(parents=True, exist_ok=True)
            prepare(home, server_account())
            environment = kept_secrets(home)
            supervisor = stack.enter_context(Supervisor())
        else:
            servers = stack.enter_context(EmbeddedServers(home))
            environment, supervisor = servers.environment(), servers.supervisor
        personas = {"KALENDS_PERSONAS_FILE": str(marker.path(home))}
        settings = environment | DURATION | personas
        platform = Platform(supervisor, home, settings, port=port, sandbox_port=_sandbox_port(port))
        setting = Stage(platform, environment)
        setting.kalends("migrate")
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(_published(platform.environment))
        yield setting


def start_clock(stage_: Stage) -> bool:
    """Set the clock of empty books to the story's first morning; False if something has happened in them."""
    os.environ.update(stage_.platform.environment)
    return asyncio.run(_start_clock())


async def _start_clock() -> bool:
    from cli.environment import load_settings
    from domain.shared import db, sandbox_clock

    await db.connect(load_settings().database_url.get_secret_value(), pool_size=2)
    try:
        await sandbox_clock.start_at(BEGINS_AT)
    except sandbox_clock.ClockFixed:
        return False
    finally:
        await db.disconnect()
    return True


def clear(home: Path) -> None:
    """Forget everything a story left in the demo's home."""
    for name in ("postgres", "valkey", "sandbox", "logs"):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(home / name)
    (home / "story.json").unlink(missing_ok=True)


@contextlib.contextmanager
def _published(environment: Mapping[str, str]) -> Iterator[None]:
    """While the demo runs, `kalends verify-ledger` and the like find its servers, unless others were there first."""
    home = default_home()
    if read_run_info(home):
        yield
        return
    write_run_info(home, RunInfo(os.getpid(), dict(environment)))
    try:
        yield
    finally:
        (home / "run.json").unlink(missing_ok=True)


def require_free(port: int) -> None:
    """Raises ServersError when somebody listens on the port already."""
    if not _is_free(port):
        raise ServersError(f"port {port} is taken: choose another with --port")


def _sandbox_port(port: int) -> int:
    """Ten above the API's, so that people know it beforehand; any other (0) where that is taken."""
    return port + SANDBOX_ABOVE if port + SANDBOX_ABOVE <= MAX_PORT and _is_free(port + SANDBOX_ABOVE) else 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
