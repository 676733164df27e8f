"""What the platform reads of its custody account: entries, balances, and the same entries as webhook data."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

ENTRY = (
    "SELECT n.seq, n.entry_id, n.kind, CASE m.kind WHEN 'deposit' THEN NULL ELSE m.id END AS instruction_id,"
    " CASE m.kind WHEN 'deposit' THEN m.id END AS deposit_id, m.reference, m.account, m.amount_minor, m.currency,"
    " n.booked_on, n.reason, n.repeated, n.reordered FROM notice n JOIN movement m ON m.id = n.movement"
)
FIELDS = (
    "entry_id", "kind", "instruction_id", "deposit_id", "reference", "account", "amount_minor", "currency",
    "booked_on", "reason",
)  # fmt: skip


def unpacked(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """Entries no webhook carries yet, oldest first."""
    return db.execute(f"{ENTRY} WHERE n.packed = 0 ORDER BY n.seq").fetchall()


def as_data(rows: Iterable[sqlite3.Row]) -> list[dict[str, Any]]:
    """Rows of `unpacked` as the webhook shows them; amounts are positive, the kind says which way."""
    return [{name: row[name] for name in FIELDS} for row in rows]


def statement(db: sqlite3.Connection, from_on: date, to_on: date) -> dict[str, Any]:
    """Entries booked on the days from `from_on` to `to_on`, both included; amounts signed as custody sees them."""
    days = {"from_on": from_on.isoformat(), "to_on": to_on.isoformat()}
    rows = db.execute(
        "SELECT n.entry_id, n.kind, CASE m.kind WHEN 'deposit' THEN NULL ELSE m.id END AS instruction_id,"
        " CASE m.kind WHEN 'deposit' THEN m.id END AS deposit_id, m.reference, m.account, e.amount_minor, m.currency,"
        " e.booked_on FROM account c JOIN entry e ON e.account = c.number JOIN notice n ON n.seq = e.notice"
        " JOIN movement m ON m.id = n.movement"
        " WHERE c.custody AND e.booked_on BETWEEN :from_on AND :to_on ORDER BY e.seq",
        days,
    )
    entries = [dict(row) for row in rows]
    balances = db.execute(
        "SELECT c.currency,"
        " coalesce(sum(e.amount_minor) FILTER (WHERE e.booked_on < :from_on), 0) AS opening_minor,"
        " coalesce(sum(e.amount_minor) FILTER (WHERE e.booked_on <= :to_on), 0) AS closing_minor"
        " FROM account c LEFT JOIN entry e ON e.account = c.number"
        " WHERE c.custody GROUP BY c.currency ORDER BY c.currency",
        days,
    )
    return days | {"entries": entries, "balances": [dict(row) for row in balances]}


def custody_balances(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """What is on the custody account now, by currency."""
    rows = db.execute("SELECT currency, balance_minor AS amount_minor FROM account WHERE custody ORDER BY 1")
    return [dict(row) for row in rows]
