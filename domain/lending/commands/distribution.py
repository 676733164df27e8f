"""Distribution: the one way in which money of borrowers becomes money of lenders, for many loans at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.columns import Columns
from domain.ledger.commands import Posting
from domain.lending import events
from domain.lending.commands.debts import netted, write_netted
from domain.lending.commands.desk import Desk, write_installments, write_notes
from domain.lending.commands.standing import settle_standing
from domain.lending.models import RepaymentSource, RepaymentStatus
from domain.lending.rules.servicing import Paid, ServicedLoan, by_kind
from domain.lending.rules.sharing import Receipts, ServicedDebt, net_debts, share_out
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


async def distribute(desk: Desk, payments: Sequence[Payment], on: date, beside: Sequence[Posting] = ()) -> None:
    """Distribute payments (at most one of each loan on the desk) as of a business date, and write the whole desk back.

    Shares by note, the service fee kept from interest, fees of installments, and the principal that is no longer lent,
    are one entry for each payment; what lenders owe back is taken from what they receive. Loans with nothing open are
    closed, those in default that are current again are cured, and all get their next day of collection. `beside`: what
    else is posted with it, each with its entry.
    """
    postings, recovered = Columns(), list[ServicedDebt]()
    for posting in beside:
        postings.add(posting)
    for payment in payments:
        notes = desk.notes[payment.loan.id]
        receipts = share_out(notes, by_kind(payment.parts), payment.loan.product.lender_service_fee_ppm)
        _post_shares(postings, payment, receipts)
        if debts := desk.debts_in(payment.loan.currency):
            for debt, minor in net_debts(debts, receipts.by_lender()):
                postings.add(netted(debt, minor, payment.entry_id))
                recovered.append(debt)
    await write_installments(desk.loans.values())
    if payments:
        await write_notes(desk.notes[payment.loan.id] for payment in payments)
        await write_netted(recovered)
        await _write_repayments(payments, on)
        await _announce(desk, payments)
    await settle_standing(desk, on, {payment.loan.id: payment.id for payment in payments})
    await postings.post(on)  # last: from here on until the end accounts are locked


def _post_shares(postings: Columns, payment: Payment, receipts: Receipts) -> None:
    """The postings of one payment; they sum to its amount, beside the principal that leaves the loan's account."""
    totals = by_kind(payment.parts)
    currency, notes = payment.loan.currency, receipts.notes
    fees = accounts.platform(AccountKind.FEES, currency)
    wallets = [accounts.user(AccountKind.AVAILABLE, lender_id, currency).id for lender_id in notes.lender_ids]
    regular, late = receipts.regular_minor(), receipts.late_minor
    cash = (sum(regular), sum(late), sum(receipts.fee_minor), totals[DueKind.FEE])
    assert sum(cash) == payment.amount_minor, "what is paid is what is shared"
    share = _posting(payment, "REPAYMENT_SHARE", fees, cash[0])
    postings.share_out(share, wallets, notes.ids, regular, receipts.principal_minor, receipts.fee_minor)
    if cash[1]:
        nothing = [None] * len(late)
        postings.share_out(_posting(payment, "LATE_SHARE", fees, cash[1]), wallets, notes.ids, late, nothing, nothing)
    postings.add(_posting(payment, "SERVICE_FEE", fees, cash[2]))
    postings.add(_posting(payment, "DUE_FEE", fees, cash[3]))
    claim = accounts.loan(AccountKind.PRINCIPAL, payment.loan.id, currency)
    lent = accounts.platform(AccountKind.LENT, currency)
    postings.add(_posting(payment, "PRINCIPAL_REPAID", lent, totals[DueKind.PRINCIPAL])._replace(debit=claim))


def _posting(payment: Payment, kind: str, credit: Account, amount_minor: int) -> Posting:
    return Posting(
        kind=kind,
        debit=payment.paid_from,
        credit=credit,
        amount_minor=amount_minor,
        reference_id=payment.id,
        entry_id=payment.entry_id,
    )


async def _announce(desk: Desk, payments: Sequence[Payment]) -> None:
    await outbox.record(
        [
            events.distributed(
                payment.id, payment.amount_minor, desk.rows[payment.loan.id], desk.notes[payment.loan.id].lender_ids
            )
            for payment in payments
        ]
    )


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
