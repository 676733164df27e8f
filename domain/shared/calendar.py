"""Business calendars: which days banks work in a country, and how months are counted."""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a country (ISO 3166 code, or XECB for the European Central Bank's TARGET days).

    Holidays come from the `holidays` library, weekends too; weekend days worked to make up for a long holiday come from
    it and from `data/makeup_days.json`, so that a notice newer than the library can be entered as data.
    Raises `ValueError` for a country the library does not know.
    """

    country: str

    def __post_init__(self) -> None:
        import holidays

        if self.country not in holidays.list_supported_countries() | holidays.list_supported_financial():
            raise ValueError(f"there is no calendar for {self.country!r}")

    def is_working_day(self, day: date) -> bool:
        """Whether banks work on that day."""
        return day in _working_days(self.country, day.year)

    def next_working_day(self, day: date) -> date:
        """The day itself if banks work, else the first day after it on which they do."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after a day, or before it if negative; 0 is the day itself, working or not."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day


@cache
def calendar(country: str) -> Calendar:
    """The calendar of a country. Raises `ValueError` if there is none.

    The first one of a process imports the library, half a second: processes do it before they hold locks.
    """
    return Calendar(country)


def add_months(start: date, months: int, anchor_day: int | None = None) -> date:
    """The same day some months later (earlier, if negative), or the last day of a month that is too short.

    `anchor_day` (1 to 31, by default the start's) is the day meant: with 31, 28 February + 1 month is 31 March.
    """
    year, month_index = divmod(start.year * 12 + start.month - 1 + months, 12)
    month = month_index + 1
    return date(year, month, min(anchor_day or start.day, monthrange(year, month)[1]))


@cache
def _working_days(country: str, year: int) -> frozenset[date]:
    """All working days of a year, worked out once: the library's own look-up costs ten times as much."""
    import holidays

    known = holidays.country_holidays(country, years=year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    return frozenset(day for day in days if known.is_working_day(day) or day in _makeup_days(country))


@cache
def _makeup_days(country: str) -> frozenset[date]:
    text = (resources.files("domain.shared") / "data" / "makeup_days.json").read_text(encoding="utf-8")
    return frozenset(map(date.fromisoformat, json.loads(text).get(country, {}).get("working_on", ())))
