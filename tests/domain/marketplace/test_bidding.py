"""Bids as rows, holds and events."""

from uuid import UUID

import pytest

from domain.marketplace.commands import PlaceBids, place_bids
from domain.marketplace.errors import DocumentsNotAcknowledged, LoanNotOpen, OwnLoan
from domain.marketplace.queries import BIDS, WantedBid, preview_bids
from domain.shared import db, ids
from domain.shared.actor import STRANGER, Actor, Scope, Viewer
from domain.shared.errors import InsufficientFunds, InvalidInput, NotAllowed, NotFound, StepRequired
from tests.domain.marketplace import market


async def test_a_bid_holds_money_and_tells() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    placed = await market.bid(lender, loan, 300, client_reference="mine")
    assert (placed.amount, placed.is_partial) == (market.cny(300), False)
    assert await market.wallet(lender) == (700, 300)
    row = await market.listing(loan)
    assert (row["committed_minor"], row["lender_count"], row["sequence"]) == (30_000, 1, 2)
    event = await db.fetch_one("select * from shared.outbox where kind = 'bid.placed'")
    assert event is not None and event["loan_id"] == loan and event["audience"] == [lender]
    posting = await db.fetch_one("select * from ledger.postings where kind = 'HOLD'")
    assert posting is not None and posting["reference_id"] == placed.bid_id
    await market.bid(lender, loan, 200)
    assert (await market.listing(loan))["lender_count"] == 1
    await market.verify()


async def test_a_batch_says_for_each_bid_what_happened() -> None:
    lender, borrower = await market.lender(1_000), (await market.people(1, "BORROWER"))[0]
    loan, small = await market.list_loan(10_000, borrower), await market.list_loan(1_000)
    await market.bid(await market.lender(900), small, 900)
    orders = [
        await market.order(loan, 300),
        await market.order(small, 200),
        await market.order(loan, 150),
        await market.order(loan, 700),
        await market.order(ids.new(), 100),
        await market.order(loan, 100, acknowledged_document_ids=[]),
        await market.order(small, 100),
        await market.order(loan, 50),
    ]
    request = PlaceBids(bids=orders, idempotency_key="batch")
    answer = await place_bids(market.lending(lender), request)
    said = [one.refusal.code if one.refusal else (one.amount, one.is_partial) for one in answer.outcomes]
    assert said == [
        (market.cny(300), False), (market.cny(100), True), "BidNotInLots", "InsufficientFunds", "NotFound",
        "DocumentsNotAcknowledged", "LoanNotOpen", "BidBelowMinimum",
    ]  # fmt: skip
    again = await place_bids(market.lending(lender), request)
    assert again.replayed and again.outcomes == answer.outcomes
    assert await market.wallet(lender) == (600, 400)
    await market.verify()


async def test_a_refusal_leaves_nothing_but_itself() -> None:
    lender, loan = await market.lender(100), await market.list_loan(10_000)
    with pytest.raises(InsufficientFunds):
        await market.bid(lender, loan, 200)
    assert await market.wallet(lender) == (100, 0)
    assert (await market.listing(loan))["sequence"] == 1
    assert await market.events("bid.placed") == 0


async def test_who_may_bid() -> None:
    (borrower,) = await market.people(1, "BORROWER")
    loan = await market.list_loan(10_000, borrower)
    await market.deposit([borrower], market.cny(1_000))
    with pytest.raises(OwnLoan):
        await market.bid(borrower, loan, 100)
    (stranger,) = await market.people(1, ready=False)
    with pytest.raises(StepRequired) as missing:
        await market.bid(stranger, loan, 100)
    assert missing.value.steps == ["VERIFY_EMAIL", "ACCEPT_TERMS", "IDENTITY_CHECK", "ACCEPT_RISK_WARNING"]
    request = PlaceBids(bids=[await market.order(loan, 100)], idempotency_key="x")
    lender = await market.lender(100)
    for _ in range(2):
        with pytest.raises(NotAllowed):
            await place_bids(Actor(lender, frozenset({Scope.READ})), request)
        await place_bids(market.lending(lender), request)
    with pytest.raises(InvalidInput):
        await place_bids(market.lending(stranger), PlaceBids(bids=[], idempotency_key="y"))
    with pytest.raises(NotFound):
        await market.bid(stranger, ids.new(), 100)


