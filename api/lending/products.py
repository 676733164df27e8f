"""Products and their terms as the API shows them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import strawberry

import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.engine import column, rows
from api.identity.enums import PartyKind, Role
from api.node import Node
from api.scalars import Rate
from domain.lending.queries.products import PRODUCTS
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.waterfall import DueKind


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


@lru_cache(maxsize=256)
def parsed(terms: str) -> ProductTerms:
    """The terms of a version; versions never change."""
    return ProductTerms.model_validate_json(terms)


def _term(read: Callable[[ProductTerms], object], *, description: str) -> Any:
    """A field of the terms."""

    def resolve(root: Any) -> Any:
        return read(parsed(root.row["terms"]))

    return strawberry.field(resolver=resolve, description=description)


@rows(PRODUCTS, prefix="product")
@strawberry.type(description="A version of a loan product; a loan keeps the version it was made under.")
class Product(Node):
    """A version of a loan product."""

    code: str = column(description="The product's stable name; versions share it.")
    name: str = _term(lambda terms: terms.name, description="Its name.")
    version: int = column(description="Its version, counted from 1.")
    is_open: bool = column(description="Whether it takes applications.")
    open_to: list[PartyKind] = _term(
        lambda terms: [PartyKind(kind.value) for kind in terms.open_to], description="Who may apply."
    )
    methods: list[RepaymentMethod] = _term(
        lambda terms: list(terms.methods), description="The repayment methods to choose from."
    )
    terms: list[TermsOffered] = _term(
        lambda terms: [
            TermsOffered(frequency=one, installment_counts=list(counts)) for one, counts in terms.terms.items()
        ],
        description="The terms to choose from, by frequency.",
    )
    day_count: DayCount = _term(lambda terms: terms.day_count, description="How days are counted for interest.")
    minimum: money.Money = _term(
        lambda terms: money.minor(terms.minimum_minor, terms.currency), description="The smallest loan."
    )
    maximum: money.Money = _term(
        lambda terms: money.minor(terms.maximum_minor, terms.currency),
        description="The largest loan; the borrower's limit may be lower.",
    )
    step: money.Money = _term(
        lambda terms: money.minor(terms.step_minor, terms.currency), description="Amounts are multiples of it."
    )
    lot: money.Money = _term(
        lambda terms: money.minor(terms.lot_minor, terms.currency), description="Bids are multiples of it."
    )
    minimum_bid: money.Money = _term(
        lambda terms: money.minor(terms.minimum_bid_minor, terms.currency), description="The smallest bid."
    )
    funding_threshold: Rate = _term(
        lambda terms: Rate(terms.funding_threshold_ppm),
        description="The share of the amount from which on the borrower may take a smaller loan at the deadline.",
    )
    fees: list[Fee] = _term(fees, description="All fees.")
    grace_days: int = _term(
        lambda terms: terms.grace_days, description="Days past due for which no late interest is charged."
    )
    waterfall: list[DueKind] = _term(lambda terms: list(terms.waterfall), description="What a repayment pays first.")
    mandate_required: bool = _term(
        lambda terms: terms.mandate_required, description="Whether an offer needs an active direct debit mandate."
    )
    offer_valid_days: int = _term(
        lambda terms: terms.offer_valid_days, description="How many days an offer may be accepted."
    )
