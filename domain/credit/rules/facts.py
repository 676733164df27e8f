"""What an applicant tells about the loan and themselves: the only input of the score.

Sex, marital status, age, nationality and dependants are not here, so nothing can score them.
"""

from dataclasses import dataclass
from enum import StrEnum


class ApplicantKind(StrEnum):
    """Who applies; an organisation is always looked at by an operator."""

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"


class CheckingAccount(StrEnum):
    """State of the applicant's checking account with this lender."""

    NONE = "NONE"
    OVERDRAWN = "OVERDRAWN"
    SMALL_BALANCE = "SMALL_BALANCE"
    """From zero up to the small limit (DM 200 in the data set)."""
    LARGE_BALANCE_OR_SALARY = "LARGE_BALANCE_OR_SALARY"
    """Above that, or a salary has been paid in for at least a year."""


class CreditHistory(StrEnum):
    """How earlier credits went."""

    NO_CREDITS_OR_ALL_PAID = "NO_CREDITS_OR_ALL_PAID"
    ALL_PAID_HERE = "ALL_PAID_HERE"
    """All credits at this lender were paid back duly."""
    EXISTING_PAID_DULY = "EXISTING_PAID_DULY"
    PAST_DELAYS = "PAST_DELAYS"
    CRITICAL_OR_CREDITS_ELSEWHERE = "CRITICAL_OR_CREDITS_ELSEWHERE"


class LoanPurpose(StrEnum):
    """What the money is for, as finely as it is scored."""

    NEW_CAR = "NEW_CAR"
    USED_CAR = "USED_CAR"
    FURNITURE = "FURNITURE"
    ELECTRONICS = "ELECTRONICS"
    APPLIANCES = "APPLIANCES"
    REPAIRS = "REPAIRS"
    EDUCATION = "EDUCATION"
    RETRAINING = "RETRAINING"
    BUSINESS = "BUSINESS"
    OTHER = "OTHER"


class Savings(StrEnum):
    """Savings accounts and bonds, by class (DM 100, 500 and 1,000 in the data set)."""

    UNKNOWN_OR_NONE = "UNKNOWN_OR_NONE"
    VERY_SMALL = "VERY_SMALL"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


class EmploymentSince(StrEnum):
    """How long the applicant has worked where they work now."""

    UNEMPLOYED = "UNEMPLOYED"
    UNDER_1_YEAR = "UNDER_1_YEAR"
    FROM_1_TO_4_YEARS = "FROM_1_TO_4_YEARS"
    FROM_4_TO_7_YEARS = "FROM_4_TO_7_YEARS"
    OVER_7_YEARS = "OVER_7_YEARS"


class OtherDebtors(StrEnum):
    """Who else answers for the loan."""

    NONE = "NONE"
    CO_APPLICANT = "CO_APPLICANT"
    GUARANTOR = "GUARANTOR"


class Property(StrEnum):
    """The most valuable thing the applicant owns."""

    REAL_ESTATE = "REAL_ESTATE"
    SAVINGS_PLAN_OR_LIFE_INSURANCE = "SAVINGS_PLAN_OR_LIFE_INSURANCE"
    CAR_OR_OTHER = "CAR_OR_OTHER"
    UNKNOWN_OR_NONE = "UNKNOWN_OR_NONE"


class OtherInstallmentPlans(StrEnum):
    """Where else the applicant pays installments."""

    NONE = "NONE"
    STORES = "STORES"
    BANK = "BANK"


class Housing(StrEnum):
    """How the applicant lives."""

    OWN = "OWN"
    RENT = "RENT"
    FOR_FREE = "FOR_FREE"


class Job(StrEnum):
    """What the applicant works as; the data set's "non-resident" is not told apart, as it stands for nationality."""

    UNEMPLOYED_OR_UNSKILLED = "UNEMPLOYED_OR_UNSKILLED"
    SKILLED = "SKILLED"
    HIGHLY_QUALIFIED_OR_SELF_EMPLOYED = "HIGHLY_QUALIFIED_OR_SELF_EMPLOYED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantFacts:
    """The facts of one application, neutral of product and provider.

    `amount_minor` is positive, in minor units of `currency`; `installment_rate_percent` is the installment as a share
    of disposable income as the data set states it (1 to 4; more counts as 4).
    """

    applicant_kind: ApplicantKind
    amount_minor: int
    currency: str
    term_months: int
    purpose: LoanPurpose
    checking_account: CheckingAccount
    credit_history: CreditHistory
    savings: Savings
    employment_since: EmploymentSince
    installment_rate_percent: int
    other_debtors: OtherDebtors
    residence_years: int
    property: Property
    other_installment_plans: OtherInstallmentPlans
    housing: Housing
    existing_credits: int
    job: Job
    telephone: bool
