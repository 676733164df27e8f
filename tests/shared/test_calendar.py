"""Working days, makeup days and months."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.shared.calendar import Calendar, add_months, calendar

DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("CN", date(2025, 10, 1), False),
        ("CN", date(2025, 10, 11), True),
        ("CN", date(2025, 10, 12), False),
        ("CN", date(2026, 2, 14), True),
        ("CN", date(2020, 1, 31), False),
        ("DE", date(2025, 10, 11), False),
        ("DE", date(2025, 10, 3), False),
        ("DE", date(2025, 10, 6), True),
        ("XECB", date(2025, 4, 18), False),
    ],
)
def test_days_on_which_banks_work(country: str, day: date, works: bool) -> None:
    assert calendar(country).is_working_day(day) is works


def test_a_long_holiday_is_skipped() -> None:
    assert calendar("CN").next_working_day(date(2025, 10, 1)) == date(2025, 10, 9)
    assert calendar("CN").next_working_day(date(2025, 10, 9)) == date(2025, 10, 9)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2025, 9, 30), 3, date(2025, 10, 11)),
        (date(2025, 10, 11), -3, date(2025, 9, 30)),
        (date(2025, 10, 4), 0, date(2025, 10, 4)),
        (date(2025, 12, 31), 2, date(2026, 1, 5)),
    ],
)
def test_working_days_are_counted(start: date, count: int, expected: date) -> None:
    assert calendar("CN").add_working_days(start, count) == expected


@settings(deadline=None)
@given(day=DAYS, count=st.integers(1, 20), country=st.sampled_from(["CN", "DE", "IN", "GB"]))
def test_every_working_day_between_is_counted(day: date, count: int, country: str) -> None:
    banks = calendar(country)
    end = banks.add_working_days(day, count)
    between = (day + timedelta(days=passed) for passed in range(1, (end - day).days + 1))
    assert sum(map(banks.is_working_day, between)) == count
    assert banks.is_working_day(end)


def test_only_the_first_calendar_of_a_process_imports_countries() -> None:
    script = """
import sys
from datetime import date
from domain.shared.calendar import calendar

calendar("CN")
known = set(sys.modules)
for country in ("CN", "DE", "XECB"):
    calendar(country).is_working_day(date(2025, 10, 9))
print(sorted(name for name in set(sys.modules) - known if name.startswith("holidays")))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(ValueError, match="no calendar for 'ZZ'"):
        Calendar("ZZ")


@pytest.mark.parametrize(
    ("start", "months", "anchor_day", "expected"),
    [
        (date(2025, 1, 31), 1, None, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, None, date(2024, 2, 29)),
        (date(2025, 1, 31), 2, None, date(2025, 3, 31)),
        (date(2025, 2, 28), 1, 31, date(2025, 3, 31)),
        (date(2025, 2, 28), 1, None, date(2025, 3, 28)),
        (date(2024, 2, 29), 12, None, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, None, date(2028, 2, 29)),
        (date(2025, 11, 30), 3, None, date(2026, 2, 28)),
        (date(2025, 1, 15), -1, None, date(2024, 12, 15)),
        (date(2025, 12, 15), 0, None, date(2025, 12, 15)),
    ],
)
def test_months_are_added(start: date, months: int, anchor_day: int | None, expected: date) -> None:
    assert add_months(start, months, anchor_day) == expected
