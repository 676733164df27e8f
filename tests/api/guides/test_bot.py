"""The guide for bots."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.processes import API
from tests.api.guides.conftest import run
from tests.docs.pages import blocks
from tests.support.journey import Journey
from tests.support.people import log_in

PAGE = "guides/bot.md"
AWAY_S = 1.5


async def test_it_bids_once_whatever_happens(journey: Journey, written: Callable[[str], Path]) -> None:
    lender, borrower = await asyncio.gather(journey.lender(1_100), journey.borrower(opening=10_000_000))
    shown = {block.title: block.text for block in blocks(PAGE) if block.language == "text"}
    created = await _token(journey, lender.email)
    for title in ("A course", "A year abroad", "A workshop"):
        await journey.listed(borrower, 6_000, title=title)
    url = f"{journey.world.platform.url}/graphql"
    folder, command = written(PAGE), f"{sys.executable} bot.py"

    started = asyncio.create_task(run(folder, command, KALENDS_URL=url, KALENDS_TOKEN=created))
    assert await started == shown["first run"]
    assert (await lender.wallet())["held"] == 1_000

    platform = journey.world.platform
    await asyncio.to_thread(platform.supervisor.stop, API)
    again = asyncio.create_task(run(folder, command, KALENDS_URL=url, KALENDS_TOKEN=created))
    await asyncio.sleep(AWAY_S)
    platform.spawn_api(API, platform.port)
    assert await again == shown["second run"]
    assert (await lender.wallet())["held"] == 1_000


async def _token(journey: Journey, email: str) -> str:
    """The secret of a token made as the page says; its time is that of this machine."""
    mutation = next(block.text for block in blocks(PAGE) if block.language == "graphql")
    variables = json.loads(next(block.text for block in blocks(PAGE) if block.language == "json"))
    variables["input"]["expiresAt"] = (datetime.now(UTC) + timedelta(days=100)).isoformat()
    person = await log_in(journey.world.api, email)
    answer = (await person.api.run(mutation, **variables))["createAccessToken"]
    assert answer["accessToken"]["scopes"] == ["LEND", "READ"]
    secret: str = answer["secret"]
    return secret
