"""Which bids are taken, and how much of each.

**What may be bid.** A bid is a multiple of the loan's lot and at least its minimum; a bid that takes all that is left may
be any amount. So nothing is ever unsellable: whoever takes the rest, however small, may have it, and nobody may take a
part of a rest that is smaller than the minimum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.identity.rules import clean_text
from domain.marketplace.errors import (
    BidBelowMinimum,
    BidNotInLots,
    DocumentsNotAcknowledged,
    LoanNotOpen,
    OwnLoan,
    RemainingTooSmall,
)
from domain.marketplace.models import BidOrigin, ListingStatus
from domain.shared.errors import DomainError, InsufficientFunds, InvalidInput, LimitReached, NotFound, StepRequired
from domain.shared.money import MAX_MINOR, Money

MAX_REFERENCE = 80
PAST_DEADLINE = "PAST_DEADLINE"
WHOLE_PPM = 1_000_000
"""The share of a loan that is all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidRequest:
    """What a lender asks for. `acknowledged`: documents they say they have read (a plan's owner said so with the plan)."""

    lender_id: UUID
    loan_id: UUID
    amount: Money
    allow_partial: bool = True
    acknowledged: frozenset[UUID] = frozenset()
    client_reference: str | None = None
    plan_id: UUID | None = None

    @property
    def origin(self) -> BidOrigin:
        """Who asks: the lender or their plan."""
        return BidOrigin.MANUAL if self.plan_id is None else BidOrigin.AUTO_INVEST


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoan:
    """What a listing says before the batch. `party_ids`: everybody who owes or guarantees the loan."""

    status: ListingStatus
    deadline_at: datetime
    currency: str
    target_minor: int
    committed_minor: int
    minimum_bid_minor: int
    lot_minor: int
    party_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that a batch of bids is decided on.

    `available` is by (lender, currency), in minor units; `lenders` are the (loan, lender) who have open bids already, and
    `committed` what those come to, in minor units: known only where a lender may not have a whole loan, as it is a sum over
    all their bids. `missing_steps` by lender; `required` the documents a bid must acknowledge.
    """

    listings: Mapping[UUID, OpenLoan]
    available: Mapping[tuple[UUID, str], int]
    committed: Mapping[tuple[UUID, UUID], int]
    missing_steps: Mapping[UUID, Sequence[str]]
    required: frozenset[UUID]
    lender_share_ppm: int
    revocable_hours: int
    lenders: frozenset[tuple[UUID, UUID]] = frozenset()

    def revocable_until(self, now: datetime) -> datetime | None:
        """Until when a bid placed now may be withdrawn; None: it is binding at once."""
        return now + timedelta(hours=self.revocable_hours) if self.revocable_hours else None


@dataclass(frozen=True, slots=True)
class Taken:
    """A bid that is taken, with this much: less than was asked for if less was left."""

    request: BidRequest
    amount_minor: int

    @property
    def amount(self) -> Money:
        """What is held for it."""
        return Money(self.amount_minor, self.request.amount.currency)

    @property
    def is_partial(self) -> bool:
        """Whether less was left than was asked for."""
        return self.amount_minor < self.request.amount.amount_minor


@dataclass
class Running:
    """What the bids before this one in the batch have left."""

    room: dict[UUID, int]
    available: dict[tuple[UUID, str], int]
    committed: dict[tuple[UUID, UUID], int] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk) -> "Running":
        """The state before the first bid."""
        room = {id_: one.target_minor - one.committed_minor for id_, one in desk.listings.items()}
        return cls(room, dict(desk.available), dict(desk.committed))

    def take(self, taken: Taken) -> None:
        """Remember a bid."""
        request, amount = taken.request, taken.amount_minor
        self.room[request.loan_id] -= amount
        self.available[request.lender_id, request.amount.currency] -= amount
        key = (request.loan_id, request.lender_id)
        self.committed[key] = self.committed.get(key, 0) + amount


def decide(desk: Desk, requests: Sequence[BidRequest], now: datetime) -> list[Taken | DomainError]:
    """Each request's outcome, in arrival order: taken, perhaps in part, or the first refusal that applies."""
    running = Running.of(desk)
    outcomes: list[Taken | DomainError] = []
    for request in requests:
        refusals = objections(desk, running, request, now)
        if refusals:
            outcomes.append(refusals[0])
            continue
        taken = Taken(request, min(request.amount.amount_minor, running.room[request.loan_id]))
        running.take(taken)
        outcomes.append(taken)
    return outcomes


