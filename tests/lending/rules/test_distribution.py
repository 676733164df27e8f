"""Repayments shared among notes: exact, fair in the long run, never negative."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.lending.rules.distribution import share

WEIGHTS = st.lists(st.integers(1, 10**7), min_size=1, max_size=60)
SMALL_WEIGHTS = st.lists(st.integers(1, 60), min_size=1, max_size=25)


def distribute(amount_minor: int, weights: list[int], received: list[int]) -> list[int]:
    """What has been received after one more distribution; asserts what must hold for each."""
    shares = share(amount_minor, weights, received)
    assert sum(shares) == amount_minor
    assert min(shares) >= 0
    assert shares == share(amount_minor, weights, received)
    return [had + got for had, got in zip(received, shares, strict=True)]


def assert_fair(weights: list[int], received: list[int]) -> None:
    """Each note is less than one minor unit from its exact part."""
    whole, total = sum(weights), sum(received)
    for weight, had in zip(weights, received, strict=True):
        assert abs(had * whole - total * weight) < whole


@settings(deadline=None)
@given(weights=WEIGHTS, amounts=st.lists(st.integers(0, 10**6), min_size=1, max_size=36))
def test_interest_is_fair_after_every_distribution(weights: list[int], amounts: list[int]) -> None:
    received = [0] * len(weights)
    for amount in amounts:
        received = distribute(amount, weights, received)
        assert_fair(weights, received)


@settings(max_examples=300, deadline=None)
@given(weights=SMALL_WEIGHTS, amounts=st.lists(st.integers(0, 40), min_size=1, max_size=60))
@example(weights=[30, 30, 30] + [1] * 10, amounts=[89, 1, 1, 1, 1, 1])
@example(
    weights=[1, 2925, 1, 2847, 1, 1, 1, 1, 1, 1, 2161, 1, 3952],
    amounts=[12350, 1, 3, 2, 1, 18093, 19711, 1, 1, 1, 3, 3, 3, 1, 3, 5647, 2, 3, 2, 1],
)
def test_the_smallest_amounts_are_fair_too(weights: list[int], amounts: list[int]) -> None:
    """A few minor units at a time: here the largest remainder alone would run into the Alabama paradox."""
    received = [0] * len(weights)
    for amount in amounts:
        received = distribute(amount, weights, received)
        assert_fair(weights, received)


@settings(deadline=None)
@given(weights=WEIGHTS, cuts=st.lists(st.floats(0, 1), max_size=35))
def test_principal_fully_repaid_gives_each_exactly_its_own(weights: list[int], cuts: list[float]) -> None:
    whole = sum(weights)
    marks = [0, *sorted(int(cut * whole) for cut in cuts), whole]
    received = [0] * len(weights)
    for before, after in pairwise(marks):
        received = distribute(after - before, weights, received)
    assert received == weights


@settings(deadline=None)
@given(
    weights=SMALL_WEIGHTS,
    amounts=st.lists(st.integers(1, 50), min_size=2, max_size=20),
    undone=st.integers(0, 18),
)
def test_a_reversed_repayment_is_made_up_for(weights: list[int], amounts: list[int], undone: int) -> None:
    received = [0] * len(weights)
    shares: list[list[int]] = []
    for amount in amounts:
        now = distribute(amount, weights, received)
        shares.append([after - before for before, after in zip(received, now, strict=True)])
        received = now
    mirrored = shares[undone % len(shares)]
    received = [had - got for had, got in zip(received, mirrored, strict=True)]
    for amount in amounts:
        received = distribute(amount, weights, received)
    received = distribute(4 * sum(weights), weights, received)
    assert_fair(weights, received)


def test_the_largest_remainder_gets_the_odd_unit() -> None:
    assert share(79, [5_000, 3_000, 2_000], [0, 0, 0]) == [39, 24, 16]


def test_equal_claims_go_to_the_first_and_then_round() -> None:
    received = [0, 0, 0]
    seen = []
    for _ in range(3):
        received = distribute(1, [10, 10, 10], received)
        seen.append(received)
    assert seen == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_small_note_does_not_lose_every_month() -> None:
    weights = [999_000, 1_000]
    received = [0, 0]
    for _ in range(1_000):
        received = distribute(1, weights, received)
    assert received == [999, 1]
