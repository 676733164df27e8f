"""How the funding of loans changes, as those who watch it see it: states read again and again, and what lies between two."""

from dataclasses import dataclass
from enum import StrEnum

from domain.lending.queries.loans import LOANS
from domain.marketplace.models import ListingStatus
from domain.marketplace.queries import LISTINGS
from domain.shared.db import Row
from domain.shared.relations import Relation

WATCHED = Relation(
    """(select loan.*, listing as listing from lending.loans loan
        left join marketplace.listings listing on listing.id = loan.id)""",
    visible=LOANS.visible,
    columns={
        **LOANS.columns,
        "read_at": "shared.business_now()",
        "remaining_minor": LISTINGS.expression("remaining_minor").format(t="({t}.listing)"),
    },
)
"""Loans as rows of `LOANS`, each with its row of `LISTINGS` (None before it is listed) and the business time of reading."""


def with_listing(row: Row) -> Row:
    """A row of `WATCHED` whose listing is a row of `LISTINGS`."""
    listing = row["listing"]
    return row | {"listing": listing and {**listing, "remaining_minor": row["remaining_minor"]}}


class FundingCause(StrEnum):
    """Why a watcher hears of a loan."""

    PRESENT = "PRESENT"
    LISTED = "LISTED"
    BID_PLACED = "BID_PLACED"
    BID_WITHDRAWN = "BID_WITHDRAWN"
    SHORT = "SHORT"
    FULL = "FULL"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    LOAN_STATUS = "LOAN_STATUS"


ENTERED = {
    ListingStatus.OPEN: FundingCause.LISTED,
    ListingStatus.SHORT: FundingCause.SHORT,
    ListingStatus.FULL: FundingCause.FULL,
    ListingStatus.CLOSED: FundingCause.CLOSED,
    ListingStatus.CANCELLED: FundingCause.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class FundingState:
    """What a watcher knows of a loan. `funding`: None before it is listed; `sequence` grows with every change of it."""

    loan_status: str
    funding: ListingStatus | None = None
    sequence: int = 0
    committed_minor: int = 0

    @classmethod
    def of(cls, row: Row) -> "FundingState":
        """The state in a row of `WATCHED`."""
        listing = row["listing"]
        if listing is None:
            return cls(row["status"])
        return cls(row["status"], ListingStatus(listing["status"]), listing["sequence"], listing["committed_minor"])


def cause(before: FundingState | None, after: FundingState, *, is_first: bool) -> FundingCause | None:
    """What happened between two looks, None if nothing did; of several things the one that changed most.

    `is_first`: the watcher has just come and is told the present state, whatever it is; a loan that shows up later was
    listed.
    """
    if before == after:
        return None
    if before is None:
        return FundingCause.PRESENT if is_first else FundingCause.LISTED
    if after.funding is not None and after.funding is not before.funding:
        return ENTERED[after.funding]
    if after.sequence != before.sequence:
        grew = after.committed_minor >= before.committed_minor
        return FundingCause.BID_PLACED if grew else FundingCause.BID_WITHDRAWN
    return FundingCause.LOAN_STATUS
