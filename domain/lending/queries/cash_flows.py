"""A lender's cash flows by month: what was lent and came back, by the books, and what is to come, by the schedules."""

from collections.abc import Sequence
from uuid import UUID

from domain.shared import db
from domain.shared.db import Row

CASH_FLOWS = """with booked as (
    select date_trunc('month', p.effective_on)::date as month, p.amount_minor, coalesce(p.principal_minor, 0) as principal_minor,
        case when p.kind like '%\\_REVERSED' then -1 else 1 end as factor, p.kind like 'LOAN_FUNDED%' as is_lent
    from lending.notes n join ledger.postings p on p.note_id = n.id
    where n.lender_id = $1 and p.currency = $2
        and p.kind in ('LOAN_FUNDED', 'LOAN_FUNDED_REVERSED', 'REPAYMENT_SHARE', 'REPAYMENT_SHARE_REVERSED',
            'LATE_SHARE', 'LATE_SHARE_REVERSED')
), past as (
    select month, sum(case when is_lent then factor * amount_minor else 0 end) as lent,
        sum(case when is_lent then 0 else factor * principal_minor end) as principal,
        sum(case when is_lent then 0 else factor * (amount_minor - principal_minor) end) as interest
    from booked group by month
), due as (
    select date_trunc('month', greatest(i.due_on, shared.business_today()))::date as month,
        (i.principal_minor - i.paid_principal_minor)::numeric * n.principal_minor / l.principal_minor as principal,
        (i.interest_minor - i.paid_interest_minor)::numeric * n.principal_minor / l.principal_minor
            * (1000000 - (r.terms->>'lender_service_fee_ppm')::int) / 1000000 as interest
    from lending.notes n
    join lending.loans l on l.id = n.loan_id
    join lending.products r on r.id = l.product_id
    join lending.installments i on i.loan_id = l.id and i.settled_on is null
    where n.lender_id = $1 and l.currency = $2 and l.status = 'ACTIVE'
), future as (
    select month, sum(principal) as principal, sum(interest) as interest from due group by month
), months as (
    select generate_series(min(month), max(month), interval '1 month')::date as month
    from (select month from past union all select month from future) m
)
select month, coalesce(p.lent, 0)::bigint as lent_minor, coalesce(p.principal, 0)::bigint as principal_minor,
    coalesce(p.interest, 0)::bigint as interest_minor, round(coalesce(f.principal, 0))::bigint as expected_principal_minor,
    round(coalesce(f.interest, 0))::bigint as expected_interest_minor
from months left join past p using (month) left join future f using (month) order by month"""


async def cash_flows(lender_id: UUID, currency: str) -> Sequence[Row]:
    """Each month from the first cash flow to the last that is scheduled, in minor units, what was reversed taken off.

    Interest is less service fees, and with late interest. Expected is the lender's part of the open installments of loans
    that are ACTIVE, to the nearest minor unit of each month's sum; what is past due counts for the present month.
    """
    return await db.fetch(CASH_FLOWS, lender_id, currency)
