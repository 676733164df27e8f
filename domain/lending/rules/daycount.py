"""Day counts: how many days lie between two dates, and of how long a year they are part."""

from calendar import monthrange
from datetime import date
from enum import StrEnum


class DayCount(StrEnum):
    """How days are counted, over how long a year."""

    THIRTY_360 = "THIRTY_360"
    """Every month has 30 days, every year 360."""
    ACT_365 = "ACT_365"
    """The days there are, over 365, also in leap years."""
    ACT_360 = "ACT_360"
    """The days there are, over 360."""

    @property
    def year_days(self) -> int:
        """The length of its year in days."""
        return 365 if self is DayCount.ACT_365 else 360


def days(start: date, end: date, day_count: DayCount) -> int:
    """The days from `start` to `end` as that day count sees them. Raises `ValueError` if `end` is earlier.

    30/360 is the bond basis (ISDA 2006, 4.16(f)), with one addition: whole months are 30 days each also where a short
    month cut the day, so that a loan of the 31st pays the same interest from 31 January to 28 February and on to
    31 March.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    if day_count is not DayCount.THIRTY_360:
        return (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month
    if _same_day_of_month(start, end):
        return 30 * months
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 30 * months + last - first


def _same_day_of_month(start: date, end: date) -> bool:
    """Whether both stand for one day of the month, of which either may have been cut by a short month."""
    if (start.year, start.month) == (end.year, end.month):
        return start.day == end.day
    shorter, longer = sorted((start, end), key=lambda day: day.day)
    return shorter.day == longer.day or shorter.day == monthrange(shorter.year, shorter.month)[1]
