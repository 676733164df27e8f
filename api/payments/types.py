"""Types of the payments context that users see."""

from datetime import date, datetime

import strawberry

import api.payments.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.engine import column, one, rows
from api.node import Node
from domain.payments import queries
from domain.payments.models import MandateStatus, TransferKind, TransferStatus
from domain.payments.queries import StatementLine


@rows(queries.BANK_ACCOUNTS, prefix="account")
@strawberry.type(description="A user's own account at their bank.")
class BankAccount(Node):
    """A user's own account at their bank."""

    number: str = column(description="Its number; operators see the last four characters.")
    holder: str = column(description="Whose name it is in.")
    currency: money.Currency = column(description="Its currency.")
    added_at: datetime = column(description="When it was named, in business time.")


@rows(queries.MANDATES, prefix="mandate")
@strawberry.type(description="A permission to debit a bank account.")
class Mandate(Node):
    """A permission to debit a bank account."""

    status: MandateStatus = column(description="Whether the account may be debited.")
    given_at: datetime = column(description="When it was given, in business time.")
    decided_at: datetime | None = column(description="When it came to its status; null while it is pending.")
    reason: str | None = column(description="Why the bank refused it, in the bank's words.")

    bank_account: BankAccount | None = one(
        "BankAccount", "bank_account_id", description="The account that may be debited."
    )


@rows(queries.TRANSFERS, prefix="transfer")
@strawberry.type(description="A deposit or a withdrawal.")
class Transfer(Node):
    """A deposit or a withdrawal."""

    kind: TransferKind = column(description="Which way the money goes.")
    status: TransferStatus = column(description="How far it is.")
    amount: money.Money | None = money.column(
        "amount_minor", description="The amount: as announced, then as it arrived. Null: nothing was announced."
    )
    reference: str = column(
        description="The payment reference. A deposit is recognised by it; like `RF18K7Q2M9XW3BCD` (ISO 11649)."
    )
    requested_at: datetime = column(description="When it was asked for, in business time.")
    settled_at: datetime | None = column(description="When it settled, in business time.")
    reason: str | None = column(description="Why it failed, in the bank's words.")

    bank_account: BankAccount | None = one(
        "BankAccount", "bank_account_id", description="Where a withdrawal goes; null for deposits."
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
