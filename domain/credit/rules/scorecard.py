"""The points table: what facts are worth, the probability of default and the grade that follow.

The table is data (`domain/credit/data/scorecard.json`), written by `scripts/derive_scorecard.py`; docs/scorecard.md
says how. Points are additive, so every refusal can be explained by the points that were lost.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from domain.credit.rules.facts import ApplicantFacts

PPM = 1_000_000


class Grade(StrEnum):
    """Class of risk, A the lowest."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"


class _Data(BaseModel):
    # The file also holds the evidence (counts, validation): for auditors, not for the score.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Bin(_Data):
    """A class of an attribute: levels by name, or numbers up to `up_to` (included; None: open), and its points."""

    levels: frozenset[str] = frozenset()
    up_to: int | None = None
    points: int

    def holds(self, value: int | str) -> bool:
        if isinstance(value, str):
            return value in self.levels
        return self.up_to is None or value <= self.up_to


class Attribute(_Data):
    """A scored attribute; its worst class has 0 points. `reason`: how it is named to an applicant."""

    name: str
    reason: str
    bins: tuple[Bin, ...]

    def points(self, value: int | str) -> int:
        return next(found.points for found in self.bins if found.holds(value))

    @property
    def best(self) -> int:
        """The points of the best class."""
        return max(found.points for found in self.bins)


class Scale(_Data):
    """`points` stand for `odds` good to one bad; every `points_to_double_odds` more double the odds."""

    points: int
    odds: int
    points_to_double_odds: int


class GradeBand(_Data):
    """A grade begins at `from_points` (included) and ends where the better one begins.

    `pd_ppm`: mean probability of default of its rows; `average_life_days`: how long their principal was outstanding,
    weighted by amount.
    """

    grade: Grade
    from_points: int
    pd_ppm: int
    average_life_days: int


class Scorecard(_Data):
    """A version of the points table. `minor_per_unit`: how many minor units of a currency are one unit of `amount`."""

    version: str
    source: str
    scale: Scale
    base_points: int
    minor_per_unit: dict[str, int]
    attributes: tuple[Attribute, ...]
    grades: tuple[GradeBand, ...]

    def value(self, facts: ApplicantFacts, attribute: str) -> int | str:
        """What is looked up for an attribute: a number, or a level's name. Raises `ValueError` as `units` does."""
        if attribute == "amount":
            return self.units(facts)
        value: int | str = getattr(facts, attribute)
        return str(value) if isinstance(value, bool) else value

    def units(self, facts: ApplicantFacts) -> int:
        """The amount in the unit of the table, rounded up. Raises `ValueError` for a currency without a scale."""
        if facts.currency not in self.minor_per_unit:
            raise ValueError(f"no score in {facts.currency}; known are {', '.join(sorted(self.minor_per_unit))}")
        return -(-facts.amount_minor // self.minor_per_unit[facts.currency])

    def pd_ppm(self, points: int) -> int:
        """Probability that a loan with these points goes bad within its life, in millionths."""
        doublings = (points - self.scale.points) / self.scale.points_to_double_odds
        return round(PPM / (1 + self.scale.odds * 2**doublings))

    def grade(self, points: int) -> Grade:
        return next(band.grade for band in self.grades if points >= band.from_points)

    def band(self, grade: Grade) -> GradeBand:
        return next(band for band in self.grades if band.grade is grade)


@dataclass(frozen=True, slots=True)
class ReasonPoints:
    """Points that an attribute has cost against its best class."""

    attribute: str
    points_lost: int
    reason: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What facts are worth; `reasons` are all attributes that cost points, the most first."""

    points: int
    pd_ppm: int
    grade: Grade
    reasons: tuple[ReasonPoints, ...]


@cache
def scorecard() -> Scorecard:
    """The shipped points table, read once."""
    source = resources.files("domain.credit") / "data" / "scorecard.json"
    return Scorecard.model_validate_json(source.read_text(encoding="utf-8"))


def score(facts: ApplicantFacts) -> Scored:
    """Score an application. Raises `ValueError` for a currency without a scale."""
    card = scorecard()
    points, lost = card.base_points, []
    for attribute in card.attributes:
        found = attribute.points(card.value(facts, attribute.name))
        points += found
        if found < attribute.best:
            lost.append(ReasonPoints(attribute.name, attribute.best - found, attribute.reason))
    lost.sort(key=lambda reason: (-reason.points_lost, reason.attribute))
    return Scored(points, card.pd_ppm(points), card.grade(points), tuple(lost))
