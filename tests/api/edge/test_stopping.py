"""Who stops the server waits at most 20 s, whatever runs: after that, orchestrators kill."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.api.edge.conftest import serving
from tests.conftest import Databases
from tests.support.journey import until

STOPS_WITHIN_S = 20.0
SLEEPERS = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"


@pytest.mark.parametrize("kind", ["query", "mutation"])
async def test_a_server_ends_within_20_s_of_a_sigterm_and_leaves_nothing_running(
    make_database: Databases, tmp_path: Path, kind: str
) -> None:
    app_url, _ = await make_database.make(f"edge_ends_{kind}")
    books = await asyncpg.connect(app_url)
    async with serving(app_url, make_database.servers.redis_url, tmp_path) as (edge, process):
        asked = asyncio.create_task(edge.post(f"{kind} {{ sleep(seconds: 59) }}"))
        await until(lambda: books.fetchval(SLEEPERS), f"the {kind}")
        process.terminate()
        async with asyncio.timeout(STOPS_WITHIN_S):
            await process.wait()
        answer = await asked
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["errors"][0]["extensions"]["code"] == "BUSY"
        assert await books.fetchval(SLEEPERS) == 0
    await books.close()
