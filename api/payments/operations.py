"""What operators for money see: suspense, and the daily reconciliation."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

import api.payments.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.connection import After, Connection, First, connect
from api.context import Info
from api.identity.types import Member
from api.node import Node, node, show_id
from domain.identity.queries import MEMBERS
from domain.payments import queries
from domain.payments.models import SuspenseStatus
from domain.payments.rules.differences import DifferenceKind
from domain.shared.db import Row


@node("suspense", queries.SUSPENSE_ITEMS)
@strawberry.type(description="Money that belongs to nobody known, until an operator decides.")
class SuspenseItem(Node):
    """Money that belongs to nobody known."""

    row: strawberry.Private[Row]
    status: SuspenseStatus = strawberry.field(description="What became of it.")
    amount: money.Money = strawberry.field(
        description="How much; negative: missing from the custody account, as when a deposit bounced after it was final."
    )
    reference: str | None = strawberry.field(description="The payment reference as the payer wrote it.")
    account_number: str | None = strawberry.field(description="Where it came from, as the bank tells.")
    booked_on: date = strawberry.field(description="When the bank booked it.")
    bank_entry_id: strawberry.ID = strawberry.field(description="The bank's id of the entry.")
    explanation: str = strawberry.field(description="Why it is here.")
    decided_at: datetime | None = strawberry.field(description="When it was decided, in business time.")

    @strawberry.field(
        description="Whom it was given to, or who bears what is missing; null: nobody yet, or the platform."
    )
    async def member(self, info: Info) -> Member | None:
        """Whom it was given to."""
        row = await info.context.one(MEMBERS, self.row["user_id"])
        return None if row is None else Member.from_row(row)

    @classmethod
    def from_row(cls, row: Row) -> "SuspenseItem":
        """The item of a row of `SUSPENSE_ITEMS`."""
        return cls(
            id=show_id("suspense", row["id"]),
            row=row,
            status=SuspenseStatus(row["status"]),
            amount=money.minor(row["amount_minor"], row["currency"]),
            reference=row["reference"],
            account_number=row["account_number"],
            booked_on=row["booked_on"],
            bank_entry_id=strawberry.ID(row["bank_entry_id"]),
            explanation=row["explanation"],
            decided_at=row["decided_at"],
        )


@strawberry.type(description="A difference between the bank and the books.")
class ReconciliationDifference:
    """A difference between the bank and the books."""

    kind: DifferenceKind = strawberry.field(description="What differs.")
    bank_entry_id: strawberry.ID | None = strawberry.field(
        description="The bank's id of the entry; null: the balances as such."
    )
    amount: money.Money = strawberry.field(description="What the bank has more than the books; negative: less.")
    explanation: str = strawberry.field(description="What happened, and what was done about it.")


@node("reconciliation", queries.RECONCILIATIONS)
@strawberry.type(description="A day's comparison of the custody account with the books, in one currency.")
class Reconciliation(Node):
    """A day's comparison of the custody account with the books."""

    row: strawberry.Private[Row]
    on: date = strawberry.field(description="The day.")
    bank_balance: money.Money = strawberry.field(description="What the bank held at the end of it.")
    ledger_balance: money.Money = strawberry.field(description="What the books said, before differences were healed.")
    done_at: datetime = strawberry.field(description="When it was compared, in business time.")

    @strawberry.field(description="The differences, each named; empty: none.")
    async def differences(self, info: Info) -> list[ReconciliationDifference]:
        """The differences."""
        rows = await info.context.many(queries.DIFFERENCES, self.row["id"], "reconciliation_id")
        return [
            ReconciliationDifference(
                kind=DifferenceKind(row["kind"]),
                bank_entry_id=strawberry.ID(row["bank_entry_id"]) if row["bank_entry_id"] else None,
                amount=money.minor(row["amount_minor"], self.row["currency"]),
                explanation=row["explanation"],
            )
            for row in rows
        ]

    @classmethod
    def from_row(cls, row: Row) -> "Reconciliation":
        """The comparison of a row of `RECONCILIATIONS`."""
        return cls(
            id=show_id("reconciliation", row["id"]),
            row=row,
            on=row["on"],
            bank_balance=money.minor(row["bank_balance_minor"], row["currency"]),
            ledger_balance=money.minor(row["ledger_balance_minor"], row["currency"]),
            done_at=row["done_at"],
        )


@strawberry.type
class PaymentsOperations:
    """Suspense and reconciliation."""

    @strawberry.field(description="Money that belongs to nobody known, the oldest first.")
    async def suspense(
        self,
        info: Info,
        status: Annotated[SuspenseStatus, strawberry.argument(description="The status it has.")] = SuspenseStatus.OPEN,
        first: First = 20,
        after: After = None,
    ) -> Connection[SuspenseItem]:
        """Money that belongs to nobody known."""
        return await connect(
            info, queries.SUSPENSE_ITEMS, SuspenseItem.from_row, first, after,
            where="{t}.status = $3", args=[status.value], order=(("id", "asc", UUID),),
        )  # fmt: skip

    @strawberry.field(description="The daily comparisons of the custody account with the books, the latest first.")
    async def reconciliations(self, info: Info, first: First = 20, after: After = None) -> Connection[Reconciliation]:
        """The daily comparisons."""
        return await connect(info, queries.RECONCILIATIONS, Reconciliation.from_row, first, after)
