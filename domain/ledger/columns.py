"""Postings by the thousand, gathered and sent column by column: one by one they would cost five times as much.

Nobody needs to lock before: the database locks the accounts in the order of their ids, when everything else is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.ledger.commands import Posting

COLUMNS = """entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, note_id, principal_minor, fee_minor,
    effective_on, posted_at"""
"""What a row of postings is selected as."""


def insert(rows: str) -> str:
    """The SQL that writes the rows of a query as postings; they have the columns of `COLUMNS`, and no zeros.

    Refused (`IntegrityError`) are overdrafts, unknown accounts and other currencies.
    """
    return f"insert into ledger.postings ({COLUMNS}) {rows}"


def unnested(first: int, effective_on: int, posted_at: int) -> str:
    """The query whose rows are those of `Columns`: the numbers of its first argument and of two others."""
    types = ["uuid", "text", "uuid", "uuid", "text", "bigint", "uuid", "uuid", "bigint", "bigint"]
    places = ", ".join(f"${first + number}::{name}[]" for number, name in enumerate(types))
    return f"select u.*, ${effective_on}::date, ${posted_at}::timestamptz from unnest({places}) u"  # noqa: S608 - our own literals


@dataclass(slots=True)
class Columns:
    """Postings, each with its entry, in the order in which they were added. Those of zero are left out."""

    entry_id: list[UUID] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    debit_id: list[UUID] = field(default_factory=list)
    credit_id: list[UUID] = field(default_factory=list)
    currency: list[str] = field(default_factory=list)
    amount_minor: list[int] = field(default_factory=list)
    reference_id: list[UUID | None] = field(default_factory=list)
    note_id: list[UUID | None] = field(default_factory=list)
    principal_minor: list[int | None] = field(default_factory=list)
    fee_minor: list[int | None] = field(default_factory=list)

    def add(self, posting: Posting) -> None:
        """One more."""
        if not posting.amount_minor:
            return
        assert posting.entry_id is not None, "an entry groups what belongs together"
        assert posting.debit.currency == posting.credit.currency, "a posting has one currency"
        self.entry_id.append(posting.entry_id)
        self.kind.append(posting.kind)
        self.debit_id.append(posting.debit.id)
        self.credit_id.append(posting.credit.id)
        self.currency.append(posting.debit.currency)
        self.amount_minor.append(posting.amount_minor)
        self.reference_id.append(posting.reference_id)
        self.note_id.append(posting.note_id)
        self.principal_minor.append(posting.principal_minor)
        self.fee_minor.append(posting.fee_minor)

    def arguments(self) -> tuple[Sequence[object], ...]:
        """What `unnested` takes."""
        return (
            self.entry_id,
            self.kind,
            self.debit_id,
            self.credit_id,
            self.currency,
            self.amount_minor,
            self.reference_id,
            self.note_id,
            self.principal_minor,
            self.fee_minor,
        )
