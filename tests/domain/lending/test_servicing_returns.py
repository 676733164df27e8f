"""Debits that the bank takes back: undone by mirrors, fronted where lenders have spent the money, netted later."""

from datetime import date, timedelta
from uuid import UUID

from domain.ledger.accounts import AccountKind
from domain.lending import commands
from domain.lending.rules.waterfall import DueKind
from domain.shared import db
from tests.domain.lending.applying import assert_books_hold, balance, events
from tests.domain.lending.serving import (
    SetClock,
    active,
    bank_says,
    collect,
    earn,
    go_to,
    loan_of,
    loan_row,
    notes_of,
    platform,
    repayments_of,
    spend,
    walk,
    wallet,
)

DUE = date(2025, 2, 6)


async def clawbacks() -> list[db.Row]:
    """What is owed back, oldest first."""
    return await db.fetch("select * from lending.clawbacks order by id")


async def test_a_returned_debit_is_undone_to_the_cent(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 300_000, 100_000])
    before = await notes_of(loan_id)
    (debit,) = await collect(set_clock, DUE, "settled")
    await go_to(set_clock, DUE + timedelta(days=10))
    await bank_says("returned", debit)
    await commands.collection_returned(debit)
    assert await notes_of(loan_id) == before
    assert [await wallet(note["lender_id"]) for note in before] == [0, 0, 0]
    assert await clawbacks() == []
    assert [row["status"] for row in await repayments_of(loan_id)] == ["REVERSED"]
    assert await platform(AccountKind.FEES) == 5_000
    assert await db.fetch_value("select count(*) from audit.distribution") == 0
    loan = await loan_of(loan_id)
    assert loan.oldest_unpaid_on() == DUE
    late = loan.installments[0].open_minor(DueKind.LATE_INTEREST)
    base = loan.installments[0].open_minor() - late
    assert abs(late - base * loan.late_rate_ppm * 10 / 365 / 1_000_000) <= 0.5
    assert (await loan_row(loan_id))["next_collection_on"] == DUE + timedelta(days=14)
    assert (await events(loan_id)).count("repayment.reversed") == 1
    await assert_books_hold()


