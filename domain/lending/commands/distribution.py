"""Distribution: the one way in which money of borrowers becomes money of lenders, for many loans at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.ledger import accounts, columns
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.columns import Columns
from domain.ledger.commands import Posting
from domain.lending import events
from domain.lending.commands.debts import netted, write_netted
from domain.lending.commands.desk import Desk, write_installments
from domain.lending.commands.standing import settle_standing
from domain.lending.models import RepaymentSource, RepaymentStatus
from domain.lending.rules.servicing import Paid, ServicedLoan, by_kind
from domain.lending.rules.sharing import Receipts, ServicedDebt, net_debts, share_out
from domain.lending.rules.waterfall import DueKind
from domain.shared import clock, db, ids, outbox
from domain.shared.db import Write


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
    books, recovered = Books(), list[ServicedDebt]()
    for posting in beside:
        books.others.add(posting)
    for payment in payments:
        totals = by_kind(payment.parts)
        receipts = share_out(desk.notes[payment.loan.id], totals, payment.loan.product.lender_service_fee_ppm)
        books.add(payment, receipts, totals)
        if debts := desk.debts_in(payment.loan.currency):
            for debt, minor in net_debts(debts, receipts.by_lender()):
                books.others.add(netted(debt, minor, payment.entry_id))
                recovered.append(debt)
    await write_installments(desk.loans.values())
    await write_netted(recovered)
    if payments:
        await _write_repayments(payments, on)
        await _announce(desk, payments)
    await settle_standing(desk, on, {payment.loan.id: payment.id for payment in payments})
    await books.write(on)  # last: from here to the end of the transaction the lenders' accounts are locked


class Books:
    """What payments change in the books, and in what their notes have received, gathered to be written at once."""

    def __init__(self) -> None:
        self.others = Columns()
        """Postings that are no lender's share."""
        self._payments: list[Payment] = []
        self._turns: list[str] = []
        """For each note, the place of its payment, from 1 on."""
        self._wallets: list[UUID] = []
        self._notes: list[UUID] = []
        self._principal: list[int] = []
        self._interest: list[int] = []
        self._late: list[int] = []
        self._fee: list[int] = []

    def add(self, payment: Payment, receipts: Receipts, totals: Mapping[DueKind, int]) -> None:
        """One payment; what is posted sums to its amount, beside the principal that leaves the loan's account."""
        currency, notes = payment.loan.currency, receipts.notes
        shared, fee = receipts.total_minor(), sum(receipts.fee_minor)
        assert shared + fee + totals[DueKind.FEE] == payment.amount_minor, "what is paid is what is shared"
        self._payments.append(payment)
        self._turns += [str(len(self._payments))] * len(notes.ids)
        self._wallets += [accounts.available_id(lender_id, currency) for lender_id in notes.lender_ids]
        self._notes += notes.ids
        self._principal += receipts.principal_minor
        self._interest += receipts.interest_minor
        self._late += receipts.late_minor
        self._fee += receipts.fee_minor
        fees, lent = (accounts.platform(kind, currency) for kind in (AccountKind.FEES, AccountKind.LENT))
        claim = accounts.loan(AccountKind.PRINCIPAL, payment.loan.id, currency)
        self.others.add(_posting(payment, "SERVICE_FEE", payment.paid_from, fees, fee))
        self.others.add(_posting(payment, "DUE_FEE", payment.paid_from, fees, totals[DueKind.FEE]))
        self.others.add(_posting(payment, "PRINCIPAL_REPAID", claim, lent, totals[DueKind.PRINCIPAL]))

    async def write(self, on: date) -> None:
        """Write all of it, in one statement."""
        await db.execute(
            WRITE,
            on,
            await clock.now(),
            [payment.entry_id for payment in self._payments],
            [payment.paid_from.id for payment in self._payments],
            [payment.id for payment in self._payments],
            [payment.loan.currency for payment in self._payments],
            f"{{{','.join(self._turns)}}}",  # as text: numbers so small are quicker to read than to carry
            self._wallets,
            self._notes,
            self._principal,
            self._interest,
            self._late,
            self._fee,
            *self.others.arguments(),
        )


SHARED = """select s.*, ($3::uuid[])[turn] as entry_id, ($4::uuid[])[turn] as debit_id, ($5::uuid[])[turn] as reference_id,
        ($6::char(3)[])[turn] as currency, principal_minor + interest_minor - fee_minor as regular_minor
    from unnest($7::text::int[], $8::uuid[], $9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        s(turn, credit_id, note_id, principal_minor, interest_minor, late_minor, fee_minor)"""
RECEIVED = """update lending.notes n set principal_received_minor = n.principal_received_minor + s.principal_minor,
        interest_received_minor = n.interest_received_minor + s.interest_minor,
        late_received_minor = n.late_received_minor + s.late_minor, fees_paid_minor = n.fees_paid_minor + s.fee_minor
    from shared s where n.id = s.note_id"""
POSTED = columns.insert(
    f"""select entry_id, 'REPAYMENT_SHARE', debit_id, credit_id, currency, regular_minor, reference_id, note_id, principal_minor,
            fee_minor, $1::date, $2::timestamptz from shared where regular_minor > 0
        union all select entry_id, 'LATE_SHARE', debit_id, credit_id, currency, late_minor, reference_id, note_id, null, null, $1,
            $2 from shared where late_minor > 0
        union all {columns.unnested(14, 1, 2)}"""  # noqa: S608 - our own literals
)
WRITE = f"with shared as materialized ({SHARED}), received as ({RECEIVED}) {POSTED}"


def _posting(payment: Payment, kind: str, debit: Account, credit: Account, amount_minor: int) -> Posting:
    return Posting(
        kind=kind,
        debit=debit,
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
    columns = (
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
    await db.write(Write("repayments", REPAID, columns, rows=len(payments)))
    parts = [(payment.id, part) for payment in payments for part in payment.parts]
    columns_of_parts = (
        ids.several(len(parts)),  # in the order of the waterfall, within a millisecond too
        [repayment_id for repayment_id, _ in parts],
        [part.installment_id for _, part in parts],
        [part.kind.value for _, part in parts],
        [part.amount_minor for _, part in parts],
    )
    await db.write(Write("allocations", ALLOCATED, columns_of_parts, rows=len(parts)))


REPAID = """insert into lending.repayments (id, loan_id, source, status, amount_minor, collection_id, entry_id, effective_on,
        posted_at)
    select id, loan_id, source, $7, amount_minor, collection_id, entry_id, $8, $9
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::uuid[])
        r(id, loan_id, source, amount_minor, collection_id, entry_id)"""
ALLOCATED = """insert into lending.allocations (id, repayment_id, installment_id, kind, amount_minor)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[])"""
