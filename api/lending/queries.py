"""Queries of lending's origination."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.engine import reference
from api.errors import Busy, InvalidInput, NotFound
from api.lending.errors import AmountOutOfRange, MethodNotOffered, RateAboveCeiling, TermNotOffered
from api.lending.products import Product
from api.lending.types import LoanQuote
from api.loan import Loan
from api.mutation import query
from api.node import parse_id
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.lending.queries.products import OPEN, PRODUCTS
from domain.lending.queries.quotes import quote_loan
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.terms import LoanShape
from domain.shared.errors import InvalidInput as InvalidId


@strawberry.input(description="A loan that somebody thinks of.")
class QuoteLoanInput:
    """A loan that somebody thinks of."""

    product_id: strawberry.ID = strawberry.field(description="The product.")
    amount: money.MoneyInput = strawberry.field(description="The amount, within the product's minimum and maximum.")
    installment_count: int = strawberry.field(description="The term, in periods of the frequency.")
    frequency: Frequency = strawberry.field(description="How often installments fall due.")
    method: RepaymentMethod = strawberry.field(description="How principal and interest are spread.")
    grade: Grade | None = strawberry.field(default=None, description="Quote at the rate of this grade.")
    annual_rate: Rate | None = strawberry.field(
        default=None, description="Quote at this nominal rate, 0 to 1; exactly one of grade and rate is given."
    )


@strawberry.type(description="What the loan would cost.")
class QuoteLoanPayload:
    """What the loan would cost."""

    quote: LoanQuote = strawberry.field(description="Schedule, cost and effective rate.")


QuoteLoanResult = Annotated[
    QuoteLoanPayload
    | AmountOutOfRange
    | TermNotOffered
    | MethodNotOffered
    | RateAboveCeiling
    | InvalidInput
    | NotFound
    | Busy,
    strawberry.union("QuoteLoanResult", description="What the loan would cost, or why it is not offered."),
]


@strawberry.type
class LendingQuery:
    """Products, quotes, loans."""

    @strawberry.field(description="The products that take applications.")
    async def products(self, info: Info) -> list[Product]:
        """The products that take applications."""
        rows = await PRODUCTS.select(info.context.viewer, OPEN, tail="order by {t}.code")
        return [Product(row=row) for row in rows]

    @query("What a loan would cost if it were paid out today. Needs no login.")
    async def quote_loan(self, info: Info, input: QuoteLoanInput) -> QuoteLoanResult:
        """What a loan would cost."""
        amount = input.amount.positive("amount")
        shape = LoanShape(
            principal_minor=amount.amount_minor,
            installment_count=input.installment_count,
            frequency=input.frequency,
            method=input.method,
        )
        quote = await quote_loan(
            parse_id("product", input.product_id, "productId"),
            shape,
            amount.currency,
            grade=input.grade,
            annual_rate_ppm=input.annual_rate,
        )
        return QuoteLoanPayload(quote=LoanQuote.of(quote, amount.currency))

    @strawberry.field(description="A loan; null: there is none with this id, or it is not yours to see.")
    def loan(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The loan's id.")]
    ) -> Loan | None:
        """A loan."""
        try:
            loan_id = parse_id("loan", id)
        except InvalidId:
            return None
        return reference(info.context, Loan, loan_id)
