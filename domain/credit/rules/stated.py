"""What applicants state about themselves, and the facts that the score sees."""

from dataclasses import dataclass

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
from domain.shared.errors import InvalidInput
from domain.shared.money import Money

RANGES = {"installment_rate_percent": (1, 100), "residence_years": (0, 100), "existing_credits": (0, 100)}
PATHS = {
    "installment_rate_percent": "installmentRatePercent",
    "residence_years": "residenceYears",
    "existing_credits": "existingCredits",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedFacts:
    """The part of `ApplicantFacts` that nobody but the applicant knows; the rest follows from account and application."""

    checking_account: CheckingAccount
    credit_history: CreditHistory
    savings: Savings
    employment_since: EmploymentSince
    installment_rate_percent: int
    residence_years: int
    property: Property
    other_installment_plans: OtherInstallmentPlans
    housing: Housing
    existing_credits: int
    job: Job
    telephone: bool

    def check(self) -> None:
        """Raises `InvalidInput` for a number that cannot be right."""
        for name, (lowest, highest) in RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise InvalidInput(reason=f"Expected {lowest} to {highest}.", path=("facts", PATHS[name]))

    def with_application(
        self,
        kind: ApplicantKind,
        amount: Money,
        term_months: int,
        purpose: LoanPurpose,
        other_debtors: OtherDebtors,
    ) -> ApplicantFacts:
        """All facts of an application."""
        return ApplicantFacts(
            applicant_kind=kind,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            term_months=term_months,
            purpose=purpose,
            checking_account=self.checking_account,
            credit_history=self.credit_history,
            savings=self.savings,
            employment_since=self.employment_since,
            installment_rate_percent=self.installment_rate_percent,
            other_debtors=other_debtors,
            residence_years=self.residence_years,
            property=self.property,
            other_installment_plans=self.other_installment_plans,
            housing=self.housing,
            existing_credits=self.existing_credits,
            job=self.job,
            telephone=self.telephone,
        )
