"""Products and their terms as the API shows them."""

import strawberry

import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.identity.enums import PartyKind, Role
from api.node import Node, node, show_id
from api.scalars import Rate
from domain.lending.queries.products import PRODUCTS
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.waterfall import DueKind
from domain.shared.db import Row


@strawberry.type(description="The lengths a loan may have at one frequency.")
class TermsOffered:
    """The lengths a loan may have at one frequency."""

    frequency: Frequency = strawberry.field(description="How often installments fall due.")
    installment_counts: list[int] = strawberry.field(description="The terms, in periods of the frequency.")


@strawberry.type(description="A fee, with its formula.")
class Fee:
    """A fee, with its formula."""

    code: str = strawberry.field(description="Its stable name.")
    formula: str = strawberry.field(description="How it is worked out.")
    payer: Role = strawberry.field(description="Who pays it.")
    rate: Rate | None = strawberry.field(default=None, description="The share, of what the formula says.")
    amount: money.Money | None = strawberry.field(default=None, description="The fixed amount.")


@node("product", PRODUCTS)
@strawberry.type(description="A version of a loan product; a loan keeps the version it was made under.")
class Product(Node):
    """A version of a loan product."""

    code: str = strawberry.field(description="The product's stable name; versions share it.")
    name: str = strawberry.field(description="Its name.")
    version: int = strawberry.field(description="Its version, counted from 1.")
    is_open: bool = strawberry.field(description="Whether it takes applications.")
    open_to: list[PartyKind] = strawberry.field(description="Who may apply.")
    methods: list[RepaymentMethod] = strawberry.field(description="The repayment methods to choose from.")
    terms: list[TermsOffered] = strawberry.field(description="The terms to choose from, by frequency.")
    day_count: DayCount = strawberry.field(description="How days are counted for interest.")
    minimum: money.Money = strawberry.field(description="The smallest loan.")
    maximum: money.Money = strawberry.field(description="The largest loan; the borrower's limit may be lower.")
    step: money.Money = strawberry.field(description="Amounts are multiples of it.")
    lot: money.Money = strawberry.field(description="Bids are multiples of it.")
    minimum_bid: money.Money = strawberry.field(description="The smallest bid.")
    funding_threshold: Rate = strawberry.field(
        description="The share of the amount from which on the borrower may take a smaller loan at the deadline."
    )
    fees: list[Fee] = strawberry.field(description="All fees.")
    grace_days: int = strawberry.field(description="Days past due for which no late interest is charged.")
    waterfall: list[DueKind] = strawberry.field(description="What a repayment pays first.")
    mandate_required: bool = strawberry.field(description="Whether an offer needs an active direct debit mandate.")
    offer_valid_days: int = strawberry.field(description="How many days an offer may be accepted.")

    @classmethod
    def from_row(cls, row: Row) -> "Product":
        """The product of a row of `PRODUCTS`."""
        terms = ProductTerms.model_validate_json(row["terms"])
        return cls(
            id=show_id("product", row["id"]),
            code=row["code"],
            name=terms.name,
            version=row["version"],
            is_open=row["is_open"],
            open_to=[PartyKind(kind.value) for kind in terms.open_to],
            methods=list(terms.methods),
            terms=[
                TermsOffered(frequency=frequency, installment_counts=list(counts))
                for frequency, counts in terms.terms.items()
            ],
            day_count=terms.day_count,
            minimum=money.minor(terms.minimum_minor, terms.currency),
            maximum=money.minor(terms.maximum_minor, terms.currency),
            step=money.minor(terms.step_minor, terms.currency),
            lot=money.minor(terms.lot_minor, terms.currency),
            minimum_bid=money.minor(terms.minimum_bid_minor, terms.currency),
            funding_threshold=Rate(terms.funding_threshold_ppm),
            fees=fees(terms),
            grace_days=terms.grace_days,
            waterfall=list(terms.waterfall),
            mandate_required=terms.mandate_required,
            offer_valid_days=terms.offer_valid_days,
        )


def fees(terms: ProductTerms) -> list[Fee]:
    """The fees of a product, also those of lenders."""
    return [
        Fee(
            code="ORIGINATION_FEE",
            formula="Principal × rate, rounded down, kept from the payout.",
            payer=Role.BORROWER,
            rate=Rate(terms.origination_fee_ppm),
        ),
        Fee(
            code="INSTALLMENT_FEE",
            formula="The amount, with each installment.",
            payer=Role.BORROWER,
            amount=money.minor(terms.installment_fee_minor, terms.currency),
        ),
        Fee(
            code="SERVICE_FEE",
            formula="Interest received × rate, rounded down, kept from each distribution.",
            payer=Role.LENDER,
            rate=Rate(terms.lender_service_fee_ppm),
        ),
    ]
