"""Repayments, notes and distributions as the API shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.engine import Connection, column, many, one, rows
from api.node import Node
from domain.lending.models import NoteStatus, RepaymentSource, RepaymentStatus
from domain.lending.queries import notes
from domain.lending.queries.notes import DISTRIBUTIONS, NOTES, REPAYMENTS
from domain.lending.rules.waterfall import DueKind
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan
    from api.marketplace.types import Bid

LazyLoan = Annotated["Loan", strawberry.lazy("api.loan")]
LazyBid = Annotated["Bid", strawberry.lazy("api.marketplace.types")]
BY_BOOKS = (("id", "desc", int),)


@strawberry.type(description="What a repayment paid of one installment.")
class Allocation:
    """What a repayment paid of one installment."""

    installment: int = strawberry.field(description="The installment's number.")
    kind: DueKind = strawberry.field(description="What of it was paid.")
    amount: money.Money = strawberry.field(description="How much.")


@rows(DISTRIBUTIONS)
@strawberry.type(description="What a note got of a repayment, of one kind.")
class Distribution:
    """What a note got of a repayment, of one kind."""

    row: strawberry.Private[Row]
    kind: DueKind = column(description="Principal, interest or late interest.")
    gross: money.Money = money.column(
        "gross_minor", description="The note's share; negative: taken back, because the bank returned the debit."
    )
    fee: money.Money = money.column("fee_minor", description="The service fee kept from it.")
    net: money.Money = money.column("net_minor", description="What the lender got.")
    reversal: bool = column(description="Whether it takes an earlier one back.")
    effective_on: date = column(description="The business date.")
    posted_at: datetime = column(description="When it was booked, in business time.")

    note: "Note | None" = one("Note", "note_id", description="The note.")

    repayment: "Repayment | None" = one("Repayment", "repayment_id", description="The repayment.")


@rows(REPAYMENTS, prefix="repayment")
@strawberry.type(
    description="Money of the borrowers that was distributed to the lenders; for them, the loan's lenders and operators."
)
class Repayment(Node):
    """Money of the borrower that was distributed to the lenders."""

    source: RepaymentSource = column(description="Where it came from.")
    status: RepaymentStatus = column(description="Whether it stands.")
    amount: money.Money = money.column("amount_minor", description="How much.")
    effective_on: date = column(description="The business date as of which it was distributed.")
    posted_at: datetime = column(description="When it was booked, in business time.")
    reversed_at: datetime | None = column(description="When it was undone; null: it stands.")

    loan: LazyLoan | None = one("Loan", "loan_id", description="The loan.")

    @strawberry.field(description="What it paid of which installment, by the product's waterfall.")
    async def allocations(self, info: Info) -> list[Allocation]:
        """What it paid of which installment."""
        found = await info.context.batch("repayment.allocations", notes.allocations, self.row["id"])
        currency = self.row["currency"]
        return [
            Allocation(
                installment=row["number"],
                kind=DueKind(row["kind"]),
                amount=money.minor(row["amount_minor"], currency),
            )
            for row in found
        ]

    distributions: Connection[Distribution] = many(
        "Distribution",
        "repayment_id",
        order=BY_BOOKS,
        description="What notes got of it, the latest first: your own notes, for operators all.",
    )


@rows(NOTES, prefix="note")
@strawberry.type(description="A lender's part of a loan; for its lender and operators.")
class Note(Node):
    """A lender's part of a loan."""

    status: NoteStatus = column(description="What became of it.")
    principal: money.Money = money.column("principal_minor", description="What was lent.")
    outstanding: money.Money = money.column("outstanding_minor", description="The principal that has not come back.")
    interest_received: money.Money = money.column(
        "interest_received_minor", description="Interest received, before service fees."
    )
    late_interest_received: money.Money = money.column("late_received_minor", description="Late interest received.")
    fees_paid: money.Money = money.column("fees_paid_minor", description="Service fees kept from the interest.")
    created_at: datetime = column(description="When the loan closed, in business time.")

    loan: LazyLoan | None = one("Loan", "loan_id", description="The loan.")

    bid: LazyBid | None = one("Bid", "bid_id", description="The bid that became the note.")

    distributions: Connection[Distribution] = many(
        "Distribution", "note_id", order=BY_BOOKS, description="What it got of repayments, the latest first."
    )
