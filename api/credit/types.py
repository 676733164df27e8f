"""Facts, decisions and reasons as the API shows them."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import strawberry

import api.credit.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.scalars import Rate
from domain.credit.queries import stored_decision
from domain.credit.rules import facts
from domain.credit.rules.decision import DecisionOutcome, Reason, ReasonCode
from domain.credit.rules.scorecard import Grade
from domain.credit.rules.stated import StatedFacts
from domain.shared.db import Row

CHECKING_ACCOUNT = "The state of the checking account."
CREDIT_HISTORY = "How earlier credits went."
SAVINGS = "Savings accounts and bonds."
EMPLOYMENT_SINCE = "How long in the present employment."
INSTALLMENT_RATE = "All installments as a share of the disposable income, as a class or in percent, 1 to 100; from 4 on it counts as 4."
RESIDENCE_YEARS = "How many years at the present residence, 0 to 100."
PROPERTY = "The most valuable property."
OTHER_PLANS = "Where else installments are paid."
HOUSING = "How the applicant lives."
EXISTING_CREDITS = "How many credits there are already, 0 to 100."
JOB = "What the applicant works as."
TELEPHONE = "Whether there is a telephone in the applicant's name."


@strawberry.input(description="What only the applicant knows; the score sees it, and nothing about sex, age or origin.")
class ApplicantFactsInput:
    """What only the applicant knows."""

    checking_account: facts.CheckingAccount = strawberry.field(description=CHECKING_ACCOUNT)
    credit_history: facts.CreditHistory = strawberry.field(description=CREDIT_HISTORY)
    savings: facts.Savings = strawberry.field(description=SAVINGS)
    employment_since: facts.EmploymentSince = strawberry.field(description=EMPLOYMENT_SINCE)
    installment_rate_percent: int = strawberry.field(description=INSTALLMENT_RATE)
    residence_years: int = strawberry.field(description=RESIDENCE_YEARS)
    property: facts.Property = strawberry.field(description=PROPERTY)
    other_installment_plans: facts.OtherInstallmentPlans = strawberry.field(description=OTHER_PLANS)
    housing: facts.Housing = strawberry.field(description=HOUSING)
    existing_credits: int = strawberry.field(description=EXISTING_CREDITS)
    job: facts.Job = strawberry.field(description=JOB)
    telephone: bool = strawberry.field(description=TELEPHONE)

    def stated(self) -> StatedFacts:
        """The facts as the domain has them."""
        return StatedFacts(**{field.name: getattr(self, field.name) for field in fields(StatedFacts)})


@strawberry.type(description="The facts that a decision was made on: for the applicant and for operators.")
class ApplicantFacts:
    """The facts that a decision was made on."""

    amount: money.Money = strawberry.field(description="The amount applied for.")
    term_months: int = strawberry.field(description="The term in months; a part of a month counts as one.")
    purpose: facts.LoanPurpose = strawberry.field(description="What the money is for.")
    checking_account: facts.CheckingAccount = strawberry.field(description=CHECKING_ACCOUNT)
    credit_history: facts.CreditHistory = strawberry.field(description=CREDIT_HISTORY)
    savings: facts.Savings = strawberry.field(description=SAVINGS)
    employment_since: facts.EmploymentSince = strawberry.field(description=EMPLOYMENT_SINCE)
    installment_rate_percent: int = strawberry.field(description=INSTALLMENT_RATE)
    residence_years: int = strawberry.field(description=RESIDENCE_YEARS)
    property: facts.Property = strawberry.field(description=PROPERTY)
    other_installment_plans: facts.OtherInstallmentPlans = strawberry.field(description=OTHER_PLANS)
    housing: facts.Housing = strawberry.field(description=HOUSING)
    existing_credits: int = strawberry.field(description=EXISTING_CREDITS)
    job: facts.Job = strawberry.field(description=JOB)
    telephone: bool = strawberry.field(description=TELEPHONE)

    @classmethod
    def of(cls, stored: facts.ApplicantFacts) -> "ApplicantFacts":
        """The facts as they were stored."""
        same: dict[str, Any] = {field.name: getattr(stored, field.name) for field in fields(StatedFacts)}
        return cls(
            amount=money.minor(stored.amount_minor, stored.currency),
            term_months=stored.term_months,
            purpose=stored.purpose,
            **same,
        )


@strawberry.type(description="A reason of a decision, in words for people.")
class DecisionReason:
    """A reason of a decision."""

    code: ReasonCode = strawberry.field(description="What kind of reason.")
    message: str = strawberry.field(description="The reason in words.")
    attribute: str | None = strawberry.field(description="The attribute that cost points; only with POINTS_LOST.")
    points_lost: int = strawberry.field(description="How many points it cost against its best class.")

    @classmethod
    def of(cls, reason: Reason) -> "DecisionReason":
        """A reason as the domain has it."""
        return cls(code=reason.code, message=reason.message, attribute=reason.attribute, points_lost=reason.points_lost)


@strawberry.type(
    description="A decision about an application, with what it was made from: for the borrower and operators."
)
class Decision:
    """A decision about an application."""

    outcome: DecisionOutcome = strawberry.field(description="What was decided.")
    grade: Grade = strawberry.field(description="The class of risk.")
    reasons: list[DecisionReason] = strawberry.field(description="Why; at most four of them are attributes.")
    facts: ApplicantFacts = strawberry.field(description="What it was decided on.")
    decided_at: datetime = strawberry.field(description="When, in business time.")
    by_operator: bool = strawberry.field(description="Whether an operator decided; else the scorecard did.")
    profile: str = strawberry.field(description="The regulatory profile it was made under, with its version.")
    scorecard: str = strawberry.field(description="The version of the scorecard and the policy.")
    points: int | None = strawberry.field(description="The score; operators only.")
    default_probability: Rate | None = strawberry.field(
        description="The probability that such a loan goes bad within its life; operators only."
    )
    note: str | None = strawberry.field(description="The operators' own note; operators only.")

    @classmethod
    def of(cls, row: Row, is_staff: bool) -> "Decision":
        """The decision of a row of `DECISIONS`."""
        stored = stored_decision(row)
        return cls(
            outcome=stored.outcome,
            grade=stored.grade,
            reasons=[DecisionReason.of(reason) for reason in stored.reasons],
            facts=ApplicantFacts.of(stored.facts),
            decided_at=row["decided_at"],
            by_operator=row["decided_by"] is not None,
            profile=f"{row['profile_code']}.{row['profile_version']}",
            scorecard=row["scorecard_version"],
            points=stored.points if is_staff else None,
            default_probability=Rate(stored.pd_ppm) if is_staff else None,
            note=row["note"] if is_staff else None,
        )
