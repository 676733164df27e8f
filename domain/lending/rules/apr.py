"""The effective annual rate of a series of payments."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from math import exp, expm1

from domain.lending.rules.schedule import ScheduledInstallment

_STEPS = 200
"""Halvings that bring any bracket down to neighbouring floats."""


def xirr(flows: Sequence[tuple[date, int]]) -> int:
    """The annual rate, in millionths, at which dated amounts are worth nothing on the first date; years have 365 days.

    Amounts are in minor units, outgoing ones negative, in any order. Of several solutions the one nearest to zero.
    Raises `ValueError` if amounts of both signs are missing or no rate balances them.
    """
    if not any(amount > 0 for _, amount in flows) or not any(amount < 0 for _, amount in flows):
        raise ValueError("a rate needs money that goes out and money that comes back")
    if sum(amount for _, amount in flows) == 0:
        return 0
    first = min(day for day, _ in flows)
    timed = [((day - first).days / 365, amount) for day, amount in flows]

    def value(log_rate: float) -> float:
        return sum(amount * exp(-log_rate * years) for years, amount in timed)

    low, high = _bracket(value, longest_years=max(years for years, _ in timed))
    sign = value(low) > 0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (value(middle) > 0) is sign:
            low = middle
        else:
            high = middle
    return round(expm1((low + high) / 2) * 1_000_000)


def effective_annual_rate(
    net_disbursed_minor: int, start_on: date, installments: Sequence[ScheduledInstallment]
) -> int:
    """What a loan costs a year, in millionths, with all fees: what is paid, when it is paid, against what was received.

    `net_disbursed_minor` is the principal less fees kept from it. Raises `ValueError` if nothing was received.
    """
    paid = [(installment.due_on, installment.total_minor) for installment in installments]
    return xirr([(start_on, -net_disbursed_minor), *paid])


def _bracket(value: Callable[[float], float], longest_years: float) -> tuple[float, float]:
    """Two logarithms of 1 + rate with different signs of value, looked for from zero outwards in growing steps."""
    furthest = min(100.0, 600.0 / longest_years) if longest_years else 0.0  # beyond, exp() would overflow
    edges = [0.0]
    step = 0.01
    while edges[-1] < furthest:
        edges.append(min(edges[-1] + step, furthest))
        step *= 1.2
    for near, far in pairwise(edges):
        for low, high in ((near, far), (-far, -near)):
            if (value(low) > 0) is not (value(high) > 0):
                return low, high
    raise ValueError("no annual rate balances these payments")