async def test_a_debit_returned_before_it_was_distributed_just_goes_back(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    (debit,) = await collect(set_clock, DUE)
    await bank_says("returned", debit)
    await commands.collections_settled([debit])
    assert await repayments_of(loan_id) == []
    status = await db.fetch_value("select status from lending.collections where id = $1", debit)
    assert status == "RETURNED"
    await assert_books_hold()


async def test_what_a_lender_has_withdrawn_is_fronted_and_netted_from_the_next_receipts(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    (debit,) = await collect(set_clock, DUE, "settled")
    rich, poor = await notes_of(loan_id)
    share, received = await wallet(rich["lender_id"]), await wallet(poor["lender_id"])
    await spend(poor["lender_id"], received - 1_000)
    await bank_says("returned", debit)
    assert (await wallet(rich["lender_id"]), await wallet(poor["lender_id"])) == (0, 0)
    (debt,) = await clawbacks()
    assert (debt["note_id"], debt["amount_minor"], debt["recovered_minor"]) == (poor["id"], received - 1_000, 0)
    assert await platform(AccountKind.CLAWBACK) == -(received - 1_000)
    await assert_books_hold()

    await walk(set_clock, DUE + timedelta(days=1), DUE + timedelta(days=1), "settled")
    (debt,) = await clawbacks()
    assert debt["recovered_minor"] == debt["amount_minor"]
    assert await platform(AccountKind.CLAWBACK) == 0
    assert (await wallet(rich["lender_id"]), await wallet(poor["lender_id"])) == (share, 1_000)
    await assert_books_hold()


async def test_debts_of_several_loans_are_netted_oldest_first(set_clock: SetClock) -> None:
    one, two = await active([300_000]), await active([500_000])
    lender = (await notes_of(one))[0]["lender_id"]
    await db.execute("update lending.notes set lender_id = $2 where loan_id = $1", two, lender)
    asked = await collect(set_clock, DUE, "settled")
    await spend(lender, await wallet(lender))
    for debit in asked:
        await bank_says("returned", debit)
    first, second = await clawbacks()
    await db.execute("update lending.loans set next_collection_on = null where id = $1", two)
    await walk(set_clock, DUE + timedelta(days=1), date(2025, 3, 6), "settled")
    first, second = await clawbacks()
    assert first["recovered_minor"] == first["amount_minor"]
    assert 0 < second["recovered_minor"] <= second["amount_minor"]
    owed = second["amount_minor"] - second["recovered_minor"]
    assert await platform(AccountKind.CLAWBACK) == -owed
    await assert_books_hold()


async def test_a_closed_loan_is_open_again(set_clock: SetClock) -> None:
    loan_id = await active([200_000, 100_000], installment_count=3)
    await walk(set_clock, date(2025, 1, 7), date(2025, 4, 7), "settled")
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    last = (await repayments_of(loan_id))[-1]["collection_id"]
    await bank_says("returned", last)
    row = await loan_row(loan_id)
    assert (row["status"], row["repaid_on"]) == ("ACTIVE", None)
    assert row["next_collection_on"] is not None
    assert {note["status"] for note in await notes_of(loan_id)} == {"ACTIVE"}
    await assert_books_hold()
    await walk(set_clock, date(2025, 4, 8), date(2025, 4, 20), "settled")
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    told = [kind for kind in await events(loan_id) if kind.startswith("loan.")]
    assert told[-3:] == ["loan.closed", "loan.reopened", "loan.closed"]
    await assert_books_hold()


async def test_late_interest_of_a_part_that_comes_back_counts_since_the_due_date(set_clock: SetClock) -> None:
    """A part was paid by debit late, another written up since: after the return it is as if nothing had been paid."""
    loan_id = await active([1_000_000])
    (debit,) = await collect(set_clock, DUE)
    await go_to(set_clock, DUE + timedelta(days=10))
    await bank_says("settled", debit)
    left = (await loan_of(loan_id)).installments[0].open_minor()
    assert left > 0
    await collect(set_clock, DUE + timedelta(days=20), "refused")
    await go_to(set_clock, DUE + timedelta(days=30))
    await bank_says("returned", debit)
    first = (await loan_of(loan_id)).installments[0]
    base = first.open_minor(DueKind.PRINCIPAL, DueKind.INTEREST, DueKind.FEE)
    exact = base * (await loan_row(loan_id))["late_rate_ppm"] * 30 / 365 / 1_000_000
    assert abs(first.open_minor(DueKind.LATE_INTEREST) - exact) <= 2
    await assert_books_hold()


async def test_money_that_a_loan_did_not_owe_goes_to_the_borrower_and_comes_back(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    (debit,) = await collect(set_clock, DUE)
    borrower = (await loan_row(loan_id))["borrower_id"]
    due = (await loan_of(loan_id)).installments[0].open_minor()
    await _raise_amount(debit, 700)
    await bank_says("settled", debit)
    assert await wallet(borrower) == 700
    assert (await repayments_of(loan_id))[0]["amount_minor"] == due
    await bank_says("returned", debit)
    assert await wallet(borrower) == 0
    assert await balance(AccountKind.AVAILABLE, (await notes_of(loan_id))[0]["lender_id"]) == 0
    await assert_books_hold()


async def test_a_borrower_who_has_spent_it_owes_it_from_the_next_deposits(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    (debit,) = await collect(set_clock, DUE)
    await _raise_amount(debit, 700)
    await bank_says("settled", debit)
    await spend(borrower, 500)
    await bank_says("returned", debit)
    assert await wallet(borrower) == 0
    assert [row["status"] for row in await repayments_of(loan_id)] == ["REVERSED"]
    (debt,) = await clawbacks()
    assert (debt["user_id"], debt["note_id"], debt["amount_minor"]) == (borrower, None, 500)
    assert await platform(AccountKind.CLAWBACK) == -500
    await assert_books_hold()

    for deposit_minor, owed in ((300, 200), (900, 0)):
        await earn(borrower, deposit_minor)
        await commands.net_deposits([borrower])
        await commands.net_deposits([borrower])
        assert await platform(AccountKind.CLAWBACK) == -owed
    assert await wallet(borrower) == 300 + 900 - 500
    await assert_books_hold()


async def test_a_borrower_who_has_spent_it_owes_it_from_the_next_excess(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    (first,) = await collect(set_clock, DUE)
    await _raise_amount(first, 700)
    await bank_says("settled", first)
    await spend(borrower, 700)
    await bank_says("returned", first)
    (second,) = await collect(set_clock, DUE + timedelta(days=1))
    await _raise_amount(second, 1_000)
    await bank_says("settled", second)
    assert await wallet(borrower) == 300
    (debt,) = await clawbacks()
    assert debt["recovered_minor"] == debt["amount_minor"] == 700
    assert await platform(AccountKind.CLAWBACK) == 0
    await assert_books_hold()


async def _raise_amount(debit: UUID, more_minor: int) -> None:
    for table in ("lending.collections", "payments.instructions"):
        await db.execute(f"update {table} set amount_minor = amount_minor + $2 where id = $1", debit, more_minor)
