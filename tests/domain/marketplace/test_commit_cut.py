"""The connection is lost in the one moment in which nobody can know whether the bids were placed: at COMMIT."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest

from domain.marketplace.commands import PlacedBid
from domain.shared import db
from domain.shared.errors import Busy
from tests.conftest import Databases
from tests.domain.conftest import START
from tests.domain.marketplace import market
from tests.support.commit_cutter import CommitCutter, Cut

SetClock = Callable[[datetime], Awaitable[None]]
BIDS = 5


@pytest.fixture
async def way(make_database: Databases, set_clock: SetClock) -> AsyncIterator[CommitCutter]:
    """This process reaches the database by a way that can be cut."""
    await set_clock(START)
    direct = make_database.servers.database_url.replace("/kalends?", "/domain_tests?")
    await db.disconnect()
    async with CommitCutter(direct) as cutter:
        await db.connect(cutter.url)
        yield cutter
        await db.disconnect()
    await db.connect(direct)


async def bid_at_once(lenders: list[UUID], loan: UUID) -> list[PlacedBid | BaseException]:
    """A bid of 100 yuan of each lender, under keys that a repeat has again."""
    order = await market.order(loan, 100)
    bids = (market.place(lender, order, key=f"key-{lender}") for lender in lenders)
    return await asyncio.gather(*bids, return_exceptions=True)


async def check_placed_once(lenders: list[UUID], loan: UUID) -> None:
    """One bid of each lender, with its hold, its event, and its key."""
    assert (await market.listing(loan))["committed_minor"] == len(lenders) * 10_000
    assert await market.events("bid.placed") == len(lenders)
    assert await db.fetch_value("select count(*) from marketplace.bids") == len(lenders)
    assert await db.fetch_value("select count(*) from shared.idempotency") == len(lenders)
    assert [await market.wallet(lender) for lender in lenders] == [(900, 100)] * len(lenders)
    await market.verify()


async def test_a_commit_that_was_never_heard_is_done_again(way: CommitCutter) -> None:
    lenders, loan = await market.lenders(BIDS, 1_000), await market.list_loan(10_000)
    way.cut = Cut.BEFORE
    outcomes = await bid_at_once(lenders, loan)
    assert way.cuts == 1
    assert [isinstance(one, PlacedBid) and not one.replayed for one in outcomes] == [True] * BIDS
    await check_placed_once(lenders, loan)


async def test_a_commit_whose_answer_was_lost_is_found_by_its_keys(way: CommitCutter) -> None:
    lenders, loan = await market.lenders(BIDS, 1_000), await market.list_loan(10_000)
    way.cut = Cut.AFTER
    outcomes = await bid_at_once(lenders, loan)
    assert way.cuts == 1
    stored = {row["lender_id"]: row["id"] for row in await db.fetch("select id, lender_id from marketplace.bids")}
    assert [isinstance(one, PlacedBid) and (one.bid_id, one.replayed) for one in outcomes] == [
        (stored[lender], True) for lender in lenders
    ]
    await check_placed_once(lenders, loan)


async def test_while_the_database_is_away_everybody_is_told_to_repeat(way: CommitCutter) -> None:
    lenders, loan = await market.lenders(BIDS, 1_000), await market.list_loan(10_000)
    for cut in (Cut.BEFORE, Cut.AFTER):
        order = await market.order(loan, 100)
        way.cut, way.away = cut, True
        bids = (market.place(one, order, key=f"key-{one}") for one in lenders)
        assert {type(one) for one in await asyncio.gather(*bids, return_exceptions=True)} == {Busy}
        way.away = False
    again = await bid_at_once(lenders, loan)
    assert [isinstance(one, PlacedBid) and one.replayed for one in again] == [True] * BIDS
    await check_placed_once(lenders, loan)
