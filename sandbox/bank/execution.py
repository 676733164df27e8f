"""What happens to movements when their day has come."""

import sqlite3
from collections.abc import Callable
from datetime import date

from sandbox import clock
from sandbox.bank.accounts import pay_incomes
from sandbox.bank.behaviours import Behaviours
from sandbox.bank.booking import Booking, Movement, custody
from sandbox.store import save_setting

CHUNK = 500
"""Steps a transaction, so that requests get their turn in between."""

Balances = dict[str, int]


def begin_day(db: sqlite3.Connection, day: date) -> None:
    """Go to the next day and pay its incomes, both or neither."""
    save_setting(db, "day", day.isoformat())
    pay_incomes(db, day)


def execute_due(db: sqlite3.Connection) -> int:
    """Execute up to CHUNK of the steps due on the bank's day, in the order they were made; answer how many."""
    day = clock.today(db)
    steps = db.execute(
        "SELECT s.seq, s.action, s.reason AS step_reason, m.*, a.balance_minor, c.balance_minor AS custody_minor,"
        " coalesce(p.status, 'active') = 'active' AS permitted"
        " FROM step s JOIN movement m ON m.id = s.movement JOIN account a ON a.number = m.account"
        " JOIN account c ON c.number = 'CUSTODY-' || m.currency LEFT JOIN mandate p ON p.id = m.mandate"
        " WHERE s.due_on <= ? ORDER BY s.due_on, s.seq LIMIT ?",
        (day.isoformat(), CHUNK),
    ).fetchall()
    if not steps:
        return 0
    booking, balances = Booking(db, day, Behaviours(db)), Balances()
    for step in steps:
        balances.setdefault(step["account"], step["balance_minor"])
        balances.setdefault(custody(step["currency"]), step["custody_minor"])
        ACTIONS[step["action"]](booking, balances, step)
    booking.write()
    db.executemany("DELETE FROM step WHERE seq = ?", [(step["seq"],) for step in steps])
    return len(steps)


def _execute(booking: Booking, balances: Balances, step: sqlite3.Row) -> None:
    """Move the money, or refuse; a payout may come back later, and so may a debit."""
    movement = _movement(step)
    payer = custody(movement.currency) if movement.kind == "payout" else movement.account
    told = booking.behaviours.take("refuse", movement.kind, movement.account)
    if told is not None:
        booking.report(movement, "refused", reason=told["reason"] or "refused_by_bank")
    elif not step["permitted"]:
        booking.report(movement, "refused", reason="mandate_cancelled")
    elif balances[payer] < movement.amount_minor:
        booking.report(movement, "refused", reason="insufficient_funds")
    else:
        _move(booking, balances, movement, "settled", movement.to_custody_minor)
        told = booking.behaviours.take("return", movement.kind, movement.account)
        if told is not None:
            due_on = clock.working_day(booking.db, booking.day, told["days"]) if told["days"] else booking.day
            booking.later(movement, "return", due_on, told["reason"])


def _return(booking: Booking, balances: Balances, step: sqlite3.Row) -> None:
    """Undo by the mirror entry. Custody may go below zero by it: what was paid out of returned money is owed."""
    movement = _movement(step)
    default = "disputed_by_payer" if movement.kind == "debit" else "account_closed"
    _move(booking, balances, movement, "returned", -movement.to_custody_minor, step["step_reason"] or default)


def _bounce(booking: Booking, balances: Balances, step: sqlite3.Row) -> None:
    """A deposit that was received is taken back before it was final."""
    movement = _movement(step)
    reason = step["step_reason"] or "recalled_by_payer"
    _move(booking, balances, movement, "bounced", -movement.to_custody_minor, reason)


def _finalise(booking: Booking, balances: Balances, step: sqlite3.Row) -> None:
    """A deposit can no longer be taken back."""
    booking.report(_movement(step), "final")


ACTIONS: dict[str, Callable[[Booking, Balances, sqlite3.Row], None]] = {
    "execute": _execute, "return": _return, "bounce": _bounce, "finalise": _finalise
}  # fmt: skip


def _move(
    booking: Booking, balances: Balances, movement: Movement, status: str, moved_minor: int, reason: str | None = None
) -> None:
    booking.report(movement, status, moved_minor, reason)
    balances[movement.account] -= moved_minor
    balances[custody(movement.currency)] += moved_minor


def _movement(step: sqlite3.Row) -> Movement:
    return Movement(step["id"], step["kind"], step["amount_minor"], step["currency"], step["account"])
