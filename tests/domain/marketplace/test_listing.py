"""A loan's way over the market, from the accepted offer to the payout, through the commands of both contexts."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.lending.checks import CHECKS
from domain.lending.errors import ConsentRequired
from domain.marketplace.commands import AcceptOffer, accept_offer, close_funded
from domain.shared import db
from domain.shared.errors import WrongState
from tests.domain.lending import applying
from tests.domain.marketplace import market


async def test_an_accepted_offer_is_a_listing_once() -> None:
    borrower = await applying.person()
    loan = (await applying.apply(borrower, 10_000)).loan_id
    contract = await applying.contract_of(loan)
    actor = applying.borrowing(borrower)
    with pytest.raises(ConsentRequired):
        await accept_offer(actor, AcceptOffer(loan_id=loan, idempotency_key="without"))
    request = AcceptOffer(loan_id=loan, accepted_document_ids=[contract["id"]], idempotency_key="a")
    answers = await asyncio.gather(*(accept_offer(actor, request) for _ in range(10)))
    assert [answer.replayed for answer in answers].count(False) == 1
    row = await market.listing(loan)
    # Twenty working days after Monday, 6 January 2025: the Spring Festival lies between, 26 January and 8 February are worked.
    assert row["deadline_at"] == answers[0].deadline_at == datetime(2025, 2, 8, 16, 0, tzinfo=UTC)
    amounts = {name: row[f"{name}_minor"] for name in ("target", "threshold", "minimum_bid", "lot", "committed")}
    assert amounts == {
        "target": 1_000_000, "threshold": 800_000, "minimum_bid": 10_000, "lot": 10_000, "committed": 0,
    }  # fmt: skip
    assert await market.events("loan.listed") == 1
    with pytest.raises(WrongState):
        await accept_offer(actor, AcceptOffer(loan_id=loan, idempotency_key="again"))


async def test_thirty_lenders_fill_a_loan_and_it_closes() -> None:
    borrower = await applying.person()
    loan = (await applying.apply(borrower, 10_000)).loan_id
    contract = await applying.contract_of(loan)
    request = AcceptOffer(loan_id=loan, accepted_document_ids=[contract["id"]], idempotency_key="a")
    await accept_offer(applying.borrowing(borrower), request)
    lenders = await market.lenders(30, 1_000)
    outcomes = await asyncio.gather(*(market.bid(lender, loan, 400) for lender in lenders), return_exceptions=True)
    placed = [one for one in outcomes if not isinstance(one, BaseException)]
    assert sum(one.amount.amount_minor for one in placed) == 1_000_000
    assert await close_funded() == 1
    notes = await db.fetch("select lender_id, principal_minor from lending.notes where loan_id = $1", loan)
    assert len(notes) == 25 and sum(note["principal_minor"] for note in notes) == 1_000_000
    payout = await db.fetch_value("select amount_minor from payments.instructions where purpose = 'DISBURSEMENT'")
    assert payout == 1_000_000 - 5_000
    await market.verify()
    for check in CHECKS:
        assert await db.fetch(check.sql) == [], check.name
