"""The guide for front ends."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from tests.api.guides.conftest import run
from tests.docs.pages import blocks, expected
from tests.support.journey import Journey
from tests.support.people import log_in

PAGE = "guides/front-end.md"


async def test_its_program_does_what_the_page_says(journey: Journey, written: Callable[[str], Path]) -> None:
    lender, borrower = await asyncio.gather(journey.lender(5_000), journey.borrower())
    for title in ("A roof", "A stove", "A garden wall"):
        await journey.listed(borrower, 6_000, title=title, purpose="REPAIRS")
    session = (await log_in(journey.world.api, lender.email)).tokens
    stale = {"accessToken": f"{session['accessToken']}x", "refreshToken": session["refreshToken"]}

    folder = written(PAGE)
    commands = "".join(block.text for block in blocks(PAGE) if block.language == "sh")
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "text")
    *building, running = commands.splitlines()
    await run(folder, "\n".join(building))
    said = await run(
        folder, running, KALENDS_URL=f"{journey.world.platform.url}/graphql", KALENDS_TOKENS=json.dumps(stale)
    )
    assert expected(shown).fullmatch(said), said
    assert (await lender.wallet())["held"] == 1_000
