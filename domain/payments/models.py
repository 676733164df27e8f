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
    SUSPENSE = "SUSPENSE"
    """Money nobody could be found for goes back to where it came from."""


class InstructionStatus(StrEnum):
    """How far the bank is."""

    CREATED = "CREATED"
    SUBMITTED = "SUBMITTED"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"


class SuspenseStatus(StrEnum):
    """What became of money that belonged to nobody known."""

    OPEN = "OPEN"
    ASSIGNED = "ASSIGNED"
    """An operator found its owner."""
    RETURNING = "RETURNING"
    """The bank was told to send it back."""
    RETURNED = "RETURNED"
    """It is back where it came from."""


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
    told_at = fields.DatetimeField(null=True)
    """When the bank took notice of the status it has now; null: it has to be told."""
    leased_until = fields.DatetimeField(null=True)
    """Wall time until which one worker is telling the bank."""
    reason = fields.CharField(max_length=200, null=True)

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
    deposit_id = fields.CharField(max_length=80, null=True, unique=True)
    """The bank's id of the deposit that arrived. Paying twice with one reference makes a second transfer."""
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
    reference = fields.CharField(max_length=80)
    """What the statement of the other account shows."""
    reference_id = fields.UUIDField(db_index=True)
    """The transfer (WITHDRAWAL), the loan (DISBURSEMENT, COLLECTION) or the suspense item (SUSPENSE) it is for."""
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    account_number = fields.CharField(max_length=34)
    mandate_id: UUID | None
    mandate = foreign_key("Mandate", null=True)
    batch_id = fields.UUIDField(null=True, db_index=True)
    claimed_at = fields.DatetimeField(null=True)
    """When a worker last took the batch to the bank; a lease, in wall time."""
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
    webhook_id = fields.CharField(max_length=100)
    body = fields.JSONField[dict[str, object]]()
    received_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    """How often a worker took it up: those that fail go behind those that have not been tried."""
    applied_at = fields.DatetimeField(null=True)
    error = fields.CharField(max_length=300, null=True)
    """Why it could not be understood; such a message is applied to nothing."""

    class Meta:
        schema = "payments"
        table = "webhooks"
        unique_together = (("provider", "webhook_id"),)


class BankEntry(Entity):
    """What the bank told about a movement, once for each kind: by webhook, by the statement, or when it was asked."""

    bank_entry_id = fields.CharField(max_length=80, unique=True)
    kind = fields.CharField(max_length=40)
    movement_id = fields.CharField(max_length=80)
    """What the bank calls the money that moves: our instruction's id, or its own id of a deposit."""
    reference = fields.CharField(max_length=80, null=True)
    account_number = fields.CharField(max_length=34, null=True)
    amount_minor = fields.BigIntField()
    moved_minor = fields.BigIntField()
    """What it added to the custody account (negative: took from it); 0: news without money."""
    currency = fields.CharField(max_length=3)
    booked_on = fields.DateField()
    ledger_entry_id = fields.UUIDField(null=True)
    applied_at = fields.DatetimeField()

    class Meta:
        schema = "payments"
        table = "bank_entries"
        unique_together = (("movement_id", "kind"),)


class SuspenseItem(Entity):
    """Money on the custody account (negative: missing from it) that belongs to nobody known, until an operator decides."""

    status = code(SuspenseStatus)
    bank_entry_id = fields.CharField(max_length=80, unique=True)
    movement_id = fields.CharField(max_length=80, db_index=True)
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    reference = fields.CharField(max_length=80, null=True)
    account_number = fields.CharField(max_length=34, null=True)
    booked_on = fields.DateField()
    explanation = fields.CharField(max_length=300)
    decided_at = fields.DatetimeField(null=True)
    decided_by = fields.UUIDField(null=True)
    user_id = fields.UUIDField(null=True)

    class Meta:
        schema = "payments"
        table = "suspense_items"


class Reconciliation(Entity):
    """One day's comparison of the custody account with the books, in one currency."""

    on = fields.DateField()
    currency = fields.CharField(max_length=3)
    bank_balance_minor = fields.BigIntField()
    ledger_balance_minor = fields.BigIntField()
    """As found; the bank's balance less this is the sum of the differences."""
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
    """What the bank has more than the books (negative: less)."""
    explanation = fields.CharField(max_length=300)

    class Meta:
        schema = "payments"
        table = "reconciliation_differences"
