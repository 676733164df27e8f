"""A direct debit that the bank took back, perhaps weeks after its money was distributed."""

from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting, mirror
from domain.lending import events
from domain.lending.commands.collection import decide, lock_collections
from domain.lending.commands.debts import fronted, write_debts
from domain.lending.commands.desk import Desk, open_desk, write_installments, write_notes
from domain.lending.commands.standing import settle_standing
from domain.lending.models import CollectionStatus, RepaymentStatus
from domain.lending.rules.returning import shortage, shortages, undone
from domain.lending.rules.servicing import Paid, accrue_late, take_back
from domain.lending.rules.waterfall import DueKind
from domain.payments.commands import post_debit_return
from domain.shared import clock, db, ids, outbox
from domain.shared.db import Row

DISTRIBUTED = ("REPAYMENT_SHARE", "LATE_SHARE", "SERVICE_FEE", "DUE_FEE", "PRINCIPAL_REPAID")


@db.atomic
async def collection_returned(collection_id: UUID) -> None:
    """The bank has returned a debit: undo its distribution by mirror postings and let the money go back. Once.

    Lenders give their shares back from what they have AVAILABLE, and the borrower what the loan did not owe. What that lacks
    the platform fronts, and they owe it from what they receive next. Installments are unpaid since their due dates; a loan
    that was closed is open again. A debit that was not distributed yet just goes back.
    """
    loans, (collection,) = await lock_collections([collection_id])
    if collection["status"] in (CollectionStatus.PENDING, CollectionStatus.SETTLED):
        await decide([collection], CollectionStatus.RETURNED)
        desk = await open_desk(list(loans.values()))
        repayment = await db.fetch_one("select * from lending.repayments where collection_id = $1", collection_id)
        if repayment is not None:
            await _reverse(desk, repayment)
        if collection["status"] == CollectionStatus.SETTLED:
            await _take_excess_back(desk, collection, repayment)
    await post_debit_return(collection_id)


async def _reverse(desk: Desk, repayment: Row) -> None:
    today = await clock.today()
    loan = desk.loans[repayment["loan_id"]]
    notes = desk.notes[loan.id]
    shares = await _postings(desk, repayment)
    for posting in shares:
        undone(notes, posting)
    back = [mirror(posting, f"{posting.kind}_REVERSED") for posting in shares]
    owed = shortages(shares, desk.balances)
    await ledger.post([*fronted(owed, repayment["id"]), *back], entry_id=(entry := ids.new()), locked=True)
    await write_debts(owed, repayment["collection_id"])
    accrue_late(loan, today)
    take_back(loan, await _parts(repayment["id"]), repayment["effective_on"])
    accrue_late(loan, today)
    await write_installments([loan])
    await write_notes([notes])
    await db.execute(
        "update lending.repayments set status = $2, reversed_at = $3, reversal_entry_id = $4 where id = $1",
        repayment["id"], RepaymentStatus.REVERSED.value, await clock.now(), entry,
    )  # fmt: skip
    await outbox.record(
        [events.reversed_(repayment["id"], repayment["amount_minor"], desk.rows[loan.id], notes.lender_ids)]
    )
    await settle_standing(desk, today, {loan.id: repayment["id"]})


async def _take_excess_back(desk: Desk, collection: Row, repayment: Row | None) -> None:
    """What the loan did not owe when the debit settled went to the borrower's wallet, and comes from there."""
    loan, wallet = desk.loans[collection["loan_id"]], desk.wallet(collection["loan_id"])
    excess = Posting(
        kind="COLLECTION_EXCESS_REVERSED",
        debit=wallet,
        credit=accounts.loan(AccountKind.COLLECTING, loan.id, loan.currency),
        amount_minor=collection["amount_minor"] - (repayment["amount_minor"] if repayment else 0),
        reference_id=collection["id"],
    )
    owed = shortage(wallet, excess.amount_minor, desk.balances[wallet])
    await ledger.post([*fronted(owed, collection["id"]), excess], locked=True)
    await write_debts(owed, collection["id"])


async def _postings(desk: Desk, repayment: Row) -> list[Posting]:
    """The postings that distributed a repayment, with their accounts, which are all on the desk."""
    loan = desk.loans[repayment["loan_id"]]
    known = {account.id: account for account in desk.balances}
    for kind in (AccountKind.FEES, AccountKind.LENT):
        account = accounts.platform(kind, loan.currency)
        known[account.id] = account
    rows = await db.fetch(
        """select * from (
            select * from ledger.postings where reference_id = $1 and note_id is null
            union all select * from ledger.postings where reference_id = $1 and note_id = any($3)) p
        where kind = any($2) order by id""",
        repayment["id"], list(DISTRIBUTED), desk.notes[loan.id].ids,
    )  # fmt: skip
    names = ("kind", "amount_minor", "reference_id", "note_id", "principal_minor", "fee_minor")
    return [
        Posting(debit=known[row["debit_id"]], credit=known[row["credit_id"]], **{name: row[name] for name in names})
        for row in rows
    ]


async def _parts(repayment_id: UUID) -> list[Paid]:
    rows = await db.fetch(
        "select installment_id, kind, amount_minor from lending.allocations where repayment_id = $1", repayment_id
    )
    return [Paid(**row | {"kind": DueKind(row["kind"])}) for row in rows]
