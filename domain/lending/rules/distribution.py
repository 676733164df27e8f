"""How a repayment is shared among the notes of a loan."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_HORIZON = 8_192
"""How many minor units ahead the largest remainders are checked; beyond, the earliest deadlines decide at once."""


@dataclass(frozen=True, slots=True)
class NoteShare:
    """A note's weight (its principal) and what it has received of this kind so far, in minor units."""

    weight_minor: int
    received_minor: int


def share(amount_minor: int, notes: Sequence[NoteShare]) -> list[int]:
    """Each note's share of an amount of one kind, in the order of the notes; the shares sum to the amount.

    By largest cumulative remainder: what a note has received in all stays less than one minor unit from its exact part
    of everything distributed, and no share is negative. To give the odd units to the largest remainders can leave too
    few for a later small repayment (the Alabama paradox of apportionment); then they go to the notes whose next whole
    unit is due earliest, which never fails (Balinski and Young's quota method, 1975). Equal claims: the first note.
    Notes knocked off their course by a reversed repayment are brought back by the next ones.
    Raises `ValueError` for a negative amount and for notes without weight.
    """
    weights = [note.weight_minor for note in notes]
    received = [note.received_minor for note in notes]
    whole = sum(weights)
    if amount_minor < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("a share needs an amount that is not negative and notes with weight")
    total = sum(received) + amount_minor
    exact = [divmod(total * weight, whole) for weight in weights]
    least = [max(floor, had) for (floor, _), had in zip(exact, received, strict=True)]
    spare = total - sum(least)
    if spare < 0:
        return _catch_up(amount_minor, received, least)
    open_to = [at for at, (floor, remainder) in enumerate(exact) if remainder and least[at] == floor]
    by_remainder = _with_odd_units(least, sorted(open_to, key=lambda at: -exact[at][1])[:spare])
    if _lasts(total, whole, weights, by_remainder):
        return [now - had for now, had in zip(by_remainder, received, strict=True)]
    earliest = sorted(open_to, key=lambda at: _due_at(least[at] + 1, whole, weights[at]))[:spare]
    return [now - had for now, had in zip(_with_odd_units(least, earliest), received, strict=True)]


def _due_at(units: int, whole: int, weight: int) -> int:
    """The total at which a note of that weight must have received so many units (rounded up)."""
    return -(-units * whole // weight)


def _with_odd_units(least: Sequence[int], chosen: Sequence[int]) -> list[int]:
    result = list(least)
    for at in chosen:
        result[at] += 1
    return result


def _lasts(total: int, whole: int, weights: Sequence[int], receipts: Sequence[int]) -> bool:
    """Whether every whole unit can be given when it falls due, if all that follows is paid one minor unit at a time."""
    units = _units_to_check(total, whole, weights, receipts)
    if units > _HORIZON:
        return False
    falling_due = [0] * (units + 1)
    for had, weight in zip(receipts, weights, strict=True):
        for number in range(had + 1, (total + units) * weight // whole + 1):
            falling_due[_due_at(number, whole, weight) - total] += 1
    return all(needed <= paid for paid, needed in enumerate(accumulate(falling_due)))


def _units_to_check(total: int, whole: int, weights: Sequence[int], receipts: Sequence[int]) -> int:
    """For how many more minor units the notes that are ahead could starve others; more than the horizon: too long.

    Leads over the exact parts shrink with every unit paid. The parts of a minor unit that all notes have a right to sum
    to a whole number, and what the leaders lack of theirs is their lead: together less than one unit, it holds back none.
    """
    leads = ((had * whole - total * weight, weight) for had, weight in zip(receipts, weights, strict=True))
    ahead = [(lead, weight) for lead, weight in leads if lead > 0]
    units = 0
    while units <= _HORIZON and sum(max(lead - units * weight, 0) for lead, weight in ahead) >= whole:
        units = 2 * units + 1
    return units


def _catch_up(amount_minor: int, received: Sequence[int], least: Sequence[int]) -> list[int]:
    """Shares in proportion to what each note lacks, when a reversal left more lacking than there is to share."""
    lacking = [want - had for want, had in zip(least, received, strict=True)]
    whole = sum(lacking)
    parts = [divmod(amount_minor * lack, whole) for lack in lacking]
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    odd = by_remainder[: amount_minor - sum(part for part, _ in parts)]
    return _with_odd_units([part for part, _ in parts], odd)
