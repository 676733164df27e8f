"""Refusals of the lending context on the wire."""

from uuid import UUID

import strawberry

from api import money
from api.errors import UserError, refusal
from api.node import show_id
from api.scalars import Rate
from domain.lending import errors


@refusal(errors.AmountOutOfRange)
@strawberry.type(description="The product lends other amounts.")
class AmountOutOfRange(UserError):
    """The product lends other amounts."""

    minimum: money.Money = strawberry.field(description="The smallest amount.")
    maximum: money.Money = strawberry.field(description="The largest amount.")
    step: money.Money = strawberry.field(description="Amounts are multiples of it.")


@refusal(errors.TermNotOffered)
@strawberry.type(description="The product is not offered for this term.")
class TermNotOffered(UserError):
    """The product is not offered for this term."""

    installment_counts: list[int] = strawberry.field(
        description="The terms it is offered for, in periods of the frequency; empty: not at this frequency."
    )


@refusal(errors.MethodNotOffered)
@strawberry.type(description="The product is not repaid by this method.")
class MethodNotOffered(UserError):
    """The product is not repaid by this method."""

    methods: list[str] = strawberry.field(description="The methods it is repaid by.")


@refusal(errors.ProductNotOpen)
@strawberry.type(description="The product takes no applications, or none of this kind of party.")
class ProductNotOpen(UserError):
    """The product takes no such applications."""

    open_to: list[str] = strawberry.field(description="Whose applications it takes; empty: nobody's.")


@refusal(errors.RateAboveCeiling)
@strawberry.type(description="With all fees the loan would cost more a year than the legal ceiling allows.")
class RateAboveCeiling(UserError):
    """The legal ceiling leaves no such rate."""

    ceiling_ppm: strawberry.Private[int]

    @strawberry.field(description="The legal ceiling of a contract made today, all fees included.")
    def ceiling(self) -> Rate:
        """The legal ceiling."""
        return Rate(self.ceiling_ppm)


@refusal(errors.MandateRequired)
@strawberry.type(description="The product needs an active direct debit mandate.")
class MandateRequired(UserError):
    """The product needs an active mandate."""


@refusal(errors.ConsentRequired)
@strawberry.type(description="The contract must be accepted first, by every party of the loan with an account.")
class ConsentRequired(UserError):
    """The contract must be accepted first."""

    contract_id: strawberry.Private[UUID]
    waiting_for: list[str] = strawberry.field(description="Other parties of the loan who have not accepted yet.")

    @strawberry.field(description="The documents to accept.")
    def document_ids(self) -> list[strawberry.ID]:
        """The documents to accept."""
        return [show_id("document", self.contract_id)]


@refusal(errors.OfferExpired)
@strawberry.type(description="The offer has expired.")
class OfferExpired(UserError):
    """The offer has expired."""
