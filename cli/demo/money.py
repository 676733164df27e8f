"""Amounts as the API says them: exact decimals of the currency, with a point."""

from decimal import Decimal
from typing import Any

from cli.demo.cast import CURRENCY

MINOR = 100
"""Fen of a yuan."""


def said(amount_minor: int) -> dict[str, str]:
    """An amount as an input of the API."""
    return {"amount": f"{amount_minor // MINOR}.{amount_minor % MINOR:02}", "currency": CURRENCY}


def minor(money: dict[str, Any]) -> int:
    """An amount of the API in the smallest unit."""
    return int(Decimal(money["amount"]) * MINOR)
