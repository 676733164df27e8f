"""Effective annual rates."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.lending.rules.apr import effective_annual_rate, xirr
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod, Rounding, ScheduledInstallment, build
from domain.shared.calendar import add_months

START_ON = date(2025, 1, 1)


def test_the_published_case() -> None:
    flows = [
        (date(1992, 1, 1), -1_000_000),
        (date(1992, 3, 1), 275_000),
        (date(1992, 10, 30), 425_000),
        (date(1993, 2, 15), 325_000),
        (date(1993, 4, 1), 275_000),
    ]
    assert xirr(flows) == 373_363
    assert xirr([(day, -amount) for day, amount in reversed(flows)]) == 373_363


@settings(deadline=None)
@given(rate_ppm=st.integers(-900_000, 10_000_000))
def test_one_year_is_its_own_rate(rate_ppm: int) -> None:
    assert xirr([(date(2025, 1, 1), -(10**9)), (date(2026, 1, 1), 10**9 + rate_ppm * 1_000)]) == rate_ppm


@pytest.mark.parametrize(
    ("back_minor", "back_on", "expected_ppm"),
    [
        (13_000, date(2025, 1, 8), round((1.3 ** (365 / 7) - 1) * 1_000_000)),
        (1, date(2055, 1, 1), -265_000),
        (10_000, date(2030, 1, 1), 0),
    ],
)
def test_extreme_rates(back_minor: int, back_on: date, expected_ppm: int) -> None:
    found = xirr([(date(2025, 1, 1), -10_000), (back_on, back_minor)])
    assert found == pytest.approx(expected_ppm, rel=0.01)


@pytest.mark.parametrize(
    "flows",
    [
        [],
        [(date(2025, 1, 1), -100)],
        [(date(2025, 1, 1), 100), (date(2025, 2, 1), 100)],
        [(date(2025, 1, 1), -100), (date(2025, 1, 1), 120)],
    ],
)
def test_no_rate(flows: list[tuple[date, int]]) -> None:
    with pytest.raises(ValueError, match="rate"):
        xirr(flows)


def yearly(rate_ppm: int, fee_minor: int = 0) -> list[ScheduledInstallment]:
    due = [add_months(START_ON, number) for number in range(1, 13)]
    terms = (RepaymentMethod.EQUAL_INSTALLMENTS, DayCount.THIRTY_360, Rounding.HALF_EVEN, fee_minor)
    return build(100_000_000, rate_ppm, START_ON, due, *terms)


def present_value(rate_ppm: int, installments: list[ScheduledInstallment]) -> Decimal:
    growth = 1 + Decimal(rate_ppm) / 1_000_000
    return sum(
        (each.total_minor / growth ** (Decimal((each.due_on - START_ON).days) / 365) for each in installments),
        Decimal(),
    )


@settings(deadline=None)
@given(rate_ppm=st.integers(0, 600_000), fee_minor=st.integers(1, 100_000), kept_minor=st.integers(0, 10_000_000))
def test_the_effective_rate_discounts_to_what_was_received(rate_ppm: int, fee_minor: int, kept_minor: int) -> None:
    """Checked by decimals with 28 digits: one millionth less is worth more than was received, one more is worth less."""
    installments = yearly(rate_ppm, fee_minor)
    net_minor = 100_000_000 - kept_minor
    found = effective_annual_rate(net_minor, START_ON, installments)
    assert present_value(found - 1, installments) > net_minor > present_value(found + 1, installments)


def test_a_fee_kept_from_the_principal_raises_the_rate() -> None:
    without_fee = effective_annual_rate(100_000_000, START_ON, yearly(120_000))
    assert without_fee == pytest.approx(1_000_000 * (1.01**12 - 1), rel=0.01)  # not equal: months differ in length
    assert effective_annual_rate(97_000_000, START_ON, yearly(120_000)) > without_fee + 50_000
