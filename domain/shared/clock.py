"""Two clocks. Business time for loans, fees, dates due and disclosure; wall time for credentials, leases and logs.

Business time is wall time plus the shift stored in one row; only a sandbox may move it, and only forward.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.shared import db, policy


def wall() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


async def now() -> datetime:
    """Business time, in UTC; within one transaction always the same instant."""
    transaction = db.current()
    if transaction is None:
        return await _read()
    if transaction.business_now is None:
        transaction.business_now = await _read()
    return transaction.business_now


async def _read() -> datetime:
    instant: datetime = await db.fetch_value("select shared.business_now()")
    return instant


async def today() -> date:
    """The business date in the platform's time zone."""
    return on(await now())


def on(instant: datetime) -> date:
    """The business date of an instant, in the platform's time zone."""
    return instant.astimezone(ZoneInfo(policy.active().time_zone)).date()


def start_of(day: date) -> datetime:
    """The first instant of a business date."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(policy.active().time_zone)).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 of a business date: the first instant that is no longer of it."""
    return start_of(day + timedelta(days=1))
