"""Many bids at once, for real: never too much, never twice, never a deadlock."""

import asyncio
from uuid import UUID

from domain.marketplace.commands import PlaceBids, place_bids
from domain.marketplace.errors import LoanNotOpen
from domain.shared import db, ids
from domain.shared.errors import DomainError, IdempotencyConflict, InsufficientFunds
from tests.domain.marketplace import market


async def test_fifty_bids_at_once_fill_a_loan_exactly() -> None:
    lenders = await market.lenders(50, 1_000)
    loan = await market.list_loan(12_350)
    outcomes = await asyncio.gather(*(market.bid(one, loan, 300) for one in lenders), return_exceptions=True)
    placed = [one for one in outcomes if not isinstance(one, BaseException)]
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(placed) == 42 and len(refused) == 8
    assert all(isinstance(one, LoanNotOpen) for one in refused)
    assert min(one.amount for one in placed) == market.cny(50)
    assert [one.is_partial for one in placed].count(True) == 1
    row = await market.listing(loan)
    assert (row["status"], row["committed_minor"], row["lender_count"]) == ("FULL", 1_235_000, 42)
    assert await market.loan_status(loan) == "FUNDED"
    assert (await market.events("bid.placed"), await market.events("loan.funded")) == (42, 1)
    await market.verify()


async def test_one_key_fifty_times_is_one_bid_and_one_answer() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    answers = await asyncio.gather(*(market.bid(lender, loan, 500, key="one") for _ in range(50)))
    assert len({answer.bid_id for answer in answers}) == 1
    assert [answer.replayed for answer in answers].count(False) == 1
    assert await market.wallet(lender) == (500, 500)
    await market.verify()


async def test_one_key_fifty_times_is_one_refusal() -> None:
    lender, loan = await market.lender(100), await market.list_loan(10_000)
    answers = await asyncio.gather(
        *(market.bid(lender, loan, 500, key="one") for _ in range(50)), return_exceptions=True
    )
    assert all(isinstance(answer, InsufficientFunds) for answer in answers)
    await market.deposit([lender], market.cny(1_000))
    again = await asyncio.gather(market.bid(lender, loan, 500, key="one"), return_exceptions=True)
    assert isinstance(again[0], InsufficientFunds) and again[0].available == market.cny(100)
    other = await asyncio.gather(market.bid(lender, loan, 600, key="one"), return_exceptions=True)
    assert isinstance(other[0], IdempotencyConflict)


async def batch(lender: UUID, loans: list[UUID], yuan: int) -> int:
    orders = [await market.order(loan, yuan) for loan in loans]
    answer = await place_bids(market.lending(lender), PlaceBids(bids=orders, idempotency_key=str(ids.new())))
    return sum(outcome.bid_id is not None for outcome in answer.outcomes)


async def test_opposite_batches_never_deadlock() -> None:
    one, other = await market.list_loan(100_000), await market.list_loan(100_000)
    lenders = await market.lenders(20, 10_000)
    before = await db.fetch_value("select deadlocks from pg_stat_database where datname = current_database()")
    counts = await asyncio.gather(
        *(batch(lender, [one, other] if n % 2 else [other, one], 100) for n, lender in enumerate(lenders * 2))
    )
    assert sum(counts) == 80
    after = await db.fetch_value("select deadlocks from pg_stat_database where datname = current_database()")
    assert after == before
    await market.verify()


async def test_a_lender_cannot_spend_money_twice_on_two_loans() -> None:
    loans = [await market.list_loan(10_000) for _ in range(10)]
    lender = await market.lender(500)
    outcomes = await asyncio.gather(*(market.bid(lender, loan, 200) for loan in loans), return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, DomainError)]
    assert len(refused) == 8 and all(isinstance(one, InsufficientFunds) for one in refused)
    assert await market.wallet(lender) == (100, 400)
    await market.verify()
