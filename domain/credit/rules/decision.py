"""Approve, have an operator look, or reject: with reasons, and with everything needed to decide the same again."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from domain.credit.rules.facts import ApplicantFacts
from domain.credit.rules.policy import policy
from domain.credit.rules.pricing import Pricing, Unpriceable, price
from domain.credit.rules.scorecard import Grade, Scored, score, scorecard

PRINCIPAL_REASONS = 4
"""How many attributes are told to an applicant (Regulation B, 12 CFR 1002.9, official interpretation: at most four)."""


class DecisionOutcome(StrEnum):
    """What was decided about an application."""

    APPROVE = "APPROVE"
    REVIEW = "REVIEW"
    REJECT = "REJECT"


class ReasonCode(StrEnum):
    """Why an application was not simply approved, or what cost it points."""

    RATE_ABOVE_CEILING = "RATE_ABOVE_CEILING"
    """The grade's rate may not be charged; rejected."""
    AMOUNT_ABOVE_LIMIT = "AMOUNT_ABOVE_LIMIT"
    """More than the borrower may owe; rejected."""
    HIGH_RISK_GRADE = "HIGH_RISK_GRADE"
    """F or G, priced because there is no ceiling; reviewed."""
    BORDERLINE_SCORE = "BORDERLINE_SCORE"
    ORGANISATION = "ORGANISATION"
    AMOUNT_FOR_EMPLOYMENT = "AMOUNT_FOR_EMPLOYMENT"
    """Large for how long the applicant has been employed; reviewed."""
    CONFLICTING_FACTS = "CONFLICTING_FACTS"
    POINTS_LOST = "POINTS_LOST"
    """An attribute that cost points; told, whatever the outcome."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason in words for people; `attribute` and `points_lost` only with POINTS_LOST."""

    code: ReasonCode
    message: str
    attribute: str | None = None
    points_lost: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the regulatory profile allows this borrower: the highest rate (None: any) and amount, in minor units."""

    profile_code: str
    profile_version: int
    ceiling_ppm: int | None
    largest_amount_minor: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with all its inputs; rates are None if the grade cannot be priced. `scorecard_version`: table.policy."""

    outcome: DecisionOutcome
    grade: Grade
    points: int
    pd_ppm: int
    annual_rate_ppm: int | None
    expected_loss_ppm: int | None
    reasons: tuple[Reason, ...]
    scorecard_version: str
    facts: ApplicantFacts
    limits: Limits

    def to_json(self) -> dict[str, Any]:
        """The decision as plain JSON values, for storing; `from_json` is its inverse."""
        found: dict[str, Any] = _DECISIONS.dump_python(self, mode="json")
        return found


_DECISIONS = TypeAdapter(Decision)


def from_json(stored: dict[str, Any]) -> Decision:
    """A stored decision. Raises `ValueError` naming what is missing or unknown."""
    return _DECISIONS.validate_python(stored)


def version() -> str:
    """The version of the points table and of the policy: `german-credit-1.1`."""
    return f"{scorecard().version}.{policy().version}"


def decide(facts: ApplicantFacts, limits: Limits) -> Decision:
    """Decide about an application; pure, so `decide(d.facts, d.limits) == d` as long as the versions are the same.

    Raises `ValueError` for a currency without a scale.
    """
    scored = score(facts)
    priced = price(scored.grade, limits.ceiling_ppm)
    refusals = tuple(_refusals(facts, limits, priced))
    doubts = () if refusals else tuple(_doubts(facts, scored))
    outcome = DecisionOutcome.REJECT if refusals else DecisionOutcome.REVIEW if doubts else DecisionOutcome.APPROVE
    return Decision(
        outcome=outcome,
        grade=scored.grade,
        points=scored.points,
        pd_ppm=scored.pd_ppm,
        annual_rate_ppm=priced.annual_rate_ppm if isinstance(priced, Pricing) else None,
        expected_loss_ppm=priced.expected_loss_ppm if isinstance(priced, Pricing) else None,
        reasons=(*refusals, *doubts, *_told(scored)),
        scorecard_version=version(),
        facts=facts,
        limits=limits,
    )


def _refusals(facts: ApplicantFacts, limits: Limits, priced: Pricing | Unpriceable) -> Iterator[Reason]:
    if isinstance(priced, Unpriceable):
        yield Reason(
            ReasonCode.RATE_ABOVE_CEILING,
            f"The rate for this risk, {priced.annual_rate_ppm / 10_000:.2f} % a year, is above the highest one allowed, "
            f"{priced.ceiling_ppm / 10_000:.2f} %",
        )
    if facts.amount_minor > limits.largest_amount_minor:
        yield Reason(ReasonCode.AMOUNT_ABOVE_LIMIT, "The amount is above what this borrower may owe")


def _doubts(facts: ApplicantFacts, scored: Scored) -> Iterator[Reason]:
    review = policy().review
    units = scorecard().units(facts)
    if scored.grade >= Grade.F:
        yield Reason(ReasonCode.HIGH_RISK_GRADE, "The risk is higher than what is approved without an operator")
    elif scored.points < review.below_points:
        yield Reason(ReasonCode.BORDERLINE_SCORE, "The score is just above what is rejected")
    if facts.applicant_kind in review.kinds:
        yield Reason(ReasonCode.ORGANISATION, "The scorecard was made for persons, not for organisations")
    for limit in review.amount_limits:
        if facts.employment_since is limit.employment_since and units > limit.units:
            yield Reason(ReasonCode.AMOUNT_FOR_EMPLOYMENT, "The amount is large for the present employment")
    for conflict in review.conflicts:
        if facts.credit_history is conflict.credit_history and facts.existing_credits > conflict.existing_credits_above:
            yield Reason(ReasonCode.CONFLICTING_FACTS, "The credit history does not go with the existing credits")


def _told(scored: Scored) -> Iterator[Reason]:
    for lost in scored.reasons[:PRINCIPAL_REASONS]:
        yield Reason(ReasonCode.POINTS_LOST, lost.reason, lost.attribute, lost.points_lost)
