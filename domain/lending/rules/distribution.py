"""How a repayment is shared among the notes of a loan."""

from collections.abc import Sequence
from itertools import accumulate

_HORIZON = 8_192
"""How many minor units ahead the largest remainders are checked; beyond, the earliest deadlines decide at once."""


def share(amount_minor: int, weights: Sequence[int], received: Sequence[int]) -> list[int]:
    """Each note's share of an amount of one kind, in the order of the notes; the shares sum to the amount.

    `weights`: the notes' principals; `received`: what each has received of this kind so far, in minor units.

    By largest cumulative remainder: what a note has received in all stays less than one minor unit from its exact part
    of everything distributed, and no share is negative. To give the odd units to the largest remainders can leave too
    few for a later small repayment (the Alabama paradox of apportionment); then they go to the notes whose next whole
    unit is due earliest, which never fails (Balinski and Young's quota method, 1975). Equal claims: the first note.
    Notes knocked off their course by a reversed repayment are brought back by the next ones.
    Raises `ValueError` for a negative amount and for notes without weight.
    """
    whole = sum(weights)
    if amount_minor < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("a share needs an amount that is not negative and notes with weight")
    total = sum(received) + amount_minor
    floors = [total * weight // whole for weight in weights]
    least = [max(had, floor) for floor, had in zip(floors, received, strict=True)]
    spare = total - sum(least)
    if spare < 0:
        return _catch_up(amount_minor, received, least)
    if spare:
        for at in _odd_units(spare, total, whole, weights, floors, least):
            least[at] += 1
    return [now - had for now, had in zip(least, received, strict=True)]


def _odd_units(
    spare: int, total: int, whole: int, weights: Sequence[int], floors: Sequence[int], least: Sequence[int]
) -> list[int]:
    """Which notes get one unit more than the least each must have received; there are that many that may."""
    over = [total * weight - floor * whole for weight, floor in zip(weights, floors, strict=True)]
    open_to = [at for at, (units, floor) in enumerate(zip(least, floors, strict=True)) if units == floor and over[at]]
    chosen = sorted(open_to, key=over.__getitem__, reverse=True)[:spare]
    ahead = [(whole - over[at], weights[at]) for at in chosen]
    if least != floors:  # what was reversed has left some above their exact parts, whoever gets a unit now
        ahead += [(had * whole - total * weight, weight) for had, weight in zip(least, weights, strict=True)]
    units = _units_to_check(whole, ahead)
    if units == 0 or (units <= _HORIZON and _lasts(units, total, whole, weights, _with_odd_units(least, chosen))):
        return chosen
    return sorted(open_to, key=lambda at: _due_at(least[at] + 1, whole, weights[at]))[:spare]


def _due_at(units: int, whole: int, weight: int) -> int:
    """The total at which a note of that weight must have received so many units (rounded up)."""
    return -(-units * whole // weight)


def _with_odd_units(least: Sequence[int], chosen: Sequence[int]) -> list[int]:
    result = list(least)
    for at in chosen:
        result[at] += 1
    return result


def _lasts(units: int, total: int, whole: int, weights: Sequence[int], receipts: Sequence[int]) -> bool:
    """Whether every whole unit can be given when it falls due, if so many units that follow are paid one at a time."""
    falling_due = [0] * (units + 1)
    then = total + units
    for had, weight in zip(receipts, weights, strict=True):
        for number in range(had + 1, then * weight // whole + 1):
            falling_due[_due_at(number, whole, weight) - total] += 1
    return all(needed <= paid for paid, needed in enumerate(accumulate(falling_due)))


def _units_to_check(whole: int, ahead: Sequence[tuple[int, int]]) -> int:
    """For how many more minor units the notes that are ahead could starve others; more than the horizon: too long.

    `ahead`: leads over the exact parts, with the notes' weights; those that are behind may be among them. Leads shrink
    with every unit paid. The parts of a minor unit that all notes have a right to sum to a whole number, and what the
    leaders lack of theirs is their lead: together less than one unit, it holds back none.
    """
    units = 0
    left = [lead for lead, _ in ahead if lead > 0]
    while units <= _HORIZON and sum(left) >= whole:
        units = 2 * units + 1
        left = [lead - units * weight for lead, weight in ahead if lead > units * weight]
    return units


def _catch_up(amount_minor: int, received: Sequence[int], least: Sequence[int]) -> list[int]:
    """Shares in proportion to what each note lacks, when a reversal left more lacking than there is to share."""
    lacking = [want - had for want, had in zip(least, received, strict=True)]
    whole = sum(lacking)
    parts = [divmod(amount_minor * lack, whole) for lack in lacking]
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    odd = by_remainder[: amount_minor - sum(part for part, _ in parts)]
    return _with_odd_units([part for part, _ in parts], odd)
