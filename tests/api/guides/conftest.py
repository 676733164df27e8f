"""A platform where nothing happens but what a guide says, and the programs of the guides in folders of their own."""

import asyncio
import os
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from cli.processes import Platform
from cli.supervisor import Supervisor
from tests.api.conftest import SECRETS, World, prepare
from tests.conftest import Databases
from tests.docs.pages import blocks
from tests.support.client import Client
from tests.support.journey import Journey, begin

ROOT = Path(__file__).resolve().parents[3]
NODE_MODULES = ROOT / "tests" / "clients" / "node_modules"
PROGRAMS = Path(sysconfig.get_path("scripts"))
PATIENCE_S = 180


@pytest.fixture(scope="package")
async def market(make_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The platform of the guides."""
    app_url, owner_url = await make_database.make("guides")
    environment = {"DATABASE_URL": app_url, "REDIS_URL": make_database.servers.redis_url.replace("?db=0", "?db=1")}
    await prepare(environment, owner_url)
    books = await asyncpg.connect(owner_url)
    with Supervisor() as supervisor:
        platform = Platform(supervisor, tmp_path_factory.mktemp("guides"), environment, secrets=SECRETS)
        await asyncio.to_thread(platform.start, 1)
        async with httpx.AsyncClient() as http:
            yield World(platform, Client(platform.url, http), http, books)
    await books.close()


@pytest.fixture(scope="package")
async def journey(market: World) -> Journey:
    """What people do there."""
    return await begin(market)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the files that a guide shows into a folder, beside the schema and the packages of npm."""

    def write(page: str) -> Path:
        for block in blocks(page):
            if block.title:
                file = tmp_path / block.title
                file.parent.mkdir(exist_ok=True)
                file.write_text(block.text)
        (tmp_path / "package.json").write_text('{"type": "module"}')
        (tmp_path / "schema.graphql").symlink_to(ROOT / "schema.graphql")
        (tmp_path / "node_modules").symlink_to(NODE_MODULES)
        return tmp_path

    return write


async def run(folder: Path, commands: str, **environment: str) -> str:
    """What commands print, each of which must succeed, as somebody runs them who has Node and Python on the path."""
    path = os.pathsep.join((str(PROGRAMS), os.environ["PATH"]))
    done = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-ec", commands],
        cwd=folder,
        env=os.environ | {"PATH": path, "NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
