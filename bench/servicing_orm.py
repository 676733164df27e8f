"""What servicing would be with an ORM, row by row: the same rows in the same tables, by the same rules to the cent."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from domain.ledger import accounts
from domain.ledger.accounts import AccountKind
from domain.lending.models import Allocation, Installment, Loan, Note, Repayment
from domain.lending.rules.distribution import share
from domain.lending.rules.waterfall import DueKind
from domain.shared import ids

FEE_PPM = 50_000


class AccountRow(Model):
    """An account; the trigger keeps its balance, as for everybody."""

    id = fields.UUIDField(primary_key=True)
    owner_id = fields.UUIDField(null=True)
    kind = fields.TextField()
    currency = fields.CharField(max_length=3)
    balance_minor = fields.BigIntField()

    class Meta:
        schema = "ledger"
        table = "accounts"


class PostingRow(Model):
    """A posting."""

    id = fields.BigIntField(primary_key=True)
    entry_id = fields.UUIDField()
    kind = fields.TextField()
    debit_id = fields.UUIDField()
    credit_id = fields.UUIDField()
    currency = fields.CharField(max_length=3)
    amount_minor = fields.BigIntField()
    reference_id = fields.UUIDField(null=True)
    note_id = fields.UUIDField(null=True)
    principal_minor = fields.BigIntField(null=True)
    fee_minor = fields.BigIntField(null=True)
    effective_on = fields.DateField()
    posted_at = fields.DatetimeField()

    class Meta:
        schema = "ledger"
        table = "postings"


class EventRow(Model):
    """An event in the outbox."""

    id = fields.BigIntField(primary_key=True)
    event_id = fields.UUIDField()
    kind = fields.TextField()
    dedupe_key = fields.TextField()
    payload = fields.JSONField[dict[str, object]]()
    loan_id = fields.UUIDField(null=True)
    happened_at = fields.DatetimeField()
    dispatched_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "shared"
        table = "outbox"


async def collect(loan_ids: Sequence[UUID], on: date) -> None:
    """Take what is due of each loan from its borrower's wallet, who has it, and share it out; a transaction a loan."""
    for loan_id in loan_ids:
        async with in_transaction("default"):
            await _collect(loan_id, on)


async def _collect(loan_id: UUID, on: date) -> None:
    now = datetime.now(UTC)
    loan = await Loan.filter(id=loan_id).select_for_update().get()
    due, following = await Installment.filter(loan_id=loan_id, settled_on=None).order_by("number").limit(2)
    notes = await Note.filter(loan_id=loan_id).order_by("id")
    lenders = await AccountRow.filter(owner_id__in=[note.lender_id for note in notes], kind=AccountKind.AVAILABLE.value)
    wallets = {row.owner_id: row.id for row in lenders}
    payer = (
        await AccountRow.filter(owner_id=loan.borrower_id, kind=AccountKind.AVAILABLE.value).select_for_update().get()
    )
    repayment = await Repayment.create(
        id=ids.new(), loan_id=loan_id, source="WALLET", status="APPLIED", entry_id=ids.new(), effective_on=on, posted_at=now,
        amount_minor=due.principal_minor + due.interest_minor,
    )  # fmt: skip
    for kind, minor in ((DueKind.INTEREST, due.interest_minor), (DueKind.PRINCIPAL, due.principal_minor)):
        await Allocation.create(
            id=ids.new(), repayment_id=repayment.id, installment_id=due.id, kind=kind.value, amount_minor=minor
        )

    async def post(kind: str, debit_id: UUID, credit_id: UUID, minor: int, **part: object) -> None:
        await PostingRow.create(
            entry_id=repayment.entry_id, kind=kind, debit_id=debit_id, credit_id=credit_id, currency=loan.currency,
            amount_minor=minor, reference_id=repayment.id, effective_on=on, posted_at=now, **part,
        )  # fmt: skip

    fees = await _share(notes, due, wallets, payer.id, post)
    platform = {kind: accounts.platform(kind, loan.currency).id for kind in (AccountKind.FEES, AccountKind.LENT)}
    claim = accounts.loan(AccountKind.PRINCIPAL, loan_id, loan.currency).id
    await post("SERVICE_FEE", payer.id, platform[AccountKind.FEES], fees)
    await post("PRINCIPAL_REPAID", claim, platform[AccountKind.LENT], due.principal_minor)
    due.paid_principal_minor, due.paid_interest_minor, due.settled_on = due.principal_minor, due.interest_minor, on
    await due.save(update_fields=["paid_principal_minor", "paid_interest_minor", "settled_on"])
    await EventRow.create(
        event_id=ids.new(), kind="repayment.distributed", dedupe_key=f"repayment.distributed:{repayment.id}", loan_id=loan_id,
        payload={"loan_id": str(loan_id), "amount_minor": repayment.amount_minor}, happened_at=now, dispatched_at=now,
    )  # fmt: skip
    loan.next_collection_on = following.due_on
    await loan.save(update_fields=["next_collection_on"])


async def _share(notes: Sequence[Note], due: Installment, wallets: dict[UUID, UUID], payer_id: UUID, post) -> int:  # type: ignore[no-untyped-def]
    """Share an installment among the notes; returns the service fees kept."""
    weights = [note.principal_minor for note in notes]
    principal = share(due.principal_minor, weights, [note.principal_received_minor for note in notes])
    interest = share(due.interest_minor, weights, [note.interest_received_minor for note in notes])
    kept = 0
    for note, repaid, earned in zip(notes, principal, interest, strict=True):
        fee = earned * FEE_PPM // 1_000_000
        kept += fee
        note.principal_received_minor += repaid
        note.interest_received_minor += earned
        note.fees_paid_minor += fee
        await note.save(update_fields=["principal_received_minor", "interest_received_minor", "fees_paid_minor"])
        await post(
            "REPAYMENT_SHARE", payer_id, wallets[note.lender_id], repaid + earned - fee,
            note_id=note.id, principal_minor=repaid, fee_minor=fee,
        )  # fmt: skip
    return kept
