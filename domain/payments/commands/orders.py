"""What the bank is told, written down by the commands that need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.payments.commands.waking import ring
from domain.payments.models import InstructionPurpose, InstructionStatus
from domain.shared import clock, db, ids
from domain.shared.money import Money


@dataclass(frozen=True, kw_only=True)
class DebitOrder:
    """A direct debit for a loan, under the payer's mandate."""

    collection_id: UUID
    loan_id: UUID
    user_id: UUID
    mandate_id: UUID
    amount: Money


async def instruct_debit(*, collection_id: UUID, loan_id: UUID, user_id: UUID, mandate_id: UUID, amount: Money) -> None:
    """Have the bank debit a borrower, as part of the caller's transaction; the instruction's id is the collection's."""
    await instruct_debits(
        [
            DebitOrder(
                collection_id=collection_id, loan_id=loan_id, user_id=user_id, mandate_id=mandate_id, amount=amount
            )
        ]
    )


@db.atomic
async def instruct_debits(orders: Sequence[DebitOrder]) -> None:
    """As `instruct_debit`, for many: one statement. Whether the mandate still stands the bank decides when it debits."""
    if not orders:
        return
    written = await db.fetch(
        """insert into payments.instructions (id, kind, purpose, status, user_id, reference, reference_id, amount_minor,
            currency, account_number, mandate_id, created_at)
        select o.id, 'DEBIT', 'COLLECTION', 'CREATED', o.user_id, o.loan_id::text, o.loan_id, o.amount_minor, o.currency,
            a.number, m.id, $7
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[])
            o(id, loan_id, user_id, mandate_id, amount_minor, currency)
        join payments.mandates m on m.id = o.mandate_id and m.user_id = o.user_id
        join payments.bank_accounts a on a.id = m.bank_account_id
        returning id""",
        [order.collection_id for order in orders],
        [order.loan_id for order in orders],
        [order.user_id for order in orders],
        [order.mandate_id for order in orders],
        [order.amount.amount_minor for order in orders],
        [order.amount.currency for order in orders],
        await clock.now(),
    )
    assert len(written) == len(orders), "a mandate is the payer's own"
    ring()


@db.atomic
async def instruct_payout(*, loan_id: UUID, user_id: UUID, amount: Money, bank_account_id: UUID) -> UUID:
    """Have the bank pay out a loan, as part of the caller's transaction; returns the instruction's id.

    The money is in LEAVING of the borrower with the loan as reference.
    """
    return await instruct(
        InstructionPurpose.DISBURSEMENT,
        user_id,
        loan_id,
        amount,
        bank_account_id=bank_account_id,
        reference=str(loan_id),
    )


async def instruct(
    purpose: InstructionPurpose,
    user_id: UUID,
    reference_id: UUID,
    amount: Money,
    *,
    reference: str,
    bank_account_id: UUID | None = None,
    account_number: str | None = None,
) -> UUID:
    """Write down a payout to a user's bank account, or to an account number."""
    if account_number is None:
        account_number = await db.fetch_value(
            "select number from payments.bank_accounts where id = $1 and user_id = $2", bank_account_id, user_id
        )
    assert account_number is not None, "a user is paid to a bank account of their own"
    instruction_id = ids.new()
    await db.execute(
        """insert into payments.instructions (id, kind, purpose, status, user_id, reference, reference_id, amount_minor,
            currency, account_number, created_at)
        values ($1, 'PAYOUT', $2, 'CREATED', $3, $4, $5, $6, $7, $8, $9)""",
        instruction_id, purpose.value, user_id, reference, reference_id, amount.amount_minor, amount.currency,
        account_number, await clock.now(),
    )  # fmt: skip
    ring()
    return instruction_id


@db.atomic
async def post_debit_return(collection_id: UUID) -> None:
    """Let the money of a returned debit leave COLLECTING for the bank it went back to; once, at the end of lending's undoing.

    The money must be back in COLLECTING. Nothing happens while the debit is not known to have been returned.
    """
    row = await db.fetch_one(
        """select reference_id, amount_minor, currency, booked_on from payments.instructions i
        where id = $1 and status = $2 and not exists (
            select from ledger.postings p where p.reference_id = $1 and p.kind = 'DEBIT_RETURNED')""",
        collection_id,
        InstructionStatus.RETURNED.value,
    )
    if row is None:
        return
    collecting = accounts.loan(AccountKind.COLLECTING, row["reference_id"], row["currency"])
    custody = accounts.platform(AccountKind.CUSTODY, row["currency"])
    posting = Posting(
        kind="DEBIT_RETURNED",
        debit=collecting,
        credit=custody,
        amount_minor=row["amount_minor"],
        reference_id=collection_id,
    )
    await ledger.post([posting], effective_on=row["booked_on"])
