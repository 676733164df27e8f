"""What will happen to each borrower. Whether a loan goes bad is on record; when and how is drawn, from a seed."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

DRAWS_BAD = {"STOPS": 0.35, "STOPS_AND_RESUMES": 0.35, "RECOVERED": 0.3}
DRAWS_GOOD = {"PAYS": 0.76, "SETTLES_EARLY": 0.07, "PREPAYS": 0.05, "LATE_ONCE": 0.08, "DEBIT_RETURNED": 0.04}
LATEST_MONTH = 11
"""A loan is in default after 90 days: who stops late in the year is only late when it ends."""


class Turn(StrEnum):
    """The turn a borrower's life takes."""

    PAYS = "PAYS"
    SETTLES_EARLY = "SETTLES_EARLY"
    PREPAYS = "PREPAYS"
    LATE_ONCE = "LATE_ONCE"
    DEBIT_RETURNED = "DEBIT_RETURNED"
    """Has the bank take back a debit that was already shared among the lenders."""
    STOPS = "STOPS"
    """Loses the income and never pays again."""
    STOPS_AND_RESUMES = "STOPS_AND_RESUMES"
    RECOVERED = "RECOVERED"
    """Never pays by themselves again, but something is recovered after the loan was written off."""


@dataclass(frozen=True)
class Fate:
    """A turn, how many days after the application it is taken, and how many days it lasts (if it passes)."""

    turn: Turn
    after_days: int
    lasts_days: int


def draw_fate(draw: Random, went_bad: bool, term_months: int) -> Fate:
    """The fate of one borrower; the recorded outcome decides on which side it lies."""
    odds = DRAWS_BAD if went_bad else DRAWS_GOOD
    turn = Turn(draw.choices(list(odds), list(odds.values()))[0])
    latest = max(1, min(term_months - 1, LATEST_MONTH))
    return Fate(turn, draw.randint(20, 30 * latest), 7 * draw.randint(1, 3) if turn is Turn.LATE_ONCE else 60)
