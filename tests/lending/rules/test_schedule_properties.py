"""What holds for every schedule, whatever the loan."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.lending.rules.daycount import DayCount, days
from domain.lending.rules.due_dates import DueDate, due_dates
from domain.lending.rules.schedule import Frequency, RepaymentMethod, Rounding, build
from domain.shared.calendar import add_months, calendar

STARTS = st.dates(date(2019, 1, 1), date(2026, 12, 31))
LAST_NUMBER = {RepaymentMethod.BULLET: 1}


@settings(deadline=None)
@given(
    principal_minor=st.integers(1, 10**9),
    rate_ppm=st.integers(0, 2_000_000),
    start_on=STARTS,
    count=st.integers(1, 40),
    frequency=st.sampled_from(Frequency),
    method=st.sampled_from(RepaymentMethod),
    day_count=st.sampled_from(DayCount),
    rounding=st.sampled_from(Rounding),
    unit_minor=st.sampled_from([1, 100]),
)
def test_every_schedule_repays_exactly(
    principal_minor: int,
    rate_ppm: int,
    start_on: date,
    count: int,
    frequency: Frequency,
    method: RepaymentMethod,
    day_count: DayCount,
    rounding: Rounding,
    unit_minor: int,
) -> None:
    due = due_dates(start_on, frequency, count, calendar("CN"))
    built = build(principal_minor, rate_ppm, start_on, due, method, day_count, rounding, 150, unit_minor=unit_minor)
    assert sum(each.principal_minor for each in built) == principal_minor
    assert all(each.principal_minor >= 0 and each.interest_minor >= 0 for each in built)
    assert all(each.interest_minor % unit_minor == 0 and each.fees_minor == 150 for each in built)
    balance = principal_minor
    for each in built:
        balance -= each.principal_minor
        assert each.balance_after_minor == balance
    expected = due[-1:] if method is RepaymentMethod.BULLET else due
    assert [DueDate(each.nominal_on, each.due_on) for each in built] == expected
    assert [each.number for each in built] == list(range(1, LAST_NUMBER.get(method, count) + 1))


@settings(deadline=None)
@given(
    principal_minor=st.integers(10**8, 10**10),
    rate_ppm=st.integers(50_000, 400_000),
    start_on=STARTS,
    count=st.integers(3, 36),
    day_count=st.sampled_from(DayCount),
)
def test_the_four_methods_never_charge_the_same_interest(
    principal_minor: int, rate_ppm: int, start_on: date, count: int, day_count: DayCount
) -> None:
    due = due_dates(start_on, Frequency.MONTHLY, count, calendar("DE"))
    interest = {}
    for method in RepaymentMethod:
        built = build(principal_minor, rate_ppm, start_on, due, method, day_count, Rounding.HALF_EVEN)
        interest[method] = [(each.nominal_on, each.interest_minor) for each in built]
    assert len({tuple(charged) for charged in interest.values()}) == len(RepaymentMethod)
    in_all = {method: sum(minor for _, minor in charged) for method, charged in interest.items()}
    assert in_all[RepaymentMethod.EQUAL_PRINCIPAL] < in_all[RepaymentMethod.EQUAL_INSTALLMENTS]
    assert in_all[RepaymentMethod.EQUAL_INSTALLMENTS] < in_all[RepaymentMethod.INTEREST_ONLY]
    # Simple interest on the same principal for the same time: one payment at the end differs in when, not in how much.
    assert abs(in_all[RepaymentMethod.BULLET] - in_all[RepaymentMethod.INTEREST_ONLY]) <= count


def test_a_moved_due_date_costs_nothing() -> None:
    start_on = date(2025, 9, 4)
    moved = due_dates(start_on, Frequency.MONTHLY, 3, calendar("CN"))
    assert [(day.nominal_on, day.due_on) for day in moved] == [
        (date(2025, 10, 4), date(2025, 10, 9)),
        (date(2025, 11, 4), date(2025, 11, 4)),
        (date(2025, 12, 4), date(2025, 12, 4)),
    ]
    terms = (RepaymentMethod.EQUAL_INSTALLMENTS, DayCount.ACT_365, Rounding.HALF_UP)
    on_time = build(1_000_000, 90_000, start_on, [day.nominal_on for day in moved], *terms)
    late = build(1_000_000, 90_000, start_on, moved, *terms)
    assert [each.interest_minor for each in late] == [each.interest_minor for each in on_time]


@pytest.mark.parametrize("start_on", [date(2023, 1, 29), date(2023, 1, 31), date(2024, 2, 29), date(2023, 2, 28)])
def test_months_cut_short_are_whole_months(start_on: date) -> None:
    due = due_dates(start_on, Frequency.MONTHLY, 12, calendar("DE"))
    built = build(
        10_000_000, 120_000, start_on, due, RepaymentMethod.INTEREST_ONLY, DayCount.THIRTY_360, Rounding.HALF_EVEN
    )
    assert {each.interest_minor for each in built} == {100_000}


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        (Frequency.MONTHLY, [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]),
        (Frequency.BIWEEKLY, [date(2024, 2, 14), date(2024, 2, 28), date(2024, 3, 13)]),
        (Frequency.WEEKLY, [date(2024, 2, 7), date(2024, 2, 14), date(2024, 2, 21)]),
    ],
)
def test_nominal_dates(frequency: Frequency, expected: list[date]) -> None:
    due = due_dates(date(2024, 1, 31), frequency, 3, calendar("US"))
    assert [day.nominal_on for day in due] == expected


@settings(deadline=None)
@given(start_on=STARTS, months=st.integers(1, 3), day_count=st.sampled_from(DayCount), anchor=st.integers(28, 31))
def test_days_of_a_period_only_grow(start_on: date, months: int, day_count: DayCount, anchor: int) -> None:
    """Else interest accrued to a day could exceed that of the period, and the rest would be negative."""
    end_on = add_months(start_on, months, max(anchor, start_on.day))
    counted = [
        days(start_on, start_on + timedelta(days=passed), day_count) for passed in range((end_on - start_on).days + 1)
    ]
    assert counted == sorted(counted)


@pytest.mark.parametrize(
    ("principal_minor", "rate_ppm", "due"),
    [
        (0, 1, [date(2024, 2, 1)]),
        (1, -1, [date(2024, 2, 1)]),
        (1, 1, []),
        (1, 1, [date(2024, 1, 1)]),
        (1, 1, [date(2024, 3, 1), date(2024, 2, 1)]),
        (1, 1, [date(2024, 2, 1), date(2024, 2, 1)]),
    ],
)
def test_what_makes_no_schedule_is_refused(principal_minor: int, rate_ppm: int, due: list[date]) -> None:
    with pytest.raises(ValueError, match="a schedule needs"):
        build(
            principal_minor,
            rate_ppm,
            date(2024, 1, 1),
            due,
            RepaymentMethod.EQUAL_PRINCIPAL,
            DayCount.ACT_360,
            Rounding.DOWN,
        )
