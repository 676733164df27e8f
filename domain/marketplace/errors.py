"""Refusals of the marketplace context."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.shared.errors import DomainError
from domain.shared.money import Money


@dataclass(eq=False, kw_only=True)
class LoanNotOpen(DomainError):
    """The loan takes no bids now; `state` is its funding's, or PAST_DEADLINE."""

    state: str
    text: ClassVar[str] = "The loan takes no bids now: its funding is {state}."


@dataclass(eq=False, kw_only=True)
class OwnLoan(DomainError):
    """The lender is the borrower, a co-borrower or a guarantor of the loan."""

    text: ClassVar[str] = "Nobody lends to a loan that they owe or guarantee themselves."


@dataclass(eq=False, kw_only=True)
class BidBelowMinimum(DomainError):
    """The bid is too small; when less than the usual minimum is left, `minimum` is all that is left."""

    minimum: Money
    text: ClassVar[str] = "The smallest bid on this loan is {minimum}."


@dataclass(eq=False, kw_only=True)
class BidNotInLots(DomainError):
    """The bid is not a multiple of the lot, nor all that is left."""

    lot: Money
    text: ClassVar[str] = "Bids on this loan are multiples of {lot}, or all that is left."


@dataclass(eq=False, kw_only=True)
class RemainingTooSmall(DomainError):
    """Less is left than the bid, and a part of it was not wanted."""

    remaining: Money
    text: ClassVar[str] = "Only {remaining} of this loan is left; bid that much or allow a partial bid."


@dataclass(eq=False, kw_only=True)
class DocumentsNotAcknowledged(DomainError):
    """The bid does not acknowledge the documents in force; `required` are their ids."""

    required: list[UUID] = field(default_factory=list)
    text: ClassVar[str] = "Read the documents in force and acknowledge them with the bid: see `documentIds`."


@dataclass(eq=False, kw_only=True)
class BidBinding(DomainError):
    """The bid can no longer be withdrawn; `revocable_until` is when that ended, None: it never could."""

    revocable_until: datetime | None
    text: ClassVar[str] = "The bid is binding: the time in which it could be withdrawn has passed, or there was none."


@dataclass(eq=False, kw_only=True)
class TooManyPlans(DomainError):
    """The lender has as many auto-invest plans as one may have."""

    maximum_plans: int
    text: ClassVar[str] = "A lender has at most {maximum_plans} auto-invest plans."
