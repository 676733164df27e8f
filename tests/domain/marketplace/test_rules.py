"""The rules of bidding and of sharing out, without a database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.marketplace.errors import (
    BidBelowMinimum,
    BidNotInLots,
    DocumentsNotAcknowledged,
    LoanNotOpen,
    OwnLoan,
    RemainingTooSmall,
)
from domain.marketplace.models import ListingStatus
from domain.marketplace.rules.bidding import PAST_DEADLINE, BidRequest, Desk, OpenLoan, Taken, decide
from domain.marketplace.rules.matching import Plan, share_out
from domain.shared.errors import DomainError, InsufficientFunds, InvalidInput, LimitReached, NotFound, StepRequired
from domain.shared.money import Money

NOW = datetime(2025, 1, 6, 1, tzinfo=UTC)
LOAN, OTHER, ANN, BEN, BORROWER, CO_BORROWER, WARNING = (UUID(int=n) for n in range(1, 8))
LISTING = OpenLoan(
    status=ListingStatus.OPEN,
    deadline_at=NOW + timedelta(days=1),
    currency="CNY",
    target_minor=1_000,
    committed_minor=0,
    minimum_bid_minor=200,
    lot_minor=100,
    party_ids=frozenset({BORROWER, CO_BORROWER}),
)
DESK = Desk(
    listings={LOAN: LISTING, OTHER: LISTING},
    available={(ANN, "CNY"): 2_000, (BEN, "CNY"): 500},
    committed={},
    missing_steps={},
    required=frozenset({WARNING}),
    lender_share_ppm=1_000_000,
    revocable_hours=0,
)


def ask(
    amount: int, lender: UUID = ANN, loan: UUID = LOAN, *, partial: bool = True, currency: str = "CNY"
) -> BidRequest:
    return BidRequest(
        lender_id=lender,
        loan_id=loan,
        amount=Money(amount, currency),
        allow_partial=partial,
        acknowledged=frozenset({WARNING}),
    )


def on(**listing: Any) -> Desk:
    """The desk with another listing."""
    return replace(DESK, listings={LOAN: replace(LISTING, **listing)})


def refusal(request: BidRequest, desk: Desk = DESK) -> DomainError:
    (outcome,) = decide(desk, [request], NOW)
    assert isinstance(outcome, DomainError), outcome
    return outcome


def amounts(outcomes: Sequence[Taken | DomainError]) -> list[int | str]:
    """What was taken of each bid, or the code of its refusal."""
    return [outcome.amount_minor if isinstance(outcome, Taken) else outcome.code for outcome in outcomes]


def test_bids_are_decided_in_order_of_arrival_with_running_room_and_cash() -> None:
    requests = [ask(600), ask(400, BEN), ask(200, loan=OTHER), ask(200, BEN, OTHER), ask(200)]
    assert amounts(decide(DESK, requests, NOW)) == [600, 400, 200, "InsufficientFunds", "LoanNotOpen"]


def test_less_than_asked_when_less_is_left() -> None:
    desk = on(committed_minor=700)
    assert amounts(decide(desk, [ask(400)], NOW)) == [300]
    refused = refusal(ask(400, partial=False), desk)
    assert isinstance(refused, RemainingTooSmall) and refused.remaining == Money(300, "CNY")


def test_what_is_left_below_the_minimum_can_be_taken_whole_but_not_divided() -> None:
    desk = on(target_minor=1_050, committed_minor=900)
    refused = refusal(ask(100), desk)
    assert isinstance(refused, BidBelowMinimum) and refused.minimum == Money(150, "CNY")
    assert amounts(decide(desk, [ask(150)], NOW)) == [150]
    assert amounts(decide(desk, [ask(300)], NOW)) == [150]


def test_the_size_of_a_bid() -> None:
    below = refusal(ask(100))
    assert isinstance(below, BidBelowMinimum) and below.minimum == Money(200, "CNY")
    odd = refusal(ask(250))
    assert isinstance(odd, BidNotInLots) and odd.lot == Money(100, "CNY")
    assert isinstance(refusal(ask(0)), InvalidInput)
    assert isinstance(refusal(ask(-100)), InvalidInput)
    assert isinstance(refusal(ask(200, currency="EUR")), InvalidInput)


def test_whose_loan_and_which() -> None:
    for party in (BORROWER, CO_BORROWER):
        assert isinstance(refusal(ask(200, party)), OwnLoan)
    assert isinstance(refusal(ask(200, loan=ANN)), NotFound)
    states = {status: refusal(ask(200), on(status=status)) for status in ListingStatus if status != ListingStatus.OPEN}
    assert all(isinstance(one, LoanNotOpen) and one.state == status.value for status, one in states.items())
    late = refusal(ask(200), on(deadline_at=NOW))
    assert isinstance(late, LoanNotOpen) and late.state == PAST_DEADLINE


def test_steps_and_documents_come_first() -> None:
    steps = refusal(ask(200), replace(DESK, missing_steps={ANN: ["IDENTITY_CHECK"]}))
    assert isinstance(steps, StepRequired) and steps.steps == ["IDENTITY_CHECK"]
    unread = refusal(replace(ask(200), acknowledged=frozenset({OTHER})))
    assert isinstance(unread, DocumentsNotAcknowledged) and unread.required == [WARNING]


def test_means_and_limits() -> None:
    poor = refusal(ask(600, BEN))
    assert isinstance(poor, InsufficientFunds) and (poor.available.amount_minor, poor.needed.amount_minor) == (500, 600)
    desk = replace(DESK, lender_share_ppm=500_000, committed={(LOAN, ANN): 200})
    assert amounts(decide(desk, [ask(300), ask(200)], NOW)) == [300, "LimitReached"]
    much = refusal(ask(400), desk)
    assert isinstance(much, LimitReached)
    assert (much.maximum.amount_minor, much.current.amount_minor) == (500, 200)


def test_a_reference_is_one_line_of_eighty_characters() -> None:
    for text in ("", "x" * 81, "a\0b"):
        assert refusal(replace(ask(200), client_reference=text)).path == ("clientReference",)


@given(st.lists(st.tuples(st.integers(1, 1_200), st.sampled_from([ANN, BEN]), st.booleans()), max_size=30))
def test_never_too_much_and_never_unsellable(bids: list[tuple[int, UUID, bool]]) -> None:
    outcomes = decide(DESK, [ask(amount, lender, partial=partial) for amount, lender, partial in bids], NOW)
    taken = [one for one in outcomes if isinstance(one, Taken)]
    sum_taken = sum(one.amount_minor for one in taken)
    assert sum_taken <= 1_000
    for lender, cash in ((ANN, 2_000), (BEN, 500)):
        assert sum(one.amount_minor for one in taken if one.request.lender_id == lender) <= cash
    if sum_taken < 1_000:
        rest = replace(LISTING, committed_minor=sum_taken)
        rich = replace(DESK, listings={LOAN: rest}, available={(ANN, "CNY"): 1_000})
        assert amounts(decide(rich, [ask(1_000 - sum_taken)], NOW)) == [1_000 - sum_taken]


def plan(number: int, amount: int, *, lender: UUID = ANN, keep: int = 0, served_day: int | None = None) -> Plan:
    return Plan(
        id=UUID(int=100 + number),
        lender_id=lender,
        amount_minor=amount,
        keep_minor=keep,
        created_at=NOW + timedelta(minutes=number),
        served_at=None if served_day is None else NOW + timedelta(days=served_day),
    )


def test_who_waited_longest_is_served_first() -> None:
    plans = [plan(1, 400, served_day=5), plan(2, 400, served_day=3), plan(3, 400), plan(4, 400)]
    taken = share_out(DESK, {LOAN: plans}, NOW)
    assert [(one.request.plan_id, one.amount_minor) for one in taken] == [
        (UUID(int=103), 400), (UUID(int=104), 400), (UUID(int=102), 200),
    ]  # fmt: skip


def test_plans_keep_what_their_owners_keep() -> None:
    plans = [plan(1, 450, lender=BEN, keep=50), plan(2, 300, lender=BEN), plan(3, 1_000, keep=1_750)]
    taken = share_out(DESK, {LOAN: plans}, NOW)
    assert [(one.request.lender_id, one.amount_minor) for one in taken] == [(BEN, 400), (ANN, 200)]


def test_plans_obey_the_rules_of_bidding() -> None:
    plans = [plan(1, 400, lender=BORROWER), plan(2, 400, lender=BEN), plan(3, 400)]
    desk = replace(
        DESK, missing_steps={BEN: ["IDENTITY_CHECK"]}, available={**DESK.available, (BORROWER, "CNY"): 1_000}
    )
    assert [one.request.plan_id for one in share_out(desk, {LOAN: plans}, NOW)] == [UUID(int=103)]


def numbered(taken: Sequence[Taken]) -> list[tuple[int, int]]:
    """The plans' numbers and what they bid."""
    return [((one.request.plan_id or ANN).int - 100, one.amount_minor) for one in taken]


def test_who_is_served_by_one_loan_comes_last_for_the_next() -> None:
    plans = [plan(1, 600), plan(2, 600)]
    taken = share_out(DESK, {LOAN: plans, OTHER: plans}, NOW + timedelta(hours=1))
    assert numbered(taken) == [
        (1, 600),
        (2, 400),
        (1, 600),
        (2, 400),
    ]
    desk = replace(DESK, listings={LOAN: replace(LISTING, target_minor=600), OTHER: LISTING})
    taken = share_out(desk, {LOAN: plans, OTHER: plans}, NOW + timedelta(hours=1))
    assert numbered(taken) == [(1, 600), (2, 600), (1, 400)]
