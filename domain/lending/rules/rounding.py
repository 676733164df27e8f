"""Rounding, said explicitly at every division."""

from enum import StrEnum


class Rounding(StrEnum):
    """How an exact amount becomes whole minor units."""

    HALF_EVEN = "HALF_EVEN"
    HALF_UP = "HALF_UP"
    DOWN = "DOWN"


def divide(numerator: int, denominator: int, rounding: Rounding, unit_minor: int = 1) -> int:
    """The quotient, rounded to a multiple of `unit_minor` (100: whole yuan or euro). The numerator is not negative."""
    assert numerator >= 0, "amounts that are rounded are never negative"
    assert denominator > 0
    step = denominator * unit_minor
    units, remainder = divmod(numerator, step)
    match rounding:
        case Rounding.DOWN:
            up = False
        case Rounding.HALF_UP:
            up = 2 * remainder >= step
        case Rounding.HALF_EVEN:
            up = 2 * remainder > step or (2 * remainder == step and units % 2 == 1)
    return (units + up) * unit_minor
