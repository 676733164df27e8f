"""Builds the world, asks both executors, and writes the page: `python -m tests.api.authorisation docs/authorisation.md`.

A process of its own, on servers of its own. What must not be goes to standard output, as a list in JSON.
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx

from cli.embedded import EmbeddedServers
from cli.processes import free_port
from cli.reference_data import publish
from domain.shared import bell, db
from migrations.run import migrate
from tests.api.authorisation import matrix, table, world
from tests.api.authorisation.asking import API
from tests.api.authorisation.cases import CASES
from tests.api.authorisation.writing import Writing, mutations

SECRETS = {
    "KALENDS_SECRET_KEY": "a key for this world, of more than thirty-two characters",
    "KALENDS_BANK_API_KEY": "a key for this world's bank, of more than thirty-two characters",
    "KALENDS_WEBHOOK_SECRET": "whsec_dGVzdHMgb25seSwgdGVzdHMgb25seSwgdGVzdHMgb25seQ==",
}
UNLIMITED = {f"KALENDS_RATE_LIMIT_{of}": "off" for of in ("ACCOUNT", "TOKEN", "ADDRESS", "MAIL")}
FIRST_HALF = ("a stranger", "another user", "the owner")
"""Whom the second household is asked as: that each sees the other's as the other sees theirs."""


@contextlib.asynccontextmanager
async def serving(environment: dict[str, str], log_file: Path) -> AsyncIterator[str]:
    """An API in a process; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=os.environ | environment, stdout=log, stderr=log)
        try:
            async with httpx.AsyncClient() as http, asyncio.timeout(60):
                while not await _ready(http, url):
                    assert process.returncode is None, log_file.read_text()
                    await asyncio.sleep(0.05)
            yield url
        finally:
            process.terminate()
            await process.wait()


async def _ready(http: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await http.get(f"{url}/readyz")).status_code == 200
    return False


async def ask(environment: dict[str, str], made: world.World, home: Path) -> matrix.Matrix:
    """The matrix of a world by the compiling executor, with what another executor or household says otherwise."""
    mine, theirs = made.homes
    viewers = await matrix.viewers_of(made, mine, theirs)
    swapped = [one for one in await matrix.viewers_of(made, theirs, mine) if one.name in FIRST_HALF]
    async with serving(environment, home / "compiled.log") as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        found = await matrix.look(API(http), viewers, mine, made.platform, by_every_path=True)
        second = await matrix.look(API(http), swapped, theirs, made.platform, by_every_path=False)
        core = environment | {"KALENDS_COMPILED_EXECUTOR": "false"}
        async with (
            serving(core, home / "core.log") as core_url,
            httpx.AsyncClient(base_url=core_url, timeout=60) as other,
        ):
            third = await matrix.look(API(other), viewers, mine, made.platform, by_every_path=False)
            await matrix.write(third, Writing(API(other), _socket(core_url), made), viewers, mine)
        await matrix.write(found, Writing(API(http), _socket(url), made), viewers, mine)
    found.faults += third.faults
    found.faults += matrix.differences(found, second, "the other household")
    found.faults += matrix.differences(found, third, "graphql-core")
    return found


def _socket(url: str) -> str:
    return url.replace("http://", "ws://") + "/graphql"


async def main(output: Path) -> list[str]:
    """Write the page; returns what must not be."""
    with tempfile.TemporaryDirectory(prefix="ka-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        async with EmbeddedServers(home, durable=False) as servers:
            await migrate(servers.migration_database_url)
            await db.connect(servers.database_url)
            bell.connect(servers.redis_url)
            owner = await asyncpg.connect(servers.migration_database_url)
            await publish()
            made = await world.build(owner)
            environment = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, **UNLIMITED}
            found = await ask(environment, made, home)
            await owner.close()
            await bell.disconnect()
            await db.disconnect()
    output.write_text(table.page(found), encoding="utf-8")
    faults = [f"never shown: {name}" for name in found.never_shown()]
    faults += [f"no case: {name}" for name in mutations() ^ {case.name for case in CASES}]
    faults += [f"a bug: {name}" for name, row in found.mutations.items() if "INTERNAL" in row.values()]
    return faults + found.faults


if __name__ == "__main__":
    os.environ.update(SECRETS, KALENDS_ACCESS_TOKEN_MINUTES="60")
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]))), indent=2))
