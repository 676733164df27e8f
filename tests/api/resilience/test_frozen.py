"""Servers that take connections and answer nobody: worse than gone, as nothing fails until somebody gives up."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.api.edge.conftest import serving
from tests.api.resilience.conftest import Ground, quiet
from tests.support.freezing import frozen
from tests.support.journey import Journey, until

STOPS_WITHIN_S = 20.0
"""After that, orchestrators kill."""
SLOW_S = 120.0
"""Work that waits for sweeps, each of which waits for Valkey first."""


async def _valkey(ground: Ground) -> int:
    return int((await ground.valkey.info("server"))["process_id"])


def _events(ground: Ground, worker: str) -> list[str]:
    """What a worker has logged."""
    log = (ground.platform.home / "logs" / f"{worker}.log").read_text()
    return [json.loads(line)["event"] for line in log.splitlines() if line.startswith("{")]


async def test_work_goes_on_while_valkey_is_frozen(ground: Ground, journey: Journey) -> None:
    lender = await journey.join("LENDER", opening=1_000)
    with frozen(await _valkey(ground)):
        await until(lambda: _all_without_valkey(ground), "the workers to go on without Valkey", SLOW_S)
        await journey.pay_in(lender, 100)
        await until(lambda: quiet(ground), "the workers to have handed on what happened", SLOW_S)
    await journey.pay_in(lender, 300)


async def _all_without_valkey(ground: Ground) -> bool:
    return all("worker.without_valkey" in _events(ground, name) for name in ground.workers)


async def test_a_worker_that_finds_valkey_frozen_works_and_can_be_stopped(ground: Ground) -> None:
    with frozen(await _valkey(ground)):
        name = ground.start_worker()

        await until(lambda: _all_without_valkey(ground), "the workers to go on without Valkey", SLOW_S)
        os.kill(ground.workers.pop(name), signal.SIGTERM)

        async def stopped() -> bool:
            return "worker.stopped" in _events(ground, name)

        await until(stopped, "the worker to stop", STOPS_WITHIN_S)
        await asyncio.to_thread(ground.platform.supervisor.stop, name)


@pytest.mark.parametrize("kind", ["query", "mutation"])
async def test_an_api_whose_postgres_is_frozen_says_so_and_can_be_stopped(
    ground: Ground, tmp_path: Path, kind: str
) -> None:
    async with serving(ground.servers.database_url, ground.servers.redis_url, tmp_path) as (edge, process):
        assert (await edge.post(f"{kind} {{ sleep(seconds: 0) }}")).json() == {"data": {"sleep": "awake"}}
        with frozen(ground.postmaster):
            asked = [asyncio.create_task(edge.post(f"{kind} {{ sleep(seconds: 0) }}")) for _ in range(3)]
            ready = await edge.http.get("/readyz", timeout=STOPS_WITHIN_S)
            assert (ready.status_code, ready.json()["reason"]) == (503, "the database does not answer")
            process.terminate()
            async with asyncio.timeout(STOPS_WITHIN_S):
                await process.wait()
            answers = await asyncio.gather(*asked)
        assert [answer.status_code for answer in answers] == [503] * 3
        assert {answer.json()["errors"][0]["extensions"]["code"] for answer in answers} == {"BUSY"}
