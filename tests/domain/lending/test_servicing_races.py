"""Several workers and an impatient borrower at once."""

import asyncio
from datetime import date

from domain.lending import commands
from domain.lending.commands import RecordRecovery, Repaid, RepayLoan, WriteOffLoan
from domain.lending.rules.servicing import accrued_minor, earned, payoff_figure, total_open
from domain.shared import clock, db
from domain.shared.errors import DomainError, InsufficientFunds
from domain.shared.money import Money
from tests.domain.lending.applying import assert_books_hold, borrowing
from tests.domain.lending.serving import (
    SetClock,
    active,
    bank_says,
    collect,
    collecting,
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


async def test_workers_at_once_collect_each_loan_once(set_clock: SetClock) -> None:
    loans = [await active([200_000, 100_000]) for _ in range(6)]
    for loan_id in loans[:3]:
        await earn((await loan_row(loan_id))["borrower_id"], 1_000_000)
    await go_to(set_clock, DUE)
    done = await asyncio.gather(*(commands.collect_due(DUE, 2) for _ in range(8)))
    while count := await commands.collect_due(DUE, 2):
        done.append(count)
    assert sum(done) == 6
    assert [len(await repayments_of(loan_id)) for loan_id in loans] == [1, 1, 1, 0, 0, 0]
    assert await db.fetch_value("select count(*) from lending.collections") == 3
    await assert_books_hold()


async def test_the_bank_s_news_at_once_distribute_once_and_undo_once(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    (debit,) = await collect(set_clock, DUE)
    await bank_says("settled", debit)
    await asyncio.gather(*(commands.collections_settled([debit]) for _ in range(5)))
    assert len(await repayments_of(loan_id)) == 1
    await bank_says("returned", debit)
    await asyncio.gather(*(commands.collection_returned(debit) for _ in range(5)))
    assert [note["interest_received_minor"] for note in await notes_of(loan_id)] == [0, 0]
    await assert_books_hold()


async def test_twenty_payments_at_once_never_overdraw(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    await earn(borrower, 450_000)

    async def repay() -> Repaid | DomainError:
        request = RepayLoan(idempotency_key=key(), loan_id=loan_id, amount=Money(100_000, "CNY"))
        try:
            return await commands.repay_loan(borrowing(borrower), request)
        except DomainError as refusal:
            return refusal

    answers = await asyncio.gather(*(repay() for _ in range(20)))
    assert sum(isinstance(answer, Repaid) for answer in answers) == 4
    assert sum(isinstance(answer, InsufficientFunds) for answer in answers) == 16
    assert await wallet(borrower) == 50_000
    await assert_books_hold()


async def test_a_recovery_leaves_in_the_wallet_what_the_loan_cannot_take(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    await walk(set_clock, date(2025, 5, 20), date(2025, 5, 20), "refused")
    give_up = WriteOffLoan(idempotency_key=key(), loan_id=loan_id, reason="Gone.")
    await commands.write_off(collecting(), give_up)
    loan, today = await loan_of(loan_id), await clock.today()
    due, whole = total_open(earned(loan, today)), payoff_figure(loan, today).total_minor
    for amount, taken in ((due + accrued_minor(loan, today), due), (5_000_000, whole - due)):
        await earn(borrower, amount)
        request = RecordRecovery(idempotency_key=key(), loan_id=loan_id, amount=Money(amount, "CNY"))
        repaid = await commands.record_recovery(collecting(), request)
        assert repaid.amount.amount_minor == taken
        assert await wallet(borrower) == amount - taken
        await spend(borrower, amount - taken)
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    await assert_books_hold()
