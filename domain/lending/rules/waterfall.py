"""In which order a repayment pays what is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DueKind(StrEnum):
    """What an installment is made of."""

    __hash__ = str.__hash__  # an enumeration's own is three times as slow, and these are keys wherever loans are served

    FEE = "FEE"
    LATE_INTEREST = "LATE_INTEREST"
    INTEREST = "INTEREST"
    PRINCIPAL = "PRINCIPAL"


@dataclass(frozen=True, slots=True)
class Due:
    """What is open of an installment, in minor units by kind; a kind that is missing has nothing open."""

    installment_number: int
    due_on: date
    open_minor: Mapping[DueKind, int]


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a repayment pays of one kind of one installment; never zero."""

    installment_number: int
    kind: DueKind
    amount_minor: int


def allocate(
    amount_minor: int, dues: Sequence[Due], order: Sequence[DueKind], within_installment_first: bool = True
) -> tuple[list[Allocation], int]:
    """Split a repayment among what is due; returns the allocations and the rest that nothing was owed for.

    The oldest installment is paid first, within it the kinds in the product's order; with `within_installment_first`
    false each kind is paid in all installments before the next kind. Raises `ValueError` for a negative amount, or for
    an order that does not name every kind once: a kind left out would never be paid.
    """
    if amount_minor < 0:
        raise ValueError("a repayment is not negative")
    if sorted(order) != sorted(DueKind):
        raise ValueError(f"the order must name each of {', '.join(DueKind)} once")
    oldest_first = sorted(dues, key=lambda due: (due.due_on, due.installment_number))
    if within_installment_first:
        claims = [(due, kind) for due in oldest_first for kind in order]
    else:
        claims = [(due, kind) for kind in order for due in oldest_first]
    allocations: list[Allocation] = []
    rest = amount_minor
    for due, kind in claims:
        paid = min(rest, due.open_minor.get(kind, 0))
        if paid > 0:
            allocations.append(Allocation(due.installment_number, kind, paid))
            rest -= paid
    return allocations, rest
