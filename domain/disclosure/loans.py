"""What lenders are told about a loan before they lend, and while it lives: bands and numbers, never identities."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.credit.queries import stored_decision
from domain.credit.rules.facts import ApplicantFacts
from domain.disclosure import rules
from domain.disclosure.rules import IncomeSource
from domain.lending.models import LoanStatus
from domain.lending.queries.loans import LOANS
from domain.lending.rules import transitions
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod
from domain.shared import clock, db
from domain.shared.actor import Viewer
from domain.shared.db import Row
from domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanDisclosure:
    """A loan as lenders must know it. Rates in millionths a year; None until the loan is decided."""

    facts: ApplicantFacts
    income_source: IncomeSource
    method: RepaymentMethod
    annual_rate_365_ppm: int | None
    expected_loss_ppm: int | None
    direct_debit: bool
    co_borrowers: int
    guarantors: int
    loans_here: int
    """The borrower's other loans on the platform whose principal is outstanding."""
    owed_here: Money
    """The principal outstanding of those, in the loan's currency."""
    late_installments: int
    """Installments of the borrower that fell due within 183 days and were paid late, or are late now."""
    days_past_due: int


RECORDS = """select loan.id,
    (select count(*) from lending.loan_parties p where p.loan_id = loan.id and p.role = 'CO_BORROWER') as co_borrowers,
    (select count(*) from lending.loan_parties p where p.loan_id = loan.id and p.role = 'GUARANTOR') as guarantors,
    exists (select 1 from payments.mandates m where m.id = loan.mandate_id and m.status = 'ACTIVE') as direct_debit,
    count(other.id) filter (where other.id <> loan.id and account.balance_minor > 0) as loans_here,
    coalesce(sum(account.balance_minor) filter (where other.id <> loan.id and other.currency = loan.currency), 0)::bigint
        as owed_here_minor,
    coalesce(sum(record.late), 0)::bigint as late_installments,
    coalesce(max(record.days) filter (where other.id = loan.id and loan.status = any($3)), 0) as days_past_due
from lending.loans loan
join lending.loans other on other.borrower_id = loan.borrower_id
left join ledger.accounts account on account.reference_id = other.id and account.kind = 'PRINCIPAL'
cross join lateral (
    select count(*) filter (where i.due_on >= $2 and (i.settled_on is null or i.settled_on > i.due_on)) as late,
        shared.business_today() - min(i.due_on) filter (where i.settled_on is null) as days
    from lending.installments i
    where i.loan_id = other.id and other.status = any($4) and i.due_on < shared.business_today()
) record
where loan.id = any($1)
group by loan.id"""

FIRST_DECISIONS = """select distinct on (loan_id) * from credit.decisions where loan_id = any($1)
    order by loan_id, decided_at, id"""


async def loan_disclosures(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, LoanDisclosure]:
    """The disclosures of the loans that the viewer may see, in four statements for all of them.

    A loan without a credit decision has none.
    """
    loans = await LOANS.by_ids(viewer, loan_ids)
    ids = [loan["id"] for loan in loans]
    lent = transitions.LENT - {LoanStatus.DISBURSING} | {LoanStatus.CLOSED}
    records = await db.fetch(
        RECORDS, ids, rules.record_begins(await clock.today()), sorted(transitions.LENT), sorted(lent)
    )
    decisions = await db.fetch(FIRST_DECISIONS, ids)
    record_of, decision_of = {row["id"]: row for row in records}, {row["loan_id"]: row for row in decisions}
    return {
        loan["id"]: _disclosure(loan, record_of[loan["id"]], stored_decision(decision_of[loan["id"]]).facts)
        for loan in loans
        if loan["id"] in decision_of
    }


def _disclosure(loan: Row, record: Row, facts: ApplicantFacts) -> LoanDisclosure:
    rate = loan["annual_rate_ppm"]
    return LoanDisclosure(
        facts=facts,
        income_source=rules.income_source(facts),
        method=RepaymentMethod(loan["method"]),
        annual_rate_365_ppm=None if rate is None else rules.rate_on_365_days(rate, DayCount(loan["day_count"])),
        expected_loss_ppm=loan["expected_loss_ppm"],
        direct_debit=record["direct_debit"],
        co_borrowers=record["co_borrowers"],
        guarantors=record["guarantors"],
        loans_here=record["loans_here"],
        owed_here=Money(record["owed_here_minor"], loan["currency"]),
        late_installments=record["late_installments"],
        days_past_due=max(record["days_past_due"], 0),
    )
