"""Everybody who answers GraphQL over HTTP, started on the servers' core."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.machine import NODE, OTHER_CORE, PEERS, ROOT, SERVER_CORE
from bench.rows import KALENDS
from bench.stage import Stage
from cli.processes import free_port


@dataclass(frozen=True)
class Server:
    """Somebody who answers at /graphql of a port."""

    name: str
    port: int
    pid: int

    @property
    def pids(self) -> list[int]:
        """Of all its processes, the first first."""
        return [self.pid, *(child.pid for child in psutil.Process(self.pid).children(recursive=True))]

    def answer(self, body: bytes, token: str) -> bytes:
        """The body of one answer. Raises OSError."""
        headers = {"content-type": "application/json", "accept": "application/json", "authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own address
            answered: bytes = response.read()
        return answered

    def load(self, bodies: Sequence[bytes], token: str, connections: int, seconds: float) -> dict[str, Any]:
        """What `bench.load` tells of this server under load from the other core, and `per_s`."""
        options = {"port": self.port, "connections": connections, "seconds": seconds}
        argv = ["taskset", "-c", str(OTHER_CORE), sys.executable, "-m", "bench.load"]
        argv += [part for name, value in options.items() for part in (f"--{name}", str(value))]
        argv += ["--watch", ",".join(map(str, self.pids))]
        environment = {**os.environ, "BENCH_TOKEN": token}  # arguments are for everybody to see
        done = subprocess.run(
            argv, input=b"\n".join(bodies), cwd=ROOT, stdout=subprocess.PIPE, check=True, env=environment
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return {**told, "per_s": told["answers"] / told["seconds"]}


BOUNDLESS = {f"KALENDS_RATE_LIMIT_{kind}": "1000000000/minute" for kind in ("ACCOUNT", "TOKEN", "ADDRESS")}
"""Rates are counted as ever, but one account may ask all there is to ask."""


@contextmanager
def kalends(stage: Stage, *arguments: str, name: str = KALENDS, **settings: str) -> Iterator[Server]:
    """The product in production settings, with further arguments of `kalends serve` and further settings."""
    port = free_port()
    argv = [sys.executable, "-m", "cli.main", "serve", "--port", str(port), *arguments]
    with running(name, argv, port, {**stage.processes, **BOUNDLESS, **settings}) as server:
        yield server


@contextmanager
def graphql_core(stage: Stage) -> Iterator[Server]:
    """The product with every operation answered by strawberry's own executor, graphql-core."""
    with kalends(stage, name="graphql-core", KALENDS_COMPILED_EXECUTOR="false") as server:
        yield server


@contextmanager
def mercurius(stage: Stage) -> Iterator[Server]:
    """mercurius with graphql-jit and loaders, on the same schema."""
    with _node("mercurius", stage) as server:
        yield server


@contextmanager
def postgraphile(stage: Stage) -> Iterator[Server]:
    """PostGraphile 5 with plans for the same schema."""
    with _node("postgraphile", stage) as server:
        yield server


@contextmanager
def _node(name: str, stage: Stage) -> Iterator[Server]:
    port = free_port()
    settings = {
        # node-postgres wants a host in the URL, though it is a socket's folder.
        "DATABASE_URL": stage.environment["DATABASE_URL"].replace("@/", "@localhost/"),
        "REDIS_URL": stage.environment["REDIS_URL"],
        "PORT": str(port),
        "SCHEMA": str(ROOT / "schema.graphql"),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
    }
    with running(name, [str(NODE), str(PEERS / f"{name}.js")], port, {**os.environ, **settings}) as server:
        yield server


@contextmanager
def graphql_ws(stage: Stage) -> Iterator[Server]:
    """graphql-ws on ws, with the same schema and the same bell; for subscriptions."""
    with _node("graphql-ws", stage) as server:
        yield server


CONTENDERS = {KALENDS: kalends, "graphql-core": graphql_core, "mercurius": mercurius, "postgraphile": postgraphile}


@contextmanager
def running(name: str, argv: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server's process while it runs, on its core; given when it answers."""
    log = Path(environment.get("BENCH_LOGS", "/tmp")) / f"kalends-bench-{name}.log"  # noqa: S108 - only logs
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *argv], env=dict(environment), cwd=ROOT, stdout=output, stderr=output
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
    for _ in range(3000):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended with code {process.returncode}")
        try:
            with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"port {port} does not answer")