async def test_a_co_borrower_may_not_bid() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    await db.execute(
        """insert into lending.loan_parties (id, loan_id, user_id, name, role)
        values (gen_random_uuid(), $1, $2, 'Ben', 'CO_BORROWER')""",
        loan, lender,
    )  # fmt: skip
    with pytest.raises(OwnLoan):
        await market.bid(lender, loan, 100)


async def test_a_new_risk_warning_must_be_acknowledged() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(10_000)
    old, new = await market.risk_warning(), ids.new()
    await db.execute(
        """insert into identity.documents (id, kind, version, title, body, sha256, published_at)
        select $1, kind, version + 1, title, body, sha256, published_at from identity.documents where id = $2""",
        new, old,
    )  # fmt: skip
    await db.execute(
        "insert into identity.consents (id, user_id, document_id, accepted_at) values (gen_random_uuid(), $1, $2, now())",
        lender, new,
    )  # fmt: skip
    with pytest.raises(DocumentsNotAcknowledged) as refused:
        await market.bid(lender, loan, 100, acknowledged_document_ids=[old])
    assert refused.value.required == [new]
    await market.bid(lender, loan, 100, acknowledged_document_ids=[new])


async def test_what_others_see_of_a_bid() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(250)
    placed = await market.bid(lender, loan, 300, client_reference="mine")
    for viewer, seen in (
        (Viewer(lender), (30_000, "mine")),
        (Viewer(ids.new()), (None, None)),
        (STRANGER, (None, None)),
    ):
        (row,) = await BIDS.by_ids(viewer, [placed.bid_id])
        assert row["amount_minor"] == 25_000
        assert (row["requested_minor"], row["client_reference"]) == seen


async def preview(viewer: Viewer, loan: UUID, yuan: int) -> tuple[int, list[str], int, int]:
    wanted = WantedBid(loan, market.cny(yuan))
    found = (await preview_bids(viewer, [wanted]))[wanted]
    return (
        found.placeable.amount_minor // market.YUAN,
        [refusal.code for refusal in found.refusals],
        found.expected_interest.amount_minor,
        found.expected_loss.amount_minor,
    )


async def test_a_preview_says_what_a_bid_would_do_and_does_nothing() -> None:
    lender, loan = await market.lender(500), await market.list_loan(1_200)
    viewer = Viewer(lender, frozenset({Scope.LEND}))
    placeable, refusals, interest, loss = await preview(viewer, loan, 300)
    assert (placeable, refusals) == (300, [])
    # 1,200 at 9.6 % over 12 months cost about 63 of interest; 5 % of it is the service fee, a quarter is ours.
    assert 1_470 < interest < 1_520
    # 2 % a year of an average of 13/24 of the amount, a quarter of it.
    assert 300 < loss < 340
    assert (await preview(viewer, loan, 2_000))[:2] == (0, ["InsufficientFunds"])
    assert (await preview(viewer, loan, 50))[:2] == (0, ["BidBelowMinimum", "BidNotInLots"])
    assert (await preview(STRANGER, loan, 300))[:3] == (0, ["NotAllowed"], interest)
    assert (await preview(viewer, ids.new(), 300))[:2] == (0, ["NotFound"])
    assert await market.wallet(lender) == (500, 0)
    assert await db.fetch("select 1 from marketplace.bids") == []


async def test_a_full_loan_takes_no_more() -> None:
    loan = await market.list_loan(1_000)
    await market.bid(await market.lender(1_000), loan, 1_000)
    with pytest.raises(LoanNotOpen) as refused:
        await market.bid(await market.lender(1_000), loan, 100)
    assert refused.value.state == "FULL"
    principal = await db.fetch_value("select principal_minor from lending.loans where id = $1", loan)
    assert principal == 100_000
