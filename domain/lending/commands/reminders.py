"""Reminders before an installment falls due and after it was missed, each exactly once."""

from collections.abc import Sequence

from domain.lending import events
from domain.shared import aside, clock, db, outbox
from domain.shared.aside import Chunk
from domain.shared.db import Row

BEFORE = """i.reminded_before_at is null and i.due_on >= $1
    and i.due_on - (p.terms->>'remind_before_days')::int <= $1"""
AFTER = "i.reminded_after_at is null and i.due_on < $1 and i.due_on + (p.terms->>'remind_after_days')::int <= $1"


BEFORE_DUE, AFTER_DUE = "remind_before", "remind_after"


async def remind_due(limit: int) -> int:
    """Remind of at most `limit` installments of each kind, as their products say how early; returns how many.

    A reminder that was missed until the due date is not made up for by one that comes too late. An installment that
    fails is set aside. Raises `Busy`.
    """
    before = await aside.in_chunk(BEFORE_DUE, limit, _before)
    return before + await aside.in_chunk(AFTER_DUE, limit, _after)


@db.atomic
async def _before(chunk: Chunk) -> None:
    rows = await _take(chunk, BEFORE_DUE, "reminded_before_at", BEFORE)
    await outbox.record([events.reminder(row, "BEFORE") for row in rows])


@db.atomic
async def _after(chunk: Chunk) -> None:
    rows = await _take(chunk, AFTER_DUE, "reminded_after_at", AFTER)
    await outbox.record([event for row in rows for event in (events.reminder(row, "AFTER"), events.overdue(row))])


async def _take(chunk: Chunk, step: str, column: str, due: str) -> Sequence[Row]:
    """Mark what is to be reminded of; `step`, `column` and `due` are our own literals."""
    today, now = await clock.today(), await clock.now()
    rows = await db.fetch(
        f"""update lending.installments i set {column} = $2
        from (select i.id, l.borrower_id, l.reference, l.currency
              from lending.installments i
              join lending.loans l on l.id = i.loan_id and l.status in ('ACTIVE', 'DEFAULTED')
              join lending.products p on p.id = l.product_id
              where i.settled_on is null and {due}
                and ($4::uuid[] is null or i.id = any($4)) and {aside.not_aside(step, "i.id")}
              order by i.due_on, i.id limit $3 for no key update of i skip locked) d
        where i.id = d.id
        returning i.*, d.borrower_id, d.reference, d.currency""",  # noqa: S608 - our own literals
        today, now, chunk.limit, chunk.only,
    )  # fmt: skip
    chunk.taken = [row["id"] for row in rows]
    return rows
