"""Scalars that accept exactly what they mean: no NaN, no full-width digits, no naive instants."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from api.engine import Wire

Rate = NewType("Rate", int)
"""An annual rate or a share in millionths; on the wire a fraction with six places."""

REMEMBERED = 65_536
"""So many texts of numbers are kept: rates and amounts recur."""

DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
RATE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def _text(value: Any, pattern: re.Pattern[str], example: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GraphQLError(f"Expected a string like {example!r}.")
    return value


def parse_decimal(value: Any) -> Decimal:
    """An exact decimal string of at most 15 digits before the point and 6 after it."""
    return Decimal(_text(value, DECIMAL, "1234.50"))


def parse_rate(value: Any) -> Rate:
    """A fraction with at most six places, as millionths."""
    return Rate(int(Decimal(_text(value, RATE, "0.094822")).scaleb(6)))


def parse_date(value: Any) -> date:
    """A calendar date, `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(_text(value, DATE, "2026-10-31"))
    except ValueError as error:
        raise GraphQLError("There is no such date.") from error


def parse_instant(value: Any) -> datetime:
    """An instant with its offset from UTC."""
    try:
        return datetime.fromisoformat(_text(value, INSTANT, "2026-10-31T08:00:00Z")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError("There is no such instant.") from error


def show_instant(value: datetime) -> str:
    """An instant in UTC, `2026-10-31T08:00:00.25Z`, without zeros at the end of a fraction."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0') if '.' in text else text}Z"


@lru_cache(maxsize=REMEMBERED)
def show_rate(value: int) -> str:
    """Millionths as a fraction with six places."""
    whole, rest = divmod(abs(value), 1_000_000)
    return f"{'-' if value < 0 else ''}{whole}.{rest:06}"


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as a string, at most 15 digits before the point and 6 after it: `"1234.50"`.',
        serialize=str,
        parse_value=parse_decimal,
    ),
    Rate: strawberry.scalar(
        name="Rate",
        description='A rate (per year unless said otherwise) or a share, as a fraction with six places: `"0.094822"` is 9.4822 %.',
        serialize=show_rate,
        parse_value=parse_rate,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A business date in the platform's time zone, `YYYY-MM-DD`.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, ISO 8601 to the microsecond and with `Z`. Input may have any offset, but must have one.",
        serialize=show_instant,
        parse_value=parse_instant,
    ),
}


def _instant(text: str) -> str:
    """PostgreSQL's text of an instant, as JSON."""
    return f'"{text[:10]}T{text[11:]}Z"'


WIRES = {
    "Rate": Wire(show=lambda ppm: f'"{show_rate(ppm)}"'),
    "Date": Wire("{0}::text"),
    "DateTime": Wire("({0} at time zone 'UTC')::text", _instant),
}
"""What the scalars are on the wire when they come from a column: as `SCALARS` show them."""
