"""A whole loan of thirty lenders, from payout to its last cent."""

from datetime import date
from uuid import UUID

from domain.ledger.accounts import AccountKind
from domain.lending import commands
from domain.lending.rules.waterfall import DueKind
from domain.shared import clock, db
from tests.domain.lending.applying import assert_books_hold, events
from tests.domain.lending.serving import (
    SetClock,
    active,
    collect,
    debits,
    loan_of,
    loan_row,
    notes_of,
    platform,
    repayments_of,
    walk,
    wallet,
)

THIRTY = [10_000 + 10_000 * (number % 7) for number in range(30)]


async def test_thirty_lenders_get_principal_and_their_part_of_the_interest_to_the_cent(set_clock: SetClock) -> None:
    loan_id = await active(THIRTY)
    planned = await loan_of(loan_id)
    await walk(set_clock, date(2025, 1, 7), date(2026, 1, 7))
    loan = await loan_row(loan_id)
    assert (loan["status"], loan["repaid_on"], loan["next_collection_on"]) == ("CLOSED", date(2026, 1, 6), None)
    interest = sum(one.due_minor[DueKind.INTEREST] for one in planned.installments)
    repayments = await repayments_of(loan_id)
    assert len(repayments) == 12
    assert sum(row["amount_minor"] for row in repayments) == planned.open_minor()
    assert await wallet(loan["borrower_id"]) == 0
    for note in await notes_of(loan_id):
        assert note["status"] == "REPAID"
        assert note["principal_received_minor"] == note["principal_minor"]
        exact = interest * note["principal_minor"] / sum(THIRTY)
        assert abs(note["interest_received_minor"] - exact) < 1
        received = note["principal_minor"] + note["interest_received_minor"] - note["fees_paid_minor"]
        assert await wallet(note["lender_id"]) == received
    await assert_books_hold()
    assert (await events(loan_id)).count("repayment.distributed") == 12
    assert (await events(loan_id))[-1] == "loan.closed"


async def test_every_distribution_is_what_was_paid(set_clock: SetClock) -> None:
    loan_id = await active(THIRTY)
    await walk(set_clock, date(2025, 1, 7), date(2025, 4, 10))
    rows = await db.fetch(
        """select r.amount, sum(d.amount) as shared, count(*) as parts from audit.repayment r
        join audit.distribution d using (repayment_id) where r.loan_id = $1 group by r.repayment_id, r.amount""",
        loan_id,
    )
    assert len(rows) == 3
    assert all(row["amount"] == row["shared"] for row in rows)
    assert await platform(AccountKind.FEES) > 0


async def test_collecting_again_on_the_same_day_does_nothing(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    due_on = await _due(loan_id)
    (debit,) = await collect(set_clock, due_on)
    assert await commands.collect_due(due_on, 150) == 0
    assert await debits() == [debit]
    assert (await loan_row(loan_id))["next_collection_on"] > due_on


async def test_days_that_were_missed_are_caught_up_in_one_step(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    (debit,) = await collect(set_clock, date(2025, 3, 20), "settled")
    assert await db.fetch_value("select amount_minor from lending.collections where id = $1", debit) > 0
    loan = await loan_of(loan_id)
    assert [one.settled_on for one in loan.installments[:3]] == [date(2025, 3, 20), date(2025, 3, 20), None]
    assert (await loan_row(loan_id))["next_collection_on"] == loan.installments[2].due_on
    await assert_books_hold()


async def test_many_loans_are_one_chunk(set_clock: SetClock) -> None:
    loans = [await active([300_000, 200_000]) for _ in range(5)]
    due_on = await _due(loans[0])
    await collect(set_clock, due_on)
    asked = await debits()
    assert len(asked) == 5
    assert await clock.today() == due_on
    await assert_books_hold()


async def _due(loan_id: UUID) -> date:
    due_on: date = (await loan_row(loan_id))["next_collection_on"]
    return due_on
