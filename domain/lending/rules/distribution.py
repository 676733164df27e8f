"""How a repayment is shared among the notes of a loan."""

from collections.abc import Sequence
from dataclasses import dataclass

_HORIZON = 2_000
"""How many minor units ahead the largest remainder is checked; beyond, the earliest deadline decides at once."""


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
    chosen = sorted(open_to, key=lambda at: -exact[at][1])[:spare]
    earliest = sorted(open_to, key=lambda at: _due_at(least[at] + 1, whole, weights[at]))[:spare]
    if set(chosen) != set(earliest) and not _lasts(total, whole, weights, _with_odd_units(least, chosen)):
        chosen = earliest
    return [now - had for now, had in zip(_with_odd_units(least, chosen), received, strict=True)]


def _due_at(units: int, whole: int, weight: int) -> int:
    """The total at which a note of that weight must have received so many units (rounded up)."""
    return -(-units * whole // weight)


def _with_odd_units(least: Sequence[int], chosen: Sequence[int]) -> list[int]:
    result = list(least)
    for at in chosen:
        result[at] += 1
    return result


def _lasts(total: int, whole: int, weights: Sequence[int], receipts: Sequence[int]) -> bool:
    """Whether from here on there will always be enough for every whole unit that falls due, however little is paid.

    It matters until every note that is ahead now has been overtaken by its exact part.
    """
    ahead = [_due_at(had, whole, weight) for had, weight in zip(receipts, weights, strict=True) if had and weight]
    furthest = max(ahead, default=total) - total
    if furthest > _HORIZON:
        return False
    needed = [0] * (furthest + 1)
    for had, weight in zip(receipts, weights, strict=True):
        if not weight:
            continue
        units = had + 1
        while (after := _due_at(units, whole, weight) - total) <= furthest:
            needed[after] += 1
            units += 1
    for after in range(1, furthest + 1):
        needed[after] += needed[after - 1]
        if needed[after] > after:
            return False
    return True


def _catch_up(amount_minor: int, received: Sequence[int], least: Sequence[int]) -> list[int]:
    """Shares in proportion to what each note lacks, when a reversal left more lacking than there is to share."""
    lacking = [want - had for want, had in zip(least, received, strict=True)]
    whole = sum(lacking)
    parts = [divmod(amount_minor * lack, whole) for lack in lacking]
    by_remainder = sorted(range(len(parts)), key=lambda at: -parts[at][1])
    odd = by_remainder[: amount_minor - sum(part for part, _ in parts)]
    return _with_odd_units([part for part, _ in parts], odd)
