"""What is said about a loan: worked out from its terms and the applicant's facts, no I/O."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from domain.credit.rules.facts import ApplicantFacts, ApplicantKind, EmploymentSince
from domain.identity.models import Locale
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod

OVERDUE_RECORD = timedelta(days=183)
"""Six months: how far back the overdue record of a borrower is told."""


class IncomeSource(StrEnum):
    """What a loan is repaid from."""

    BUSINESS = "BUSINESS"
    WORK = "WORK"
    OTHER = "OTHER"


class LoanTexts(BaseModel):
    """Texts about loans, in every language of the platform."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formulas: Mapping[RepaymentMethod, Mapping[Locale, str]]
    risks: tuple[Mapping[Locale, str], ...]


@cache
def texts() -> LoanTexts:
    """The texts that are shipped."""
    path = resources.files("domain.disclosure") / "data" / "loan_texts.json"
    found = LoanTexts.model_validate_json(path.read_text(encoding="utf-8"))
    assert found.formulas.keys() == set(RepaymentMethod), "every method has its formula"
    return found


def income_source(facts: ApplicantFacts) -> IncomeSource:
    """What the applicant repays from, as far as the application says."""
    if facts.applicant_kind is ApplicantKind.ORGANISATION:
        return IncomeSource.BUSINESS
    return IncomeSource.OTHER if facts.employment_since is EmploymentSince.UNEMPLOYED else IncomeSource.WORK


def rate_on_365_days(annual_rate_ppm: int, day_count: DayCount) -> int:
    """A nominal annual rate as one on a year of 365 days, in millionths, halves up.

    Only ACT/360 charges more than its rate in 365 days; a year of 30/360 is a year.
    """
    if day_count is not DayCount.ACT_360:
        return annual_rate_ppm
    return (2 * annual_rate_ppm * 365 + 360) // 720


def record_begins(today: date) -> date:
    """The first due date that counts for an overdue record told today."""
    return today - OVERDUE_RECORD
