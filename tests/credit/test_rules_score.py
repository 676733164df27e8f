"""Points, probabilities and grades, by hand and by sense."""

from dataclasses import replace
from fractions import Fraction

import pytest

from cli.demo.german_credit import applications
from domain.credit.rules.facts import ApplicantFacts, CheckingAccount, OtherInstallmentPlans, Property, Savings
from domain.credit.rules.scorecard import Grade, score, scorecard

ROWS = list(applications())

BY_HAND = [
    # row: base + checking, term, history, purpose, amount, savings, employed, installment, property, plans, housing
    (1, 206 + 0 + 76 + 72 + 49 + 40 + 40 + 30 + 0 + 13 + 19 + 17, Grade.A),
    (3, 206 + 84 + 50 + 72 + 0 + 40 + 0 + 30 + 24 + 13 + 19 + 17, Grade.A),
    (4, 206 + 0 + 0 + 39 + 19 + 0 + 0 + 30 + 24 + 7 + 19 + 0, Grade.G),
    (6, 206 + 84 + 11 + 39 + 0 + 0 + 40 + 16 + 24 + 0 + 19 + 0, Grade.E),
]


@pytest.mark.parametrize(("row_number", "points", "grade"), BY_HAND)
def test_known_rows_score_as_by_hand(row_number: int, points: int, grade: Grade) -> None:
    scored = score(ROWS[row_number - 1].facts)
    assert (scored.points, scored.grade) == (points, grade)


def test_six_hundred_points_are_thirty_to_one_and_forty_more_double_the_odds() -> None:
    card = scorecard()
    assert card.pd_ppm(600) == round(Fraction(10**6, 31))
    assert card.pd_ppm(640) == round(Fraction(10**6, 61))
    assert card.pd_ppm(560) == round(Fraction(10**6, 16))


def test_a_grade_begins_at_its_cut() -> None:
    card = scorecard()
    assert [band.grade for band in card.grades] == list(Grade)
    for better, worse in zip(card.grades, card.grades[1:], strict=False):
        assert card.grade(better.from_points) is better.grade
        assert card.grade(better.from_points - 1) is worse.grade
        assert better.pd_ppm < worse.pd_ppm


def test_what_is_lost_against_the_best_classes_adds_up_and_comes_largest_first() -> None:
    card = scorecard()
    best = card.base_points + sum(attribute.best for attribute in card.attributes)
    for row in ROWS:
        scored = score(row.facts)
        lost = [reason.points_lost for reason in scored.reasons]
        assert scored.points == best - sum(lost)
        assert lost == sorted(lost, reverse=True)
        assert all(points > 0 for points in lost)


@pytest.mark.parametrize(
    "better_first",
    [
        [{"term_months": months} for months in (3, 6, 12, 24, 36, 48, 72)],
        [{"amount_minor": units * 1000} for units in (250, 4000, 4001, 7500, 7501, 200_000)],
        [{"installment_rate_percent": percent} for percent in (1, 2, 3, 4, 40)],
        [{"savings": savings} for savings in (Savings.LARGE, Savings.MEDIUM, Savings.SMALL, Savings.VERY_SMALL)],
        [{"property": owned} for owned in Property],
        [{"other_installment_plans": plans} for plans in OtherInstallmentPlans],
        [
            {"checking_account": account}
            for account in (
                CheckingAccount.LARGE_BALANCE_OR_SALARY,
                CheckingAccount.SMALL_BALANCE,
                CheckingAccount.OVERDRAWN,
            )
        ],
    ],
    ids=lambda changes: next(iter(changes[0])),
)
def test_what_is_worse_never_earns_points(better_first: list[dict[str, object]]) -> None:
    points = [score(changed(ROWS[0].facts, change)).points for change in better_first]
    assert points == sorted(points, reverse=True)
    assert points[0] > points[-1]


def changed(facts: ApplicantFacts, change: dict[str, object]) -> ApplicantFacts:
    return replace(facts, **change)  # type: ignore[arg-type] # one field, named by the case


def test_the_last_cent_counts_and_currencies_have_their_scale() -> None:
    at = replace(ROWS[0].facts, amount_minor=4_000_000)
    assert score(replace(at, amount_minor=4_000_001)).points < score(at).points
    assert score(replace(at, amount_minor=400_000, currency="EUR")) == score(at)
    with pytest.raises(ValueError, match="no score in JPY; known are CNY, EUR"):
        score(replace(at, currency="JPY"))
