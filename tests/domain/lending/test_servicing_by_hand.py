"""Paying by hand: what is due, in advance, everything; with refusals that say what would have been right."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.lending import commands
from domain.lending.commands import PayOffLoan, Repaid, RepayLoan
from domain.lending.errors import (
    CollectionPending,
    PayoffChanged,
    PrepaymentNotAllowed,
    PrepaymentTooSmall,
    RepaymentTooLarge,
)
from domain.lending.queries import products
from domain.lending.queries.notes import REPAYMENTS
from domain.lending.rules.schedule import RepaymentMethod
from domain.lending.rules.servicing import accrued_minor, payoff_figure
from domain.lending.rules.waterfall import DueKind
from domain.shared import clock, db
from domain.shared.actor import Scope, Viewer
from domain.shared.errors import InsufficientFunds, InvalidInput, NotFound
from domain.shared.money import Money
from tests.domain.lending.applying import assert_books_hold, borrowing, person
from tests.domain.lending.serving import (
    SetClock,
    active,
    collect,
    earn,
    go_to,
    key,
    loan_of,
    loan_row,
    notes_of,
    repayments_of,
    walk,
    wallet,
)

DUE = date(2025, 2, 6)


async def repay(loan_id: UUID, amount_minor: int, idempotency_key: str | None = None) -> Repaid:
    """The borrower pays by hand."""
    borrower = (await loan_row(loan_id))["borrower_id"]
    request = RepayLoan(idempotency_key=idempotency_key or key(), loan_id=loan_id, amount=Money(amount_minor, "CNY"))
    return await commands.repay_loan(borrowing(borrower), request)


async def pay_off(loan_id: UUID, expected_minor: int) -> Repaid:
    """The borrower settles the loan."""
    borrower = (await loan_row(loan_id))["borrower_id"]
    request = PayOffLoan(idempotency_key=key(), loan_id=loan_id, expected=Money(expected_minor, "CNY"))
    return await commands.pay_off(borrowing(borrower), request)


async def payoff_minor(loan_id: UUID) -> int:
    """What settles the loan today."""
    return payoff_figure(await loan_of(loan_id), await clock.today()).total_minor


async def lent(method: RepaymentMethod = RepaymentMethod.EQUAL_INSTALLMENTS) -> tuple[UUID, UUID]:
    """A loan of two lenders whose borrower has plenty, and the borrower."""
    loan_id = await active([600_000, 400_000], method=method)
    borrower = (await loan_row(loan_id))["borrower_id"]
    await earn(borrower, 5_000_000)
    return loan_id, borrower


async def test_a_co_borrower_pays_from_their_own_wallet() -> None:
    bo, stranger, guarantor = await person(), await person(), await person()
    loan_id = await active([600_000, 400_000])
    for user, role in ((bo, "CO_BORROWER"), (guarantor, "GUARANTOR")):
        await db.execute(
            """insert into lending.loan_parties (id, loan_id, user_id, name, role)
            values (gen_random_uuid(), $1, $2, 'Bo', $3)""",
            loan_id, user, role,
        )  # fmt: skip
    borrower = (await loan_row(loan_id))["borrower_id"]
    for user in (borrower, bo, stranger, guarantor):
        await earn(user, 300_000)
    request = RepayLoan(idempotency_key=key(), loan_id=loan_id, amount=Money(50_000, "CNY"))
    for user in (stranger, guarantor):
        with pytest.raises(NotFound):
            await commands.repay_loan(borrowing(user), request)
    repaid = await commands.repay_loan(borrowing(bo), request)
    assert (await wallet(bo), await wallet(borrower)) == (250_000, 300_000)
    (row,) = await REPAYMENTS.select(Viewer(bo, frozenset({Scope.READ})))
    assert (row["id"], row["amount_minor"]) == (repaid.repayment_id, 50_000)
    assert await REPAYMENTS.select(Viewer(guarantor, frozenset({Scope.READ}))) == []
    with pytest.raises(InsufficientFunds) as refused:
        await commands.repay_loan(borrowing(bo), replace(request, idempotency_key=key(), amount=Money(260_000, "CNY")))
    assert refused.value.available == Money(250_000, "CNY")
    await assert_books_hold()


@pytest.mark.parametrize("method", [method for method in RepaymentMethod if method != RepaymentMethod.INTEREST_ONLY])
async def test_early_settlement_pays_interest_to_the_day_and_closes(
    set_clock: SetClock, method: RepaymentMethod
) -> None:
    loan_id, borrower = await lent(method)
    had = await wallet(borrower)
    await go_to(set_clock, date(2025, 1, 20))
    total = await payoff_minor(loan_id)
    assert total == 1_000_000 + accrued_minor(await loan_of(loan_id), date(2025, 1, 20))
    assert (await pay_off(loan_id, total)).loan_status == "CLOSED"
    assert await wallet(borrower) == had - total
    assert {one.settled_on for one in (await loan_of(loan_id)).installments} == {date(2025, 1, 20)}
    assert [note["principal_received_minor"] for note in await notes_of(loan_id)] == [600_000, 400_000]
    await assert_books_hold()


async def test_a_payoff_figure_is_of_one_day(set_clock: SetClock) -> None:
    loan_id, _ = await lent()
    total = await payoff_minor(loan_id)
    await go_to(set_clock, date(2025, 1, 10))
    with pytest.raises(PayoffChanged) as refusal:
        await pay_off(loan_id, total)
    assert refusal.value.total.amount_minor == await payoff_minor(loan_id) > total
    assert clock.on(refusal.value.valid_until) == date(2025, 1, 11)
    assert (await pay_off(loan_id, refusal.value.total.amount_minor)).loan_status == "CLOSED"


async def test_settling_an_overdue_loan_pays_everything(set_clock: SetClock) -> None:
    loan_id, borrower = await lent()
    await collect(set_clock, DUE)
    await go_to(set_clock, DUE + timedelta(days=40))
    # The wallet has paid the first installment; the second is overdue and nothing was collected since.
    total = await payoff_minor(loan_id)
    before = await wallet(borrower)
    await pay_off(loan_id, total)
    assert await wallet(borrower) == before - total
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    await assert_books_hold()


async def test_two_prepayments_on_one_day(set_clock: SetClock) -> None:
    loan_id, _ = await lent()
    planned = await loan_of(loan_id)
    await go_to(set_clock, date(2025, 1, 20))
    accrued = accrued_minor(await loan_of(loan_id), date(2025, 1, 20))
    await repay(loan_id, 300_000)
    await repay(loan_id, 200_000)
    loan = await loan_of(loan_id)
    assert loan.accrued_from_on == date(2025, 1, 20)
    assert sum(one.open_minor(DueKind.PRINCIPAL) for one in loan.installments) == 500_000 + accrued
    assert [one.due_on for one in loan.installments] == [one.due_on for one in planned.installments]
    assert all(
        one.open_minor() < old.open_minor() for one, old in zip(loan.installments, planned.installments, strict=True)
    )
    assert [note["interest_received_minor"] for note in await notes_of(loan_id)] == [
        round(accrued * 0.6),
        accrued - round(accrued * 0.6),
    ]
    await assert_books_hold()
    await walk(set_clock, date(2025, 1, 21), date(2026, 1, 7))
    assert (await loan_row(loan_id))["status"] == "CLOSED"
    await assert_books_hold()


async def test_what_is_due_is_paid_first_and_the_rest_in_advance(set_clock: SetClock) -> None:
    loan_id, _ = await lent()
    await go_to(set_clock, DUE + timedelta(days=2))
    due = (await loan_of(loan_id)).installments[0].open_minor()
    await repay(loan_id, due - 100)
    assert (await loan_of(loan_id)).oldest_unpaid_on() == DUE
    await repay(loan_id, 100 + 250_000)
    loan = await loan_of(loan_id)
    assert loan.installments[0].settled_on == DUE + timedelta(days=2)
    assert loan.installments[1].paid_minor[DueKind.PRINCIPAL] > 240_000
    assert (await loan_row(loan_id))["next_collection_on"] == loan.installments[1].due_on
    assert [row["source"] for row in await repayments_of(loan_id)] == ["MANUAL", "MANUAL"]
    await assert_books_hold()


async def test_an_amount_between_is_refused_with_the_amounts_that_are_not(set_clock: SetClock) -> None:
    loan_id, _ = await lent()
    await go_to(set_clock, date(2025, 1, 20))
    accrued = accrued_minor(await loan_of(loan_id), date(2025, 1, 20))
    with pytest.raises(PrepaymentTooSmall) as refusal:
        await repay(loan_id, accrued)
    assert (refusal.value.due.amount_minor, refusal.value.minimum.amount_minor) == (0, accrued + 1)
    await repay(loan_id, accrued + 1)
    with pytest.raises(RepaymentTooLarge) as too_large:
        await repay(loan_id, 1_000_001)
    assert too_large.value.maximum.amount_minor == 999_999
    await assert_books_hold()


async def test_refusals(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    with pytest.raises(InsufficientFunds) as poor:
        await repay(loan_id, 500_000)
    assert (poor.value.available.amount_minor, poor.value.needed.amount_minor) == (0, 500_000)
    with pytest.raises(InvalidInput):
        await repay(loan_id, 0)
    request = RepayLoan(idempotency_key=key(), loan_id=loan_id, amount=Money(100, "CNY"))
    with pytest.raises(NotFound):
        await commands.repay_loan(borrowing(await person()), request)
    await collect(set_clock, DUE)
    with pytest.raises(CollectionPending) as pending:
        await repay(loan_id, 100)
    assert pending.value.amount.amount_minor == (await loan_of(loan_id)).installments[0].open_minor()


async def test_a_product_may_refuse_part_prepayments_but_never_settlement(monkeypatch: pytest.MonkeyPatch) -> None:
    loan_id, _ = await lent()
    product_id = (await loan_row(loan_id))["product_id"]
    strict = (await products.terms(product_id)).model_copy(update={"prepayment_allowed": False})
    monkeypatch.setitem(products._terms, product_id, strict)
    with pytest.raises(PrepaymentNotAllowed) as refusal:
        await repay(loan_id, 500_000)
    assert refusal.value.maximum.amount_minor == 0
    assert (await pay_off(loan_id, await payoff_minor(loan_id))).loan_status == "CLOSED"


async def test_a_key_pays_once(set_clock: SetClock) -> None:
    loan_id, borrower = await lent()
    had = await wallet(borrower)
    first = await repay(loan_id, 100_000, "the same")
    again = await repay(loan_id, 100_000, "the same")
    assert (again.repayment_id, again.replayed) == (first.repayment_id, True)
    assert await wallet(borrower) == had - 100_000
