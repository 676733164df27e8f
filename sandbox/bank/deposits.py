"""Customers' transfers to the platform's custody account."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sandbox import clock
from sandbox.bank.accounts import account
from sandbox.bank.behaviours import Behaviours
from sandbox.bank.booking import Booking, Movement, ensure_custody
from sandbox.web import AmountMinor, Body, Currency, Problem, Text


class Transfer(Body):
    """A deposit; the platform recognises its payer by the reference."""

    account: Text
    reference: Text
    amount_minor: AmountMinor
    currency: Currency


def deposit(db: sqlite3.Connection, transfers: Sequence[Transfer]) -> list[dict[str, Any]]:
    """Take the transfers, all or none: received at once, final at once or as a behaviour says.

    Raises Problem 404 for an unknown account, 422 for another currency or a balance that is too small.
    """
    day = clock.today(db)
    booking, balances = Booking(db, day, Behaviours(db)), dict[str, int]()
    made: list[dict[str, Any]] = []
    for transfer in transfers:
        payer = account(db, transfer.account)
        if payer["currency"] != transfer.currency:
            raise Problem(422, "currency_mismatch", f"account {transfer.account} is in {payer['currency']}")
        balance = balances.setdefault(transfer.account, payer["balance_minor"])
        if balance < transfer.amount_minor:
            raise Problem(422, "insufficient_funds", f"account {transfer.account} has {balance}")
        balances[transfer.account] -= transfer.amount_minor
        ensure_custody(db, transfer.currency)
        movement = Movement(f"dep_{uuid4().hex}", "deposit", transfer.amount_minor, transfer.currency, transfer.account)
        _store(db, movement, transfer.reference)
        booking.report(movement, "received", movement.to_custody_minor)
        _plan(booking, movement, day)
        made.append({"id": movement.id, "status": "received", "booked_on": day.isoformat()})
    booking.write()
    return made


def statuses(db: sqlite3.Connection, ids: list[str]) -> list[dict[str, Any]]:
    """How far deposits are (received, final or bounced), for whoever lost a webhook; unknown ids are left out."""
    rows = db.execute(
        "SELECT id, status, booked_on, reason FROM movement"
        " WHERE kind = 'deposit' AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(ids),),
    )
    return [dict(row) for row in rows]


def _plan(booking: Booking, movement: Movement, day: date) -> None:
    bounce = booking.behaviours.take("bounce", "deposit", movement.account)
    told = bounce or booking.behaviours.take("delay", "deposit", movement.account)
    due_on = clock.working_day(booking.db, day, told["days"]) if told and told["days"] else day
    reason = bounce["reason"] if bounce else None
    booking.later(movement, "bounce" if bounce else "finalise", due_on, reason)


def _store(db: sqlite3.Connection, movement: Movement, reference: str) -> None:
    db.execute(
        "INSERT INTO movement (id, kind, amount_minor, currency, account, reference, status)"
        " VALUES (?, 'deposit', ?, ?, ?, ?, 'received')",
        (movement.id, movement.amount_minor, movement.currency, movement.account, reference),
    )
