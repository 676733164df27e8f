"""Reads the demo's real loan applications and says them in the platform's words."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from domain.credit.rules.facts import (
    ApplicantFacts,
    ApplicantKind,
    CheckingAccount,
    CreditHistory,
    EmploymentSince,
    Housing,
    Job,
    LoanPurpose,
    OtherDebtors,
    OtherInstallmentPlans,
    Property,
    Savings,
)

MINOR_PER_MARK = 1000
"""A Deutsche Mark of the data set becomes 10 CNY: DM 250 to 18,424 become CNY 2,500 to 184,240."""

CHECKING = {
    "no checking account": CheckingAccount.NONE,
    "... < 0 DM": CheckingAccount.OVERDRAWN,
    "0 <= ... < 200 DM": CheckingAccount.SMALL_BALANCE,
    "... >= 200 DM / salary assignments for at least 1 year": CheckingAccount.LARGE_BALANCE_OR_SALARY,
}
HISTORY = {
    "no credits taken/ all credits paid back duly": CreditHistory.NO_CREDITS_OR_ALL_PAID,
    "all credits at this bank paid back duly": CreditHistory.ALL_PAID_HERE,
    "existing credits paid back duly till now": CreditHistory.EXISTING_PAID_DULY,
    "delay in paying off in the past": CreditHistory.PAST_DELAYS,
    "critical account/ other credits existing (not at this bank)": CreditHistory.CRITICAL_OR_CREDITS_ELSEWHERE,
}
PURPOSES = {
    "car (new)": LoanPurpose.NEW_CAR,
    "car (used)": LoanPurpose.USED_CAR,
    "furniture/equipment": LoanPurpose.FURNITURE,
    "radio/television": LoanPurpose.ELECTRONICS,
    "domestic appliances": LoanPurpose.APPLIANCES,
    "repairs": LoanPurpose.REPAIRS,
    "education": LoanPurpose.EDUCATION,
    "retraining": LoanPurpose.RETRAINING,
    "business": LoanPurpose.BUSINESS,
    "others": LoanPurpose.OTHER,
}
SAVINGS = {
    "unknown/ no savings account": Savings.UNKNOWN_OR_NONE,
    "... < 100 DM": Savings.VERY_SMALL,
    "100 <= ... < 500 DM": Savings.SMALL,
    "500 <= ... < 1000 DM": Savings.MEDIUM,
    "... >= 1000 DM": Savings.LARGE,
}
EMPLOYMENT = {
    "unemployed": EmploymentSince.UNEMPLOYED,
    "... < 1 year": EmploymentSince.UNDER_1_YEAR,
    "1 <= ... < 4 years": EmploymentSince.FROM_1_TO_4_YEARS,
    "4 <= ... < 7 years": EmploymentSince.FROM_4_TO_7_YEARS,
    "... >= 7 years": EmploymentSince.OVER_7_YEARS,
}
DEBTORS = {
    "none": OtherDebtors.NONE,
    "co-applicant": OtherDebtors.CO_APPLICANT,
    "guarantor": OtherDebtors.GUARANTOR,
}
PROPERTY = {
    "real estate": Property.REAL_ESTATE,
    "building society savings agreement/ life insurance": Property.SAVINGS_PLAN_OR_LIFE_INSURANCE,
    "car or other, not in attribute Savings account/bonds": Property.CAR_OR_OTHER,
    "unknown / no property": Property.UNKNOWN_OR_NONE,
}
PLANS = {
    "none": OtherInstallmentPlans.NONE,
    "stores": OtherInstallmentPlans.STORES,
    "bank": OtherInstallmentPlans.BANK,
}
HOUSING = {"own": Housing.OWN, "rent": Housing.RENT, "for free": Housing.FOR_FREE}
JOBS = {
    "unemployed/ unskilled - non-resident": Job.UNEMPLOYED_OR_UNSKILLED,
    "unskilled - resident": Job.UNEMPLOYED_OR_UNSKILLED,
    "skilled employee / official": Job.SKILLED,
    "management/ self-employed/ highly qualified employee/ officer": Job.HIGHLY_QUALIFIED_OR_SELF_EMPLOYED,
}
TELEPHONE = {"none": False, "yes, registered under the customers name": True}
WENT_BAD = {"good": False, "bad": True}


@dataclass(frozen=True, slots=True)
class Application:
    """One row of the data set: who asks for what, and how it ended. `row_number` counts from 1."""

    row_number: int
    facts: ApplicantFacts
    business: bool
    co_applicant: bool
    guarantor: bool
    went_bad: bool


def facts_from_row(row: dict[str, str]) -> ApplicantFacts:
    """The facts of a row, the amount scaled to CNY, the term as it is. Raises `KeyError` for a level not in the data set."""
    purpose = PURPOSES[row["purpose"]]
    return ApplicantFacts(
        applicant_kind=ApplicantKind.ORGANISATION if purpose is LoanPurpose.BUSINESS else ApplicantKind.PERSON,
        amount_minor=int(row["credit_amount"]) * MINOR_PER_MARK,
        currency="CNY",
        term_months=int(row["duration_in_month"]),
        purpose=purpose,
        checking_account=CHECKING[row["status_of_existing_checking_account"]],
        credit_history=HISTORY[row["credit_history"]],
        savings=SAVINGS[row["savings_account_and_bonds"]],
        employment_since=EMPLOYMENT[row["present_employment_since"]],
        installment_rate_percent=int(row["installment_rate_in_percentage_of_disposable_income"]),
        other_debtors=DEBTORS[row["other_debtors_or_guarantors"]],
        residence_years=int(row["present_residence_since"]),
        property=PROPERTY[row["property"]],
        other_installment_plans=PLANS[row["other_installment_plans"]],
        housing=HOUSING[row["housing"]],
        existing_credits=int(row["number_of_existing_credits_at_this_bank"]),
        job=JOBS[row["job"]],
        telephone=TELEPHONE[row["telephone"]],
    )


def applications() -> Iterator[Application]:
    """All 1,000 applications in the order of the file."""
    source = resources.files("cli.demo") / "data" / "german_credit.csv"
    for number, row in enumerate(csv.DictReader(source.read_text(encoding="utf-8").splitlines()), start=1):
        facts = facts_from_row(row)
        yield Application(
            row_number=number,
            facts=facts,
            business=facts.purpose is LoanPurpose.BUSINESS,
            co_applicant=facts.other_debtors is OtherDebtors.CO_APPLICANT,
            guarantor=facts.other_debtors is OtherDebtors.GUARANTOR,
            went_bad=WENT_BAD[row["creditability"]],
        )
