"""The guide for subscription clients."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cli.processes import API
from tests.docs.pages import blocks
from tests.support.journey import Journey, Party
from tests.support.node import NODE

PAGE = "guides/subscriptions.md"
NEWEST = "{ me { events(first: 1) { edges { cursor } } } }"
PATIENCE_S = 30.0


@asynccontextmanager
async def program(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[asyncio.StreamReader]:
    """A program for Node that runs until the block ends; what it prints."""
    process = await asyncio.create_subprocess_exec(
        NODE, *arguments, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def line(said: asyncio.StreamReader) -> str:
    return (await asyncio.wait_for(said.readline(), PATIENCE_S)).decode()


async def restart(journey: Journey) -> None:
    """Stop the API as a deployment does, and start it again."""
    platform = journey.world.platform
    await asyncio.to_thread(platform.supervisor.stop, API)
    platform.spawn_api(API, platform.port)
    await asyncio.to_thread(platform.wait_for, f"{platform.url}/readyz")


async def listening(journey: Journey) -> tuple[Party, str, str]:
    """A lender, the cursor of their latest event, and a loan to bid on."""
    lender, borrower = await asyncio.gather(journey.lender(3_000), journey.borrower())
    loan_id = await journey.listed(borrower, 6_000, title="A sewing machine", purpose="BUSINESS")
    cursor = (await lender.api.run(NEWEST))["me"]["events"]["edges"][0]["cursor"]
    return lender, cursor, loan_id


async def test_events_come_through_a_restart(journey: Journey, written: Callable[[str], Path]) -> None:
    lender, cursor, loan_id = await listening(journey)
    shown, _ = (block.text for block in blocks(PAGE) if block.language == "text")
    url = journey.world.platform.url.replace("http", "ws")
    settings = {"KALENDS_URL": f"{url}/graphql", "KALENDS_TOKEN": f"{lender.api.token}", "KALENDS_AFTER": cursor}
    async with program(written(PAGE), "main.ts", **settings) as said:
        await journey.lend(lender, loan_id, 100)
        heard = [await line(said)]
        await restart(journey)
        for _ in range(2):
            await journey.lend(lender, loan_id, 100)
            heard.append(await line(said))
    assert "".join(heard) == shown


async def test_funding_comes_through_a_restart(journey: Journey, written: Callable[[str], Path]) -> None:
    lender, _, loan_id = await listening(journey)
    _, shown = (block.text for block in blocks(PAGE) if block.language == "text")
    settings = {"KALENDS_URL": f"{journey.world.platform.url}/graphql", "LOAN_ID": loan_id}
    async with program(written(PAGE), "funding.ts", **settings) as said:
        heard = [await line(said)]
        await journey.lend(lender, loan_id, 100)
        heard.append(await line(said))
        await restart(journey)
        heard.append(await line(said))
        await journey.lend(lender, loan_id, 100)
        heard.append(await line(said))
    assert "".join(heard) == shown
