"""Loans that are overdue for too long."""

from datetime import timedelta

from domain.lending.commands.transitions import move
from domain.lending.models import LoanStatus
from domain.shared import clock, db, policy


@db.atomic
async def default_due(limit: int) -> int:
    """Declare at most `limit` loans in default that are overdue for longer than their profile allows; returns how many.

    A loan in default that is current again is cured by the repayment that makes it so.
    """
    today = await clock.today()
    codes = [row["profile_code"] for row in await db.fetch("select distinct profile_code from lending.products")]
    rows = await db.fetch(
        """select l.* from lending.loans l
        join unnest($1::text[], $2::date[]) p(code, due_before) on p.code = l.profile_code
        where l.status = $3 and exists (
            select 1 from lending.installments i
            where i.loan_id = l.id and i.settled_on is null and i.due_on < p.due_before)
        order by l.id limit $4 for no key update of l skip locked""",
        codes, [today - timedelta(days=policy.profile(code).default_after_days) for code in codes],
        LoanStatus.ACTIVE.value, limit,
    )  # fmt: skip
    if not rows:
        return 0
    await db.execute(
        "update lending.loans set defaulted_on = $2 where id = any($1)", [row["id"] for row in rows], today
    )
    lenders = await db.fetch(
        "select loan_id, array_agg(distinct lender_id) as ids from lending.notes where loan_id = any($1) group by loan_id",
        [row["id"] for row in rows],
    )
    audience = {row["loan_id"]: row["ids"] for row in lenders}
    for row in rows:
        await move([row], LoanStatus.DEFAULTED, again=today.isoformat(), audience=audience[row["id"]])
    return len(rows)
