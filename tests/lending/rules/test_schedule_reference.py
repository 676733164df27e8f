"""Schedules to the cent of published or independently recomputed cases."""

from datetime import date

import pytest

from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod, Rounding, ScheduledInstallment, build
from domain.shared.calendar import add_months

START_ON = date(2024, 1, 1)


def monthly(count: int) -> list[date]:
    return [add_months(START_ON, number) for number in range(1, count + 1)]


def rows(installments: list[ScheduledInstallment]) -> list[tuple[int, int, int]]:
    return [(each.principal_minor, each.interest_minor, each.balance_after_minor) for each in installments]


@pytest.mark.parametrize(
    ("rate_ppm", "day_count", "expected"),
    [
        pytest.param(
            94_822,
            DayCount.THIRTY_360,
            [(1634, 79, 8366), (1647, 66, 6719), (1660, 53, 5059), (1673, 40, 3386), (1686, 27, 1700), (1700, 13, 0)],
            id="9.4822 % on 30/360",
        ),
        pytest.param(
            156_780,
            DayCount.ACT_365,
            [(1610, 133, 8390), (1638, 105, 6752), (1653, 90, 5099), (1677, 66, 3422), (1697, 46, 1725), (1725, 22, 0)],
            id="15.678 % on ACT/365 in a leap year",
        ),
        pytest.param(
            70_000,
            DayCount.THIRTY_360,
            [(1643, 58, 8357), (1652, 49, 6705), (1662, 39, 5043), (1672, 29, 3371), (1681, 20, 1690), (1690, 10, 0)],
            id="7 % on 30/360",
        ),
    ],
)
def test_equal_installments_of_a_hundred(
    rate_ppm: int, day_count: DayCount, expected: list[tuple[int, int, int]]
) -> None:
    built = build(
        10_000, rate_ppm, START_ON, monthly(6), RepaymentMethod.EQUAL_INSTALLMENTS, day_count, Rounding.HALF_EVEN
    )
    assert rows(built) == expected


@pytest.mark.parametrize(("unit_minor", "principal_minor"), [(100, 100_000), (1, 1_000)])
def test_zero_rate_in_whole_units(unit_minor: int, principal_minor: int) -> None:
    built = build(
        principal_minor,
        0,
        START_ON,
        monthly(6),
        RepaymentMethod.EQUAL_INSTALLMENTS,
        DayCount.THIRTY_360,
        Rounding.HALF_EVEN,
        unit_minor=unit_minor,
    )
    assert [each.total_minor // unit_minor for each in built] == [167, 167, 167, 167, 167, 165]


def chinese(method: RepaymentMethod, rounding: Rounding = Rounding.HALF_UP) -> list[ScheduledInstallment]:
    return build(10_000_000, 120_000, START_ON, monthly(12), method, DayCount.THIRTY_360, rounding)


def test_equal_installments_rounded_half_up() -> None:
    built = chinese(RepaymentMethod.EQUAL_INSTALLMENTS)
    assert [each.total_minor for each in built] == [888_488] * 11 + [888_485]
    assert sum(each.interest_minor for each in built) == 661_853
    assert [each.balance_after_minor for each in built] == [
        9_211_512, 8_415_139, 7_610_802, 6_798_422, 5_977_918, 5_149_209,
        4_312_213, 3_466_847, 2_613_027, 1_750_669, 879_688, 0,
    ]  # fmt: skip


def test_equal_installments_rounded_down() -> None:
    built = chinese(RepaymentMethod.EQUAL_INSTALLMENTS, Rounding.DOWN)
    assert [each.total_minor for each in built] == [888_487] * 11 + [888_494]
    assert sum(each.interest_minor for each in built) == 661_851


def test_equal_principal() -> None:
    built = chinese(RepaymentMethod.EQUAL_PRINCIPAL)
    assert [each.principal_minor for each in built] == [833_333] * 11 + [833_337]
    assert [each.interest_minor for each in built][:2] == [100_000, 91_667]
    assert built[-1].interest_minor == 8_333
    assert sum(each.interest_minor for each in built) == 650_000


def test_interest_only() -> None:
    built = chinese(RepaymentMethod.INTEREST_ONLY)
    assert [each.interest_minor for each in built] == [100_000] * 12
    assert [each.principal_minor for each in built] == [0] * 11 + [10_000_000]


@pytest.mark.parametrize(("day_count", "interest_minor"), [(DayCount.ACT_365, 295_890), (DayCount.ACT_360, 300_000)])
@pytest.mark.parametrize("due", [[date(2025, 4, 1)], [date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)]])
def test_one_payment_after_ninety_days(day_count: DayCount, interest_minor: int, due: list[date]) -> None:
    (only,) = build(10_000_000, 120_000, date(2025, 1, 1), due, RepaymentMethod.BULLET, day_count, Rounding.HALF_UP)
    assert (only.principal_minor, only.interest_minor, only.due_on) == (10_000_000, interest_minor, date(2025, 4, 1))
