"""Reminders before an installment falls due and after it was missed, each exactly once."""

from collections.abc import Sequence

from domain.lending import events
from domain.shared import clock, db, outbox
from domain.shared.db import Row

BEFORE = """i.reminded_before_at is null and i.due_on >= $1
    and i.due_on - (p.terms->>'remind_before_days')::int <= $1"""
AFTER = "i.reminded_after_at is null and i.due_on < $1 and i.due_on + (p.terms->>'remind_after_days')::int <= $1"


@db.atomic
async def remind_due(limit: int) -> int:
    """Remind of at most `limit` installments of each kind, as their products say how early; returns how many.

    A reminder that was missed until the due date is not made up for by one that comes too late.
    """
    before = await _take("reminded_before_at", BEFORE, limit)
    after = await _take("reminded_after_at", AFTER, limit)
    await outbox.record(
        [
            *(events.reminder(row, "BEFORE") for row in before),
            *(event for row in after for event in (events.reminder(row, "AFTER"), events.overdue(row))),
        ]
    )
    return len(before) + len(after)


async def _take(column: str, due: str, limit: int) -> Sequence[Row]:
    """Mark what is to be reminded of; `column` and `due` are our own literals."""
    today, now = await clock.today(), await clock.now()
    return await db.fetch(
        f"""update lending.installments i set {column} = $2
        from (select i.id, l.borrower_id, l.reference, l.currency
              from lending.installments i
              join lending.loans l on l.id = i.loan_id and l.status in ('ACTIVE', 'DEFAULTED')
              join lending.products p on p.id = l.product_id
              where i.settled_on is null and {due}
              order by i.due_on, i.id limit $3 for no key update of i skip locked) d
        where i.id = d.id
        returning i.*, d.borrower_id, d.reference, d.currency""",  # noqa: S608 - our own literals
        today, now, limit,
    )  # fmt: skip
