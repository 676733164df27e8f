"""Fifty-one of everything that lists show, and who may see them: lived where that is quick, else copied row by row."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.lending.rules.schedule import Frequency
from domain.shared import clock, db, ids
from domain.shared.actor import Scope, Viewer
from tests.domain.lending.serving import SetClock, active, collect, notes_of, repayments_of
from tests.domain.marketplace import market

MANY = 51
"""One more than a page has: the last page would not show whether there is a next one."""
Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True)
class Fifty:
    """Where the lists are. `paid`: a loan repaid every week; `wanted`: one with many bids; `bidder`: a lender with many."""

    operator: Viewer
    borrower: Viewer
    lender: Viewer
    bidder: Viewer
    paid: UUID
    wanted: UUID
    note: UUID
    repayment: UUID


async def make(owner: Owner, set_clock: SetClock) -> Fifty:
    """Make them all."""
    paid = await active([100_000] * MANY, frequency=Frequency.WEEKLY, installment_count=52)
    notes = await notes_of(paid)
    for _ in range(MANY):
        day = await db.fetch_value("select next_collection_on from lending.loans where id = $1", paid)
        await collect(set_clock, day, "settled")
    borrower, lender = (await _one(f"select borrower_id from lending.loans where id = '{paid}'")), notes[0]["lender_id"]
    await copy(owner, "lending.notes", notes[0]["id"], bid_id="gen_random_uuid()")
    loans = [await market.list_loan(1_000_000, borrower) for _ in range(MANY)]
    crowd = await market.lenders(MANY, 10_000)
    await asyncio.gather(*[market.bid(crowd[0], loan, 100) for loan in loans])
    await asyncio.gather(*[market.bid(member, loans[0], 100) for member in crowd])
    await _copy_cases(owner, loans[0])
    await _copy_papers(owner, crowd[0])
    return Fifty(
        operator=Viewer(ids.new(), frozenset({Scope.READ, Scope.OPERATE, Scope.REVIEW, Scope.COLLECT, Scope.FINANCE})),
        borrower=Viewer(borrower, frozenset({Scope.READ, Scope.BORROW})),
        lender=Viewer(lender, frozenset({Scope.READ, Scope.LEND})),
        bidder=Viewer(crowd[0], frozenset({Scope.READ, Scope.LEND})),
        paid=paid,
        wanted=loans[0],
        note=notes[0]["id"],
        repayment=(await repayments_of(paid))[0]["id"],
    )


async def _one(sql: str) -> UUID:
    found: UUID = await db.fetch_value(sql)
    return found


async def _copy_papers(owner: Owner, user: UUID) -> None:
    """What a user has read and agreed to, and their transfers."""
    now = await clock.now()
    document = await _one("select id from identity.documents where kind = 'TERMS'")
    await copy(owner, "identity.documents", document, version="version + number")
    await owner.execute(
        """insert into identity.consents (id, user_id, document_id, accepted_at)
        select gen_random_uuid(), $1, id, $2 from identity.documents where kind = 'TERMS' on conflict do nothing""",
        user, now,
    )  # fmt: skip
    await owner.execute(
        """insert into payments.transfers (id, user_id, kind, status, amount_minor, currency, reference, requested_at)
        select gen_random_uuid(), $1, 'DEPOSIT', 'EXPECTED', 100, 'CNY', 'R' || number, $2
        from generate_series(1, $3) number""",
        user, now, MANY,
    )  # fmt: skip


async def _copy_cases(owner: Owner, loan: UUID) -> None:
    """What waits for operators."""
    now, today = await clock.now(), await clock.today()
    await market.people(MANY)
    await owner.execute("update identity.identity_checks set status = 'REVIEW', decided_at = null")
    await owner.execute(
        """insert into payments.suspense_items (id, status, bank_entry_id, movement_id, amount_minor, currency, booked_on,
            explanation)
        select gen_random_uuid(), 'OPEN', 'e' || number, 'm' || number, 100, 'CNY', $1, 'unknown'
        from generate_series(1, $2) number""",
        today, MANY,
    )  # fmt: skip
    await owner.execute(
        """insert into payments.reconciliations (id, "on", currency, bank_balance_minor, ledger_balance_minor, done_at)
        select gen_random_uuid(), $1::date - number, 'CNY', 100, 100, $2 from generate_series(1, $3) number""",
        today, now, MANY,
    )  # fmt: skip
    changes = {"reference": "'R' || number", "status": "'UNDER_REVIEW'", "borrower_id": f"'{ids.new()}'"}
    await copy(owner, "lending.loans", loan, listed_at="null", **changes)
    overdue = f"date '{today - timedelta(days=40)}'"
    late = await active([100_000])
    await owner.execute(
        f"update lending.installments set due_on = {overdue}, nominal_on = {overdue} where loan_id = $1 and number = 1",
        late,
    )
    installment = await _one(f"select id from lending.installments where loan_id = '{late}' and number = 1")
    await copy(owner, "lending.loans", late, reference="'L' || number")
    await owner.execute(
        """insert into lending.installments select (jsonb_populate_record(i, jsonb_build_object(
            'id', gen_random_uuid(), 'loan_id', l.id))).*
        from lending.installments i, lending.loans l where i.id = $1 and l.reference like 'L%' and l.status = 'ACTIVE'
            and l.borrower_id = (select borrower_id from lending.loans where id = $2) and l.id <> $2""",
        installment, late,
    )  # fmt: skip


async def copy(owner: Owner, table: str, row_id: UUID, **changes: str) -> None:
    """Copy a row `MANY` times, with columns changed to expressions over its own and its `number`.

    The copies' ids are larger than all others: a page is either of copies or of rows that were lived.
    """
    changed = ", ".join(f"'{column}', {expression}" for column, expression in changes.items())
    await owner.execute(
        f"""insert into {table} select (jsonb_populate_record(t, jsonb_build_object(
            'id', overlay(gen_random_uuid()::text placing 'ffff' from 1), {changed}))).*
        from {table} t, generate_series(1, $2) number where t.id = $1""",
        row_id,
        MANY,
    )
