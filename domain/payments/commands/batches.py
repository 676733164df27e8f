"""Taking instructions to the bank, in batches, and what the bank answers at once or when it is asked.

A batch that the bank refuses as a whole goes out again in halves, until what it refuses is alone: that is set aside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from domain.payments.commands.entries import ASKED, apply_entries, lock_bank
from domain.payments.models import InstructionKind
from domain.payments.rules.booking import BankNews
from domain.payments.rules.lifecycle import MOVES
from domain.shared import aside, clock, db, ids

LEASE = timedelta(seconds=3)
"""How long a batch belongs to the worker that took it; then any worker takes the same batch again."""
MAX_BATCH = 500
SUBMIT = "instructions"
"""The step, where instructions are set aside from it."""


@dataclass(frozen=True, kw_only=True)
class InstructionToSubmit:
    """An instruction as the bank wants it."""

    id: UUID
    kind: InstructionKind
    amount_minor: int
    currency: str
    account_number: str
    reference: str
    mandate_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Instructions to hand over in one call; `id` is the idempotency key of the call."""

    id: UUID
    instructions: tuple[InstructionToSubmit, ...]


@db.atomic
async def claim_batch(limit: int = MAX_BATCH) -> Batch | None:
    """The next batch to take to the bank, None if nothing waits.

    A batch that nobody answered within `LEASE` (the worker was killed, the bank away) comes again, with the same id and
    exactly the same instructions, however far those have come meanwhile; so the bank sees the same call.
    """
    now = clock.wall()
    batch_id = await db.fetch_value(
        f"""select batch_id from payments.instructions i
        where status = 'CREATED' and batch_id is not null and claimed_at < $1 and {aside.not_aside(SUBMIT, "i.id")}
        order by id limit 1 for no key update skip locked""",  # noqa: S608 - a constant
        now - LEASE,
    )
    if batch_id is None:
        batch_id = ids.new()
        await db.execute(
            """update payments.instructions i set batch_id = $2 from (
                select id from payments.instructions where status = 'CREATED' and batch_id is null
                order by id limit $1 for no key update skip locked) due where i.id = due.id""",
            limit, batch_id,
        )  # fmt: skip
    rows = await db.fetch(
        "select * from payments.instructions where batch_id = $1 order by id for no key update", batch_id
    )
    if not rows:
        return None
    await db.execute("update payments.instructions set claimed_at = $2 where batch_id = $1", batch_id, now)
    return Batch(id=batch_id, instructions=tuple(_to_submit(row) for row in rows))


def _to_submit(row: db.Row) -> InstructionToSubmit:
    return InstructionToSubmit(
        id=row["id"],
        kind=InstructionKind(row["kind"]),
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        account_number=row["account_number"],
        reference=row["reference"],
        mandate_id=row["mandate_id"],
    )


@db.atomic
async def batch_answered(batch_id: UUID, accepted: Sequence[UUID], refused: Mapping[UUID, str]) -> None:
    """The bank took instructions of a batch, and refused others at once, which ends them as a later refusal would.

    Repeated, or later than the bank's news of the same instructions, it changes nothing.
    """
    await lock_bank()
    await db.execute(
        """with due as (select id from payments.instructions where batch_id = $1 and id = any($2) and status = 'CREATED'
                        order by id for no key update)
        update payments.instructions i set status = 'SUBMITTED', submitted_at = $3 from due where i.id = due.id""",
        batch_id, list(accepted), await clock.now(),
    )  # fmt: skip
    today = await clock.today()
    await apply_statuses([InstructionState(id_, "refused", today, reason) for id_, reason in refused.items()])
    await aside.forget(SUBMIT, [*accepted, *refused])


@db.atomic
async def batch_refused(batch_id: UUID, refusal: Exception) -> UUID | None:
    """The bank refused a batch as a whole: its halves become batches, at once; one instruction is set aside, and returned.

    Each remains the same instruction to the bank, which acts once on its id. Repeated or late, it changes nothing.
    """
    rows = await db.fetch(
        "select id, status from payments.instructions where batch_id = $1 order by id for no key update", batch_id
    )
    waiting: list[UUID] = [row["id"] for row in rows if row["status"] == "CREATED"]
    if waiting and len(rows) == 1:
        await aside.set_aside(SUBMIT, waiting[0], refusal)
        return waiting[0]
    middle = len(waiting) // 2
    for half in (waiting[:middle], waiting[middle:]):
        await db.execute(
            "update payments.instructions set batch_id = $2, claimed_at = $3 where id = any($1)",
            half, ids.new(), clock.wall() - LEASE,
        )  # fmt: skip
    return None


@dataclass(frozen=True)
class InstructionState:
    """How far an instruction is, when the bank is asked: pending, settled, refused or returned."""

    id: UUID
    status: str
    booked_on: date | None = None
    reason: str | None = None


async def instructions_to_ask(older_than: timedelta, limit: int = MAX_BATCH) -> list[UUID]:
    """Instructions submitted so long ago (business time) that the bank's webhook may have been lost, oldest first."""
    rows = await db.fetch(
        "select id from payments.instructions where status = 'SUBMITTED' and submitted_at <= $1 order by id limit $2",
        await clock.now() - older_than,
        limit,
    )
    return [row["id"] for row in rows]


@db.atomic
async def apply_statuses(states: Sequence[InstructionState]) -> int:
    """Apply what the bank answered when it was asked; returns how much was new. Unknown ids and pending ones are ignored.

    The bank's own entry, when it comes by webhook or statement, is recognised as the same.
    """
    told = {state.id: state for state in states if state.status in ("settled", "refused", "returned")}
    rows = await db.fetch("select * from payments.instructions where id = any($1) order by id", list(told))
    today = await clock.today()
    return await apply_entries([_news(row, told[row["id"]], today) for row in rows])


def _news(row: db.Row, state: InstructionState, today: date) -> BankNews:
    kind = f"{row['kind'].lower()}.{state.status}"
    return BankNews(
        bank_entry_id=f"{ASKED}{row['id']}:{state.status}",
        kind=kind,
        movement_id=str(row["id"]),
        amount_minor=row["amount_minor"],
        moved_minor=MOVES[kind] * row["amount_minor"],
        currency=row["currency"],
        booked_on=state.booked_on or today,
        reference=row["reference"],
        account_number=row["account_number"],
        reason=state.reason,
    )
