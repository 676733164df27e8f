"""What operators for money see: suspense, and the daily reconciliation."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

import api.payments.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.engine import After, Connection, First, column, one, page_of, rows
from api.identity.types import Member
from api.node import Node
from domain.payments import queries
from domain.payments.models import SuspenseStatus
from domain.payments.rules.differences import DifferenceKind


@rows(queries.SUSPENSE_ITEMS, prefix="suspense")
@strawberry.type(description="Money that belongs to nobody known, until an operator decides.")
class SuspenseItem(Node):
    """Money that belongs to nobody known."""

    status: SuspenseStatus = column(description="What became of it.")
    amount: money.Money = money.column(
        "amount_minor",
        description="How much; negative: missing from the custody account, as when a deposit bounced after it was final.",
    )
    reference: str | None = column(description="The payment reference as the payer wrote it.")
    account_number: str | None = column(description="Where it came from, as the bank tells.")
    booked_on: date = column(description="When the bank booked it.")
    bank_entry_id: strawberry.ID = column(description="The bank's id of the entry.")
    explanation: str = column(description="Why it is here.")
    decided_at: datetime | None = column(description="When it was decided, in business time.")

    member: Member | None = one(
        "Member",
        "user_id",
        description="Whom it was given to, or who bears what is missing; null: nobody yet, or the platform.",
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


@rows(queries.RECONCILIATIONS, prefix="reconciliation")
@strawberry.type(description="A day's comparison of the custody account with the books, in one currency.")
class Reconciliation(Node):
    """A day's comparison of the custody account with the books."""

    on: date = column(description="The day.")
    bank_balance: money.Money = money.column("bank_balance_minor", description="What the bank held at the end of it.")
    ledger_balance: money.Money = money.column(
        "ledger_balance_minor", description="What the books said, before differences were healed."
    )
    done_at: datetime = column(description="When it was compared, in business time.")

    @strawberry.field(description="The differences, each named; empty: none.")
    async def differences(self, info: Info) -> list[ReconciliationDifference]:
        """The differences."""
        found = await info.context.rows(queries.DIFFERENCES, "reconciliation_id", self.row["id"])
        return [
            ReconciliationDifference(
                kind=DifferenceKind(row["kind"]),
                bank_entry_id=strawberry.ID(row["bank_entry_id"]) if row["bank_entry_id"] else None,
                amount=money.minor(row["amount_minor"], self.row["currency"]),
                explanation=row["explanation"],
            )
            for row in found
        ]


@strawberry.type
class PaymentsOperations:
    """Suspense and reconciliation."""

    @strawberry.field(description="Money that belongs to nobody known, the oldest first.")
    def suspense(
        self,
        info: Info,
        status: Annotated[SuspenseStatus, strawberry.argument(description="The status it has.")] = SuspenseStatus.OPEN,
        first: First = 20,
        after: After = None,
    ) -> Connection[SuspenseItem]:
        """Money that belongs to nobody known."""
        return page_of(
            info.context, SuspenseItem, first, after,
            where="{t}.status = $3", args=[status.value], order=(("id", "asc", UUID),),
        )  # fmt: skip

    @strawberry.field(description="The daily comparisons of the custody account with the books, the latest first.")
    def reconciliations(self, info: Info, first: First = 20, after: After = None) -> Connection[Reconciliation]:
        """The daily comparisons."""
        return page_of(info.context, Reconciliation, first, after)
