"""What is late: its interest, the order in which it is paid, its bucket."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.lending.rules.delinquency import Bucket, bucket, days_past_due
from domain.lending.rules.late import late_interest_minor, late_rate_ppm
from domain.lending.rules.rounding import Rounding, divide
from domain.lending.rules.waterfall import Allocation, Due, DueKind, allocate

DUE_ON = date(2025, 3, 3)
PRODUCT_ORDER = [DueKind.FEE, DueKind.LATE_INTEREST, DueKind.INTEREST, DueKind.PRINCIPAL]


def test_late_interest_is_simple_by_the_day() -> None:
    accrued = late_interest_minor(100_000, 182_500, DUE_ON, date(2025, 3, 13), Rounding.HALF_UP)
    assert accrued == 500


@pytest.mark.parametrize("to_on", [DUE_ON, DUE_ON - timedelta(days=3)])
def test_no_late_interest_before_a_day_has_passed(to_on: date) -> None:
    assert late_interest_minor(100_000, 182_500, DUE_ON, to_on, Rounding.HALF_UP, since_on=DUE_ON) == 0


@settings(deadline=None)
@given(base_minor=st.integers(0, 10**6), rate_ppm=st.integers(0, 300_000), rounding=st.sampled_from(Rounding))
def test_day_by_day_or_at_once_is_the_same(base_minor: int, rate_ppm: int, rounding: Rounding) -> None:
    """Downtime must not change what is owed, and rounding must not swallow the interest of small amounts."""
    ends = [DUE_ON + timedelta(days=passed) for passed in range(31)]
    daily = sum(
        late_interest_minor(base_minor, rate_ppm, before, after, rounding, since_on=DUE_ON)
        for before, after in pairwise(ends)
    )
    assert daily == late_interest_minor(base_minor, rate_ppm, DUE_ON, ends[-1], rounding)


@pytest.mark.parametrize(("ceiling_ppm", "expected"), [(None, 150_000), (120_000, 120_000), (200_000, 150_000)])
def test_the_late_rate_respects_the_ceiling(ceiling_ppm: int | None, expected: int) -> None:
    assert late_rate_ppm(100_000, 1_500_000, ceiling_ppm) == expected


def due(number: int, fee: int, late: int, interest: int, principal: int) -> Due:
    opened = {
        DueKind.FEE: fee,
        DueKind.LATE_INTEREST: late,
        DueKind.INTEREST: interest,
        DueKind.PRINCIPAL: principal,
    }
    return Due(number, DUE_ON + timedelta(days=30 * number), opened)


def test_the_oldest_installment_first() -> None:
    allocations, rest = allocate(130, [due(2, 5, 0, 10, 90), due(1, 5, 3, 10, 90)], PRODUCT_ORDER)
    assert allocations == [
        Allocation(1, DueKind.FEE, 5),
        Allocation(1, DueKind.LATE_INTEREST, 3),
        Allocation(1, DueKind.INTEREST, 10),
        Allocation(1, DueKind.PRINCIPAL, 90),
        Allocation(2, DueKind.FEE, 5),
        Allocation(2, DueKind.INTEREST, 10),
        Allocation(2, DueKind.PRINCIPAL, 7),
    ]
    assert rest == 0


def test_each_kind_first() -> None:
    allocations, _ = allocate(25, [due(1, 5, 3, 10, 90), due(2, 5, 0, 10, 90)], PRODUCT_ORDER, False)
    assert [(each.installment_number, each.kind) for each in allocations] == [
        (1, DueKind.FEE),
        (2, DueKind.FEE),
        (1, DueKind.LATE_INTEREST),
        (1, DueKind.INTEREST),
        (2, DueKind.INTEREST),
    ]


@settings(deadline=None)
@given(
    amount_minor=st.integers(0, 10_000),
    parts=st.lists(st.tuples(*[st.integers(0, 900)] * 4), max_size=6),
    order=st.permutations(list(DueKind)),
    within=st.booleans(),
)
def test_nothing_is_lost(
    amount_minor: int, parts: list[tuple[int, int, int, int]], order: list[DueKind], within: bool
) -> None:
    dues = [due(number, *opened) for number, opened in enumerate(parts, start=1)]
    allocations, rest = allocate(amount_minor, dues, order, within)
    assert sum(each.amount_minor for each in allocations) + rest == amount_minor
    assert rest == max(amount_minor - sum(map(sum, parts)), 0)
    assert len({(each.installment_number, each.kind) for each in allocations}) == len(allocations)


@pytest.mark.parametrize("order", [PRODUCT_ORDER[:3], [*PRODUCT_ORDER, DueKind.FEE], []])
def test_an_order_names_every_kind_once(order: list[DueKind]) -> None:
    with pytest.raises(ValueError, match="each of"):
        allocate(1, [], order)


def test_a_repayment_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative"):
        allocate(-1, [], PRODUCT_ORDER)


@pytest.mark.parametrize(
    ("oldest_on", "expected"),
    [(None, 0), (DUE_ON, 0), (DUE_ON + timedelta(days=1), 0), (DUE_ON - timedelta(days=91), 91)],
)
def test_days_past_due(oldest_on: date | None, expected: int) -> None:
    assert days_past_due(oldest_on, DUE_ON) == expected


def test_buckets() -> None:
    edges = [0, 1, 2, 3, 4, 30, 31, 60, 61, 90, 91, 120, 121, 5_000]
    assert [bucket(edge) for edge in edges] == [
        Bucket.CURRENT, Bucket.D1, Bucket.D2_3, Bucket.D2_3, Bucket.D4_30, Bucket.D4_30, Bucket.D31_60, Bucket.D31_60,
        Bucket.D61_90, Bucket.D61_90, Bucket.D91_120, Bucket.D91_120, Bucket.D121_PLUS, Bucket.D121_PLUS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [(Rounding.HALF_EVEN, [0, 0, 1, 2, 2]), (Rounding.HALF_UP, [0, 1, 1, 2, 3]), (Rounding.DOWN, [0, 0, 0, 1, 2])],
)
def test_rounding(rounding: Rounding, expected: list[int]) -> None:
    assert [divide(numerator, 4, rounding) for numerator in (1, 2, 3, 6, 10)] == expected
    assert [divide(numerator, 4, rounding, 100) for numerator in (100, 200, 300, 600, 1000)] == [
        100 * each for each in expected
    ]