def objections(desk: Desk, running: Running, request: BidRequest, now: datetime) -> list[DomainError]:
    """Everything that stands against a bid, the most basic first; nothing: it is taken."""
    listing = desk.listings.get(request.loan_id)
    if listing is None:
        return [NotFound(path=("loanId",))]
    room = running.room[request.loan_id]
    hopeless = _malformed(request, listing) or _closed(listing, room, now)
    if hopeless is not None:
        return [hopeless]
    refusals: list[DomainError] = []
    if request.lender_id in listing.party_ids:
        refusals.append(OwnLoan(path=("loanId",)))
    _not_ready(desk, request, refusals)
    _wrong_size(listing, room, request, refusals)
    _beyond_means(desk, running, listing, request, min(request.amount.amount_minor, room), refusals)
    return refusals


def _malformed(request: BidRequest, listing: OpenLoan) -> InvalidInput | None:
    amount = request.amount
    if amount.currency != listing.currency:
        return InvalidInput(reason=f"This loan is in {listing.currency}.", path=("amount", "currency"))
    if not 0 < amount.amount_minor <= MAX_MINOR:
        return InvalidInput(reason="The amount must be more than zero, and not astronomical.", path=("amount",))
    if request.client_reference is not None:
        try:
            clean_text(request.client_reference, MAX_REFERENCE, "clientReference")
        except InvalidInput as invalid:
            return invalid
    return None


def _closed(listing: OpenLoan, room: int, now: datetime) -> LoanNotOpen | None:
    if listing.status is not ListingStatus.OPEN:
        return LoanNotOpen(state=listing.status.value, path=("loanId",))
    if room <= 0:
        return LoanNotOpen(state=ListingStatus.FULL.value, path=("loanId",))
    if now >= listing.deadline_at:
        return LoanNotOpen(state=PAST_DEADLINE, path=("loanId",))
    return None


def _not_ready(desk: Desk, request: BidRequest, refusals: list[DomainError]) -> None:
    missing = desk.missing_steps.get(request.lender_id)
    if missing:
        refusals.append(StepRequired(steps=list(missing)))
    if request.plan_id is None and not desk.required <= request.acknowledged:
        refusals.append(DocumentsNotAcknowledged(required=sorted(desk.required), path=("acknowledgedDocumentIds",)))


def _wrong_size(listing: OpenLoan, room: int, request: BidRequest, refusals: list[DomainError]) -> None:
    amount = request.amount.amount_minor
    if amount > room and not request.allow_partial:
        refusals.append(RemainingTooSmall(remaining=Money(room, listing.currency), path=("amount",)))
    if amount >= room:
        return
    minimum = min(listing.minimum_bid_minor, room)
    if amount < minimum:
        refusals.append(BidBelowMinimum(minimum=Money(minimum, listing.currency), path=("amount",)))
    if amount % listing.lot_minor:
        refusals.append(BidNotInLots(lot=Money(listing.lot_minor, listing.currency), path=("amount",)))


def _beyond_means(
    desk: Desk, running: Running, listing: OpenLoan, request: BidRequest, needed: int, refusals: list[DomainError]
) -> None:
    most = listing.target_minor * desk.lender_share_ppm // WHOLE_PPM
    current = running.committed.get((request.loan_id, request.lender_id), 0)
    if current + needed > most:
        refusals.append(
            LimitReached(
                limit="lender_loan_share",
                maximum=Money(most, listing.currency),
                current=Money(current, listing.currency),
                path=("amount",),
            )
        )
    available = running.available.get((request.lender_id, listing.currency), 0)
    if needed > available:
        refusals.append(
            InsufficientFunds(
                available=Money(available, listing.currency), needed=Money(needed, listing.currency), path=("amount",)
            )
        )
