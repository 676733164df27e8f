"""What each note receives of a repayment, and what users owe back from earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from domain.lending.rules.distribution import share
from domain.lending.rules.waterfall import DueKind

SHARED = (DueKind.PRINCIPAL, DueKind.INTEREST, DueKind.LATE_INTEREST)
"""What belongs to the lenders; fees of installments are the platform's."""


@dataclass(slots=True, kw_only=True)
class Notes:
    """All notes of a loan, by id, column by column, and what they have received in all; amounts in minor units."""

    ids: Sequence[UUID]
    lender_ids: Sequence[UUID]
    principal_minor: Sequence[int]
    received_minor: dict[DueKind, list[int]]
    fees_paid_minor: list[int]

    @classmethod
    def none(cls) -> "Notes":
        """Those of a loan that has none."""
        received: dict[DueKind, list[int]] = {kind: [] for kind in SHARED}
        return cls(ids=[], lender_ids=[], principal_minor=[], received_minor=received, fees_paid_minor=[])


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


class Receipts(NamedTuple):
    """What the notes of a loan get of one repayment, in minor units, in their order. `fee_minor`: kept from the interest."""

    notes: Notes
    principal_minor: Sequence[int]
    interest_minor: Sequence[int]
    late_minor: Sequence[int]
    fee_minor: Sequence[int]

    def total_minor(self) -> int:
        """What the lenders get in all."""
        return sum(self.principal_minor) + sum(self.interest_minor) + sum(self.late_minor) - sum(self.fee_minor)

    def by_lender(self) -> dict[UUID, int]:
        """What each lender gets in all."""
        received: dict[UUID, int] = {}
        parts = zip(self.principal_minor, self.interest_minor, self.late_minor, self.fee_minor, strict=True)
        for lender_id, (principal, interest, late, fee) in zip(self.notes.lender_ids, parts, strict=True):
            received[lender_id] = received.get(lender_id, 0) + principal + interest + late - fee
        return received


def share_out(notes: Notes, totals: Mapping[DueKind, int], fee_ppm: int) -> Receipts:
    """Share what a repayment paid by kind among the notes of its loan, and add it to what they have received.

    By principal and largest cumulative remainder (`distribution.share`); the service fee is rounded down for each note.
    """
    parts: dict[DueKind, list[int]] = {}
    for kind in SHARED:
        if not totals[kind]:
            parts[kind] = [0] * len(notes.ids)
            continue
        received = notes.received_minor[kind]
        parts[kind] = share(totals[kind], notes.principal_minor, received)
        assert sum(parts[kind]) == totals[kind], "shares are what was paid, to the cent"
        notes.received_minor[kind] = [had + got for had, got in zip(received, parts[kind], strict=True)]
    fees = [interest * fee_ppm // 1_000_000 for interest in parts[DueKind.INTEREST]]
    notes.fees_paid_minor = [had + got for had, got in zip(notes.fees_paid_minor, fees, strict=True)]
    return Receipts(notes, parts[DueKind.PRINCIPAL], parts[DueKind.INTEREST], parts[DueKind.LATE_INTEREST], fees)


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
