"""Deposits whose end the bank's webhook should have told, and what the bank says when it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.payments.commands.entries import ASKED, apply_entries
from domain.payments.rules.booking import BankNews
from domain.payments.rules.lifecycle import MOVES
from domain.shared import clock, db


@dataclass(frozen=True)
class DepositState:
    """How far a deposit (the bank's id) is, when the bank is asked: received, final or bounced."""

    id: str
    status: str
    booked_on: date | None = None
    reason: str | None = None


async def deposits_to_ask(older_than: timedelta, limit: int = 500) -> list[str]:
    """The bank's ids of deposits that arrived so long ago (business time) and are still not final, oldest first.

    The statement tells that money has come, never that it stays: if that webhook is lost, only asking helps.
    """
    rows = await db.fetch(
        """select e.movement_id from payments.bank_entries e
        join payments.transfers t on t.deposit_id = e.movement_id and t.status = 'RECEIVED'
        where e.kind = 'deposit.received' and e.applied_at <= $1 order by e.id limit $2""",
        await clock.now() - older_than, limit,
    )  # fmt: skip
    return [row["movement_id"] for row in rows]


@db.atomic
async def apply_deposit_states(states: Sequence[DepositState]) -> int:
    """Apply what the bank answered when it was asked; returns how much was new. Those still on their way are ignored.

    The bank's own entry, when it comes by webhook or statement, is recognised as the same.
    """
    told = {state.id: state for state in states if state.status in ("final", "bounced")}
    rows = await db.fetch(
        "select * from payments.bank_entries where kind = 'deposit.received' and movement_id = any($1) order by id",
        list(told),
    )
    today = await clock.today()
    return await apply_entries([_news(row, told[row["movement_id"]], today) for row in rows])


def _news(row: db.Row, state: DepositState, today: date) -> BankNews:
    kind = f"deposit.{state.status}"
    return BankNews(
        bank_entry_id=f"{ASKED}{state.id}:{state.status}",
        kind=kind,
        movement_id=state.id,
        amount_minor=row["amount_minor"],
        moved_minor=MOVES[kind] * row["amount_minor"],
        currency=row["currency"],
        booked_on=state.booked_on or today,
        reference=row["reference"],
        account_number=row["account_number"],
        reason=state.reason,
    )
