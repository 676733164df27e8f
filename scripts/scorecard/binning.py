"""Coarse classing by weight of evidence: few, large, monotone classes, smoothed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.scorecard.attributes import Attribute

SMALLEST_SHARE = 0.05
"""No class holds less than this share of the rows, except levels that stand apart."""

SMOOTHING = 20.0
"""So many rows of the average outcome are added to each class: a small class says less."""


@dataclass(frozen=True)
class Bin:
    """A class: levels by name, or numbers up to `up_to` (included; None: open), with its counts."""

    levels: tuple[str, ...]
    up_to: int | None
    good: int
    bad: int

    @property
    def rows(self) -> int:
        return self.good + self.bad

    def risk(self, average: float) -> float:
        """The smoothed share of bad rows."""
        return (self.bad + SMOOTHING * average) / (self.rows + SMOOTHING)

    def woe(self, average: float) -> float:
        """Weight of evidence: log-odds of good in the class less those of all rows."""
        risk = self.risk(average)
        return math.log((1 - risk) / risk) - math.log((1 - average) / average)

    def joined(self, other: Bin) -> Bin:
        return Bin(self.levels + other.levels, other.up_to, self.good + other.good, self.bad + other.bad)


@dataclass(frozen=True)
class Binning:
    """The classes of one attribute and the average risk they are measured against."""

    attribute: Attribute
    bins: tuple[Bin, ...]
    average: float

    def index(self, value: int | str) -> int:
        """The class of a value."""
        if isinstance(value, str):
            return next(i for i, found in enumerate(self.bins) if value in found.levels)
        return next(i for i, found in enumerate(self.bins) if found.up_to is None or value <= found.up_to)

    def woe(self, value: int | str) -> float:
        return self.bins[self.index(value)].woe(self.average)

    @property
    def information_value(self) -> float:
        """How much the attribute says on its own (Siddiqi: below 0.02 nothing), on smoothed risks."""
        rows = sum(found.rows for found in self.bins)
        total = 0.0
        for found in self.bins:
            risk, share = found.risk(self.average), found.rows / rows
            total += share * ((1 - risk) / (1 - self.average) - risk / self.average) * found.woe(self.average)
        return total


def fit_bins(attribute: Attribute, values: Sequence[int | str], bad: Sequence[bool]) -> Binning:
    """Class an attribute on these rows only; `bad` is the recorded outcome of each."""
    average = sum(bad) / len(bad)
    fine = _fine(attribute, values, bad)
    apart = [found for found in fine if found.levels and found.levels[0] in attribute.apart]
    chain = [found for found in fine if found not in apart]
    if not attribute.ordered:
        chain.sort(key=lambda found: (found.risk(average), found.levels))
    chain = _monotone(chain, average)
    while len(chain) > 1 and min(found.rows for found in chain) < SMALLEST_SHARE * len(bad):
        chain = _monotone(_without_smallest(chain, average), average)
    return Binning(attribute, tuple(chain + apart), average)


def _fine(attribute: Attribute, values: Sequence[int | str], bad: Sequence[bool]) -> list[Bin]:
    if attribute.grid:
        empty = [Bin((), bound, 0, 0) for bound in (*attribute.grid, None)]
    else:
        empty = [Bin((level,), None, 0, 0) for level in (*attribute.levels, *attribute.apart)]
    finest = Binning(attribute, tuple(empty), 0.5)
    counts = [[0, 0] for _ in empty]
    for value, outcome in zip(values, bad, strict=True):
        counts[finest.index(value)][outcome] += 1
    return [Bin(found.levels, found.up_to, good, bads) for found, (good, bads) in zip(empty, counts, strict=True)]


def _monotone(chain: Sequence[Bin], average: float) -> list[Bin]:
    """Pool neighbours until risk rises strictly along the chain (pool adjacent violators)."""
    pooled: list[Bin] = []
    for found in chain:
        pooled.append(found)
        while len(pooled) > 1 and pooled[-2].risk(average) >= pooled[-1].risk(average):
            pooled[-2:] = [pooled[-2].joined(pooled[-1])]
    return pooled


def _without_smallest(chain: Sequence[Bin], average: float) -> list[Bin]:
    """Join the smallest class with the neighbour that is nearest in risk."""
    at = min(range(len(chain)), key=lambda i: chain[i].rows)
    neighbours = [i for i in (at - 1, at + 1) if 0 <= i < len(chain)]
    other = min(neighbours, key=lambda i: abs(chain[i].risk(average) - chain[at].risk(average)))
    first, second = sorted((at, other))
    return [*chain[:first], chain[first].joined(chain[second]), *chain[second + 1 :]]
