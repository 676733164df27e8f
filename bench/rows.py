"""What a measurement tells: a row for each contender of a case.

Everything that is measured is a module of `bench` with one function, `measure(stage: Stage) -> list[Row]`, named in
`bench.run.SUITES`. It lets its contenders take turns, `stage.rounds` times, and gives the figure of each round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

KALENDS = "kalends"


@dataclass(frozen=True)
class Row:
    """One contender's figures in one case; what counts is their median.

    `ratio`: how many times better Kalends is than this contender, in this run (of rates ours/theirs, of times and sizes
    theirs/ours); None for Kalends itself. The goal, if there is one, is `at_least` or `at_most`: of the ratio where there
    is one, else of the figure in its unit. `note`: what a reader must know of this figure alone.
    """

    case: str
    contender: str
    unit: str
    rounds: Sequence[float]
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def figure(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def goal(self) -> str:
        """The goal in words; empty if there is none."""
        unit = "×" if self.ratio is not None else self.unit
        if self.at_least is not None:
            return f"≥ {self.at_least:,g} {unit}"
        return f"≤ {self.at_most:,g} {unit}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        """`reached`, `missed`, or empty if there is no goal."""
        if not self.goal:
            return ""
        told = self.figure if self.ratio is None else self.ratio
        missed = (self.at_least is not None and told < self.at_least) or (
            self.at_most is not None and told > self.at_most
        )
        return "missed" if missed else "reached"

    def to_json(self) -> dict[str, Any]:
        """As results are kept."""
        return {**asdict(self), "figure": self.figure, "goal": self.goal, "verdict": self.verdict}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Row":
        """A row that was kept."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__})
