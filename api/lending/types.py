"""Loans as the API shows them, as far as lending's origination knows them."""

import asyncio
from datetime import date, datetime

import strawberry

import api.credit.enums
import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.credit.types import Decision
from api.identity.types import Document, Member
from api.lending.products import Product
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.identity.queries import MEMBERS
from domain.lending.models import LoanStatus, PartyRole, Purpose
from domain.lending.queries import loans, products
from domain.lending.queries.loans import PARTIES
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


@strawberry.type(description="Somebody who owes or guarantees a loan, by name: for the borrower and operators.")
class LoanParty:
    """Somebody who owes or guarantees a loan."""

    row: strawberry.Private[Row]
    name: str = strawberry.field(description="The name.")
    role: PartyRole = strawberry.field(description="What they are in the loan.")

    @strawberry.field(description="Their account, if they have one.")
    async def member(self, info: Info) -> Member | None:
        """Their account."""
        row = await info.context.one(MEMBERS, self.row["user_id"])
        return None if row is None else Member.from_row(row)


@strawberry.type
class LendingLoan:
    """A loan's application, terms and schedule."""

    row: strawberry.Private[Row]
    reference: str = strawberry.field(description="A short name for people, like `L00000042`.")
    status: LoanStatus = strawberry.field(description="Where it is in its life.")
    title: str = strawberry.field(description="What the borrower calls it.")
    purpose: Purpose = strawberry.field(description="What the money is for.")
    amount: money.Money = strawberry.field(
        description="What is lent; before it is known, what is asked (a smaller loan may come of it)."
    )
    installment_count: int = strawberry.field(
        description="The term, in periods of the frequency; a loan with one payment at the end is paid after the last."
    )
    frequency: Frequency = strawberry.field(description="How often installments fall due.")
    method: RepaymentMethod = strawberry.field(description="How principal and interest are spread.")
    annual_rate: Rate | None = strawberry.field(description="The nominal rate; null until decided.")
    effective_annual_rate: Rate | None = strawberry.field(
        description="What it costs the borrower a year with all fees; null until decided."
    )
    late_rate: Rate | None = strawberry.field(description="The annual rate on what is overdue; null until decided.")
    grade: Grade | None = strawberry.field(description="The class of risk; null until decided.")
    expected_loss_rate: Rate | None = strawberry.field(
        description="The loss that lenders must expect, per year of the principal outstanding; null until decided."
    )
    submitted_at: datetime = strawberry.field(description="When it was applied for, in business time.")
    listed_at: datetime | None = strawberry.field(description="When lenders could first bid, in business time.")
    disbursed_on: date | None = strawberry.field(description="The day of the payout, from which interest runs.")

    @strawberry.field(description="The version of the product it was made under.")
    async def product(self, info: Info) -> Product | None:
        """The product's version."""
        row = await info.context.one(products.PRODUCTS, self.row["product_id"])
        return None if row is None else Product.from_row(row)

    @strawberry.field(description="Those who owe it and have an account, the applicant first.")
    async def borrowers(self, info: Info) -> list[Member]:
        """Those who owe it."""
        ids = await info.context.batch("loan.borrowers", loans.borrowers, self.row["id"])
        rows = await asyncio.gather(*(info.context.one(MEMBERS, id_) for id_ in ids))
        return [Member.from_row(row) for row in rows if row is not None]

    @strawberry.field(
        description="What is due when: from the payout on as stored, before as if it were paid out today, empty until decided."
    )
    async def schedule(self, info: Info) -> list[Installment]:
        """What is due when."""
        rows = await info.context.batch("loan.schedules", loans.schedules, self.row["id"])
        return [Installment.of(row, self.row["currency"]) for row in rows]

    @strawberry.field(
        description="Why it is in its status, if there is something to say; for the borrower and operators."
    )
    def status_reason(self, info: Info) -> str | None:
        """Why it is in its status."""
        reason: str | None = self.row["status_reason"]
        return reason if self._is_private_to(info.context.viewer) else None

    @strawberry.field(description="The offer while it stands; for the borrower and operators.")
    async def offer(self, info: Info) -> Offer | None:
        """The offer."""
        if self.status is not LoanStatus.OFFERED or not self._is_private_to(info.context.viewer):
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
            documents=[Document.from_row(contract)] if contract else [],
        )

    @strawberry.field(
        description="The contract in its latest version; for the loan's parties, its lenders and operators."
    )
    async def contract(self, info: Info) -> Document | None:
        """The contract."""
        row = await info.context.batch("loan.contracts", loans.latest_contracts, self.row["id"])
        return None if row is None else Document.from_row(row)

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
        rows = await info.context.many(PARTIES, self.row["id"], "loan_id")
        return [LoanParty(row=row, name=row["name"], role=PartyRole(row["role"])) for row in rows]

    def _is_private_to(self, viewer: Viewer) -> bool:
        return viewer.is_staff or (viewer.user_id is not None and viewer.user_id == self.row["borrower_id"])


def lending_fields(row: Row) -> dict[str, object]:
    """The plain fields of `LendingLoan`, from a row of `LOANS`."""
    return {
        "row": row,
        "reference": row["reference"],
        "status": LoanStatus(row["status"]),
        "title": row["title"],
        "purpose": Purpose(row["purpose"]),
        "amount": money.minor(row["principal_minor"] or row["asked_minor"], row["currency"]),
        "installment_count": row["installment_count"],
        "frequency": Frequency(row["frequency"]),
        "method": RepaymentMethod(row["method"]),
        "annual_rate": _rate(row["annual_rate_ppm"]),
        "effective_annual_rate": _rate(row["effective_annual_rate_ppm"]),
        "late_rate": _rate(row["late_rate_ppm"]),
        "grade": Grade(row["grade"]) if row["grade"] else None,
        "expected_loss_rate": _rate(row["expected_loss_ppm"]),
        "submitted_at": row["submitted_at"],
        "listed_at": row["listed_at"],
        "disbursed_on": row["disbursed_on"],
    }


def _rate(ppm: int | None) -> Rate | None:
    return None if ppm is None else Rate(ppm)
