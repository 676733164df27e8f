"""Prices under a ceiling; approve, review or reject, with reasons that can be replayed."""

from collections import Counter
from dataclasses import replace

import pytest

from cli.demo.german_credit import applications
from domain.credit.rules.decision import (
    Decision,
    DecisionOutcome,
    Limits,
    ReasonCode,
    decide,
    from_json,
)
from domain.credit.rules.facts import ApplicantKind, CreditHistory, EmploymentSince
from domain.credit.rules.policy import policy
from domain.credit.rules.pricing import Pricing, Unpriceable, expected_loss_ppm, price
from domain.credit.rules.scorecard import Grade, scorecard

CN = Limits(profile_code="CN_2016", profile_version=1, ceiling_ppm=120_000, largest_amount_minor=20_000_000)
NO_CEILING = replace(CN, ceiling_ppm=None)
ROWS = [row.facts for row in applications()]
GOOD, BAD, PLAIN_E = ROWS[0], ROWS[3], ROWS[5]


def codes(decision: Decision) -> list[ReasonCode]:
    return [reason.code for reason in decision.reasons if reason.code is not ReasonCode.POINTS_LOST]


def test_expected_loss_is_default_times_severity_over_the_average_life() -> None:
    band = scorecard().band(Grade.A)
    exact = band.pd_ppm * policy().loss_severity_ppm * 365 / (1_000_000 * band.average_life_days)
    assert expected_loss_ppm(Grade.A) == round(exact) == 16_474
    losses = [expected_loss_ppm(grade) for grade in Grade]
    assert losses == sorted(losses)


def test_every_grade_is_priced_above_its_expected_loss_and_the_riskier_pays_more() -> None:
    prices = [price(grade, None) for grade in Grade]
    rates = [found.annual_rate_ppm for found in prices]
    assert rates == sorted(rates)
    assert all(isinstance(found, Pricing) and found.annual_rate_ppm > found.expected_loss_ppm for found in prices)


def test_a_grade_above_the_ceiling_has_no_price_and_the_ceiling_itself_is_allowed() -> None:
    assert price(Grade.F, 120_000) == Unpriceable(annual_rate_ppm=152_000, ceiling_ppm=120_000)
    assert price(Grade.E, 118_000) == Pricing(118_000, expected_loss_ppm(Grade.E))
    assert price(Grade.E, 117_999) == Unpriceable(annual_rate_ppm=118_000, ceiling_ppm=117_999)


def test_a_good_application_is_approved_and_told_what_cost_points() -> None:
    decision = decide(GOOD, CN)
    assert decision.outcome is DecisionOutcome.APPROVE
    assert (decision.annual_rate_ppm, decision.expected_loss_ppm) == (58_000, 16_474)
    assert [(reason.attribute, reason.points_lost) for reason in decision.reasons] == [
        ("checking_account", 84),
        ("installment_rate_percent", 30),
        ("purpose", 13),
        ("savings", 3),
    ]


def test_what_cannot_be_priced_is_rejected_with_at_most_four_attributes() -> None:
    decision = decide(BAD, CN)
    assert decision.outcome is DecisionOutcome.REJECT
    assert decision.annual_rate_ppm is None
    assert decision.expected_loss_ppm is None
    assert codes(decision) == [ReasonCode.RATE_ABOVE_CEILING]
    assert "19.60 % a year" in decision.reasons[0].message
    assert len(decision.reasons) == 5


def test_without_a_ceiling_high_risk_goes_to_an_operator() -> None:
    decision = decide(BAD, NO_CEILING)
    assert decision.outcome is DecisionOutcome.REVIEW
    assert decision.annual_rate_ppm == 196_000
    assert ReasonCode.HIGH_RISK_GRADE in codes(decision)


def test_an_amount_above_the_limit_is_rejected_and_the_limit_itself_is_not() -> None:
    assert decide(GOOD, replace(CN, largest_amount_minor=GOOD.amount_minor)).outcome is DecisionOutcome.APPROVE
    decision = decide(GOOD, replace(CN, largest_amount_minor=GOOD.amount_minor - 1))
    assert decision.outcome is DecisionOutcome.REJECT
    assert codes(decision) == [ReasonCode.AMOUNT_ABOVE_LIMIT]


def test_organisations_are_reviewed() -> None:
    decision = decide(replace(GOOD, applicant_kind=ApplicantKind.ORGANISATION), CN)
    assert decision.outcome is DecisionOutcome.REVIEW
    assert codes(decision) == [ReasonCode.ORGANISATION]


@pytest.mark.parametrize(("amount_minor", "reviewed"), [(4_000_000, False), (4_000_001, True)])
def test_a_large_amount_without_employment_is_reviewed(amount_minor: int, *, reviewed: bool) -> None:
    facts = replace(GOOD, employment_since=EmploymentSince.UNEMPLOYED, amount_minor=amount_minor)
    assert (ReasonCode.AMOUNT_FOR_EMPLOYMENT in codes(decide(facts, CN))) is reviewed


@pytest.mark.parametrize(("existing_credits", "reviewed"), [(1, False), (2, True)])
def test_conflicting_facts_are_reviewed(existing_credits: int, *, reviewed: bool) -> None:
    history = CreditHistory.NO_CREDITS_OR_ALL_PAID
    facts = replace(GOOD, credit_history=history, existing_credits=existing_credits)
    assert (codes(decide(facts, CN)) == [ReasonCode.CONFLICTING_FACTS]) is reviewed


def test_the_lowest_third_of_the_last_priced_grade_is_reviewed() -> None:
    band, better = scorecard().band(Grade.E), scorecard().band(Grade.D)
    assert policy().review.below_points == band.from_points + (better.from_points - band.from_points) // 3
    assert decide(PLAIN_E, CN).outcome is DecisionOutcome.APPROVE
    for facts in ROWS:
        decision = decide(facts, CN)
        borderline = band.from_points <= decision.points < policy().review.below_points
        assert (ReasonCode.BORDERLINE_SCORE in codes(decision)) is borderline


def test_two_thirds_may_borrow_and_a_tenth_is_looked_at() -> None:
    outcomes = Counter(decide(facts, CN).outcome for facts in ROWS)
    assert 600 <= outcomes[DecisionOutcome.APPROVE] + outcomes[DecisionOutcome.REVIEW] <= 700
    assert 80 <= outcomes[DecisionOutcome.REVIEW] <= 150


def test_a_stored_decision_can_be_replayed() -> None:
    for facts in ROWS:
        stored = from_json(decide(facts, CN).to_json())
        assert decide(stored.facts, stored.limits) == stored
    assert decide(GOOD, CN).scorecard_version == "german-credit-1.1"


def test_an_unknown_level_of_a_stored_fact_is_named() -> None:
    stored = decide(BAD, CN).to_json()
    with pytest.raises(ValueError, match="housing"):
        from_json({**stored, "facts": {**stored["facts"], "housing": "BOAT"}})
