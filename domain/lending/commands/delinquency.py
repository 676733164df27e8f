"""Loans that are overdue for too long."""

from datetime import timedelta

from domain.lending.commands.transitions import move
from domain.lending.models import LoanStatus
from domain.shared import aside, clock, db, policy
from domain.shared.aside import Chunk

DEFAULT = "default"


async def default_due(limit: int) -> int:
    """Declare at most `limit` loans in default that are overdue for longer than their profile allows; returns how many.

    A loan in default that is current again is cured by the repayment that makes it so. One that fails is set aside.
    Raises `Busy`.
    """
    return await aside.in_chunk(DEFAULT, limit, _default)


@db.atomic
async def _default(chunk: Chunk) -> None:
    today = await clock.today()
    codes = [row["profile_code"] for row in await db.fetch("select distinct profile_code from lending.products")]
    rows = await db.fetch(
        f"""select l.* from lending.loans l
        join unnest($1::text[], $2::date[]) p(code, due_before) on p.code = l.profile_code
        where l.status = $3 and exists (
            select 1 from lending.installments i
            where i.loan_id = l.id and i.settled_on is null and i.due_on < p.due_before)
            and ($5::uuid[] is null or l.id = any($5)) and {aside.not_aside(DEFAULT, "l.id")}
        order by l.id limit $4 for no key update of l skip locked""",  # noqa: S608 - our own literals
        codes, [today - timedelta(days=policy.profile(code).default_after_days) for code in codes],
        LoanStatus.ACTIVE.value, chunk.limit, chunk.only,
    )  # fmt: skip
    chunk.taken = [row["id"] for row in rows]
    if not rows:
        return
    await db.execute("update lending.loans set defaulted_on = $2 where id = any($1)", chunk.taken, today)
    lenders = await db.fetch(
        "select loan_id, array_agg(distinct lender_id) as ids from lending.notes where loan_id = any($1) group by loan_id",
        chunk.taken,
    )
    audience = {row["loan_id"]: row["ids"] for row in lenders}
    for row in rows:
        await move([row], LoanStatus.DEFAULTED, again=today.isoformat(), audience=audience[row["id"]])
