"""What servicing adds to `Me`: a lender's notes and portfolio; and to `Operations`: the collectors' queue."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

import api.credit.enums
import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.engine import After, Connection, First, page_of
from api.lending.lists import loans_of
from api.lending.servicing_types import Note
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.lending.models import NoteStatus
from domain.lending.queries.cash_flows import cash_flows
from domain.lending.queries.portfolio import Portfolio as Facts
from domain.lending.queries.portfolio import portfolio
from domain.shared import policy
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan

OVERDUE = """{t}.status in ('ACTIVE', 'DEFAULTED') and exists (
    select 1 from lending.installments i where i.loan_id = {t}.id and i.settled_on is null and i.due_on <= shared.business_today() - $3::int)"""
MOST_DAYS = 36_500


@strawberry.type(description="Notes of one grade.")
class GradePortfolio:
    """Notes of one grade."""

    grade: Grade = strawberry.field(description="The class of risk.")
    notes: int = strawberry.field(description="How many.")
    invested: money.Money = strawberry.field(description="What was lent.")
    outstanding: money.Money = strawberry.field(description="The principal to come, without what was written off.")
    interest_received: money.Money = strawberry.field(description="Interest received, before service fees.")
    late_interest_received: money.Money = strawberry.field(description="Late interest received.")
    fees_paid: money.Money = strawberry.field(description="Service fees kept from the interest.")
    lost: money.Money = strawberry.field(description="Principal written off and not recovered.")
    promised_rate: Rate = strawberry.field(description="The contracts' nominal rates, weighted by what was lent.")

    @classmethod
    def of(cls, row: Row, currency: str) -> "GradePortfolio":
        """Notes of one grade, as the domain has them."""
        return cls(
            grade=Grade(row["grade"]),
            notes=row["notes"],
            invested=money.minor(row["invested_minor"], currency),
            outstanding=money.minor(row["outstanding_minor"], currency),
            interest_received=money.minor(row["interest_minor"], currency),
            late_interest_received=money.minor(row["late_interest_minor"], currency),
            fees_paid=money.minor(row["fees_minor"], currency),
            lost=money.minor(row["lost_minor"], currency),
            promised_rate=Rate(row["promised_ppm"]),
        )


@strawberry.type(description="What you lent and got back in a month, and what is to come in it.")
class CashFlow:
    """A month of a portfolio."""

    month: date = strawberry.field(description="Its first day.")
    lent: money.Money = strawberry.field(description="What you lent.")
    principal: money.Money = strawberry.field(
        description="Principal that came back. Negative: more was taken back, because the bank returned debits."
    )
    interest: money.Money = strawberry.field(
        description="Interest and late interest received, less service fees; negative like `principal`."
    )
    expected_principal: money.Money = strawberry.field(
        description="Principal to come by the schedules of loans that are ACTIVE; in the present month with what is past due."
    )
    expected_interest: money.Money = strawberry.field(
        description="Interest to come in the same way, less service fees."
    )

    @classmethod
    def of(cls, row: Row, currency: str) -> "CashFlow":
        """A month, as the domain has it."""
        return cls(
            month=row["month"],
            lent=money.minor(row["lent_minor"], currency),
            principal=money.minor(row["principal_minor"], currency),
            interest=money.minor(row["interest_minor"], currency),
            expected_principal=money.minor(row["expected_principal_minor"], currency),
            expected_interest=money.minor(row["expected_interest_minor"], currency),
        )


@strawberry.type(description="All you have lent, and what came of it.")
class Portfolio:
    """All that was lent, and what came of it."""

    lender_id: strawberry.Private[UUID]
    currency: strawberry.Private[str]
    invested: money.Money = strawberry.field(description="What was lent.")
    outstanding: money.Money = strawberry.field(description="The principal to come, without what was written off.")
    interest_received: money.Money = strawberry.field(description="Interest received, before service fees.")
    late_interest_received: money.Money = strawberry.field(description="Late interest received.")
    fees_paid: money.Money = strawberry.field(description="Service fees kept from the interest.")
    lost: money.Money = strawberry.field(description="Principal written off and not recovered.")
    owed_back: money.Money = strawberry.field(
        description="What you owe after debits were returned whose money you had spent; kept from your next receipts."
    )
    annual_return: Rate | None = strawberry.field(
        description="What you earned a year: the internal rate of all you paid and received, with the principal to come "
        "as if it were paid today; null: there is none yet."
    )
    by_grade: list[GradePortfolio] = strawberry.field(description="The same by grade.")

    @strawberry.field(
        description="Your cash flows, every month from the first to the last that is scheduled; empty: you have lent nothing."
    )
    async def cash_flows(self) -> list[CashFlow]:
        """Cash flows by month."""
        return [CashFlow.of(row, self.currency) for row in await cash_flows(self.lender_id, self.currency)]

    @classmethod
    def of(cls, facts: Facts, lender_id: UUID) -> "Portfolio":
        """The portfolio as the domain has it."""
        currency, rate = facts.currency, facts.annual_return_ppm
        return cls(
            lender_id=lender_id,
            currency=currency,
            invested=money.minor(facts.total("invested_minor"), currency),
            outstanding=money.minor(facts.total("outstanding_minor"), currency),
            interest_received=money.minor(facts.total("interest_minor"), currency),
            late_interest_received=money.minor(facts.total("late_interest_minor"), currency),
            fees_paid=money.minor(facts.total("fees_minor"), currency),
            lost=money.minor(facts.total("lost_minor"), currency),
            owed_back=money.minor(facts.owed_back_minor, currency),
            annual_return=None if rate is None else Rate(rate),
            by_grade=[GradePortfolio.of(row, currency) for row in facts.grades],
        )


@strawberry.type
class ServicingMe:
    """One's own notes."""

    row: strawberry.Private[Row]

    @strawberry.field(description="Your notes, the latest first.")
    def notes(
        self,
        info: Info,
        status: Annotated[
            NoteStatus | None, strawberry.argument(description="The status they have; null: any.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Note]:
        """One's own notes."""
        return page_of(
            info.context, Note, first, after,
            where="{t}.lender_id = $3 and ($4::text is null or {t}.status = $4)",
            args=[self.row["id"], status.value if status else None],
        )  # fmt: skip

    @strawberry.field(description="All you have lent, and what came of it, in the installation's currency.")
    async def portfolio(self, info: Info) -> Portfolio:
        """All that was lent, and what came of it."""
        lender_id: UUID = self.row["id"]
        return Portfolio.of(await portfolio(lender_id, policy.active().currency), lender_id)


@strawberry.type
class ServicingOperations:
    """The collectors' queue."""

    @strawberry.field(description="Loans that are being repaid and past due, the latest first.")
    def overdue_loans(
        self,
        info: Info,
        minimum_days: Annotated[int, strawberry.argument(description="For how many days at least, 1 to 36,500.")] = 1,
        first: First = 20,
        after: After = None,
    ) -> Connection[Annotated["Loan", strawberry.lazy("api.loan")]]:
        """Loans that are past due."""
        days = min(max(minimum_days, 1), MOST_DAYS)
        return loans_of(info, first, after, where=OVERDUE, args=[days])
