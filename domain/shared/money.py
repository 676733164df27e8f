"""Exact amounts: integers of the smallest unit, with their currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MAX_MINOR = 10**15
"""The largest amount of one command, in minor units: sums of thousands still fit PostgreSQL's bigint."""

CURRENCY_DIGITS = {"CNY": 2, "EUR": 2, "USD": 2, "GBP": 2, "INR": 2, "JPY": 0}
"""Currencies an installation may use, with the digits after the point (ISO 4217)."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of one currency in its smallest unit (fen, cent); never a float."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")
        return other.amount_minor

    @property
    def decimal(self) -> str:
        """The exact decimal string of the amount: `"1234.50"`."""
        digits = CURRENCY_DIGITS[self.currency]
        return str(Decimal(self.amount_minor).scaleb(-digits)) if digits else str(self.amount_minor)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"


def parse(amount: Decimal, currency: str) -> Money:
    """The money a person wrote. Raises `ValueError`, saying what is wrong, for an unknown currency, too many digits or too large."""
    digits = CURRENCY_DIGITS.get(currency)
    if digits is None:
        raise ValueError(f"unknown currency; known are {', '.join(sorted(CURRENCY_DIGITS))}")
    scaled = amount.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{currency} has {digits} digits after the point")
    if abs(scaled) > MAX_MINOR:
        raise ValueError("the amount is too large")
    return Money(int(scaled), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency; zero if there are none."""
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result
