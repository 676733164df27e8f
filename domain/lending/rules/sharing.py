"""What each note receives of a repayment, and what users owe back from earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from domain.lending.rules.distribution import NoteShare, share
from domain.lending.rules.waterfall import DueKind

SHARED = (DueKind.PRINCIPAL, DueKind.INTEREST, DueKind.LATE_INTEREST)
"""What belongs to the lenders; fees of installments are the platform's."""


@dataclass(slots=True, kw_only=True)
class ServicedNote:
    """A lender's part of a loan, and what it has received in all, in minor units."""

    id: UUID
    lender_id: UUID
    principal_minor: int
    received_minor: dict[DueKind, int]
    fees_paid_minor: int


@dataclass(slots=True, kw_only=True)
class ServicedDebt:
    """What a user owes back after a returned debit, in minor units."""

    id: UUID
    user_id: UUID
    currency: str
    amount_minor: int
    recovered_minor: int

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return self.amount_minor - self.recovered_minor


class Receipt(NamedTuple):
    """A note's part of one repayment, in minor units. `fee_minor`: the service fee, kept from the interest."""

    note: ServicedNote
    principal_minor: int
    interest_minor: int
    late_minor: int
    fee_minor: int

    @property
    def regular_minor(self) -> int:
        """Principal and interest less the fee."""
        return self.principal_minor + self.interest_minor - self.fee_minor

    @property
    def net_minor(self) -> int:
        """What the lender gets."""
        return self.regular_minor + self.late_minor


def share_out(notes: Sequence[ServicedNote], totals: Mapping[DueKind, int], fee_ppm: int) -> list[Receipt]:
    """Share what a repayment paid by kind among the notes of its loan, and add it to what they have received.

    By principal and largest cumulative remainder (`distribution.share`); the service fee is rounded down for each note.
    """
    parts: dict[DueKind, list[int]] = {}
    for kind in SHARED:
        weights = [NoteShare(note.principal_minor, note.received_minor[kind]) for note in notes]
        parts[kind] = share(totals[kind], weights) if totals[kind] else [0] * len(notes)
        assert sum(parts[kind]) == totals[kind], "shares are what was paid, to the cent"
    receipts = []
    for at, note in enumerate(notes):
        principal, interest, late = (parts[kind][at] for kind in SHARED)
        fee = interest * fee_ppm // 1_000_000
        for kind in SHARED:
            note.received_minor[kind] += parts[kind][at]
        note.fees_paid_minor += fee
        receipts.append(
            Receipt(note=note, principal_minor=principal, interest_minor=interest, late_minor=late, fee_minor=fee)
        )
    return receipts


def net_debts(debts: Sequence[ServicedDebt], received_minor: dict[UUID, int]) -> list[tuple[ServicedDebt, int]]:
    """Take what users owe from what they receive now (by user), oldest debt first; returns what was taken of each.

    Changes both: `received_minor` becomes what they keep.
    """
    taken = []
    for debt in debts:
        part = min(debt.open_minor, received_minor.get(debt.user_id, 0))
        if part:
            debt.recovered_minor += part
            received_minor[debt.user_id] -= part
            taken.append((debt, part))
    return taken
