"""Apollo Client, Relay and gql.tada: what they make of the schema, and what they read and write with it.

urql with graphql-codegen is in `tests/api/guides`, ariadne-codegen in `examples/lender_bot`.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conformance.conftest import Folder
from tests.support.journey import Journey
from tests.support.node import CLIENTS
from tests.support.people import log_in

Copy = Callable[[str], Folder]
TITLES = [f"A client's loan {number}" for number in range(5)]


@pytest.fixture(scope="module")
async def market(journey: Journey) -> Any:
    """Loans that others have listed, and a lender."""
    lender, borrower = await asyncio.gather(journey.lender(5_000), journey.borrower())
    loans = [await journey.listed(borrower, 6_000, title=title) for title in TITLES]
    return journey.world, lender, loans, journey.documents["RISK_WARNING"]


async def test_apollo_client(market: Any, folder: Copy) -> None:
    world, lender, loans, warning = market
    program = folder("apollo")
    codegen = CLIENTS / "node_modules" / ".bin" / "graphql-codegen"
    (program.path / "node_modules").unlink()
    (program.path / "node_modules").symlink_to(CLIENTS / "node_modules")
    await program.run(codegen.resolve(), "--config", "codegen.ts")
    (program.path / "node_modules").unlink()
    (program.path / "node_modules").symlink_to(CLIENTS / "typed" / "node_modules")
    token = (await log_in(world.api, lender.email)).tokens["accessToken"]
    pages, *live = await program.say(
        "program.ts", url=f"{world.platform.url}/graphql", token=token, loanId=loans[0], documentIds=[warning]
    )
    assert set(TITLES) <= set(pages["titles"])
    assert {"committed": "0.00"} in live
    assert {"refused": "BidBelowMinimum", "minimum": "100.00"} in live
    assert {"placed": "200.00"} in live
    assert {"committed": "200.00"} in live


async def test_relay(market: Any, folder: Copy) -> None:
    world, _, loans, _ = market
    program = folder("relay")
    (program.path / "__generated__").mkdir()
    await program.build("relay-compiler", "relay.config.json")
    (said,) = await program.say("program.mjs", url=f"{world.platform.url}/graphql", loanId=loans[0])
    assert said == {"before": 2, "after": 4, "hasNext": True, "title": TITLES[0], "refetched": True}


async def test_gql_tada(market: Any, folder: Copy) -> None:
    world, _, loans, _ = market
    program = folder("tada")
    await program.build("gql.tada", "generate-output")
    await program.build("tsc", "-p", ".")
    (said,) = await program.say("program.ts", url=f"{world.platform.url}/graphql", loanId=loans[0])
    assert said["title"] == TITLES[0]
    assert len(said["titles"]) == 3
