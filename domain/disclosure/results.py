"""What lenders earned, by grade, against what the contracts promised."""

from dataclasses import dataclass

from domain.credit.rules.scorecard import Grade
from domain.disclosure.queries import CLOSED
from domain.shared import db, policy
from domain.shared.db import Row
from domain.shared.money import Money

PPM_DAYS_PER_YEAR = 365 * 1_000_000

BY_GRADE = """with lent as (
    select id, grade, principal_minor, annual_rate_ppm, expected_loss_ppm, status,
        coalesce(written_off_on, shared.business_today()) as until_on
    from lending.loans where currency = $1 and status = any($2) and grade is not null
), claims as (
    select lent.id, a.balance_minor as owed_minor,
        (select coalesce(sum(p.amount_minor * greatest(lent.until_on - p.effective_on, 0)), 0)
            from ledger.postings p where p.credit_id = a.id)
        - (select coalesce(sum(p.amount_minor * greatest(lent.until_on - p.effective_on, 0)), 0)
            from ledger.postings p where p.debit_id = a.id) as minor_days
    from lent join ledger.accounts a on a.reference_id = lent.id and a.kind = 'PRINCIPAL'
), income as (
    select n.loan_id, sum(n.interest_received_minor + n.late_received_minor) as interest_minor, sum(n.fees_paid_minor) as fees_minor
    from lending.notes n join lent on lent.id = n.loan_id group by n.loan_id
)
select lent.grade, count(*) as loans, sum(lent.principal_minor)::bigint as volume_minor,
    sum(claims.owed_minor) filter (where lent.status <> 'WRITTEN_OFF') as outstanding_minor,
    sum(claims.owed_minor) filter (where lent.status = 'WRITTEN_OFF') as lost_minor,
    sum(income.interest_minor)::bigint as interest_minor, sum(income.fees_minor)::bigint as fees_minor,
    sum(claims.minor_days) as minor_days,
    round(sum(lent.principal_minor::numeric * lent.annual_rate_ppm) / sum(lent.principal_minor))::int as promised_ppm,
    round(sum(lent.principal_minor::numeric * lent.expected_loss_ppm) / sum(lent.principal_minor))::int as expected_loss_ppm
from lent join claims using (id) join income on income.loan_id = lent.id
group by lent.grade order by lent.grade"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeResult:
    """The loans of a grade that came about. Rates in millionths a year of 365 days.

    `earned_ppm`: interest and late interest received, less service fees and principal written off, over the principal
    outstanding day by day; None before the first day has passed.
    """

    grade: Grade
    loans: int
    volume: Money
    outstanding: Money
    interest: Money
    fees: Money
    lost: Money
    promised_ppm: int
    expected_loss_ppm: int
    earned_ppm: int | None


async def results_by_grade() -> list[GradeResult]:
    """The results of all grades that were lent to, in the currency of the profile: one statement."""
    currency = policy.active().currency
    return [_result(row, currency) for row in await db.fetch(BY_GRADE, currency, CLOSED)]


def _result(row: Row, currency: str) -> GradeResult:
    lost = int(row["lost_minor"] or 0)
    return GradeResult(
        grade=Grade(row["grade"]),
        loans=row["loans"],
        volume=Money(row["volume_minor"], currency),
        outstanding=Money(int(row["outstanding_minor"] or 0), currency),
        interest=Money(row["interest_minor"], currency),
        fees=Money(row["fees_minor"], currency),
        lost=Money(lost, currency),
        promised_ppm=row["promised_ppm"],
        expected_loss_ppm=row["expected_loss_ppm"],
        earned_ppm=annual_return_ppm(row["interest_minor"] - row["fees_minor"] - lost, int(row["minor_days"])),
    )


def annual_return_ppm(income_minor: int, minor_days: int) -> int | None:
    """Income (perhaps negative) over capital × days, as a rate in millionths a year of 365 days, halves up."""
    return (2 * income_minor * PPM_DAYS_PER_YEAR + minor_days) // (2 * minor_days) if minor_days > 0 else None
