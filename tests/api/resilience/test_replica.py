"""Strangers are answered by a standby while it is near enough; it lags, is killed, freezes, and nobody notices."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli.processes import Platform
from tests.api.conftest import SECRETS
from tests.api.resilience.conftest import Ground
from tests.support.client import Client
from tests.support.journey import Journey, Party, until
from tests.support.people import PASSWORD
from tests.support.standby import Standby, standby

TOKEN = "r" * 40
LAG_S = 2
LENDERS = "query($id: ID!) { loan(id: $id) { funding { lenders } } }"


@dataclass
class Reader:
    """A process of the API that reads from the standby."""

    api: Client

    async def lenders(self, loan_id: str) -> int:
        """How many lenders a stranger sees."""
        found: int = (await self.api.run(LENDERS, id=loan_id))["loan"]["funding"]["lenders"]
        return found

    async def knows(self, loan_id: str) -> bool:
        """Whether a stranger sees the loan."""
        return (await self.api.run(LENDERS, id=loan_id))["loan"] is not None

    async def metric(self, line: str) -> float:
        """The value of a metric; 0 if there is none."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        shown = (await self.api.http.get(f"{self.api.url}/metrics", headers=headers)).text
        return next((float(text.split()[-1]) for text in shown.splitlines() if text.startswith(f"{line} ")), 0.0)

    async def asked_of(self, whom: str) -> float:
        """How many reads the standby ("replica") or the primary has answered."""
        return await self.metric(f'kalends_replica_reads_total{{from="{whom}"}}')

    async def uses_the_standby(self) -> bool:
        """Whether it is near enough."""
        return await self.metric("kalends_replica_lag_seconds") <= LAG_S


@pytest.fixture(scope="module")
async def behind(ground: Ground) -> AsyncIterator[Standby]:
    """The standby."""
    async with standby(ground.servers) as running:
        yield running


@pytest.fixture(scope="module")
def serve(
    ground: Ground, behind: Standby, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, float], Platform]:
    """Starts a process of the API that reads from the standby, if it lags no more than so many seconds."""

    def start(name: str, lag_s: float) -> Platform:
        environment = ground.platform.environment | {
            "KALENDS_REPLICA_DATABASE_URL": behind.url,
            "KALENDS_REPLICA_LAG_SECONDS": str(lag_s),
            "KALENDS_METRICS_TOKEN": TOKEN,
        }
        folder: Path = tmp_path_factory.mktemp(name)
        platform = Platform(ground.platform.supervisor, folder, environment, secrets=SECRETS)
        platform.spawn_api(name, platform.port)
        platform.wait_for(f"{platform.url}/readyz")
        return platform

    return start


@pytest.fixture(scope="module")
async def reader(ground: Ground, serve: Callable[[str, float], Platform]) -> Reader:
    """One that allows the standby `LAG_S`."""
    platform = await asyncio.to_thread(serve, "near", LAG_S)
    return Reader(Client(platform.url, ground.http))


@pytest.fixture(scope="module")
async def lender(journey: Journey) -> Party:
    """Somebody who changes what strangers see."""
    return await journey.lender(10_000)


@pytest.fixture
async def loan_id(journey: Journey) -> str:
    """A loan that nobody has lent to yet."""
    return await journey.listed(await journey.borrower(), 1_000)


async def test_strangers_see_what_the_standby_has_and_others_what_is_true(
    ground: Ground,
    journey: Journey,
    serve: Callable[[str, float], Platform],
    behind: Standby,
    lender: Party,
    loan_id: str,
) -> None:
    platform = await asyncio.to_thread(serve, "far", 600)
    reader = Reader(Client(platform.url, ground.http))
    await until(reader.uses_the_standby, "the standby to be used")
    await until(lambda: reader.knows(loan_id), "the loan to be there")
    await behind.hold()
    try:
        await journey.lend(lender, loan_id, 100)
        signed_in = Reader(reader.api.as_user(lender.api.token))
        assert await signed_in.lenders(loan_id) == 1
        assert await _lenders_by_cookie(platform.url, lender, loan_id) == 1
        before = await reader.asked_of("replica")
        assert await reader.lenders(loan_id) == 0, "the standby has not heard of it"
        assert await reader.asked_of("replica") > before
    finally:
        await behind.follow()

    async def told() -> bool:
        return await reader.lenders(loan_id) == 1

    await until(told, "the standby to hear of it")


async def _lenders_by_cookie(url: str, party: Party, loan_id: str) -> int:
    """How many lenders somebody sees who has logged in in a browser."""
    async with httpx.AsyncClient(base_url=url, headers={"kalends-csrf": "1"}) as browser:
        given = await browser.post("/session", json={"email": party.email, "password": PASSWORD})
        assert given.status_code == 200 and "kalends" in browser.cookies
        body = {"query": LENDERS, "variables": {"id": loan_id}}
        found: int = (await browser.post("/graphql", json=body)).json()["data"]["loan"]["funding"]["lenders"]
        return found


async def test_a_standby_that_lags_is_not_asked_until_it_has_caught_up(
    journey: Journey, reader: Reader, behind: Standby, lender: Party, loan_id: str
) -> None:
    await until(reader.uses_the_standby, "the standby to be used")
    await behind.hold()
    try:
        await journey.lend(lender, loan_id, 100)

        async def left() -> bool:
            return not await reader.uses_the_standby()

        await until(left, "the standby to be left")
        before = await reader.asked_of("primary")
        assert await reader.lenders(loan_id) == 1
        assert await reader.asked_of("primary") > before
    finally:
        await behind.follow()
    await until(reader.uses_the_standby, "the standby to be used again")


async def test_a_standby_that_is_killed_is_missed_by_nobody(reader: Reader, behind: Standby, loan_id: str) -> None:
    await until(reader.uses_the_standby, "the standby to be used")
    await behind.kill()
    try:
        assert [await reader.lenders(loan_id) for _ in range(5)] == [0] * 5
        assert not await reader.uses_the_standby()
    finally:
        await behind.start()
    await until(reader.uses_the_standby, "the standby to be used again")
    before = await reader.asked_of("replica")
    assert await reader.lenders(loan_id) == 0
    assert await reader.asked_of("replica") > before


async def test_a_standby_that_freezes_is_not_waited_for(reader: Reader, behind: Standby, loan_id: str) -> None:
    await until(reader.uses_the_standby, "the standby to be used")
    with behind.frozen():
        assert await asyncio.gather(*(reader.lenders(loan_id) for _ in range(20))) == [0] * 20
        assert not await reader.uses_the_standby()
    await until(reader.uses_the_standby, "the standby to be used again")


async def test_a_standby_that_was_promoted_is_asked_no_more(
    journey: Journey, reader: Reader, behind: Standby, lender: Party, loan_id: str
) -> None:
    """The last of these: it follows nobody any more."""
    await until(reader.uses_the_standby, "the standby to be used")
    await behind.promote()

    async def left() -> bool:
        return not await reader.uses_the_standby()

    await until(left, "the standby to be left")
    await journey.lend(lender, loan_id, 100)
    assert await reader.lenders(loan_id) == 1
