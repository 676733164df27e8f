"""What the bot meant to bid, written down before it is sent: after any end, `kill -9` too, it knows what is in doubt.

A bid in doubt is sent again with the same key and the same input. The platform acts once on a key.
"""

import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path


class JournalError(Exception):
    """The journal cannot be used; the message says why."""


@dataclass(frozen=True)
class Intention:
    """A bid to place: everything that is sent, so that it can be sent again as it was."""

    key: str
    loan_id: str
    reference: str
    amount: str
    currency: str
    documents: tuple[str, ...]

    @classmethod
    def of(cls, loan_id: str, reference: str, amount: Decimal, currency: str, documents: list[str]) -> "Intention":
        """A new one, with a key nobody has used."""
        return cls(secrets.token_urlsafe(18), loan_id, reference, f"{amount:f}", currency, tuple(documents))


class Journal:
    """A file of lines, each written through to the disk. One bot at a time has it."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises JournalError when another bot has it."""
        self._pending: dict[str, Intention] = {}
        self.placed: set[str] = set()
        """The loans on which a bid was placed."""
        self._file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JournalError(f"{path} belongs to a bot that runs") from error
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):  # the power went while it was written: it was never sent
            self._file.truncate(sum(len(line.encode()) for line in lines[:-1]))
            lines.pop()
        for line in lines:
            self._take(json.loads(line))

    @property
    def pending(self) -> list[Intention]:
        """Bids whose answer has not come, in the order in which they were meant."""
        return list(self._pending.values())

    def mean(self, intention: Intention) -> None:
        """Write down that a bid is going to be sent."""
        self._write(asdict(intention))

    def answered(self, intention: Intention, answer: str) -> None:
        """Write down what the platform answered: the name of a type."""
        self._write({"key": intention.key, "answer": answer})

    def _write(self, entry: dict[str, object]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._take(entry)

    def _take(self, entry: dict[str, object]) -> None:
        key = str(entry["key"])
        if "answer" not in entry:
            self._pending[key] = Intention(**entry | {"documents": tuple(entry["documents"])})  # type: ignore[arg-type]
        elif (intention := self._pending.pop(key, None)) and entry["answer"] == "PlaceBidPayload":
            self.placed.add(intention.loan_id)
