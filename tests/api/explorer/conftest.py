"""Two more API processes on the world's database: one tells the explorer who can log in, one is a production's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from cli.demo import marker
from cli.processes import Platform, free_port
from cli.supervisor import Supervisor
from tests.api.conftest import SECRETS, World
from tests.support.journey import Journey, Party, begin
from tests.support.people import PASSWORD

NAMES = ("explorer-sandbox", "explorer-production")


@dataclass
class Stage:
    """Where the two answer, and who is on the platform."""

    sandbox_url: str
    production_url: str
    journey: Journey
    lender: Party
    borrower: Party
    open_loan: str


@pytest.fixture(scope="package")
async def stage(world: World, supervisor: Supervisor, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A lender with money, a borrower with a loan that takes bids, an operator: all three offered to visitors."""
    journey = await begin(world)
    lender, borrower = await journey.lender(200_000), await journey.borrower()
    people = {"lender": lender, "borrower": borrower, "operator": journey.operator}
    home = tmp_path_factory.mktemp("explorer")
    logins = tuple(marker.Login(role, party.email, PASSWORD) for role, party in people.items())
    marker.write(home, marker.Story(marker.COMPLETE, applications=1, months=1, logins=logins))
    urls = []
    for name, environment in zip(NAMES, ("sandbox", "production"), strict=True):
        settings = {
            "DATABASE_URL": world.platform.environment["DATABASE_URL"],
            "REDIS_URL": world.platform.environment["REDIS_URL"],
            "KALENDS_ENVIRONMENT": environment,
            "KALENDS_PERSONAS_FILE": str(marker.path(home)),
        }
        platform = Platform(supervisor, home, settings, port=free_port(), secrets=SECRETS)
        platform.spawn_api(name, platform.port)
        await asyncio.to_thread(platform.wait_for, f"{platform.url}/readyz")
        urls.append(platform.url)
    yield Stage(urls[0], urls[1], journey, lender, borrower, await journey.listed(borrower, 50_000))
    # An example makes a plan, which would bid on the loans of all tests to come.
    for plan in (await lender.api.run("{ me { autoInvestPlans { id } } }"))["me"]["autoInvestPlans"]:
        await lender.do("pauseAutoInvestPlan", "plan { status }", planId=plan["id"])
    for name in NAMES:
        await asyncio.to_thread(supervisor.stop, name)
