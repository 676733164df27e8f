"""What a tester has told the bank to do wrong, for one account or any."""

import sqlite3
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sandbox.web import Body, Text, WorkingDays

ALLOWED = {
    "debit": {"delay", "refuse", "return", "repeat", "reorder"},
    "payout": {"delay", "refuse", "return", "repeat", "reorder"},
    "deposit": {"delay", "bounce", "repeat", "reorder"},
}


class Behaviour(Body):
    """One effect on one kind of movement; `account` null means any, `times` null means until it is cleared."""

    account: Text | None = None
    kind: Literal["debit", "payout", "deposit"]
    effect: Literal["delay", "refuse", "return", "bounce", "repeat", "reorder"]
    days: WorkingDays = 0
    reason: Text | None = None
    times: Annotated[int, Field(strict=True, ge=1)] | None = None

    @model_validator(mode="after")
    def _effect_suits_the_kind(self) -> "Behaviour":
        if self.effect not in ALLOWED[self.kind]:
            raise ValueError(f"a {self.kind} can be told to {', '.join(sorted(ALLOWED[self.kind]))}")
        return self


class Behaviours:
    """The behaviours in force, read once per batch; what was used up is written back at its end."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read all of them; the older ones apply first."""
        self._db = db
        self._rows = [dict(row) for row in db.execute("SELECT * FROM behaviour ORDER BY seq")]
        self._used: set[int] = set()

    def take(self, effect: str, kind: str, account: str) -> dict[str, Any] | None:
        """The first behaviour of this effect for the movement, counted as used once; None if there is none."""
        for row in self._rows:
            suits = row["effect"] == effect and row["kind"] == kind and row["account"] in {None, account}
            if suits and row["times"] != 0:
                if row["times"] is not None:
                    row["times"] -= 1
                    self._used.add(row["seq"])
                return row
        return None

    def save(self) -> None:
        """Write down what was used; a behaviour with no times left is gone."""
        used = [(row["times"], row["seq"]) for row in self._rows if row["seq"] in self._used]
        self._db.executemany("UPDATE behaviour SET times = ? WHERE seq = ?", used)
        self._db.execute("DELETE FROM behaviour WHERE times = 0")


def add(db: sqlite3.Connection, behaviour: Behaviour) -> int:
    """Put a behaviour in force and answer its number."""
    row = behaviour.model_dump()
    cursor = db.execute(
        "INSERT INTO behaviour (account, kind, effect, days, reason, times)"
        " VALUES (:account, :kind, :effect, :days, :reason, :times)",
        row,
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
