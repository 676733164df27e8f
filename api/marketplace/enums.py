"""Enumerations of the marketplace context."""

from enum import Enum

import strawberry

from api.enums import describe
from domain.marketplace.models import BidOrigin, BidStatus, ListingStatus, PlanStatus

describe(
    ListingStatus,
    "How far the funding of a loan is.",
    name="FundingStatus",
    OPEN="Lenders may bid.",
    SHORT="The deadline passed at or above the threshold: the borrower may take the smaller loan.",
    FULL="Full, or the smaller loan was taken; closes when `closesNotBefore` has passed.",
    CLOSED="Closed: bids became notes.",
    CANCELLED="Expired or declined: every hold was released.",
)
describe(
    BidStatus,
    "What became of a bid.",
    ACTIVE="The money is held for the loan.",
    ACCEPTED="The loan closed: the bid became a note.",
    WITHDRAWN="Its lender took it back.",
    RELEASED="The loan did not come about.",
)
describe(BidOrigin, "Who placed a bid.", MANUAL="The lender.", AUTO_INVEST="The lender's auto-invest plan.")
describe(
    PlanStatus,
    "Whether an auto-invest plan bids.",
    ACTIVE="It bids on every new loan that fits.",
    PAUSED="It does not bid.",
)


@strawberry.enum(description="The order of a list of loans.")
class LoanOrder(Enum):
    """The order of a list of loans."""

    NEWEST = strawberry.enum_value("NEWEST", description="The latest listed first.")
    DEADLINE = strawberry.enum_value("DEADLINE", description="The earliest deadline for bids first.")
    RATE = strawberry.enum_value("RATE", description="The highest rate first.")
