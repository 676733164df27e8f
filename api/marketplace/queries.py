"""Looking for loans to lend to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from api import money
from api.context import Info
from api.engine import After, Connection, First, Order, page_of
from api.errors import Code, top_level
from api.loan import Loan
from api.marketplace.enums import LoanOrder
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.lending.models import LoanStatus, Purpose
from domain.marketplace import queries
from domain.marketplace.queries import MARKET_LOANS
from domain.shared.errors import InvalidInput
from domain.shared.money import Money

MOST_VALUES = 50
ORDERS: dict[LoanOrder, Order] = {
    LoanOrder.NEWEST: (("listed_at", "desc", datetime), ("id", "desc", UUID)),
    LoanOrder.DEADLINE: (("deadline_at", "asc", datetime), ("id", "asc", UUID)),
    LoanOrder.RATE: (("annual_rate_ppm", "desc", int), ("id", "desc", UUID)),
}


@strawberry.input(description="Conditions on loans; all that are given must hold. A list has at most 50 values.")
class LoanFilter:
    """Conditions on loans."""

    status: list[LoanStatus] | None = strawberry.field(default=None, description="In one of these statuses.")
    grades: list[Grade] | None = strawberry.field(default=None, description="Of one of these grades.")
    purposes: list[Purpose] | None = strawberry.field(default=None, description="For one of these purposes.")
    product_codes: list[str] | None = strawberry.field(
        default=None, description="Of any version of one of these products, by `Product.code`; at most 50."
    )
    minimum_rate: Rate | None = strawberry.field(default=None, description="At least this rate.")
    maximum_rate: Rate | None = strawberry.field(default=None, description="At most this rate.")
    minimum_installments: int | None = strawberry.field(
        default=None, description="At least this term, in periods of the loan's frequency."
    )
    maximum_installments: int | None = strawberry.field(
        default=None, description="At most this term, in periods of the loan's frequency."
    )
    minimum_remaining: money.MoneyInput | None = strawberry.field(
        default=None, description="In this currency, with at least so much left to bid."
    )
    deadline_before: datetime | None = strawberry.field(
        default=None, description="With a deadline before this, in business time."
    )

    def parsed(self) -> queries.LoanFilter:
        """The conditions as the domain has them. Raises the top-level error BAD_REQUEST."""
        return queries.LoanFilter(
            statuses=_values("status", self.status),
            grades=_values("grades", self.grades),
            purposes=_values("purposes", self.purposes),
            product_codes=_values("productCodes", self.product_codes),
            minimum_rate_ppm=self.minimum_rate,
            maximum_rate_ppm=self.maximum_rate,
            minimum_installments=self.minimum_installments,
            maximum_installments=self.maximum_installments,
            minimum_remaining=self._remaining(),
            deadline_before=self.deadline_before,
        )

    def _remaining(self) -> Money | None:
        try:
            return self.minimum_remaining.parsed("minimumRemaining") if self.minimum_remaining else None
        except InvalidInput as invalid:
            raise top_level(Code.BAD_REQUEST, f"`filter.minimumRemaining`: {invalid.reason}") from invalid


def _values(name: str, values: list[LoanStatus] | list[Grade] | list[Purpose] | list[str] | None) -> list[str] | None:
    if values is None:
        return None
    if len(values) > MOST_VALUES:
        raise top_level(Code.BAD_REQUEST, f"`filter.{name}` may have at most {MOST_VALUES} values.")
    return [str(value) for value in values]


@strawberry.type
class MarketplaceQuery:
    """Looking for loans."""

    @strawberry.field(description="The loans that came to the market, also those that are funded or being repaid.")
    def loans(
        self,
        info: Info,
        filter: Annotated[LoanFilter | None, strawberry.argument(description="Which; null: all.")] = None,
        order_by: Annotated[LoanOrder, strawberry.argument(description="In which order.")] = LoanOrder.NEWEST,
        first: First = 20,
        after: After = None,
    ) -> Connection[Loan]:
        """The loans of the market."""
        where, args = (filter or LoanFilter()).parsed().where()
        return page_of(
            info.context, Loan, first, after, relation=MARKET_LOANS, where=where, args=args, order=ORDERS[order_by]
        )
