"""Rows of the payments context."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from domain.shared.models import Entity, code, foreign_key


class TransferKind(StrEnum):
    """Which way a user's money goes."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"


class TransferStatus(StrEnum):
    """How far a transfer is."""

    EXPECTED = "EXPECTED"
    """A deposit was announced; nothing has arrived."""
    RECEIVED = "RECEIVED"
    """The deposit has arrived, but could still bounce."""
    REQUESTED = "REQUESTED"
    """A withdrawal waits for the bank."""
    SETTLED = "SETTLED"
    BOUNCED = "BOUNCED"
    """The deposit was taken back by the payer's bank."""
    REFUSED = "REFUSED"
    """The bank did not pay the withdrawal out; the money is available again."""


class InstructionKind(StrEnum):
    """What the bank is told to do."""

    DEBIT = "DEBIT"
    PAYOUT = "PAYOUT"


class InstructionPurpose(StrEnum):
    """Why; it decides what settlement posts."""

    WITHDRAWAL = "WITHDRAWAL"
    DISBURSEMENT = "DISBURSEMENT"
    COLLECTION = "COLLECTION"


class InstructionStatus(StrEnum):
    """How far the bank is."""

    CREATED = "CREATED"
    SUBMITTED = "SUBMITTED"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"


class MandateStatus(StrEnum):
    """Whether accounts may be debited under it."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    REFUSED = "REFUSED"
    REVOKED = "REVOKED"


class BankAccount(Entity):
    """A user's own account at their bank: withdrawals and loan proceeds go there, debits come from there."""

    user_id = fields.UUIDField(db_index=True)
    number = fields.CharField(max_length=34)
    holder = fields.CharField(max_length=200)
    currency = fields.CharField(max_length=3)
    added_at = fields.DatetimeField()

    class Meta:
        schema = "payments"
        table = "bank_accounts"
        unique_together = (("user_id", "number"),)


class Mandate(Entity):
    """A permission to debit a bank account, given by accepting the mandate document."""

    user_id = fields.UUIDField(db_index=True)
    bank_account_id: UUID
    bank_account = foreign_key("BankAccount")
    status = code(MandateStatus)
    given_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "payments"
        table = "mandates"


class Transfer(Entity):
    """A deposit or a withdrawal of a user. A deposit is recognised by its payment reference."""

    user_id = fields.UUIDField(db_index=True)
    kind = code(TransferKind)
    status = code(TransferStatus)
    amount_minor = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3)
    reference = fields.CharField(max_length=40, db_index=True)
    bank_account_id: UUID | None
    bank_account = foreign_key("BankAccount", null=True)
    bank_entry_id = fields.CharField(max_length=80, null=True, unique=True)
    requested_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=200, null=True)

    class Meta:
        schema = "payments"
        table = "transfers"


class Instruction(Entity):
    """What the bank is told, written down before it is told; `batch_id` is the idempotency key of the call."""

    kind = code(InstructionKind)
    purpose = code(InstructionPurpose)
    status = code(InstructionStatus)
    user_id = fields.UUIDField()
    reference_id = fields.UUIDField(db_index=True)
    """The transfer (WITHDRAWAL) or the loan (DISBURSEMENT, COLLECTION) it is for."""
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    account_number = fields.CharField(max_length=34)
    mandate_id: UUID | None
    mandate = foreign_key("Mandate", null=True)
    batch_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    submitted_at = fields.DatetimeField(null=True)
    booked_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=200, null=True)

    class Meta:
        schema = "payments"
        table = "instructions"


class Webhook(Entity):
    """A provider's message as it arrived; stored first, applied by a worker. `webhook_id` is the provider's."""

    provider = fields.CharField(max_length=20)
    webhook_id = fields.CharField(max_length=100, unique=True)
    body = fields.JSONField[dict[str, object]]()
    received_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "payments"
        table = "webhooks"


class BankEntry(Entity):
    """An entry of the custody account that was applied to the books, once, by the bank's id."""

    bank_entry_id = fields.CharField(max_length=80, unique=True)
    kind = fields.CharField(max_length=40)
    instruction_id = fields.UUIDField(null=True, db_index=True)
    reference = fields.CharField(max_length=80, null=True)
    account_number = fields.CharField(max_length=34, null=True)
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    booked_on = fields.DateField()
    ledger_entry_id = fields.UUIDField(null=True)
    applied_at = fields.DatetimeField()

    class Meta:
        schema = "payments"
        table = "bank_entries"


class Reconciliation(Entity):
    """One day's comparison of the custody account with the books, in one currency."""

    on = fields.DateField()
    currency = fields.CharField(max_length=3)
    bank_balance_minor = fields.BigIntField()
    ledger_balance_minor = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        schema = "payments"
        table = "reconciliations"
        unique_together = (("on", "currency"),)


class ReconciliationDifference(Entity):
    """A difference between the bank and the books, named: what, where, how much."""

    reconciliation_id: UUID
    reconciliation = foreign_key("Reconciliation")
    kind = fields.CharField(max_length=40)
    bank_entry_id = fields.CharField(max_length=80, null=True)
    amount_minor = fields.BigIntField()
    explanation = fields.CharField(max_length=300)

    class Meta:
        schema = "payments"
        table = "reconciliation_differences"
