"""How late a loan is: derived, never stored."""

from datetime import date
from enum import StrEnum


class Bucket(StrEnum):
    """Days past due, grouped as collectors work."""

    CURRENT = "CURRENT"
    D1 = "D1"
    D2_3 = "D2_3"
    D4_30 = "D4_30"
    D31_60 = "D31_60"
    D61_90 = "D61_90"
    D91_120 = "D91_120"
    D121_PLUS = "D121_PLUS"


_LAST_DAYS = {
    Bucket.CURRENT: 0,
    Bucket.D1: 1,
    Bucket.D2_3: 3,
    Bucket.D4_30: 30,
    Bucket.D31_60: 60,
    Bucket.D61_90: 90,
    Bucket.D91_120: 120,
}


def days_past_due(oldest_unpaid_due_on: date | None, today: date) -> int:
    """The days since the oldest unpaid due date; zero on the day itself, before it, and if nothing is unpaid."""
    return 0 if oldest_unpaid_due_on is None else max((today - oldest_unpaid_due_on).days, 0)


def bucket(days: int) -> Bucket:
    """The bucket of a number of days past due."""
    return next((name for name, last in _LAST_DAYS.items() if days <= last), Bucket.D121_PLUS)
