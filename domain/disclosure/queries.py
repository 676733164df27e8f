"""The platform's figures, from the books."""

from domain.disclosure.figures import FigureCode, FigureKind, Figures, definitions, figures
from domain.lending.models import LoanStatus, NoteStatus
from domain.lending.rules import transitions
from domain.shared import db, policy

CLOSED = sorted(transitions.LENT | {LoanStatus.CLOSED})
"""Loans that came about: closed and not unwound."""

LIVING = [LoanStatus.ACTIVE.value, LoanStatus.DEFAULTED.value]

MEASURES = """with lent as (
    select loan.id, loan.borrower_id, loan.status, loan.principal_minor, coalesce(account.balance_minor, 0) as owed_minor
    from lending.loans loan left join ledger.accounts account on account.reference_id = loan.id and account.kind = 'PRINCIPAL'
    where loan.currency = $1 and loan.status = any($2)
), living as (select * from lent where status = any($3) and owed_minor > 0),
late as (
    select i.loan_id, living.owed_minor, shared.business_today() - min(i.due_on) as days,
        sum(i.principal_minor - i.paid_principal_minor + i.interest_minor - i.paid_interest_minor)::bigint as overdue_minor
    from lending.installments i join living on living.id = i.loan_id
    where i.settled_on is null and i.due_on < shared.business_today() group by i.loan_id, living.owed_minor
), debtors as (
    select sum(owed_minor)::bigint as owed_minor, row_number() over (order by sum(owed_minor) desc) as place
    from living group by borrower_id
), held as (
    select n.lender_id, n.interest_received_minor + n.late_received_minor as interest_minor,
        n.status = $4 and living.id is not null as is_living
    from lending.notes n join lent on lent.id = n.loan_id left join living on living.id = n.loan_id
), of_loans as (select
    count(*) as loans, coalesce(sum(principal_minor), 0)::bigint as volume, count(distinct borrower_id) as borrowers_ever,
    coalesce(sum(principal_minor - owed_minor), 0)::bigint as principal_repaid,
    count(*) filter (where status = 'CLOSED') as loans_repaid,
    coalesce(sum(owed_minor) filter (where status = 'DEFAULTED'), 0)::bigint as defaulted,
    count(*) filter (where status = 'DEFAULTED') as loans_defaulted,
    coalesce(sum(owed_minor) filter (where status = 'WRITTEN_OFF'), 0)::bigint as written_off,
    count(*) filter (where status = 'WRITTEN_OFF') as loans_written_off
    from lent
), of_living as (select
    count(*) as loans_outstanding, coalesce(sum(owed_minor), 0)::bigint as outstanding,
    count(distinct borrower_id) as borrowers_now
    from living
), of_late as (select
    count(*) filter (where overdue_minor > 0) as loans_overdue, coalesce(sum(overdue_minor), 0)::bigint as overdue,
    count(*) filter (where days > 90) as loans_overdue_90,
    coalesce(sum(owed_minor) filter (where days > 90), 0)::bigint as overdue_90
    from late
), of_debtors as (select
    coalesce(sum(owed_minor) filter (where place <= 10), 0)::bigint as top_ten_outstanding,
    coalesce(sum(owed_minor) filter (where place = 1), 0)::bigint as largest_outstanding
    from debtors
), of_notes as (select
    count(distinct lender_id) as lenders_ever, coalesce(sum(interest_minor), 0)::bigint as interest_received,
    count(distinct lender_id) filter (where is_living) as lenders_now
    from held
), of_users as (select count(*) as registered_users from identity.users where cardinality(roles) > 0)
select shared.business_now() as as_of, *
from of_loans, of_living, of_late, of_debtors, of_notes, of_users"""


async def platform_figures() -> Figures:
    """All published figures as of now, in the currency of the profile: one statement, so one state of the books."""
    currency = policy.active().currency
    row = await db.fetch_one(MEASURES, currency, CLOSED, LIVING, NoteStatus.ACTIVE.value)
    assert row is not None, "an aggregate has a row"
    measured = {
        code: row[code.value.lower()] for code, entry in definitions().items() if entry.kind is not FigureKind.RATIO
    }
    return figures(row["as_of"], currency, {FigureCode(code): value for code, value in measured.items()})
