"""The life of money at the bank: what an entry means, whatever the order in which the bank's news arrive.

A movement (a deposit, a debit, a payout) passes through steps. An entry brings it to its step, through all steps that
must have come before; those that arrive later find them taken and change nothing. So any order and any repetition of
the same entries ends in the same books.
"""

from collections.abc import Mapping, Set

IMPLIED: Mapping[str, tuple[str, ...]] = {
    "received": (),
    "final": ("received",),
    "bounced": ("received",),
    "settled": (),
    "returned": ("settled",),
    "refused": (),
}
"""The steps that came before a step, whether or not the bank's news of them has arrived."""

EXCLUDED: Mapping[str, frozenset[str]] = {
    "received": frozenset(),
    "final": frozenset({"bounced"}),
    "bounced": frozenset({"final"}),
    "settled": frozenset({"refused"}),
    "returned": frozenset({"refused"}),
    "refused": frozenset({"settled"}),
}
"""The steps after which a step is impossible: the bank contradicts itself."""

MOVES: Mapping[str, int] = {
    "deposit.received": 1,
    "deposit.final": 0,
    "deposit.bounced": -1,
    "debit.settled": 1,
    "debit.refused": 0,
    "debit.returned": -1,
    "payout.settled": -1,
    "payout.refused": 0,
    "payout.returned": 1,
}
"""The kinds of entries we understand, and what each does to the custody account: 1 into it, -1 out of it, 0 nothing."""


def step_of(kind: str) -> str:
    """The step an entry of a kind brings its movement to."""
    return kind.partition(".")[2]


def taken(kinds: Set[str]) -> set[str]:
    """The steps a movement has taken, by the kinds of the entries known of it."""
    steps = {step_of(kind) for kind in kinds}
    return steps.union(*(IMPLIED.get(step, ()) for step in steps))


def steps(before: Set[str], step: str) -> tuple[str, ...] | None:
    """The steps to take now to get to `step`, in order; none if it is taken already. None: impossible after those before."""
    if step in before:
        return ()
    if EXCLUDED[step] & before:
        return None
    return tuple(each for each in (*IMPLIED[step], step) if each not in before)
