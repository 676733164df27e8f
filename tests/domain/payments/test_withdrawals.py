"""Withdrawals: set aside and instructed together, never more than is there, once for each key."""

import asyncio
from dataclasses import replace
from itertools import permutations

import pytest

from domain.ledger.accounts import AccountKind
from domain.payments import commands
from domain.payments.commands import RequestedWithdrawal, RequestWithdrawal
from domain.shared import db
from domain.shared.actor import Scope
from domain.shared.errors import (
    IdempotencyConflict,
    InsufficientFunds,
    InvalidInput,
    NotAllowed,
    NotFound,
    StepRequired,
)
from domain.shared.money import Money
from tests.domain.payments import bank

LEAVING = AccountKind.LEAVING


async def instruction() -> db.Row:
    row = await db.fetch_one("select * from payments.instructions")
    assert row is not None
    return row


async def test_a_withdrawal_waits_for_the_bank_and_is_paid() -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    transfer_id = await bank.withdraw(ada, account_id, 4_000)
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING)) == (6_000, 4_000)
    row = await instruction()
    assert (row["kind"], row["purpose"], row["status"], row["amount_minor"]) == (
        "PAYOUT",
        "WITHDRAWAL",
        "CREATED",
        4_000,
    )
    await bank.tell(bank.entry("payout.settled", 4_000, movement=row["id"]))
    assert (await bank.in_wallet(ada, LEAVING), await bank.at_bank()) == (0, -6_000)
    assert await bank.kinds(transfer_id) == ["WITHDRAWAL", "WITHDRAWAL_PAID"]
    assert await bank.events("withdrawal") == ["withdrawal.requested", "withdrawal.settled"]
    assert await db.fetch_value("select status from payments.transfers where id = $1", transfer_id) == "SETTLED"
    assert await bank.breaks() == []


async def test_a_key_belongs_to_who_has_the_scope() -> None:
    """A credential that may not withdraw neither leaves its refusal for one that may, nor reads its answer."""
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    reader = replace(ada, scopes=frozenset({Scope.READ}))
    with pytest.raises(NotAllowed):
        await bank.withdraw(reader, account_id, 4_000, "key")
    transfer_id = await bank.withdraw(ada, account_id, 4_000, "key")
    for amount_minor in (4_000, 5_000):
        with pytest.raises(NotAllowed):
            await bank.withdraw(reader, account_id, amount_minor, "key")
    assert await bank.withdraw(ada, account_id, 4_000, "key") == transfer_id


async def test_a_refused_withdrawal_is_available_again() -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    transfer_id = await bank.withdraw(ada, account_id, 4_000)
    refusal = bank.entry("payout.refused", 4_000, movement=(await instruction())["id"], reason="account_closed")
    await bank.tell(refusal, refusal)
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING), await bank.at_bank()) == (10_000, 0, -10_000)
    row = await db.fetch_one("select status, reason from payments.transfers where id = $1", transfer_id)
    assert row == {"status": "REFUSED", "reason": "account_closed"}
    assert await bank.breaks() == []


@pytest.mark.parametrize("order", sorted({*permutations(["settled", "returned", "returned", "settled"])}))
async def test_a_payout_that_comes_back_ends_available_in_any_order(order: tuple[str, ...]) -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    await bank.withdraw(ada, account_id, 4_000)
    movement = (await instruction())["id"]
    for step in order:
        await bank.tell(bank.entry(f"payout.{step}", 4_000, movement=movement))
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING), await bank.at_bank()) == (10_000, 0, -10_000)
    assert (await instruction())["status"] == "RETURNED"
    assert (await bank.events("withdrawal"))[-1] == "withdrawal.refused"
    assert await bank.breaks() == []


async def test_a_bank_that_contradicts_itself_leaves_money_in_suspense() -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    await bank.withdraw(ada, account_id, 4_000)
    movement = (await instruction())["id"]
    await bank.tell(bank.entry("payout.refused", 4_000, movement=movement))
    await bank.tell(bank.entry("payout.settled", 4_000, movement=movement))
    assert (await bank.in_wallet(ada), await bank.at_bank()) == (10_000, -6_000)
    assert await bank.at_bank(AccountKind.SUSPENSE) == -4_000
    assert await db.fetch_value("select amount_minor from payments.suspense_items") == -4_000
    assert await bank.breaks() == []


async def test_what_is_needed_comes_first() -> None:
    ada, eve = await bank.person(verified=False), await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 1_000)
    with pytest.raises(StepRequired) as step:
        await bank.withdraw(ada, account_id, 500)
    assert step.value.steps == ["IDENTITY_CHECK"]
    with pytest.raises(NotFound):
        await bank.withdraw(eve, account_id, 500)
    for amount in (Money(0, "CNY"), Money(-5, "CNY"), Money(5, "EUR")):
        request = RequestWithdrawal(bank_account_id=account_id, amount=amount, idempotency_key=f"k{amount}")
        with pytest.raises(InvalidInput):
            await commands.request_withdrawal(ada, request)
    assert await db.fetch_value("select count(*) from payments.instructions") == 0


async def test_an_overdraft_is_refused_with_the_facts_and_the_refusal_is_replayed() -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 1_000)
    for _ in range(2):
        with pytest.raises(InsufficientFunds) as refused:
            await bank.withdraw(ada, account_id, 1_001, key="greedy")
        assert (refused.value.available, refused.value.needed) == (Money(1_000, "CNY"), Money(1_001, "CNY"))
        await bank.pay_in(ada, 500)
    with pytest.raises(IdempotencyConflict):
        await bank.withdraw(ada, account_id, 900, key="greedy")
    assert await bank.in_wallet(ada) == 2_000


async def test_fifty_times_one_key_at_once_is_one_withdrawal_and_one_answer() -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 100_000)
    request = RequestWithdrawal(bank_account_id=account_id, amount=Money(1_000, "CNY"), idempotency_key="once")
    answers = await asyncio.gather(*(commands.request_withdrawal(ada, request) for _ in range(50)))
    assert len({answer.transfer_id for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING)) == (99_000, 1_000)
    assert await db.fetch_value("select count(*) from payments.instructions") == 1
    assert await bank.breaks() == []


@pytest.mark.parametrize("count", [20, 80])
async def test_many_withdrawals_at_once_never_overdraw(count: int) -> None:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    requests = [
        RequestWithdrawal(bank_account_id=account_id, amount=Money(900, "CNY"), idempotency_key=f"w{number}")
        for number in range(count)
    ]
    answers = await asyncio.gather(
        *(commands.request_withdrawal(ada, request) for request in requests), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {RequestedWithdrawal, InsufficientFunds}, answers
    assert sum(isinstance(answer, RequestedWithdrawal) for answer in answers) == 11
    assert sum(isinstance(answer, InsufficientFunds) for answer in answers) == count - 11
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING)) == (100, 9_900)
    assert await bank.breaks() == []
