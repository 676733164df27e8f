"""Refusals of servicing on the wire."""

from datetime import datetime

import strawberry

from api import money
from api.errors import UserError, refusal
from domain.lending import errors


@refusal(errors.RepaymentTooLarge)
@strawberry.type(description="More than what settles the whole loan today.")
class RepaymentTooLarge(UserError):
    """More than what settles the loan."""

    maximum: money.Money = strawberry.field(description="What settles the loan today.")


@refusal(errors.PrepaymentNotAllowed)
@strawberry.type(description="The product takes no part prepayments.")
class PrepaymentNotAllowed(UserError):
    """The product takes no part prepayments."""

    maximum: money.Money = strawberry.field(description="What is due; it can be paid, or everything.")


@refusal(errors.PrepaymentTooSmall)
@strawberry.type(description="What is beyond the dues must exceed the interest of the running period up to today.")
class PrepaymentTooSmall(UserError):
    """Too little for a part prepayment."""

    due: money.Money = strawberry.field(description="What is due; it can be paid.")
    minimum: money.Money = strawberry.field(description="The smallest amount that prepays something.")


@refusal(errors.PayoffChanged)
@strawberry.type(description="Another amount than expected settles the loan now.")
class PayoffChanged(UserError):
    """Another amount settles the loan."""

    total: money.Money = strawberry.field(description="What settles it.")
    valid_until: datetime = strawberry.field(description="Until when it does, in business time.")


@refusal(errors.CollectionPending)
@strawberry.type(
    description="A direct debit is on its way; wait until the bank has answered, usually some working days."
)
class CollectionPending(UserError):
    """A direct debit is on its way."""

    amount: money.Money = strawberry.field(description="What it collects.")
