"""Loans as the API shows them, as far as lending's origination knows them."""

from datetime import date, datetime

import strawberry

import api.credit.enums
import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.credit.types import Decision
from api.engine import column, every, one, rows
from api.identity.types import Document, Member
from api.lending.products import Product
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.lending.models import LoanStatus, PartyRole, Purpose
from domain.lending.queries import loans, products
from domain.lending.queries.loans import BORROWERS, PARTIES
from domain.lending.rules.schedule import Frequency, RepaymentMethod, ScheduledInstallment
from domain.lending.rules.terms import Quote
from domain.shared.actor import Viewer
from domain.shared.db import Row


@strawberry.type(description="One payment of a schedule.")
class Installment:
    """One payment of a schedule."""

    number: int = strawberry.field(description="Its number, counted from 1.")
    due_on: date = strawberry.field(description="The working day on which it is due.")
    nominal_on: date = strawberry.field(description="The day by the contract, to which interest runs.")
    principal: money.Money = strawberry.field(description="The principal in it.")
    interest: money.Money = strawberry.field(description="The interest in it.")
    fees: money.Money = strawberry.field(description="The fees in it.")
    late_interest: money.Money = strawberry.field(description="Late interest charged on it so far.")
    paid: money.Money = strawberry.field(description="What is paid of all that.")
    balance_after: money.Money = strawberry.field(description="The principal left after it.")
    settled_on: date | None = strawberry.field(description="When its last cent was paid; null: something is open.")

    @classmethod
    def of(cls, row: Row, currency: str) -> "Installment":
        """The installment of a row of `INSTALLMENTS`, stored or planned."""
        paid = sum(row[f"paid_{kind}_minor"] for kind in ("principal", "interest", "fees", "late"))
        return cls(
            number=row["number"],
            due_on=row["due_on"],
            nominal_on=row["nominal_on"],
            principal=money.minor(row["principal_minor"], currency),
            interest=money.minor(row["interest_minor"], currency),
            fees=money.minor(row["fees_minor"], currency),
            late_interest=money.minor(row["late_interest_minor"], currency),
            paid=money.minor(paid, currency),
            balance_after=money.minor(row["balance_after_minor"], currency),
            settled_on=row["settled_on"],
        )

    @classmethod
    def planned(cls, installment: ScheduledInstallment, currency: str) -> "Installment":
        """An installment of a quote."""
        return cls.of(loans.unpaid(None, installment), currency)


@strawberry.type(description="What a loan would cost if it were paid out today.")
class LoanQuote:
    """What a loan would cost."""

    amount: money.Money = strawberry.field(description="What is borrowed.")
    net_disbursed: money.Money = strawberry.field(description="What is paid out: the amount less the origination fee.")
    annual_rate: Rate = strawberry.field(
        description="The nominal rate; lower than the rate asked for where the legal ceiling, all fees included, demands it."
    )
    effective_annual_rate: Rate = strawberry.field(
        description="What it costs a year with all fees (the internal rate of return, compounded, 365 days)."
    )
    interest: money.Money = strawberry.field(description="All interest.")
    fees: money.Money = strawberry.field(description="All fees.")
    total_cost: money.Money = strawberry.field(description="Interest and fees.")
    schedule: list[Installment] = strawberry.field(description="What is paid when.")

    @classmethod
    def of(cls, quote: Quote, currency: str) -> "LoanQuote":
        """A quote as the domain has it."""
        return cls(
            amount=money.minor(quote.principal_minor, currency),
            net_disbursed=money.minor(quote.net_disbursed_minor, currency),
            annual_rate=Rate(quote.annual_rate_ppm),
            effective_annual_rate=Rate(quote.effective_annual_rate_ppm),
            interest=money.minor(quote.interest_minor, currency),
            fees=money.minor(quote.fees_minor, currency),
            total_cost=money.minor(quote.total_cost_minor, currency),
            schedule=[Installment.planned(part, currency) for part in quote.installments],
        )


@strawberry.type(description="An offer of the platform to the borrower; only the borrower and operators see it.")
class Offer:
    """An offer to the borrower."""

    annual_rate: Rate = strawberry.field(description="The nominal rate.")
    effective_annual_rate: Rate = strawberry.field(description="What it costs a year with all fees.")
    late_rate: Rate = strawberry.field(description="The annual rate on what is overdue.")
    origination_fee: money.Money = strawberry.field(description="Kept from the payout.")
    net_disbursed: money.Money = strawberry.field(description="What would be paid out of the whole amount.")
    expires_at: datetime = strawberry.field(description="Until when it can be accepted, in business time.")
    documents: list[Document] = strawberry.field(
        description="What must be accepted: the contract in its latest version."
    )


