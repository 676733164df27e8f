"""Early settlement and part prepayment."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.lending.rules.daycount import DayCount
from domain.lending.rules.payoff import InterestTerms, OpenInstallment, accrued_on, payoff, prepay
from domain.lending.rules.schedule import RepaymentMethod, Rounding, ScheduledInstallment, build
from domain.shared.calendar import add_months

DISBURSED_ON = date(2025, 1, 31)
PRINCIPAL_MINOR = 1_200_000


def terms(
    method: RepaymentMethod = RepaymentMethod.EQUAL_INSTALLMENTS, day_count: DayCount = DayCount.THIRTY_360
) -> InterestTerms:
    return InterestTerms(120_000, method, day_count, Rounding.HALF_UP)


def opened(installments: list[ScheduledInstallment]) -> list[OpenInstallment]:
    return [
        OpenInstallment(
            each.number, each.nominal_on, each.due_on, each.principal_minor, each.interest_minor, each.fees_minor
        )
        for each in installments
    ]


def loan(agreed: InterestTerms, disbursed_on: date = DISBURSED_ON, fee_minor: int = 0) -> list[OpenInstallment]:
    due = [add_months(disbursed_on, number) for number in range(1, 13)]
    rate = agreed.annual_rate_ppm
    return opened(
        build(PRINCIPAL_MINOR, rate, disbursed_on, due, agreed.method, agreed.day_count, agreed.rounding, fee_minor)
    )


def test_payoff_charges_interest_to_the_day_and_no_future_fees() -> None:
    installments = loan(terms(RepaymentMethod.INTEREST_ONLY), fee_minor=500)
    figure = payoff(installments, date(2025, 2, 10), terms(RepaymentMethod.INTEREST_ONLY), DISBURSED_ON)
    assert (figure.principal_minor, figure.interest_minor, figure.fees_minor) == (1_200_000, 4_000, 0)


def test_payoff_takes_what_is_overdue_in_full() -> None:
    agreed = terms(RepaymentMethod.INTEREST_ONLY)
    installments = loan(agreed, fee_minor=500)
    first = installments[0]
    installments[0] = OpenInstallment(1, first.nominal_on, first.due_on, 0, 12_000, 500, late_interest_minor=77)
    figure = payoff(installments, date(2025, 3, 10), agreed, DISBURSED_ON)
    # From 28 February, a 31st cut short, to 10 March: 12 days of the bond basis.
    assert (figure.interest_minor, figure.late_interest_minor, figure.fees_minor) == (12_000 + 4_800, 77, 500)
    assert figure.total_minor == 1_200_000 + 12_000 + 4_800 + 77 + 500


@pytest.mark.parametrize("method", RepaymentMethod)
def test_two_prepayments_on_one_day_never_give_negative_interest(method: RepaymentMethod) -> None:
    agreed, on = terms(method), date(2025, 2, 10)
    once = prepay(300_000, loan(agreed), on, agreed, DISBURSED_ON)
    twice = prepay(200_000, opened(once.installments), on, agreed, DISBURSED_ON, accrued_from_on=on)
    assert (once.interest_minor, twice.interest_minor) == (4_000, 0)
    assert twice.principal_minor == 200_000
    assert sum(each.principal_minor for each in twice.installments) == 1_200_000 - 296_000 - 200_000
    assert all(each.interest_minor >= 0 for each in twice.installments)


@settings(deadline=None)
@given(
    method=st.sampled_from(RepaymentMethod),
    day_count=st.sampled_from(DayCount),
    disbursed_on=st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    payments=st.lists(st.tuples(st.integers(0, 80), st.integers(1, 400_000)), min_size=1, max_size=5),
)
def test_a_reschedule_neither_repeats_nor_loses_a_date(
    method: RepaymentMethod, day_count: DayCount, disbursed_on: date, payments: list[tuple[int, int]]
) -> None:
    agreed = terms(method, day_count)
    installments = loan(agreed, disbursed_on)
    dates = [(each.number, each.nominal_on) for each in installments]
    on, accrued_from_on = disbursed_on, None
    for wait_days, beyond_interest_minor in payments:
        on += timedelta(days=wait_days)
        passed = [each for each in installments if each.nominal_on <= on]
        outstanding = sum(each.principal_minor for each in installments if each.nominal_on > on)
        if outstanding == 0:
            break
        accrued = accrued_on(installments, on, agreed, disbursed_on, accrued_from_on)
        assert accrued >= 0
        amount = accrued + beyond_interest_minor
        paid = prepay(amount, installments, on, agreed, disbursed_on, accrued_from_on)
        assert paid.interest_minor + paid.principal_minor + paid.rest_minor == amount
        assert sum(each.principal_minor for each in paid.installments) == outstanding - paid.principal_minor
        assert all(each.interest_minor >= 0 for each in paid.installments)
        installments, accrued_from_on = passed + opened(paid.installments), on
        assert [(each.number, each.nominal_on) for each in installments] == dates


@settings(deadline=None)
@given(
    day_count=st.sampled_from(DayCount),
    disbursed_on=st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    wait_days=st.integers(0, 27),
)
def test_interest_before_and_after_a_prepayment_is_that_of_the_period(
    day_count: DayCount, disbursed_on: date, wait_days: int
) -> None:
    """Nothing is charged twice or forgotten, in short Februaries either: a prepayment of one cent changes nothing."""
    agreed = terms(RepaymentMethod.INTEREST_ONLY, day_count)
    whole = loan(agreed, disbursed_on)
    on = disbursed_on + timedelta(days=wait_days)
    accrued = accrued_on(whole, on, agreed, disbursed_on)
    paid = prepay(accrued + 1, whole, on, agreed, disbursed_on)
    assert abs(paid.interest_minor + paid.installments[0].interest_minor - whole[0].interest_minor) <= 1
    assert [each.interest_minor for each in paid.installments[1:]] == [each.interest_minor for each in whole[1:]]


def test_more_than_everything_leaves_a_rest() -> None:
    agreed = terms()
    paid = prepay(1_300_000, loan(agreed, fee_minor=500), DISBURSED_ON, agreed, DISBURSED_ON)
    assert (paid.interest_minor, paid.principal_minor, paid.rest_minor) == (0, 1_200_000, 100_000)
    assert {each.total_minor for each in paid.installments} == {0}
    assert len(paid.installments) == 12


def test_future_fees_stay() -> None:
    agreed = terms()
    paid = prepay(600_000, loan(agreed, fee_minor=500), DISBURSED_ON, agreed, DISBURSED_ON)
    assert {each.fees_minor for each in paid.installments} == {500}


def test_a_prepayment_covers_its_interest() -> None:
    agreed = terms()
    with pytest.raises(ValueError, match="must exceed the interest"):
        prepay(4_000, loan(agreed), date(2025, 2, 10), agreed, DISBURSED_ON)


def test_nothing_to_prepay_after_the_last_date() -> None:
    agreed = terms()
    with pytest.raises(ValueError, match="no future principal"):
        prepay(4_000, loan(agreed), date(2026, 1, 31), agreed, DISBURSED_ON)
