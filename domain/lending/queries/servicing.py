"""How loans are served: what is open, how late they are, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.lending.models import LoanStatus
from domain.lending.queries import products
from domain.lending.queries.loans import LOANS
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.delinquency import Bucket, bucket, days_past_due
from domain.lending.rules.payoff import InterestTerms, PayoffFigure
from domain.lending.rules.rounding import Rounding
from domain.lending.rules.schedule import RepaymentMethod
from domain.lending.rules.servicing import (
    ServicedInstallment,
    ServicedLoan,
    as_of,
    fallen_due,
    payoff_figure,
    total_open,
)
from domain.lending.rules.waterfall import DueKind
from domain.shared import clock, db
from domain.shared.actor import Viewer
from domain.shared.db import Row

SERVED = frozenset({LoanStatus.ACTIVE, LoanStatus.DEFAULTED, LoanStatus.WRITTEN_OFF, LoanStatus.CLOSED})
"""A loan whose payout came back is none of them."""


ALL = "select * from lending.installments where loan_id = any($1) order by loan_id, number"
DUE = """select i.* from unnest($1::uuid[]) loan(id) cross join lateral (
        (select * from lending.installments where loan_id = loan.id and settled_on is null and due_on <= $2 order by number)
        union all
        (select * from lending.installments where loan_id = loan.id and settled_on is null and due_on > $2
            order by due_on, number limit 1)) i"""


async def serviced_loans(rows: Sequence[Row], due_on: date | None = None) -> dict[UUID, ServicedLoan]:
    """Paid-out loans (their rows) with their installments, in two statements for all of them.

    With `due_on` only those with something open that fall due until then, and the next one: enough to collect, not to
    prepay or to take back.
    """
    terms = await products.terms_of([row["product_id"] for row in rows])
    loans = {}
    for row in rows:
        assert isinstance(row["disbursed_on"], date), "only what was paid out is repaid"
        loans[row["id"]] = ServicedLoan(
            id=row["id"],
            borrower_id=row["borrower_id"],
            currency=row["currency"],
            product=terms[row["product_id"]],
            terms=InterestTerms(
                annual_rate_ppm=row["annual_rate_ppm"],
                method=RepaymentMethod(row["method"]),
                day_count=DayCount(row["day_count"]),
                rounding=Rounding(row["rounding"]),
            ),
            late_rate_ppm=row["late_rate_ppm"],
            disbursed_on=row["disbursed_on"],
            accrued_from_on=row["accrued_from_on"],
            installments=[],
        )
    for row in await db.fetch(ALL if due_on is None else DUE, list(loans), *([due_on] if due_on else [])):
        loans[row["loan_id"]].installments.append(_installment(row))
    return loans


def _installment(row: Row) -> ServicedInstallment:
    return ServicedInstallment(
        id=row["id"],
        number=row["number"],
        nominal_on=row["nominal_on"],
        due_on=row["due_on"],
        due_minor={
            DueKind.PRINCIPAL: row["principal_minor"],
            DueKind.INTEREST: row["interest_minor"],
            DueKind.FEE: row["fees_minor"],
            DueKind.LATE_INTEREST: row["late_interest_minor"],
        },
        paid_minor={
            DueKind.PRINCIPAL: row["paid_principal_minor"],
            DueKind.INTEREST: row["paid_interest_minor"],
            DueKind.FEE: row["paid_fees_minor"],
            DueKind.LATE_INTEREST: row["paid_late_minor"],
        },
        balance_after_minor=row["balance_after_minor"],
        late_accrued_on=row["late_accrued_on"],
        settled_on=row["settled_on"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDebit:
    """The next day money is collected, and what will be due by then if nothing is paid before, in minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Servicing:
    """How a loan is being repaid as of a day; amounts in minor units. `overdue_minor`: past due, late interest included."""

    loan: ServicedLoan
    as_of: date
    outstanding_minor: int
    overdue_minor: int
    days_past_due: int
    bucket: Bucket
    next_debit: NextDebit | None

    def payoff(self, on: date) -> PayoffFigure:
        """What settles the loan on a day, if nothing is paid before."""
        return payoff_figure(as_of(self.loan, on), on)


async def servicing(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, Servicing]:
    """How loans that the viewer may see are being repaid today; those that were not paid out are left out."""
    rows = [row for row in await LOANS.by_ids(viewer, loan_ids) if row["disbursed_on"] and row["status"] in SERVED]
    loans, today = await serviced_loans(rows), await clock.today()
    return {row["id"]: _facts(loans[row["id"]], row["next_collection_on"], today) for row in rows}


def _facts(loan: ServicedLoan, collection_on: date | None, today: date) -> Servicing:
    now = as_of(loan, today)
    days = days_past_due(now.oldest_unpaid_on(), today)
    upcoming = None
    if collection_on is not None:
        then = as_of(loan, collection_on)
        upcoming = NextDebit(on=collection_on, amount_minor=total_open(fallen_due(then, collection_on)))
    return Servicing(
        loan=loan,
        as_of=today,
        outstanding_minor=sum(one.open_minor(DueKind.PRINCIPAL) for one in now.installments),
        overdue_minor=total_open(one for one in now.unpaid() if one.due_on < today),
        days_past_due=days,
        bucket=bucket(days),
        next_debit=upcoming,
    )
