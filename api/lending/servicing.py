"""What servicing adds to `Loan`: what is outstanding, how late it is, what comes next, what settles it."""

from datetime import date, datetime
from typing import Annotated

import strawberry

import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.engine import After, Connection, First, page_of
from api.errors import Code, top_level
from api.lending.servicing_types import Repayment
from domain.lending.queries.servicing import Servicing as Facts
from domain.lending.queries.servicing import servicing
from domain.lending.rules.delinquency import Bucket
from domain.shared import clock
from domain.shared.actor import Viewer
from domain.shared.db import Row

MOST_DAYS_AHEAD = 366


@strawberry.type(description="What settles a loan on a day; what is paid before makes it less.")
class Payoff:
    """What settles a loan on a day."""

    on: date = strawberry.field(description="The day.")
    principal: money.Money = strawberry.field(description="All principal outstanding.")
    interest: money.Money = strawberry.field(description="Interest due, and of the running period up to the day.")
    late_interest: money.Money = strawberry.field(description="Late interest up to the day.")
    fees: money.Money = strawberry.field(description="Fees due; those of later installments are not charged.")
    total: money.Money = strawberry.field(description="All of it.")
    valid_until: datetime = strawberry.field(description="24:00 of the day: then it is another amount.")


@strawberry.type(description="The next time money is collected: from the wallet first, then by direct debit.")
class NextDebit:
    """The next time money is collected."""

    on: date = strawberry.field(description="The day.")
    amount: money.Money = strawberry.field(description="What will be due by then, if nothing is paid before.")


@strawberry.type(description="How a loan is being repaid, as of today.")
class Servicing:
    """How a loan is being repaid."""

    facts: strawberry.Private[Facts]
    as_of: date = strawberry.field(description="The business date of these figures.")
    outstanding: money.Money = strawberry.field(description="The principal that is not repaid.")
    overdue: money.Money = strawberry.field(
        description="What is past due: principal, interest, fees, and late interest up to today."
    )
    days_past_due: int = strawberry.field(description="Days since the oldest unpaid due date; 0: nothing is past due.")
    bucket: Bucket = strawberry.field(description="The days past due, grouped.")

    @strawberry.field(
        description="The next time money is collected; null: nothing is. For the borrower and operators, else null."
    )
    def next_debit(self, info: Info) -> NextDebit | None:
        """The next time money is collected."""
        upcoming = self.facts.next_debit
        if upcoming is None or not self._is_private_to(info.context.viewer):
            return None
        return NextDebit(on=upcoming.on, amount=self._minor(upcoming.amount_minor))

    @strawberry.field(description="What settles the loan. For the borrower and operators, else null.")
    def payoff(
        self,
        info: Info,
        on: Annotated[
            date | None, strawberry.argument(description="The day, today or within the next 366 days; null: today.")
        ] = None,
    ) -> Payoff | None:
        """What settles the loan."""
        if not self._is_private_to(info.context.viewer):
            return None
        day = on or self.as_of
        if not 0 <= (day - self.as_of).days <= MOST_DAYS_AHEAD:
            raise top_level(Code.BAD_REQUEST, f"`on` must be today or within the next {MOST_DAYS_AHEAD} days.")
        figure = self.facts.payoff(day)
        return Payoff(
            on=day,
            principal=self._minor(figure.principal_minor),
            interest=self._minor(figure.interest_minor),
            late_interest=self._minor(figure.late_interest_minor),
            fees=self._minor(figure.fees_minor),
            total=self._minor(figure.total_minor),
            valid_until=clock.end_of(day),
        )

    @strawberry.field(description="Repayments, the latest first; for the borrower, the loan's lenders and operators.")
    def repayments(self, info: Info, first: First = 20, after: After = None) -> Connection[Repayment]:
        """Repayments."""
        return page_of(info.context, Repayment, first, after, parent=("loan_id", self.facts.loan.id))

    def _minor(self, amount_minor: int) -> money.Money:
        return money.minor(amount_minor, self.facts.loan.currency)

    def _is_private_to(self, viewer: Viewer) -> bool:
        return viewer.is_staff or (viewer.user_id is not None and viewer.user_id == self.facts.loan.borrower_id)

    @classmethod
    def of(cls, facts: Facts) -> "Servicing":
        """The figures as the domain has them."""
        currency = facts.loan.currency
        return cls(
            facts=facts,
            as_of=facts.as_of,
            outstanding=money.minor(facts.outstanding_minor, currency),
            overdue=money.minor(facts.overdue_minor, currency),
            days_past_due=facts.days_past_due,
            bucket=facts.bucket,
        )


@strawberry.type
class ServicingLoan:
    """How the loan is being repaid."""

    row: strawberry.Private[Row]

    @strawberry.field(description="How it is being repaid, as of today; null before it was paid out.")
    async def servicing(self, info: Info) -> Servicing | None:
        """How it is being repaid."""
        facts = await info.context.batch("loan.servicing", servicing, self.row["id"])
        return None if facts is None else Servicing.of(facts)
