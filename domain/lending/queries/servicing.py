"""How loans are served: what is open, how late they are, and what comes next."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.lending.queries import products
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.payoff import InterestTerms
from domain.lending.rules.rounding import Rounding
from domain.lending.rules.schedule import RepaymentMethod
from domain.lending.rules.servicing import ServicedInstallment, ServicedLoan
from domain.lending.rules.waterfall import DueKind
from domain.shared import db
from domain.shared.db import Row


async def serviced_loans(rows: Sequence[Row]) -> dict[UUID, ServicedLoan]:
    """Paid-out loans (their rows) with their installments, in two statements for all of them."""
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
    for row in await db.fetch(
        "select * from lending.installments where loan_id = any($1) order by loan_id, number", list(loans)
    ):
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
