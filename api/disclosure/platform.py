"""What disclosure adds to `Platform`: the fee table, and what lenders earned by grade."""

import strawberry

import api.credit.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.lending.products import Fee, Product, fees, parsed
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.disclosure import results
from domain.lending.queries.products import OPEN, PRODUCTS


@strawberry.type(description="Every fee of a product, with its formula: what borrowers and lenders pay.")
class ProductFees:
    """Every fee of a product."""

    product: Product = strawberry.field(description="The product, in the version that takes applications.")
    fees: list[Fee] = strawberry.field(description="Its fees.")


@strawberry.type(description="What came of the loans of a grade, over all that were closed and not unwound.")
class GradeResult:
    """What came of the loans of a grade."""

    grade: Grade = strawberry.field(description="The class of risk.")
    loans: int = strawberry.field(description="How many loans.")
    volume: money.Money = strawberry.field(description="Their principal.")
    outstanding: money.Money = strawberry.field(description="What of it is outstanding; without what was written off.")
    interest: money.Money = strawberry.field(description="Interest and late interest that lenders received.")
    service_fees: money.Money = strawberry.field(description="Service fees kept from it.")
    lost: money.Money = strawberry.field(description="Principal written off and not recovered.")
    promised_rate: Rate = strawberry.field(description="The contracts' rates, weighted by principal.")
    expected_loss_rate: Rate = strawberry.field(description="The expected loss a year, weighted by principal.")
    earned_rate: Rate | None = strawberry.field(
        description="What lenders earned a year of 365 days: interest less service fees and what was lost, over the principal "
        "outstanding day by day. Negative: more was lost. Null before the first day has passed."
    )

    @classmethod
    def of(cls, result: results.GradeResult) -> "GradeResult":
        """The result of a grade."""
        return cls(
            grade=result.grade,
            loans=result.loans,
            volume=money.show(result.volume),
            outstanding=money.show(result.outstanding),
            interest=money.show(result.interest),
            service_fees=money.show(result.fees),
            lost=money.show(result.lost),
            promised_rate=Rate(result.promised_ppm),
            expected_loss_rate=Rate(result.expected_loss_ppm),
            earned_rate=None if result.earned_ppm is None else Rate(result.earned_ppm),
        )


@strawberry.type
class DisclosurePlatform:
    """The fee table, and what lenders earned."""

    @strawberry.field(description="The fee table: every fee of the products that take applications.")
    async def fees(self, info: Info) -> list[ProductFees]:
        """The fee table."""
        rows = await PRODUCTS.select(info.context.viewer, OPEN, tail="order by {t}.code")
        return [ProductFees(product=Product(row=row), fees=fees(parsed(row["terms"]))) for row in rows]

    @strawberry.field(description="What lenders earned by grade, against what was promised; grades that were lent to.")
    async def grade_results(self) -> list[GradeResult]:
        """What lenders earned by grade."""
        return [GradeResult.of(result) for result in await results.results_by_grade()]
