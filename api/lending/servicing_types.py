"""Repayments, notes and distributions as the API shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import api.lending.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.connection import After, Connection, First, connect
from api.context import Info
from api.node import Node, load_node, node, show_id
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


@strawberry.type(description="What a note got of a repayment, of one kind.")
class Distribution:
    """What a note got of a repayment, of one kind."""

    row: strawberry.Private[Row]
    kind: DueKind = strawberry.field(description="Principal, interest or late interest.")
    gross: money.Money = strawberry.field(
        description="The note's share; negative: taken back, because the bank returned the debit."
    )
    fee: money.Money = strawberry.field(description="The service fee kept from it.")
    net: money.Money = strawberry.field(description="What the lender got.")
    reversal: bool = strawberry.field(description="Whether it takes an earlier one back.")
    effective_on: date = strawberry.field(description="The business date.")
    posted_at: datetime = strawberry.field(description="When it was booked, in business time.")

    @strawberry.field(description="The note.")
    async def note(self, info: Info) -> "Note | None":
        """The note."""
        row = await info.context.one(NOTES, self.row["note_id"])
        return None if row is None else Note.from_row(row)

    @strawberry.field(description="The repayment.")
    async def repayment(self, info: Info) -> "Repayment | None":
        """The repayment."""
        row = await info.context.one(REPAYMENTS, self.row["repayment_id"])
        return None if row is None else Repayment.from_row(row)

    @classmethod
    def from_row(cls, row: Row) -> "Distribution":
        """The distribution of a row of `DISTRIBUTIONS`."""
        currency, gross, fee = row["currency"], row["gross_minor"], row["fee_minor"]
        return cls(
            row=row,
            kind=DueKind(row["kind"]),
            gross=money.minor(gross, currency),
            fee=money.minor(fee, currency),
            net=money.minor(gross - fee, currency),
            reversal=row["reversal"],
            effective_on=row["effective_on"],
            posted_at=row["posted_at"],
        )


@node("repayment", REPAYMENTS)
@strawberry.type(
    description="Money of the borrowers that was distributed to the lenders; for them, the loan's lenders and operators."
)
class Repayment(Node):
    """Money of the borrower that was distributed to the lenders."""

    row: strawberry.Private[Row]
    source: RepaymentSource = strawberry.field(description="Where it came from.")
    status: RepaymentStatus = strawberry.field(description="Whether it stands.")
    amount: money.Money = strawberry.field(description="How much.")
    effective_on: date = strawberry.field(description="The business date as of which it was distributed.")
    posted_at: datetime = strawberry.field(description="When it was booked, in business time.")
    reversed_at: datetime | None = strawberry.field(description="When it was undone; null: it stands.")

    @strawberry.field(description="The loan.")
    async def loan(self, info: Info) -> LazyLoan | None:
        """The loan."""
        loan: Loan | None = await load_node(info, show_id("loan", self.row["loan_id"]))
        return loan

    @strawberry.field(description="What it paid of which installment, by the product's waterfall.")
    async def allocations(self, info: Info) -> list[Allocation]:
        """What it paid of which installment."""
        rows = await info.context.batch("repayment.allocations", notes.allocations, self.row["id"])
        currency = self.row["currency"]
        return [
            Allocation(
                installment=row["number"],
                kind=DueKind(row["kind"]),
                amount=money.minor(row["amount_minor"], currency),
            )
            for row in rows
        ]

    @strawberry.field(description="What notes got of it, the latest first: your own notes, for operators all.")
    async def distributions(self, info: Info, first: First = 20, after: After = None) -> Connection[Distribution]:
        """What notes got of it."""
        return await connect(
            info, DISTRIBUTIONS, Distribution.from_row, first, after,
            where="{t}.repayment_id = $3", args=[self.row["id"]], order=BY_BOOKS,
        )  # fmt: skip

    @classmethod
    def from_row(cls, row: Row) -> "Repayment":
        """The repayment of a row of `REPAYMENTS`."""
        return cls(
            id=show_id("repayment", row["id"]),
            row=row,
            source=RepaymentSource(row["source"]),
            status=RepaymentStatus(row["status"]),
            amount=money.minor(row["amount_minor"], row["currency"]),
            effective_on=row["effective_on"],
            posted_at=row["posted_at"],
            reversed_at=row["reversed_at"],
        )


@node("note", NOTES)
@strawberry.type(description="A lender's part of a loan; for its lender and operators.")
class Note(Node):
    """A lender's part of a loan."""

    row: strawberry.Private[Row]
    status: NoteStatus = strawberry.field(description="What became of it.")
    principal: money.Money = strawberry.field(description="What was lent.")
    outstanding: money.Money = strawberry.field(description="The principal that has not come back.")
    interest_received: money.Money = strawberry.field(description="Interest received, before service fees.")
    late_interest_received: money.Money = strawberry.field(description="Late interest received.")
    fees_paid: money.Money = strawberry.field(description="Service fees kept from the interest.")
    created_at: datetime = strawberry.field(description="When the loan closed, in business time.")

    @strawberry.field(description="The loan.")
    async def loan(self, info: Info) -> LazyLoan | None:
        """The loan."""
        loan: Loan | None = await load_node(info, show_id("loan", self.row["loan_id"]))
        return loan

    @strawberry.field(description="The bid that became the note.")
    async def bid(self, info: Info) -> LazyBid | None:
        """The bid that became the note."""
        bid: Bid | None = await load_node(info, show_id("bid", self.row["bid_id"]))
        return bid

    @strawberry.field(description="What it got of repayments, the latest first.")
    async def distributions(self, info: Info, first: First = 20, after: After = None) -> Connection[Distribution]:
        """What it got of repayments."""
        return await connect(
            info, DISTRIBUTIONS, Distribution.from_row, first, after,
            where="{t}.note_id = $3", args=[self.row["id"]], order=BY_BOOKS,
        )  # fmt: skip

    @classmethod
    def from_row(cls, row: Row) -> "Note":
        """The note of a row of `NOTES`."""
        currency, lives = row["currency"], row["status"] != NoteStatus.CANCELLED
        return cls(
            id=show_id("note", row["id"]),
            row=row,
            status=NoteStatus(row["status"]),
            principal=money.minor(row["principal_minor"], currency),
            outstanding=money.minor((row["principal_minor"] - row["principal_received_minor"]) * lives, currency),
            interest_received=money.minor(row["interest_received_minor"], currency),
            late_interest_received=money.minor(row["late_received_minor"], currency),
            fees_paid=money.minor(row["fees_paid_minor"], currency),
            created_at=row["created_at"],
        )
