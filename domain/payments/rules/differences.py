"""What differs between the bank's day and the books', entry by entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.payments.rules.booking import BankNews


class DifferenceKind(StrEnum):
    """Kinds of differences between the bank and the books."""

    MISSING_IN_LEDGER = "MISSING_IN_LEDGER"
    """The bank booked an entry we were not told about; applied from the statement."""
    MISSING_AT_BANK = "MISSING_AT_BANK"
    """We booked an entry the bank's statement does not have."""
    OTHER_AMOUNT = "OTHER_AMOUNT"
    """Both have the entry, with different amounts."""
    RETURN_NOT_POSTED = "RETURN_NOT_POSTED"
    """The bank took back a debit whose distribution is not undone yet."""
    UNEXPLAINED = "UNEXPLAINED"
    """What the balances differ by beyond the entries named."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference. `amount_minor`: what the bank has more than the books (negative: less)."""

    kind: DifferenceKind
    bank_entry_id: str | None
    amount_minor: int
    explanation: str


@dataclass(frozen=True, kw_only=True)
class Booked:
    """An entry as the books have it."""

    bank_entry_id: str
    movement_id: str
    kind: str
    moved_minor: int


def compare(bank: Sequence[BankNews], books: Iterable[Booked], on_the_day: set[str]) -> list[Difference]:
    """The differences between a day's statement and the books' entries of any day.

    An entry is the same if the bank's id is, or its movement and kind. `on_the_day`: ids of the books' entries of that day.
    """
    by_name: dict[object, Booked] = {}
    for booked in books:
        by_name[booked.bank_entry_id] = by_name[booked.movement_id, booked.kind] = booked
    found: list[Difference] = []
    matched: set[str] = set()
    for entry in bank:
        same = by_name.get(entry.bank_entry_id) or by_name.get((entry.movement_id, entry.kind))
        if same is None:
            found.append(_missing_in_ledger(entry))
            continue
        matched.add(same.bank_entry_id)
        if same.moved_minor != entry.moved_minor:
            found.append(_other_amount(entry, same))
    absent = {b.bank_entry_id: b for b in by_name.values() if b.bank_entry_id in on_the_day - matched and b.moved_minor}
    found += [_missing_at_bank(absent[id_]) for id_ in sorted(absent)]
    return found


def balance_differences(
    bank_minor: int, ledger_minor: int, named: Iterable[Difference], pending: Mapping[str, int]
) -> list[Difference]:
    """What the balances differ by: returns that wait to be posted (`pending`: amounts by entry), and what nobody can explain."""
    found = [
        Difference(
            kind=DifferenceKind.RETURN_NOT_POSTED,
            bank_entry_id=id_,
            amount_minor=amount_minor,
            explanation="The debit was returned; it leaves the books when its distribution is undone.",
        )
        for id_, amount_minor in sorted(pending.items())
    ]
    rest = bank_minor - ledger_minor - sum(each.amount_minor for each in (*named, *found))
    if rest:
        found.append(
            Difference(
                kind=DifferenceKind.UNEXPLAINED,
                bank_entry_id=None,
                amount_minor=rest,
                explanation="The balances differ by this beyond the day's entries; see earlier days.",
            )
        )
    return found


def _missing_in_ledger(entry: BankNews) -> Difference:
    return Difference(
        kind=DifferenceKind.MISSING_IN_LEDGER,
        bank_entry_id=entry.bank_entry_id,
        amount_minor=entry.moved_minor,
        explanation=f"The books did not have this {entry.kind} of movement {entry.movement_id}; applied from the statement.",
    )


def _missing_at_bank(booked: Booked) -> Difference:
    return Difference(
        kind=DifferenceKind.MISSING_AT_BANK,
        bank_entry_id=booked.bank_entry_id,
        amount_minor=-booked.moved_minor,
        explanation=f"The statement does not have this {booked.kind} of movement {booked.movement_id}.",
    )


def _other_amount(entry: BankNews, booked: Booked) -> Difference:
    return Difference(
        kind=DifferenceKind.OTHER_AMOUNT,
        bank_entry_id=entry.bank_entry_id,
        amount_minor=entry.moved_minor - booked.moved_minor,
        explanation=f"The bank booked {entry.moved_minor}, the books {booked.moved_minor} (minor units).",
    )
