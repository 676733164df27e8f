"""The bank's clock: an instant given by the platform, flowing on with wall time, and the business day reached."""

import sqlite3
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from sandbox.store import save_setting, setting
from sandbox.web import Problem

OUT_OF_ORDER = timedelta(seconds=5)
"""Two processes of the platform may post their instants in the other order; that much is not a step back."""


def now(db: sqlite3.Connection) -> datetime:
    """The bank's instant, UTC; wall time as long as nobody has set it."""
    wall = datetime.now(UTC)
    anchor, anchored_at = setting(db, "clock_instant"), setting(db, "clock_wall")
    if anchor is None or anchored_at is None:
        return wall
    return datetime.fromisoformat(anchor) + timedelta(seconds=max(0.0, time.time() - float(anchored_at)))


def local_date(db: sqlite3.Connection) -> date:
    """The calendar date of the bank's instant in its time zone."""
    return now(db).astimezone(ZoneInfo(setting(db, "time_zone") or "UTC")).date()


def today(db: sqlite3.Connection) -> date:
    """The business day the bank has walked to; entries are booked on it. It never passes before its work is done."""
    reached = setting(db, "day")
    if reached is None:
        day = local_date(db)
        save_setting(db, "day", day.isoformat())
        return day
    return date.fromisoformat(reached)


def place(db: sqlite3.Connection, instant: datetime, time_zone: str, country: str) -> None:
    """Set the clock. Raises Problem 409 for an instant before the one set last, 422 for an unknown zone or country.

    The very first call may also step back, from wall time to where the platform begins. An instant between the one set
    last and the flowing clock changes nothing: the caller only wants the day drained.
    """
    try:
        ZoneInfo(time_zone)
        calendar(country)
    except (ZoneInfoNotFoundError, ValueError, OSError, NotImplementedError):
        raise Problem(422, "invalid", "unknown time zone or country") from None
    anchor = setting(db, "clock_instant")
    if anchor is not None and instant < datetime.fromisoformat(anchor) - OUT_OF_ORDER:
        raise Problem(409, "clock_runs_forward", f"the bank's clock was already set to {anchor}")
    current = now(db)
    save_setting(db, "time_zone", time_zone)
    save_setting(db, "country", country)
    if anchor is None or instant > current:
        save_setting(db, "clock_instant", instant.astimezone(UTC).isoformat())
        save_setting(db, "clock_wall", repr(time.time()))
    if anchor is None and local_date(db) < today(db):
        save_setting(db, "day", local_date(db).isoformat())


@lru_cache
def calendar(country: str) -> holidays.HolidayBase:
    """Working days of a country, makeup days included; without a country only weekends are free."""
    return holidays.country_holidays(country) if country else holidays.HolidayBase()


def working_day(db: sqlite3.Connection, day: date, days: int) -> date:
    """The n-th working day after `day`; for n = 0 the day itself or, if it is free, the next working day."""
    return calendar(setting(db, "country") or "").get_nth_working_day(day, days)
