"""Reviews, offers, acceptance and expiry, by what is stored afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.identity.commands import record_consents
from domain.lending.commands.application import Party
from domain.lending.commands.offer import (
    AcceptedOffer,
    AcceptOffer,
    accept_offer,
    decline_offer,
    expire_offers,
    withdraw_application,
)
from domain.lending.commands.underwriting import ReviewOutcome, review_application
from domain.lending.errors import ConsentRequired, MandateRequired, OfferExpired
from domain.lending.models import LoanStatus
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.domain.lending.applying import (
    DOUBTFUL,
    apply,
    bank_account,
    borrowing,
    cny,
    contract_of,
    events,
    loan_row,
    person,
    reviewing,
)

SetClock = Callable[[datetime], Awaitable[None]]


async def accept(user: UUID, loan_id: UUID, **changes: Any) -> AcceptedOffer:
    """Accept an offer with its contract."""
    contract = await contract_of(loan_id)
    request = AcceptOffer(idempotency_key="a", loan_id=loan_id, accepted_document_ids=[contract["id"]])
    return await accept_offer(borrowing(user), replace(request, **changes))


async def test_an_operator_approves_and_the_offer_has_todays_terms() -> None:
    user, operator = await person(), reviewing()
    loan_id = (await apply(user, facts=DOUBTFUL)).loan_id
    status = await review_application(operator, loan_id, ReviewOutcome.APPROVE, "Two credits, one paid off.", "seen")
    loan = await loan_row(loan_id)
    assert (status, loan["status"], loan["annual_rate_ppm"] > 0) == (LoanStatus.OFFERED, "OFFERED", True)
    rows = await db.fetch("select * from credit.decisions where loan_id = $1 order by decided_at, id", loan_id)
    assert [(row["outcome"], row["decided_by"]) for row in rows] == [("REVIEW", None), ("APPROVE", operator.user_id)]
    assert rows[1]["note"] == "seen"
    assert loan["status_reason"] == "Two credits, one paid off."
    assert await events(loan_id) == ["loan.submitted", "loan.review_needed", "loan.offered"]


async def test_an_operator_rejects_once_and_not_their_own_application() -> None:
    user = await person()
    loan_id = (await apply(user, facts=DOUBTFUL)).loan_id
    own = Actor(user, frozenset({Scope.REVIEW}))
    with pytest.raises(NotAllowed):
        await review_application(own, loan_id, ReviewOutcome.APPROVE, "me")
    with pytest.raises(NotAllowed):
        await review_application(borrowing(ids.new()), loan_id, ReviewOutcome.APPROVE, "no scope")
    with pytest.raises(InvalidInput):
        await review_application(reviewing(), loan_id, ReviewOutcome.REJECT, "")
    assert await review_application(reviewing(), loan_id, ReviewOutcome.REJECT, "No proof.") is LoanStatus.REJECTED
    with pytest.raises(WrongState):
        await review_application(reviewing(), loan_id, ReviewOutcome.APPROVE, "after all")


async def test_accepting_lists_the_loan_until_24_00_of_the_20th_working_day() -> None:
    user = await person()
    loan_id = (await apply(user, 12_300)).loan_id
    offer = await accept(user, loan_id)
    assert offer.amount_minor == cny(12_300).amount_minor
    assert offer.threshold_minor == cny(9_900).amount_minor  # 80 % is 9,840: rounded up to whole lots
    assert (offer.minimum_bid_minor, offer.lot_minor) == (10_000, 10_000)
    # Spring Festival 2025: 28 January to 4 February off; 26 January and 8 February worked.
    assert offer.deadline_at == datetime(2025, 2, 8, 16, 0, tzinfo=UTC)
    loan = await loan_row(loan_id)
    assert (loan["status"], loan["listed_at"]) == ("LISTED", offer.opens_at)
    assert await db.fetch_value(
        "select count(*) from identity.consents where user_id = $1 and document_id = $2",
        user,
        (await contract_of(loan_id))["id"],
    )
    with pytest.raises(WrongState):
        await accept(user, loan_id)


async def test_the_contract_must_be_accepted_by_everybody_with_an_account() -> None:
    user, guarantor = await person(), await person(name="Grace Hopper")
    loan_id = (await apply(user, guarantors=[Party(name="Grace Hopper", user_id=guarantor)])).loan_id
    contract = await contract_of(loan_id)
    with pytest.raises(ConsentRequired) as refusal:
        await accept(user, loan_id, accepted_document_ids=[])
    assert refusal.value.contract_id == contract["id"]
    with pytest.raises(ConsentRequired) as refusal:
        await accept(user, loan_id)
    assert refusal.value.waiting_for == ["Grace Hopper"]
    with pytest.raises(NotFound):
        await accept(user, loan_id, accepted_document_ids=[ids.new()])
    await record_consents(guarantor, [contract["id"]])
    await accept(user, loan_id)


async def test_an_active_mandate_of_the_borrower_is_needed() -> None:
    user, other = await person(), await person()
    _, foreign = await bank_account(other)
    loan_id = (await apply(user, mandate_id=None)).loan_id
    for mandate_id in (None, foreign, ids.new()):
        with pytest.raises(MandateRequired):
            await accept(user, loan_id, mandate_id=mandate_id)
    mandate = await db.fetch_value("select id from payments.mandates where user_id = $1", user)
    await accept(user, loan_id, mandate_id=mandate)
    assert (await loan_row(loan_id))["mandate_id"] == mandate


async def test_only_the_borrower_accepts_declines_or_withdraws() -> None:
    user, stranger = await person(), await person()
    loan_id = (await apply(user)).loan_id
    with pytest.raises(NotFound):
        await accept(stranger, loan_id)
    with pytest.raises(NotFound):
        await decline_offer(borrowing(stranger), loan_id)
    with pytest.raises(NotFound):
        await withdraw_application(borrowing(stranger), loan_id)


async def test_declining_and_withdrawing_end_it_once() -> None:
    user = await person()
    declined, withdrawn = (await apply(user)).loan_id, (await apply(user, facts=DOUBTFUL)).loan_id
    for _ in range(2):
        await decline_offer(borrowing(user), declined)
        await withdraw_application(borrowing(user), withdrawn)
    assert [(await loan_row(id_))["status"] for id_ in (declined, withdrawn)] == ["DECLINED", "WITHDRAWN"]
    assert (await loan_row(withdrawn))["ended_at"] is not None
    assert await events(declined) == ["loan.submitted", "loan.offered", "loan.declined"]
    with pytest.raises(WrongState):
        await withdraw_application(borrowing(user), declined)


async def test_an_offer_expires_with_its_day_and_is_not_accepted_after(set_clock: SetClock) -> None:
    user = await person()
    loan_id = (await apply(user)).loan_id
    end = clock.end_of((await clock.today()) + timedelta(days=7))
    await set_clock(end - timedelta(minutes=1))
    assert await expire_offers() == 0
    await set_clock(end)
    with pytest.raises(OfferExpired):
        await accept(user, loan_id)
    assert (await expire_offers(), await expire_offers()) == (1, 0)
    assert (await loan_row(loan_id))["status"] == "EXPIRED"
    assert (await events(loan_id))[-1] == "loan.expired"
