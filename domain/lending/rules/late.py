"""Interest on what is paid late."""

from datetime import date

from domain.lending.rules.rounding import Rounding, divide

_YEAR_DAYS = 365
_MILLION = 1_000_000


def late_rate_ppm(annual_rate_ppm: int, multiplier_ppm: int, ceiling_ppm: int | None) -> int:
    """The late rate of a contract, in millionths a year: a multiple of its rate (1,500,000 is 1.5 times), never above
    the legal ceiling, if there is one."""
    rate = annual_rate_ppm * multiplier_ppm // _MILLION
    return rate if ceiling_ppm is None else min(rate, ceiling_ppm)


def late_interest_minor(
    base_minor: int,
    rate_ppm: int,
    from_on: date,
    to_on: date,
    rounding: Rounding,
    since_on: date | None = None,
) -> int:
    """Simple interest by the day, over 365, on an overdue amount from one day to another; zero if none has passed.

    The base is overdue principal, interest and fees, never late interest. Whoever accrues in steps gives `since_on`,
    the day the amount fell due: then steps add up to what one step would give, however small the amount, because each
    is the difference of two rounded totals.
    """
    origin = min(since_on or from_on, from_on)

    def accrued(until_on: date) -> int:
        elapsed_days = max((until_on - origin).days, 0)
        return divide(base_minor * rate_ppm * elapsed_days, _MILLION * _YEAR_DAYS, rounding)

    return max(accrued(to_on) - accrued(from_on), 0)
