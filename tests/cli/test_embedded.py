"""The servers from wheels: they start, keep their data, refuse a second master, and survive the death of the first."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from cli.embedded import EmbeddedServers
from cli.home import prepare, read_run_info
from cli.servers_error import ServersError
from cli.supervisor import Account
from tests.cli.conftest import wait_until, working_in

SERVE_UNTIL_KILLED = """
    import sys, time
    from cli.embedded import EmbeddedServers
    servers = EmbeddedServers(home, durable=False)
    servers.start()
    servers.supervisor.spawn("child", ["/bin/sleep", "600"], log_file=home / "child.log", cwd=home)
    print("ready", flush=True)
    time.sleep(600)
"""


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_both_servers_answer_and_data_outlives_a_restart(home: Path) -> None:
    async with EmbeddedServers(home, durable=False) as servers:
        assert str(await ask(servers.database_url, "select version()")).startswith("PostgreSQL 18")
        assert await ask(servers.database_url, "select uuidv7() is not null")
        assert await ask(servers.database_url, "select usesuper from pg_user where usename = current_user") is False
        await ask(servers.migration_database_url, "create table kept as select 42 as n")
        async with Redis.from_url(servers.redis_url) as redis:
            assert await redis.ping()
    assert working_in(home) == []
    async with EmbeddedServers(home, durable=False) as servers:
        assert await ask(servers.migration_database_url, "select n from kept") == 42


def test_other_processes_are_told_where_the_servers_are(home: Path) -> None:
    with EmbeddedServers(home, durable=False) as servers:
        servers.publish({"KALENDS_SMTP_PORT": "2525"})
        info = read_run_info(home)
        assert info
        assert info.environment == {**servers.environment(), "KALENDS_SMTP_PORT": "2525"}
        assert (home / "run.json").stat().st_mode & 0o777 == 0o600
    assert read_run_info(home) is None


def test_a_second_master_is_refused_in_one_line(home: Path) -> None:
    with (
        EmbeddedServers(home, durable=False),
        pytest.raises(ServersError, match=f"already run by process {os.getpid()}$"),
    ):
        EmbeddedServers(home).start()


def test_a_killed_master_leaves_nothing_alive_and_the_data_usable(
    home: Path, run_program: Callable[[str, Path], "subprocess.Popen[str]"]
) -> None:
    master = run_program(SERVE_UNTIL_KILLED, home)
    assert wait_until(lambda: any("sleep" in line for line in working_in(home))), "the child becomes its program"
    master.kill()
    master.wait()
    assert wait_until(lambda: not working_in(home)), working_in(home)
    with EmbeddedServers(home, durable=False) as servers:
        assert read_run_info(home) is not None
        assert servers.supervisor.exited() is None


def test_a_new_master_need_not_wait_for_the_end_of_a_killed_one(
    home: Path, run_program: Callable[[str, Path], "subprocess.Popen[str]"]
) -> None:
    master = run_program(SERVE_UNTIL_KILLED, home)
    master.kill()
    master.wait()
    with EmbeddedServers(home, durable=False) as servers:
        assert servers.supervisor.exited() is None


def test_servers_whose_watchdog_was_killed_too_are_stopped_by_the_next_master(
    home: Path, run_program: Callable[[str, Path], "subprocess.Popen[str]"]
) -> None:
    master = run_program(SERVE_UNTIL_KILLED, home)
    assert wait_until(lambda: any("sleep" in child.name() for child in psutil.Process(master.pid).children()))
    children = psutil.Process(master.pid).children()
    watchdog = next(child for child in children if any("watchdog" in part for part in child.cmdline()))
    sleeper = next(child for child in children if "sleep" in child.name())
    watchdog.kill()
    master.kill()
    master.wait()
    sleeper.kill()
    orphan = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    assert psutil.pid_exists(orphan)
    with EmbeddedServers(home, durable=False) as servers:
        assert servers.supervisor.exited() is None
        assert int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]) != orphan


def test_a_stale_pid_file_that_names_a_stranger_does_no_harm(home: Path) -> None:
    with EmbeddedServers(home, durable=False):
        pid_file = home / "postgres" / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    # The stranger runs under the servers' account, as in a container whose pids begin anew.
    owner = pid_file.parent.stat()
    with subprocess.Popen(["/bin/sleep", "600"], user=owner.st_uid) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        pid_file.chmod(0o600)
        with EmbeddedServers(home, durable=False) as servers:
            assert servers.supervisor.exited() is None
        assert stranger.poll() is None
        stranger.kill()


def test_a_cluster_that_was_half_made_is_made_again(home: Path) -> None:
    with EmbeddedServers(home, durable=False):
        pass
    (home / "postgres" / "initialised").unlink()
    (home / "postgres" / "data" / "PG_VERSION").unlink()
    with EmbeddedServers(home, durable=False) as servers:
        assert servers.supervisor.exited() is None


async def test_a_path_too_long_for_sockets_is_no_hindrance(home: Path) -> None:
    deep = home / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    async with EmbeddedServers(deep, durable=False) as servers:
        assert await ask(servers.database_url, "select 1") == 1
        assert str(deep) not in servers.redis_url
        folder = Path(servers.redis_url.removeprefix("unix://").partition("?")[0]).parent
    shutil.rmtree(folder)


def test_a_home_that_the_servers_cannot_reach_is_refused_and_left_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServersError, match="cannot be reached by the user nobody"):
        prepare(closed / "home", Account(uid=65534, gid=65534))
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_server_that_cannot_start_is_named_with_its_log(home: Path) -> None:
    with EmbeddedServers(home, durable=False):
        pass
    (home / "postgres" / "data" / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(ServersError, match=r"postgres ended with code 1: see .*postgres\.log"):
        EmbeddedServers(home, durable=False).start()


def test_the_signal_for_postgres_is_the_fast_shutdown(home: Path) -> None:
    with EmbeddedServers(home, durable=False):
        pass
    assert "received fast shutdown request" in (home / "logs" / "postgres.log").read_text()
