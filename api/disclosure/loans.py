"""What lenders are told about a loan, as the API shows it."""

import strawberry

import api.credit.enums
import api.disclosure.enums
import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.disclosure.figures import InLocale
from api.identity.enums import Locale, PartyKind
from api.scalars import Rate
from domain.credit.rules import facts
from domain.disclosure import loans
from domain.disclosure.rules import IncomeSource, texts
from domain.identity import models
from domain.lending.rules.schedule import RepaymentMethod
from domain.shared.db import Row


@strawberry.type(description="What the applicant stated, in classes: no names, no exact incomes.")
class BorrowerProfile:
    """What the applicant stated, in classes."""

    employment_since: facts.EmploymentSince = strawberry.field(description="How long in the present employment.")
    job: facts.Job = strawberry.field(description="What they work as.")
    installment_rate_percent: int = strawberry.field(
        description="All installments as a share of the disposable income, as a class or in percent; from 4 on it counts as 4."
    )
    credit_history: facts.CreditHistory = strawberry.field(description="How earlier credits went, here and elsewhere.")
    existing_credits: int = strawberry.field(description="How many credits there were already.")
    other_installment_plans: facts.OtherInstallmentPlans = strawberry.field(
        description="Where else installments are paid."
    )
    savings: facts.Savings = strawberry.field(description="Savings accounts and bonds.")
    property: facts.Property = strawberry.field(description="The most valuable property.")
    housing: facts.Housing = strawberry.field(description="How they live.")


@strawberry.type(description="What the borrower's record on this platform says.")
class BorrowerRecord:
    """What the borrower's record on this platform says."""

    other_loans: int = strawberry.field(description="Their other loans here whose principal is outstanding.")
    owed: money.Money = strawberry.field(description="The principal outstanding of those, in the loan's currency.")
    late_installments: int = strawberry.field(
        description="Their installments that fell due within 183 days and were paid late, or are late now; over all their loans."
    )


@strawberry.type(
    description="A loan's statement of facts: what lenders must know before they lend and while it lives. "
    "Source: Disclosure Guidelines (CBRC 113/2017), information for lenders."
)
class LoanDisclosure:
    """A loan's statement of facts."""

    row: strawberry.Private[Row]
    found: strawberry.Private[loans.LoanDisclosure]
    borrower_type: PartyKind = strawberry.field(description="A person or an organisation.")
    repayment_source: IncomeSource = strawberry.field(description="What it is repaid from.")
    method: RepaymentMethod = strawberry.field(description="How principal and interest are spread.")
    annual_rate: Rate | None = strawberry.field(
        description="The nominal rate on a year of 365 days; null until decided."
    )
    effective_annual_rate: Rate | None = strawberry.field(
        description="What it costs the borrower a year with all fees; null until decided."
    )
    expected_loss_rate: Rate | None = strawberry.field(
        description="What lenders must expect to lose a year of the principal outstanding; null until decided."
    )
    profile: BorrowerProfile = strawberry.field(description="What the applicant stated.")
    record: BorrowerRecord = strawberry.field(description="The borrower's record on this platform.")
    days_past_due: int = strawberry.field(description="How late it is now; 0: not at all, or not paid out yet.")
    direct_debit: bool = strawberry.field(description="Whether installments are debited from the borrower's account.")
    co_borrowers: int = strawberry.field(description="How many others owe it, too.")
    guarantors: int = strawberry.field(description="How many guarantee it.")

    @strawberry.field(description="The formula of the repayment method.")
    def formula(self, locale: InLocale = Locale.EN) -> str:
        """The formula of the repayment method."""
        return texts().formulas[self.method][models.Locale(locale.name)]

    @strawberry.field(description="What can happen to lenders' money.")
    def risks(self, locale: InLocale = Locale.EN) -> list[str]:
        """What can happen to lenders' money."""
        return [risk[models.Locale(locale.name)] for risk in texts().risks]

    @classmethod
    def of(cls, row: Row, found: loans.LoanDisclosure) -> "LoanDisclosure":
        """The statement of a loan (its row)."""
        effective, profile = row["effective_annual_rate_ppm"], BorrowerProfile.__annotations__
        return cls(
            row=row,
            found=found,
            borrower_type=PartyKind(found.facts.applicant_kind.value),
            repayment_source=found.income_source,
            method=found.method,
            annual_rate=_rate(found.annual_rate_365_ppm),
            effective_annual_rate=_rate(effective),
            expected_loss_rate=_rate(found.expected_loss_ppm),
            profile=BorrowerProfile(**{name: getattr(found.facts, name) for name in profile}),
            record=BorrowerRecord(
                other_loans=found.loans_here,
                owed=money.show(found.owed_here),
                late_installments=found.late_installments,
            ),
            days_past_due=found.days_past_due,
            direct_debit=found.direct_debit,
            co_borrowers=found.co_borrowers,
            guarantors=found.guarantors,
        )


def _rate(ppm: int | None) -> Rate | None:
    return None if ppm is None else Rate(ppm)


@strawberry.type
class DisclosureLoan:
    """A loan's statement of facts."""

    row: strawberry.Private[Row]

    @strawberry.field(
        description="Its statement of facts, for everybody who may see it; null: nothing is decided about it yet."
    )
    async def disclosure(self, info: Info) -> LoanDisclosure | None:
        """Its statement of facts."""
        found = await info.context.batch("loan.disclosures", loans.loan_disclosures, self.row["id"])
        return None if found is None else LoanDisclosure.of(self.row, found)
