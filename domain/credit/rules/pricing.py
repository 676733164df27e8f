"""What a grade costs the borrower a year, and what lenders must expect to lose of it."""

from dataclasses import dataclass

from domain.credit.rules.policy import policy
from domain.credit.rules.scorecard import PPM, Grade, scorecard

DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class Pricing:
    """Rates per year in millionths: what the borrower pays, and the expected loss of the principal outstanding."""

    annual_rate_ppm: int
    expected_loss_ppm: int


@dataclass(frozen=True, slots=True)
class Unpriceable:
    """The grade's rate is above the highest one allowed; both in millionths a year."""

    annual_rate_ppm: int
    ceiling_ppm: int


def expected_loss_ppm(grade: Grade) -> int:
    """Expected loss a year by grade, in millionths of the principal outstanding; halves up.

    Probability of default times severity is the share of principal lost over a loan's life (Basel: EL = PD x LGD);
    divided by the average life of the grade's loans, in years, it is the loss a year.
    """
    band = scorecard().band(grade)
    lost_ppm_squared = band.pd_ppm * policy().loss_severity_ppm
    return (2 * lost_ppm_squared * DAYS_PER_YEAR + PPM * band.average_life_days) // (2 * PPM * band.average_life_days)


def price(grade: Grade, ceiling_ppm: int | None) -> Pricing | Unpriceable:
    """The price of a grade under the profile's ceiling (None: there is none); the ceiling itself is allowed."""
    rate_ppm = policy().annual_rate_ppm[grade]
    if ceiling_ppm is not None and rate_ppm > ceiling_ppm:
        return Unpriceable(rate_ppm, ceiling_ppm)
    return Pricing(rate_ppm, expected_loss_ppm(grade))
