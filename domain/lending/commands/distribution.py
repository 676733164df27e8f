"""Distribution: the one way in which money of borrowers becomes money of lenders, for many loans at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.commands import Posting
from domain.lending import events
from domain.lending.commands.debts import netted, write_netted
from domain.lending.commands.desk import Desk, write_installments, write_notes
from domain.lending.commands.standing import settle_standing
from domain.lending.models import RepaymentSource, RepaymentStatus
from domain.lending.rules.servicing import Paid, ServicedLoan, by_kind
from domain.lending.rules.sharing import Receipt, ServicedDebt, net_debts, share_out
from domain.lending.rules.waterfall import DueKind
from domain.shared import clock, db, ids, outbox


@dataclass(frozen=True, kw_only=True)
class Payment:
    """What is paid of one loan, as the rules have put it to the installments already.

    The money is taken from the loan's COLLECTING account if a direct debit brought it (`collection_id`), else from a
    borrower's wallet, where the caller has checked that it is.
    """

    loan: ServicedLoan
    source: RepaymentSource
    parts: Sequence[Paid]
    paid_from: Account
    collection_id: UUID | None = None
    id: UUID = field(default_factory=ids.new)
    entry_id: UUID = field(default_factory=ids.new)

    @property
    def amount_minor(self) -> int:
        """The whole of it."""
        return sum(part.amount_minor for part in self.parts)


async def distribute(desk: Desk, payments: Sequence[Payment], on: date) -> None:
    """Distribute payments (at most one of each loan on the desk) as of a business date, and write the whole desk back.

    Shares by note, the service fee kept from interest, fees of installments, and the principal that is no longer lent,
    are one entry for each payment; what lenders owe back is taken from what they receive. Loans with nothing open are
    closed, those in default that are current again are cured, and all get their next day of collection.
    """
    postings: list[Posting] = []
    recovered: list[ServicedDebt] = []
    for payment in payments:
        notes = desk.notes[payment.loan.id]
        receipts = share_out(notes, by_kind(payment.parts), payment.loan.product.lender_service_fee_ppm)
        postings += _shares(payment, receipts)
        taken = net_debts(desk.debts_in(payment.loan.currency), _received(receipts))
        postings += [netted(debt, minor, payment.entry_id) for debt, minor in taken]
        recovered += [debt for debt, _ in taken]
    await ledger.post(postings, effective_on=on, locked=True)
    await write_installments(desk.loans.values())
    await write_notes(note for payment in payments for note in desk.notes[payment.loan.id])
    await write_netted(recovered)
    await _write_repayments(payments, on)
    await outbox.record(
        [
            events.distributed(
                payment.id,
                payment.amount_minor,
                desk.rows[payment.loan.id],
                [note.lender_id for note in desk.notes[payment.loan.id]],
            )
            for payment in payments
        ]
    )
    await settle_standing(desk, on, {payment.loan.id: payment.id for payment in payments})


def _shares(payment: Payment, receipts: Sequence[Receipt]) -> list[Posting]:
    """The postings of one payment; they sum to its amount, beside the principal that leaves the loan's account."""
    totals = by_kind(payment.parts)
    currency = payment.loan.currency
    fees = accounts.platform(AccountKind.FEES, currency)
    cash = [
        *(_share(payment, receipt, "REPAYMENT_SHARE", receipt.regular_minor) for receipt in receipts),
        *(_share(payment, receipt, "LATE_SHARE", receipt.late_minor) for receipt in receipts),
        _posting(payment, "SERVICE_FEE", fees, sum(receipt.fee_minor for receipt in receipts)),
        _posting(payment, "DUE_FEE", fees, totals[DueKind.FEE]),
    ]
    assert sum(posting.amount_minor for posting in cash) == payment.amount_minor, "what is paid is what is shared"
    claim = Posting(
        kind="PRINCIPAL_REPAID",
        debit=accounts.loan(AccountKind.PRINCIPAL, payment.loan.id, currency),
        credit=accounts.platform(AccountKind.LENT, currency),
        amount_minor=totals[DueKind.PRINCIPAL],
        reference_id=payment.id,
        entry_id=payment.entry_id,
    )
    return [*cash, claim]


def _share(payment: Payment, receipt: Receipt, kind: str, amount_minor: int) -> Posting:
    regular = kind == "REPAYMENT_SHARE"
    return Posting(
        kind=kind,
        debit=payment.paid_from,
        credit=accounts.user(AccountKind.AVAILABLE, receipt.note.lender_id, payment.loan.currency),
        amount_minor=amount_minor,
        reference_id=payment.id,
        note_id=receipt.note.id,
        principal_minor=receipt.principal_minor if regular else None,
        fee_minor=receipt.fee_minor if regular else None,
        entry_id=payment.entry_id,
    )


def _posting(payment: Payment, kind: str, credit: Account, amount_minor: int) -> Posting:
    return Posting(
        kind=kind,
        debit=payment.paid_from,
        credit=credit,
        amount_minor=amount_minor,
        reference_id=payment.id,
        entry_id=payment.entry_id,
    )


def _received(receipts: Sequence[Receipt]) -> dict[UUID, int]:
    received: dict[UUID, int] = {}
    for receipt in receipts:
        received[receipt.note.lender_id] = received.get(receipt.note.lender_id, 0) + receipt.net_minor
    return received


async def _write_repayments(payments: Sequence[Payment], on: date) -> None:
    await db.execute(
        """insert into lending.repayments (id, loan_id, source, status, amount_minor, collection_id, entry_id, effective_on,
            posted_at)
        select id, loan_id, source, $7, amount_minor, collection_id, entry_id, $8, $9
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::uuid[])
            r(id, loan_id, source, amount_minor, collection_id, entry_id)""",
        [payment.id for payment in payments],
        [payment.loan.id for payment in payments],
        [payment.source.value for payment in payments],
        [payment.amount_minor for payment in payments],
        [payment.collection_id for payment in payments],
        [payment.entry_id for payment in payments],
        RepaymentStatus.APPLIED.value,
        on,
        await clock.now(),
    )
    parts = [(payment.id, part) for payment in payments for part in payment.parts]
    await db.execute(
        """insert into lending.allocations (id, repayment_id, installment_id, kind, amount_minor)
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[])""",
        sorted(ids.new() for _ in parts),  # in the order of the waterfall, within a millisecond too
        [repayment_id for repayment_id, _ in parts],
        [part.installment_id for _, part in parts],
        [part.kind.value for _, part in parts],
        [part.amount_minor for _, part in parts],
    )
