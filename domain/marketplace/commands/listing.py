"""A loan comes to the market when its borrower accepts the offer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.lending.commands import offer
from domain.lending.commands.offer import AcceptOffer
from domain.marketplace.models import ListingStatus
from domain.shared import db
from domain.shared.actor import Actor, Scope
from domain.shared.idempotency import Result, idempotent


@dataclass(frozen=True, kw_only=True)
class ListedLoan(Result):
    """The loan that takes bids now, until `deadline_at`."""

    loan_id: UUID
    deadline_at: datetime


@idempotent(ListedLoan, Scope.BORROW)
async def accept_offer(actor: Actor, request: AcceptOffer) -> ListedLoan:
    """Accept an offer: the loan is LISTED and takes bids. Raises as `domain.lending.commands.offer.accept_offer`."""
    accepted = await offer.accept_offer(actor, request)
    await db.execute(
        """insert into marketplace.listings (id, status, borrower_id, currency, target_minor, threshold_minor,
            minimum_bid_minor, lot_minor, committed_minor, lender_count, sequence, opens_at, deadline_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 1, $9, $10)""",
        accepted.loan_id, ListingStatus.OPEN.value, accepted.borrower_id, accepted.currency, accepted.amount_minor,
        accepted.threshold_minor, accepted.minimum_bid_minor, accepted.lot_minor, accepted.opens_at,
        accepted.deadline_at,
    )  # fmt: skip
    return ListedLoan(loan_id=accepted.loan_id, deadline_at=accepted.deadline_at)
