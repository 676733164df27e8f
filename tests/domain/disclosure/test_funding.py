"""What a watcher of a loan is told, and of which loans."""

from itertools import pairwise

import pytest

from domain.disclosure.funding import WATCHED, FundingCause, FundingState, cause
from domain.marketplace.models import ListingStatus as S
from domain.shared.actor import STRANGER, Viewer
from tests.domain.lending.applying import apply, person
from tests.domain.marketplace.market import bid, lender, list_loan

LISTED = FundingState("LISTED", S.OPEN, 1, 0)
HALF = FundingState("LISTED", S.OPEN, 2, 500)


def test_the_first_look_tells_the_present_and_a_loan_that_shows_up_later_was_listed() -> None:
    assert cause(None, HALF, is_first=True) is FundingCause.PRESENT
    assert cause(None, HALF, is_first=False) is FundingCause.LISTED
    assert cause(HALF, HALF, is_first=False) is None


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (FundingState("OFFERED"), LISTED, FundingCause.LISTED),
        (LISTED, HALF, FundingCause.BID_PLACED),
        (HALF, FundingState("LISTED", S.OPEN, 3, 0), FundingCause.BID_WITHDRAWN),
        (HALF, FundingState("LISTED", S.SHORT, 3, 500), FundingCause.SHORT),
        (HALF, FundingState("FUNDED", S.FULL, 9, 1000), FundingCause.FULL),
        (FundingState("FUNDED", S.FULL, 9, 1000), FundingState("DISBURSING", S.CLOSED, 10, 1000), FundingCause.CLOSED),
        (HALF, FundingState("EXPIRED", S.CANCELLED, 3, 0), FundingCause.CANCELLED),
        (FundingState("DISBURSING", S.CLOSED, 10, 1000), FundingState("ACTIVE", S.CLOSED, 10, 1000), FundingCause.LOAN_STATUS),
        (FundingState("UNDER_REVIEW"), FundingState("OFFERED"), FundingCause.LOAN_STATUS),
    ],
)  # fmt: skip
def test_the_cause_is_what_changed_most(before: FundingState, after: FundingState, why: FundingCause) -> None:
    assert cause(before, after, is_first=False) is why


async def test_a_watcher_reads_loans_and_listings_together() -> None:
    loan_id = await list_loan(1_000)
    states = []
    for yuan in (300, 700):
        await bid(await lender(yuan), loan_id, yuan)
        (row,) = await WATCHED.by_ids(STRANGER, [loan_id])
        states.append(FundingState.of(row))
    assert [(state.loan_status, state.funding, state.committed_minor) for state in states] == [
        ("LISTED", S.OPEN, 30_000), ("FUNDED", S.FULL, 100_000),
    ]  # fmt: skip
    assert all(after.sequence > before.sequence for before, after in pairwise(states))


async def test_what_is_not_listed_is_watched_by_its_borrower_only() -> None:
    borrower = await person()
    loan_id = (await apply(borrower)).loan_id
    assert await WATCHED.by_ids(STRANGER, [loan_id]) == []
    (row,) = await WATCHED.by_ids(Viewer(borrower), [loan_id])
    assert FundingState.of(row) == FundingState("OFFERED")
