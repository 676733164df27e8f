"""Refusals of the marketplace context on the wire."""

from datetime import datetime
from uuid import UUID

import strawberry

from api import money
from api.errors import UserError, refusal
from api.node import show_id
from domain.marketplace import errors


@refusal(errors.LoanNotOpen)
@strawberry.type(description="The loan takes no bids now.")
class LoanNotOpen(UserError):
    """The loan takes no bids now."""

    state: str = strawberry.field(description="What its funding is: a `FundingStatus`, or PAST_DEADLINE.")


@refusal(errors.OwnLoan)
@strawberry.type(description="Nobody lends to a loan that they owe or guarantee themselves.")
class OwnLoan(UserError):
    """A loan of the lender's own."""


@refusal(errors.BidBelowMinimum)
@strawberry.type(description="The bid is too small.")
class BidBelowMinimum(UserError):
    """The bid is too small."""

    minimum: money.Money = strawberry.field(description="The smallest bid; all that is left, if that is less.")


@refusal(errors.BidNotInLots)
@strawberry.type(description="The bid is not a multiple of the lot, nor all that is left.")
class BidNotInLots(UserError):
    """The bid is not in lots."""

    lot: money.Money = strawberry.field(description="Bids are multiples of it, or all that is left.")


@refusal(errors.RemainingTooSmall)
@strawberry.type(description="Less is left than the bid, and `allowPartial` was false.")
class RemainingTooSmall(UserError):
    """Less is left than the bid."""

    remaining: money.Money = strawberry.field(description="What is left.")


@refusal(errors.DocumentsNotAcknowledged)
@strawberry.type(description="The bid does not acknowledge the documents in force.")
class DocumentsNotAcknowledged(UserError):
    """The documents in force are not acknowledged."""

    required: strawberry.Private[list[UUID]]

    @strawberry.field(description="The documents to read and to name in `acknowledgedDocumentIds`.")
    def document_ids(self) -> list[strawberry.ID]:
        """The documents to acknowledge."""
        return [show_id("document", id_) for id_ in self.required]


@refusal(errors.BidBinding)
@strawberry.type(description="The bid can no longer be withdrawn, or never could.")
class BidBinding(UserError):
    """The bid is binding."""

    revocable_until: datetime | None = strawberry.field(
        description="Until when it could be withdrawn, in business time; null: bids are binding at once."
    )


@refusal(errors.TooManyPlans)
@strawberry.type(description="The lender has as many auto-invest plans as one may have.")
class TooManyPlans(UserError):
    """Too many plans."""

    maximum_plans: int = strawberry.field(description="How many one may have.")
