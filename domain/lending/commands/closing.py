"""From a full loan to a paid-out one, and back if the payout fails."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.lending.commands import schedule
from domain.lending.commands.contract import publish_contract
from domain.lending.commands.transitions import lock_loan, move
from domain.lending.models import LoanStatus, NoteStatus
from domain.lending.queries import products
from domain.lending.queries.loans import shape_of
from domain.lending.rules.closing import AcceptedBid, ClosingNote, closing_postings, unwinding_postings
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.underwriting import Contract, contract_terms
from domain.payments.commands import instruct_payout
from domain.shared import clock, db, ids, policy
from domain.shared.db import Row
from domain.shared.money import Money

UNLISTED = frozenset({LoanStatus.EXPIRED, LoanStatus.DECLINED, LoanStatus.WITHDRAWN})


@db.atomic
async def mark_funded(loan_id: UUID, principal_minor: int) -> None:
    """The listing is full, or the borrower takes the smaller principal: LISTED → FUNDED. The caller holds the listing."""
    loan = await lock_loan(loan_id)
    assert 0 < principal_minor <= loan["asked_minor"]
    await db.execute("update lending.loans set principal_minor = $2 where id = $1", loan_id, principal_minor)
    await move([loan], LoanStatus.FUNDED, principal_minor=principal_minor)


@db.atomic
async def unlist(loan_id: UUID, to: LoanStatus, reason: str) -> None:
    """A listed or funded loan does not come about: EXPIRED, DECLINED or WITHDRAWN. The caller releases the holds."""
    assert to in UNLISTED
    await move([await lock_loan(loan_id)], to, reason=reason)


@db.atomic
async def close(loan_id: UUID, bids: Sequence[AcceptedBid]) -> None:
    """FUNDED → DISBURSING: holds become notes and proceeds, the fee is kept, the schedule stored, the payout instructed.

    The rate is lowered if the legal ceiling of today asks for it: today is the contract's date. The caller holds the
    listing and has accepted exactly these bids; each becomes a note.
    """
    loan = await lock_loan(loan_id)
    principal = sum(bid.amount_minor for bid in bids)
    assert principal == loan["principal_minor"], "the bids are what was funded, to the cent"
    today = await clock.today()
    product = await products.terms(loan["product_id"])
    contract = _contract(loan, product, today, today)
    notes = [
        ClosingNote(note_id=note_id, bid_id=bid.bid_id, lender_id=bid.lender_id, principal_minor=bid.amount_minor)
        for note_id, bid in zip(sorted(ids.new() for _ in bids), bids, strict=True)
    ]
    fee = contract.quote.origination_fee_minor
    await move([loan], LoanStatus.DISBURSING, audience=[note.lender_id for note in notes], principal_minor=principal)
    await _write_terms(loan_id, contract)
    await _write_notes(loan_id, notes)
    await schedule.store(loan_id, contract.quote.installments)
    await publish_contract(loan, product, contract, _by_lender(notes))
    await ledger.open_accounts(
        accounts.user(AccountKind.AVAILABLE, id_, loan["currency"])
        for id_ in {loan["borrower_id"], *(note.lender_id for note in notes)}
    )  # repayments are posted to them by the thousand, without a look whether they are there
    await ledger.post(
        closing_postings(loan_id, loan["borrower_id"], loan["currency"], notes, fee), entry_id=closing_entry(loan_id)
    )
    await instruct_payout(
        loan_id=loan_id,
        user_id=loan["borrower_id"],
        amount=Money(contract.quote.net_disbursed_minor, loan["currency"]),
        bank_account_id=loan["bank_account_id"],
    )


def closing_entry(loan_id: UUID) -> UUID:
    """The ledger entry of a loan's closing: derived, so that a loan cannot close twice under different names."""
    return ids.derived("closing", loan_id)


def _contract(loan: Row, product: ProductTerms, contract_on: date, start_on: date) -> Contract:
    profile = policy.profile(loan["profile_code"])
    contract = contract_terms(shape_of(loan), product, loan["annual_rate_ppm"], profile, contract_on, start_on)
    assert contract is not None, "a product's fees alone never exceed the ceiling"
    return contract


def _by_lender(notes: Sequence[ClosingNote]) -> dict[UUID, int]:
    shares: dict[UUID, int] = {}
    for note in notes:
        shares[note.lender_id] = shares.get(note.lender_id, 0) + note.principal_minor
    return shares


async def _write_terms(loan_id: UUID, contract: Contract) -> None:
    await db.execute(
        """update lending.loans set annual_rate_ppm = $2, late_rate_ppm = $3, effective_annual_rate_ppm = $4
        where id = $1""",
        loan_id, contract.quote.annual_rate_ppm, contract.late_rate_ppm, contract.quote.effective_annual_rate_ppm,
    )  # fmt: skip


