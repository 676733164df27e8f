"""Types of the payments context that users see."""

from datetime import date, datetime

import strawberry

import api.payments.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.context import Info
from api.node import Node, node, show_id
from domain.payments import queries
from domain.payments.models import MandateStatus, TransferKind, TransferStatus
from domain.payments.queries import StatementLine
from domain.shared.db import Row


@node("account", queries.BANK_ACCOUNTS)
@strawberry.type(description="A user's own account at their bank.")
class BankAccount(Node):
    """A user's own account at their bank."""

    number: str = strawberry.field(description="Its number; operators see the last four characters.")
    holder: str = strawberry.field(description="Whose name it is in.")
    currency: money.Currency = strawberry.field(description="Its currency.")
    added_at: datetime = strawberry.field(description="When it was named, in business time.")

    @classmethod
    def from_row(cls, row: Row) -> "BankAccount":
        """The bank account of a row of `BANK_ACCOUNTS`."""
        return cls(
            id=show_id("account", row["id"]),
            number=row["number"],
            holder=row["holder"],
            currency=money.Currency(row["currency"]),
            added_at=row["added_at"],
        )


@node("mandate", queries.MANDATES)
@strawberry.type(description="A permission to debit a bank account.")
class Mandate(Node):
    """A permission to debit a bank account."""

    row: strawberry.Private[Row]
    status: MandateStatus = strawberry.field(description="Whether the account may be debited.")
    given_at: datetime = strawberry.field(description="When it was given, in business time.")
    decided_at: datetime | None = strawberry.field(description="When it came to its status; null while it is pending.")
    reason: str | None = strawberry.field(description="Why the bank refused it, in the bank's words.")

    @strawberry.field(description="The account that may be debited.")
    async def bank_account(self, info: Info) -> BankAccount | None:
        """The account that may be debited."""
        row = await info.context.one(queries.BANK_ACCOUNTS, self.row["bank_account_id"])
        return None if row is None else BankAccount.from_row(row)

    @classmethod
    def from_row(cls, row: Row) -> "Mandate":
        """The mandate of a row of `MANDATES`."""
        return cls(
            id=show_id("mandate", row["id"]),
            row=row,
            status=MandateStatus(row["status"]),
            given_at=row["given_at"],
            decided_at=row["decided_at"],
            reason=row["reason"],
        )


@node("transfer", queries.TRANSFERS)
@strawberry.type(description="A deposit or a withdrawal.")
class Transfer(Node):
    """A deposit or a withdrawal."""

    row: strawberry.Private[Row]
    kind: TransferKind = strawberry.field(description="Which way the money goes.")
    status: TransferStatus = strawberry.field(description="How far it is.")
    amount: money.Money | None = strawberry.field(
        description="The amount: as announced, then as it arrived. Null: nothing was announced."
    )
    reference: str = strawberry.field(
        description="The payment reference. A deposit is recognised by it; like `RF18K7Q2M9XW3BCD` (ISO 11649)."
    )
    requested_at: datetime = strawberry.field(description="When it was asked for, in business time.")
    settled_at: datetime | None = strawberry.field(description="When it settled, in business time.")
    reason: str | None = strawberry.field(description="Why it failed, in the bank's words.")

    @strawberry.field(description="Where a withdrawal goes; null for deposits.")
    async def bank_account(self, info: Info) -> BankAccount | None:
        """Where a withdrawal goes."""
        row = await info.context.one(queries.BANK_ACCOUNTS, self.row["bank_account_id"])
        return None if row is None else BankAccount.from_row(row)

    @classmethod
    def from_row(cls, row: Row) -> "Transfer":
        """The transfer of a row of `TRANSFERS`."""
        amount_minor = row["amount_minor"]
        return cls(
            id=show_id("transfer", row["id"]),
            row=row,
            kind=TransferKind(row["kind"]),
            status=TransferStatus(row["status"]),
            amount=None if amount_minor is None else money.minor(amount_minor, row["currency"]),
            reference=row["reference"],
            requested_at=row["requested_at"],
            settled_at=row["settled_at"],
            reason=row["reason"],
        )


@strawberry.type(description="A line of a statement.")
class WalletEntry:
    """A line of a statement."""

    kind: str = strawberry.field(
        description="What happened: DEPOSIT, WITHDRAWAL, HOLD, REPAYMENT_SHARE…; the reverse of X is X_REVERSED."
    )
    amount: money.Money = strawberry.field(description="Positive into this part of the wallet, negative out of it.")
    balance_after: money.Money = strawberry.field(description="What was in this part of the wallet afterwards.")
    effective_on: date = strawberry.field(description="The business date it counts for.")
    posted_at: datetime = strawberry.field(description="When it was written, in business time.")

    @classmethod
    def of(cls, line: StatementLine, currency: str) -> "WalletEntry":
        """The entry of a statement's line."""
        return cls(
            kind=line.kind,
            amount=money.minor(line.amount_minor, currency),
            balance_after=money.minor(line.balance_after_minor, currency),
            effective_on=line.effective_on,
            posted_at=line.posted_at,
        )
