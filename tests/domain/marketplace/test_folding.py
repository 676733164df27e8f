"""Bids that share a transaction, when something is in its way: a fault, a lock, a lost connection, another process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from domain.marketplace.commands import PlacedBid
from domain.shared.errors import Busy
from domain.shared.fold import PATIENCE_S
from tests.conftest import Databases
from tests.domain.marketplace import market

FAULT = """create function marketplace.fault() returns trigger language plpgsql as $$ begin
    if new.client_reference = 'poison' then raise 'poisoned'; end if;
    if new.client_reference = 'cut' and nextval('marketplace.faults') = 1 then
        perform pg_terminate_backend(pg_backend_pid());
    end if;
    return new; end $$"""


@pytest.fixture
async def faults(owner: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[None]:
    """A table of bids that fails for the reference `poison`, and once cuts the connection for `cut`."""
    await owner.execute("create sequence marketplace.faults")
    await owner.execute("grant usage on sequence marketplace.faults to kalends_app")
    await owner.execute(FAULT)
    await owner.execute(
        "create trigger fault after insert on marketplace.bids for each row execute function marketplace.fault()"
    )
    yield
    await owner.execute("drop trigger fault on marketplace.bids")
    await owner.execute("drop function marketplace.fault")
    await owner.execute("drop sequence marketplace.faults")


async def all_at_once(lenders: list[UUID], loans: list[UUID], **facts: list[str | None]) -> list[object]:
    """A bid of 100 yuan of each lender on the loan at their place; outcomes, refusals included."""
    references = facts.get("references", [None] * len(lenders))
    orders = [await market.order(loan, 100, client_reference=one) for loan, one in zip(loans, references, strict=True)]
    bids = (market.place(one, order) for one, order in zip(lenders, orders, strict=True))
    return list(await asyncio.gather(*bids, return_exceptions=True))


async def test_bids_of_one_batch_have_entries_of_their_own(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    lenders, loan = await market.lenders(5, 1_000), await market.list_loan(10_000)
    await all_at_once(lenders, [loan] * 5)
    holds = await owner.fetch("select entry_id, reference_id from ledger.postings where kind = 'HOLD'")
    assert len(holds) == 5
    assert len({hold["entry_id"] for hold in holds}) == len({hold["reference_id"] for hold in holds}) == 5


@pytest.mark.usefixtures("faults")
async def test_a_poisoned_bid_spoils_no_other() -> None:
    lenders, loan = await market.lenders(5, 1_000), await market.list_loan(10_000)
    outcomes = await all_at_once(lenders, [loan] * 5, references=[None, None, "poison", None, None])
    assert [isinstance(one, PlacedBid) for one in outcomes] == [True, True, False, True, True]
    assert "poisoned" in str(outcomes[2])
    assert (await market.listing(loan))["committed_minor"] == 40_000
    assert await market.wallet(lenders[2]) == (1_000, 0)
    await market.verify()


@pytest.mark.usefixtures("faults")
async def test_a_connection_cut_before_the_commit_is_tried_again() -> None:
    lenders, loan = await market.lenders(3, 1_000), await market.list_loan(10_000)
    outcomes = await all_at_once(lenders, [loan] * 3, references=[None, "cut", None])
    assert all(isinstance(one, PlacedBid) and not one.replayed for one in outcomes)
    assert (await market.listing(loan))["committed_minor"] == 30_000
    assert await market.events("bid.placed") == 3
    await market.verify()


async def test_a_lock_that_passes_is_waited_for(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    async with owner.transaction():
        await owner.execute("select 1 from marketplace.listings where id = $1 for update", loan)
        bidding = asyncio.create_task(all_at_once([lender], [loan]))
        await asyncio.sleep(PATIENCE_S * 1.5)
    (placed,) = await bidding
    assert isinstance(placed, PlacedBid)
    await market.verify()


async def test_a_lock_that_stays_keeps_only_its_own_waiting(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    lenders = await market.lenders(4, 1_000)
    loans = [await market.list_loan(10_000) for _ in range(3)]
    async with owner.transaction():
        await owner.execute("select 1 from marketplace.listings where id = $1 for update", loans[0])
        await owner.execute("select 1 from ledger.accounts where owner_id = $1 for update", lenders[1])
        outcomes = await all_at_once(lenders, [loans[0], loans[1], loans[1], loans[2]])
    assert [type(one) for one in outcomes] == [Busy, Busy, PlacedBid, PlacedBid]
    assert await market.wallet(lenders[0]) == (1_000, 0)
    again = await all_at_once(lenders[:2], [loans[0], loans[1]])
    assert [type(one) for one in again] == [PlacedBid, PlacedBid]
    await market.verify()


async def bidder(make_database: Databases, loan: UUID, lenders: list[UUID]) -> asyncio.subprocess.Process:
    url = make_database.servers.database_url.replace("/kalends?", "/domain_tests?")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.domain.marketplace.bidder", str(loan), *map(str, lenders),
        env=os.environ | {"DATABASE_URL": url}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_two_processes_fill_one_loan_exactly(make_database: Databases) -> None:
    lenders, loan = await market.lenders(200, 1_000), await market.list_loan(40_100)
    processes = [await bidder(make_database, loan, lenders[:100]), await bidder(make_database, loan, lenders[100:])]
    printed = [(await process.communicate())[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(one) for one in printed) == 134
    row = await market.listing(loan)
    assert (row["status"], row["committed_minor"], row["lender_count"]) == ("FULL", 4_010_000, 134)
    assert await market.events("loan.funded") == 1
    await market.verify()


async def test_one_key_in_two_processes_is_one_bid(
    make_database: Databases, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """The other process has stored its answer, but not committed it, when this one has looked for it already."""
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    placed = await market.bid(lender, loan, 100, key="one")
    row = await owner.fetchrow("delete from shared.idempotency where key = 'one' returning *")
    assert row is not None
    async with owner.transaction():
        await owner.execute("insert into shared.idempotency values ($1, $2, $3, $4, $5, $6)", *row.values())
        bidding = asyncio.create_task(market.bid(lender, loan, 100, key="one"))
        await asyncio.sleep(PATIENCE_S / 2)
    answer = await bidding
    assert (answer.bid_id, answer.replayed) == (placed.bid_id, True)
    assert await market.wallet(lender) == (900, 100)
    await market.verify()