async def _write_notes(loan_id: UUID, notes: Sequence[ClosingNote]) -> None:
    await db.execute(
        """insert into lending.notes (id, loan_id, bid_id, lender_id, principal_minor, principal_received_minor,
            interest_received_minor, late_received_minor, fees_paid_minor, status, created_at)
        select id, $1, bid_id, lender_id, principal_minor, 0, 0, 0, 0, $6, $7
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) n(id, bid_id, lender_id, principal_minor)""",
        loan_id, [note.note_id for note in notes], [note.bid_id for note in notes], [note.lender_id for note in notes],
        [note.principal_minor for note in notes], NoteStatus.ACTIVE.value, await clock.now(),
    )  # fmt: skip


@db.atomic
async def activate(loan_id: UUID, on: date) -> None:
    """DISBURSING → ACTIVE: the bank has paid out on that day, and interest runs from it. Again changes nothing.

    Due dates and amounts count from the payout; they are rewritten if the loan closed on another day.
    """
    loan = await lock_loan(loan_id)
    if loan["status"] != LoanStatus.DISBURSING:
        return
    contract_on = clock.on(loan["closed_at"])
    if on != contract_on:
        contract = _contract(loan, await products.terms(loan["product_id"]), contract_on, on)
        await _write_terms(loan_id, contract)
        await schedule.rewrite(loan_id, contract.quote.installments)
    await db.execute(
        """update lending.loans set disbursed_on = $2, next_collection_on =
            (select min(due_on) from lending.installments where loan_id = $1) where id = $1""",
        loan_id, on,
    )  # fmt: skip
    await move([loan], LoanStatus.ACTIVE, audience=await _lenders(loan_id), disbursed_on=on.isoformat())


@db.atomic
async def unwind(loan_id: UUID, reason: str) -> bool:
    """The payout was refused or came back, its money is in LEAVING again: undo the closing; True if this call did.

    Every posting of the closing gets its mirror, so that lenders have their money AVAILABLE; notes are CANCELLED and the
    loan is DECLINED. If something was already repaid, or is being collected, the loan goes on, and the money is released
    into the borrower's wallet.
    """
    loan = await lock_loan(loan_id)
    if loan["status"] in (LoanStatus.DISBURSING, LoanStatus.ACTIVE) and not await _served(loan_id):
        await _undo(loan, reason)
        return True
    if loan["status"] != LoanStatus.DECLINED:
        await _release_proceeds(loan)
    return False


async def _served(loan_id: UUID) -> bool:
    found: bool = await db.fetch_value(
        """select exists (select 1 from lending.repayments where loan_id = $1)
            or exists (select 1 from lending.collections where loan_id = $1 and status = 'PENDING')""",
        loan_id,
    )
    return found


async def _undo(loan: Row, reason: str) -> None:
    loan_id = loan["id"]
    rows = await db.fetch(
        "select id, bid_id, lender_id, principal_minor from lending.notes where loan_id = $1 order by id", loan_id
    )
    notes = [
        ClosingNote(
            note_id=row["id"], bid_id=row["bid_id"], lender_id=row["lender_id"], principal_minor=row["principal_minor"]
        )
        for row in rows
    ]
    product = await products.terms(loan["product_id"])
    fee = product.origination_fee_minor(loan["principal_minor"])
    await db.execute("update lending.notes set status = $2 where loan_id = $1", loan_id, NoteStatus.CANCELLED.value)
    await db.execute("update lending.loans set next_collection_on = null where id = $1", loan_id)
    await move([loan], LoanStatus.DECLINED, reason=reason, audience=[note.lender_id for note in notes], unwound=True)
    await ledger.post(
        unwinding_postings(loan_id, loan["borrower_id"], loan["currency"], notes, fee),
        entry_id=ids.derived("unwinding", loan_id),
    )


async def _release_proceeds(loan: Row) -> None:
    borrower_id, currency = loan["borrower_id"], loan["currency"]
    proceeds = accounts.user(AccountKind.LEAVING, borrower_id, currency, loan["id"])
    wallet = accounts.user(AccountKind.AVAILABLE, borrower_id, currency)
    balances = await ledger.lock([proceeds, wallet])
    posting = Posting(
        kind="PROCEEDS_RELEASED",
        debit=proceeds,
        credit=wallet,
        amount_minor=balances[proceeds],
        reference_id=loan["id"],
    )
    await ledger.post([posting])


async def _lenders(loan_id: UUID) -> list[UUID]:
    rows = await db.fetch("select distinct lender_id from lending.notes where loan_id = $1", loan_id)
    return [row["lender_id"] for row in rows]