@rows(PARTIES)
@strawberry.type(description="Somebody who owes or guarantees a loan, by name: for the borrower and operators.")
class LoanParty:
    """Somebody who owes or guarantees a loan."""

    row: strawberry.Private[Row]
    name: str = column(description="The name.")
    role: PartyRole = column(description="What they are in the loan.")

    member: Member | None = one("Member", "user_id", description="Their account, if they have one.")


@strawberry.type
class LendingLoan:
    """A loan's application, terms and schedule."""

    row: strawberry.Private[Row]
    reference: str = column(description="A short name for people, like `L00000042`.")
    status: LoanStatus = column(description="Where it is in its life.")
    title: str = column(description="What the borrower calls it.")
    purpose: Purpose = column(description="What the money is for.")
    amount: money.Money = money.column(
        "amount_minor", description="What is lent; before it is known, what is asked (a smaller loan may come of it)."
    )
    installment_count: int = column(
        description="The term, in periods of the frequency; a loan with one payment at the end is paid after the last."
    )
    frequency: Frequency = column(description="How often installments fall due.")
    method: RepaymentMethod = column(description="How principal and interest are spread.")
    annual_rate: Rate | None = column("annual_rate_ppm", description="The nominal rate; null until decided.")
    effective_annual_rate: Rate | None = column(
        "effective_annual_rate_ppm", description="What it costs the borrower a year with all fees; null until decided."
    )
    late_rate: Rate | None = column(
        "late_rate_ppm", description="The annual rate on what is overdue; null until decided."
    )
    grade: Grade | None = column(description="The class of risk; null until decided.")
    expected_loss_rate: Rate | None = column(
        "expected_loss_ppm",
        description="The loss that lenders must expect, per year of the principal outstanding; null until decided.",
    )
    submitted_at: datetime = column(description="When it was applied for, in business time.")
    listed_at: datetime | None = column(description="When lenders could first bid, in business time.")
    disbursed_on: date | None = column(description="The day of the payout, from which interest runs.")

    product: Product | None = one("Product", "product_id", description="The version of the product it was made under.")

    borrowers: list[Member] = every(
        "Member",
        BORROWERS,
        "loan_id",
        ("role", "party_id"),
        description="Those who owe it and have an account, the applicant first.",
    )

    @strawberry.field(
        description="What is due when: from the payout on as stored, before as if it were paid out today, empty until decided."
    )
    async def schedule(self, info: Info) -> list[Installment]:
        """What is due when."""
        found = await info.context.batch("loan.schedules", loans.schedules, self.row["id"])
        return [Installment.of(row, self.row["currency"]) for row in found]

    status_reason: str | None = column(
        description="Why it is in its status, if there is something to say; for the borrower and operators."
    )

    @strawberry.field(description="The offer while it stands; for the borrower and operators.")
    async def offer(self, info: Info) -> Offer | None:
        """The offer."""
        if self.row["status"] != LoanStatus.OFFERED or not self._is_private_to(info.context.viewer):
            return None
        terms = await products.terms(self.row["product_id"])
        fee = terms.origination_fee_minor(self.row["asked_minor"])
        contract = await info.context.batch("loan.contracts", loans.latest_contracts, self.row["id"])
        return Offer(
            annual_rate=Rate(self.row["annual_rate_ppm"]),
            effective_annual_rate=Rate(self.row["effective_annual_rate_ppm"]),
            late_rate=Rate(self.row["late_rate_ppm"]),
            origination_fee=money.minor(fee, self.row["currency"]),
            net_disbursed=money.minor(self.row["asked_minor"] - fee, self.row["currency"]),
            expires_at=self.row["offer_expires_at"],
            documents=[Document(row=contract)] if contract else [],
        )

    @strawberry.field(
        description="The contract in its latest version; for the loan's parties, its lenders and operators."
    )
    async def contract(self, info: Info) -> Document | None:
        """The contract."""
        row = await info.context.batch("loan.contracts", loans.latest_contracts, self.row["id"])
        return None if row is None else Document(row=row)

    @strawberry.field(description="The decision that counts; for the borrower and operators.")
    async def decision(self, info: Info) -> Decision | None:
        """The decision."""
        row = await info.context.batch("loan.decisions", loans.latest_decisions, self.row["id"])
        return None if row is None else Decision.of(row, info.context.viewer.is_staff)

    @strawberry.field(description="Who owes and who guarantees, by name; empty but for the borrower and operators.")
    async def parties(self, info: Info) -> list[LoanParty]:
        """Who owes and who guarantees."""
        if not self._is_private_to(info.context.viewer):
            return []
        found = await info.context.rows(PARTIES, "loan_id", self.row["id"])
        return [LoanParty(row=row) for row in found]

    def _is_private_to(self, viewer: Viewer) -> bool:
        return viewer.is_staff or (viewer.user_id is not None and viewer.user_id == self.row["borrower_id"])
