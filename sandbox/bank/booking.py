"""One batch of what happens to movements, gathered in memory and written at once."""

import sqlite3
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sandbox.bank.behaviours import Behaviours


@dataclass(frozen=True, slots=True)
class Movement:
    """Money between a customer's account and custody: a debit, a payout or a deposit."""

    id: str
    kind: str
    amount_minor: int
    currency: str
    account: str

    @property
    def to_custody_minor(self) -> int:
        """What it adds to custody."""
        return -self.amount_minor if self.kind == "payout" else self.amount_minor


def custody(currency: str) -> str:
    """The number of the platform's custody account in a currency."""
    return f"CUSTODY-{currency}"


@dataclass
class Booking:
    """What is to be written for one business day; `behaviours` may repeat or reorder the notices."""

    db: sqlite3.Connection
    day: date
    behaviours: Behaviours
    _notices: list[tuple[object, ...]] = field(default_factory=list)
    _entries: list[tuple[object, ...]] = field(default_factory=list)
    _states: list[tuple[object, ...]] = field(default_factory=list)
    _steps: list[tuple[object, ...]] = field(default_factory=list)
    _next_notice: int = 0

    def __post_init__(self) -> None:
        self._next_notice = 1 + int(self.db.execute("SELECT coalesce(max(seq), 0) FROM notice").fetchone()[0])

    def report(self, movement: Movement, status: str, moved_minor: int = 0, reason: str | None = None) -> None:
        """The movement is now `status`; `moved_minor` went to custody (negative: back out of it)."""
        kind, day = f"{movement.kind}.{status}", self.day.isoformat()
        repeated = self.behaviours.take("repeat", movement.kind, movement.account) is not None
        reordered = self.behaviours.take("reorder", movement.kind, movement.account) is not None
        seq = self._next_notice
        self._next_notice += 1
        self._notices.append((seq, f"be_{uuid4().hex}", kind, movement.id, day, reason, repeated, reordered))
        if moved_minor:
            self._entries.append((seq, movement.account, -moved_minor, kind, day))
            self._entries.append((seq, custody(movement.currency), moved_minor, kind, day))
        self._states.append((status, day, reason, movement.id))

    def later(self, movement: Movement, action: str, due_on: date, reason: str | None = None) -> None:
        """Something more happens to the movement on a day."""
        self._steps.append((movement.id, action, due_on.isoformat(), reason))

    def write(self) -> None:
        """Write everything, inside the caller's transaction."""
        self.db.executemany(
            "INSERT INTO notice (seq, entry_id, kind, movement, booked_on, reason, repeated, reordered)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self._notices,
        )
        self.db.executemany(
            "INSERT INTO entry (notice, account, amount_minor, kind, booked_on) VALUES (?, ?, ?, ?, ?)", self._entries
        )
        self.db.executemany("UPDATE movement SET status = ?, booked_on = ?, reason = ? WHERE id = ?", self._states)
        self.db.executemany("INSERT INTO step (movement, action, due_on, reason) VALUES (?, ?, ?, ?)", self._steps)
        self.behaviours.save()


def ensure_custody(db: sqlite3.Connection, currency: str) -> None:
    """The platform has a custody account in every currency it uses, empty at first."""
    db.execute(
        "INSERT INTO account (number, holder, currency, custody) VALUES (?, 'The platform', ?, 1)"
        " ON CONFLICT DO NOTHING",
        (custody(currency), currency),
    )
