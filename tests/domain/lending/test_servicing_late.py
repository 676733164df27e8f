"""Paying late, in parts, from the wallet; retries, default, cure, write-off, recovery, reminders."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.lending import commands
from domain.lending.commands import RecordRecovery, WriteOffLoan
from domain.lending.rules.servicing import fallen_due, payoff_figure, total_open
from domain.lending.rules.waterfall import DueKind
from domain.notifications.templates import templates
from domain.shared import clock, db, ids
from domain.shared.errors import InvalidInput, NotAllowed, WrongState
from domain.shared.money import Money
from tests.domain.lending.applying import assert_books_hold, borrowing, events, person
from tests.domain.lending.serving import (
    SetClock,
    active,
    bank_says,
    collect,
    collecting,
    debits,
    earn,
    go_to,
    key,
    loan_of,
    loan_row,
    notes_of,
    repayments_of,
    spend,
    walk,
    wallet,
)

DUE = date(2025, 2, 6)
"""The first due date of a loan paid out on 6 January 2025, a Thursday."""


async def test_the_wallet_pays_what_it_can_and_the_debit_the_rest(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    await earn(borrower, 30_000)
    first = (await loan_of(loan_id)).installments[0].open_minor()
    (debit,) = await collect(set_clock, DUE)
    assert await wallet(borrower) == 0
    (taken,) = await repayments_of(loan_id)
    assert (taken["source"], taken["amount_minor"]) == ("WALLET", 30_000)
    assert await db.fetch_value("select amount_minor from lending.collections where id = $1", debit) == first - 30_000
    await bank_says("settled", debit)
    assert (await loan_of(loan_id)).installments[0].settled_on == DUE
    await assert_books_hold()


async def test_a_refused_debit_is_tried_on_the_retry_days(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    tried = []
    day = DUE
    while day < date(2025, 3, 5):
        if await collect(set_clock, day, "refused"):
            tried.append((day - DUE).days)
        day += timedelta(days=1)
    # The third day is Sunday, 9 February; from the seventh on every seven days.
    assert tried == [0, 1, 4, 5, 7, 14, 21]
    attempts = await db.fetch("select attempt, status from lending.collections where loan_id = $1 order by id", loan_id)
    assert [row["attempt"] for row in attempts] == [1, 2, 3, 4, 5, 6, 7]
    assert {row["status"] for row in attempts} == {"REFUSED"}


async def test_while_a_debit_is_on_its_way_nothing_else_is_collected(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    (debit,) = await collect(set_clock, DUE)
    await earn(borrower, 50_000)
    for days in range(1, 9):
        await collect(set_clock, DUE + timedelta(days=days))
    assert await debits() == [debit]
    assert await repayments_of(loan_id) == []


async def test_without_a_mandate_the_wallet_is_tried_daily(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    row = await loan_row(loan_id)
    await db.execute("update payments.mandates set status = 'REVOKED' where id = $1", row["mandate_id"])
    assert await collect(set_clock, DUE) == []
    first = (await loan_of(loan_id)).installments[0]
    await earn(row["borrower_id"], first.open_minor())
    await collect(set_clock, DUE + timedelta(days=1))
    assert (await loan_of(loan_id)).installments[0].settled_on == DUE + timedelta(days=1)
    assert await wallet(row["borrower_id"]) == 0


async def test_late_interest_counts_from_the_due_date_once_the_days_of_grace_are_over(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    row = await loan_row(loan_id)
    base = (await loan_of(loan_id)).installments[0].open_minor()
    await go_to(set_clock, DUE + timedelta(days=3))
    assert (await loan_of(loan_id)).installments[0].open_minor() == base
    await go_to(set_clock, DUE + timedelta(days=10))
    late = (await loan_of(loan_id)).installments[0].open_minor(DueKind.LATE_INTEREST)
    exact = base * row["late_rate_ppm"] * 10 / 365 / 1_000_000
    assert late > 0
    assert abs(late - exact) <= 0.5


@pytest.mark.parametrize("steps", [1, 3, 20])
async def test_late_interest_is_the_same_in_one_step_and_in_many(set_clock: SetClock, steps: int) -> None:
    loan_id = await active([780_000])
    for step in range(1, steps + 1):
        await collect(set_clock, DUE + timedelta(days=20 * step // steps), "refused")
    late = (await loan_of(loan_id)).installments[0].open_minor(DueKind.LATE_INTEREST)
    base = (await loan_of(loan_id)).installments[0].open_minor() - late
    assert abs(late - base * (await loan_row(loan_id))["late_rate_ppm"] * 20 / 365 / 1_000_000) <= 0.5


async def test_late_interest_goes_to_the_lenders(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    await collect(set_clock, DUE + timedelta(days=20), "settled")
    first = (await loan_of(loan_id)).installments[0]
    notes = await notes_of(loan_id)
    assert first.due_minor[DueKind.LATE_INTEREST] == sum(note["late_received_minor"] for note in notes) > 0
    assert first.open_minor() == 0
    await assert_books_hold()


async def test_default_cure_default_write_off_and_recovery(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    await go_to(set_clock, DUE + timedelta(days=90))
    assert await commands.default_due(150) == 0
    await walk(set_clock, DUE + timedelta(days=91), DUE + timedelta(days=91), "refused")
    row = await loan_row(loan_id)
    assert (row["status"], row["defaulted_on"]) == ("DEFAULTED", DUE + timedelta(days=91))

    await earn(borrower, 1_000_000)
    await walk(set_clock, DUE + timedelta(days=92), DUE + timedelta(days=98), "refused")
    row = await loan_row(loan_id)
    assert (row["status"], row["defaulted_on"]) == ("ACTIVE", None)

    rest = await wallet(borrower)
    await walk(set_clock, DUE + timedelta(days=99), DUE + timedelta(days=99), "refused")
    await spend(borrower, rest)
    await walk(set_clock, DUE + timedelta(days=300), DUE + timedelta(days=301), "refused")
    assert (await loan_row(loan_id))["status"] == "DEFAULTED"
    await commands.write_off(
        collecting(), WriteOffLoan(idempotency_key=key(), loan_id=loan_id, reason=" Moved  away. ")
    )
    row = await loan_row(loan_id)
    assert (row["status"], row["status_reason"], row["next_collection_on"]) == ("WRITTEN_OFF", "Moved away.", None)
    assert {note["status"] for note in await notes_of(loan_id)} == {"WRITTEN_OFF"}

    await earn(borrower, (await loan_of(loan_id)).open_minor())
    await _recover(loan_id, 100_000)
    assert (await loan_row(loan_id))["status"] == "WRITTEN_OFF"
    await _recover(loan_id, payoff_figure(await loan_of(loan_id), await clock.today()).total_minor)
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    assert [row["source"] for row in await repayments_of(loan_id)][-2:] == ["RECOVERY", "RECOVERY"]
    await assert_books_hold()
    told = [kind for kind in await events(loan_id) if kind.startswith("loan.")]
    assert told[-5:] == ["loan.defaulted", "loan.cured", "loan.defaulted", "loan.written_off", "loan.closed"]


async def test_a_default_makes_nothing_due_and_contract_and_letter_say_so(set_clock: SetClock) -> None:
    loan_id, today = await active([1_000_000]), DUE + timedelta(days=91)
    await walk(set_clock, today, today, "refused")
    loan = await loan_of(loan_id)
    assert (await loan_row(loan_id))["status"] == "DEFAULTED"
    assert [one.number for one in fallen_due(loan, today)] == [1, 2, 3, 4]
    (asked,) = await db.fetch("select amount_minor from lending.collections where loan_id = $1", loan_id)
    assert asked["amount_minor"] == total_open(fallen_due(loan, today))
    contract = await db.fetch_value("select body from identity.documents where loan_id = $1", loan_id)
    for text in (contract, templates()["loan_defaulted", "EN"].text):
        assert "schedule stays as it is" in " ".join(text.lower().split())


async def _recover(loan_id: UUID, amount_minor: int) -> None:
    request = RecordRecovery(idempotency_key=key(), loan_id=loan_id, amount=Money(amount_minor, "CNY"))
    await commands.record_recovery(collecting(), request)


async def test_only_collectors_write_off_and_only_what_is_in_default(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    request = WriteOffLoan(idempotency_key=key(), loan_id=loan_id, reason="Gone.")
    with pytest.raises(NotAllowed):
        await commands.write_off(borrowing((await loan_row(loan_id))["borrower_id"]), request)
    with pytest.raises(WrongState):
        await commands.write_off(collecting(), request)
    with pytest.raises(InvalidInput):
        await commands.write_off(collecting(), WriteOffLoan(idempotency_key=key(), loan_id=loan_id, reason="  "))


@pytest.mark.parametrize("whose", ["borrower", "guarantor", "lender"])
async def test_collectors_decide_about_others_only(set_clock: SetClock, whose: str) -> None:
    loan_id = await active([1_000_000])
    await go_to(set_clock, DUE + timedelta(days=91))
    assert await commands.default_due(150) == 1
    borrower = (await loan_row(loan_id))["borrower_id"]
    (note,) = await notes_of(loan_id)
    of_loan = {"borrower": borrower, "guarantor": await person(), "lender": note["lender_id"]}
    await db.execute(
        "insert into lending.loan_parties (id, loan_id, role, name, user_id) values ($1, $2, 'GUARANTOR', 'Gu', $3)",
        ids.new(), loan_id, of_loan["guarantor"],
    )  # fmt: skip
    concerned = replace(collecting(), user_id=of_loan[whose])
    give_up = WriteOffLoan(idempotency_key=key(), loan_id=loan_id, reason="Gone.")
    await earn(borrower, 30_000)
    recovery = RecordRecovery(idempotency_key=key(), loan_id=loan_id, amount=Money(30_000, "CNY"))
    with pytest.raises(NotAllowed, match="another operator"):
        await commands.record_recovery(concerned, recovery)
    with pytest.raises(NotAllowed, match="another operator"):
        await commands.write_off(concerned, give_up)
    await commands.record_recovery(collecting(), recovery)
    await commands.write_off(collecting(), give_up)
    assert (await loan_row(loan_id))["status"] == "WRITTEN_OFF"


async def test_reminders_come_once_before_and_once_after(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    sent = []
    for days in range(-5, 4):
        await go_to(set_clock, DUE + timedelta(days=days))
        if await commands.remind_due(150):
            sent.append(days)
        assert await commands.remind_due(150) == 0
    assert sent == [-3, 1]
    told = await events(loan_id)
    assert (told.count("installment.reminder"), told.count("installment.overdue")) == (2, 1)
