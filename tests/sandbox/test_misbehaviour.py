"""What the bank can be told to do wrong, and deposits that are not final."""

from dataclasses import replace
from datetime import timedelta

from tests.sandbox.support import MONDAY, Desk, Receiver
from workers.gateways.bank import BankInstruction


async def test_a_delayed_debit_settles_working_days_later(desk: Desk, receiver: Receiver) -> None:
    friday = MONDAY + timedelta(days=4)
    await desk.at(friday)
    await desk.tell("debit", "delay", days=2, times=1)
    await desk.bank.submit([await desk.debtor("slow", 5000), await desk.debtor("fast", 5000)], "key")
    await desk.at(friday + timedelta(days=4))
    assert [(e["instruction_id"], e["booked_on"]) for e in receiver.entries()] == [
        ("fast", "2025-03-07"),
        ("slow", "2025-03-11"),
    ]


async def test_a_refusal_carries_its_reason_and_is_used_up(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("a", 5000)
    await desk.tell("debit", "refuse", account=debit.account, reason="account_blocked", times=1)
    await desk.bank.submit([debit, replace(debit, id="b")], "key")
    await desk.at(MONDAY)
    assert [(e["kind"], e["reason"]) for e in receiver.entries()] == [
        ("debit.refused", "account_blocked"),
        ("debit.settled", None),
    ]


async def test_a_returned_debit_is_undone_by_the_mirror_entry(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("a", 5000)
    await desk.tell("debit", "return", days=3, reason="disputed")
    await desk.bank.submit([debit], "key")
    await desk.at(MONDAY)
    assert (await desk.balance(debit.account), await desk.custody()) == (4000, 1000)
    await desk.at(MONDAY + timedelta(days=3))
    assert [(e["kind"], e["booked_on"], e["reason"]) for e in receiver.entries()] == [
        ("debit.settled", "2025-03-03", None),
        ("debit.returned", "2025-03-06", "disputed"),
    ]
    assert (await desk.balance(debit.account), await desk.custody()) == (5000, 0)
    statement = await desk.bank.statement(MONDAY.date(), MONDAY.date() + timedelta(days=3))
    assert [entry.amount_minor for entry in statement.entries] == [1000, -1000]


async def test_a_repeated_webhook_has_another_id_and_the_same_entry(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    await desk.tell("debit", "repeat")
    await desk.bank.submit([await desk.debtor("a", 5000)], "key")
    await desk.at(MONDAY)
    assert len({message.webhook_id for message in receiver.messages}) == 2
    assert len(receiver.entries()) == 2
    assert receiver.entries()[0] == receiver.entries()[1]


async def test_reordered_entries_come_with_the_later_ones_first(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    await desk.tell("deposit", "reorder")
    account = await desk.account(5000)
    await desk.post("/bank/control/webhooks", {"paused": True}, 200)
    for reference in ("first", "second"):
        await desk.deposit(account, 100, reference)
    await desk.post("/bank/control/webhooks", {"paused": False}, 200)
    await receiver.wait_for(4)
    seen = [(e["reference"], e["kind"]) for e in receiver.entries()]
    for reference in ("first", "second"):
        assert seen.index((reference, "deposit.final")) < seen.index((reference, "deposit.received"))


async def test_a_bounced_deposit_goes_back_before_it_was_final(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    account = await desk.account(5000)
    await desk.tell("deposit", "bounce", days=2)
    deposit = await desk.deposit(account, 3000)
    await desk.at(MONDAY)
    assert (receiver.kinds(), await desk.custody()) == (["deposit.received"], 3000)
    await desk.at(MONDAY + timedelta(days=2))
    assert receiver.kinds() == ["deposit.received", "deposit.bounced"]
    assert {entry["deposit_id"] for entry in receiver.entries()} == {deposit["id"]}
    assert {entry["instruction_id"] for entry in receiver.entries()} == {None}
    assert (await desk.balance(account), await desk.custody()) == (5000, 0)


async def test_a_deposit_can_stay_unsettled_for_working_days(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    await desk.tell("deposit", "delay", days=1)
    deposit = await desk.deposit(await desk.account(5000), 3000)
    await desk.at(MONDAY)
    assert receiver.kinds() == ["deposit.received"]
    assert [state.status for state in await desk.bank.deposits([deposit["id"], "unknown"])] == ["received"]
    await desk.at(MONDAY + timedelta(days=1))
    assert receiver.kinds() == ["deposit.received", "deposit.final"]
    assert [state.status for state in await desk.bank.deposits([deposit["id"]])] == ["final"]


async def test_a_deposit_needs_its_money_and_a_batch_is_all_or_nothing(desk: Desk) -> None:
    await desk.at(MONDAY)
    account = await desk.account(150)
    assert (await desk.deposit(account, 151, status=422))["reason"] == "insufficient_funds"
    transfer = {"account": account, "reference": "r", "amount_minor": 100, "currency": "CNY"}
    await desk.post("/bank/customers/transfers", {"transfers": [transfer, transfer]}, 422)
    assert (await desk.balance(account), await desk.custody()) == (150, 0)


async def test_behaviours_are_checked_and_cleared(desk: Desk, receiver: Receiver) -> None:
    await desk.post("/bank/control/behaviours", {"kind": "debit", "effect": "bounce"}, 422)
    await desk.at(MONDAY)
    await desk.tell("debit", "refuse")
    assert (await desk.http.delete("/bank/control/behaviours")).status_code == 204
    await desk.bank.submit([await desk.debtor("a", 5000)], "key")
    await desk.at(MONDAY)
    assert receiver.kinds() == ["debit.settled"]


async def test_a_returned_payout_comes_back_to_custody(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    account = await desk.account(3000)
    await desk.deposit(account, 3000)
    await desk.tell("payout", "return", days=1)
    await desk.bank.submit([BankInstruction("p", "payout", 3000, "CNY", account, "withdrawal")], "key")
    await desk.at(MONDAY)
    assert (await desk.balance(account), await desk.custody()) == (3000, 0)
    await desk.at(MONDAY + timedelta(days=1))
    assert [(e["kind"], e["reason"]) for e in receiver.entries()[2:]] == [
        ("payout.settled", None),
        ("payout.returned", "account_closed"),
    ]
    assert (await desk.balance(account), await desk.custody()) == (0, 3000)
    (state,) = await desk.bank.statuses(["p"])
    assert (state.status, state.reason) == ("returned", "account_closed")


async def test_a_cancelled_mandate_stays_cancelled(desk: Desk) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("a", 5000)
    await desk.bank.cancel_mandate("mandate-a")
    await desk.bank.cancel_mandate("mandate-a")
    assert await desk.bank.open_mandate("mandate-a", debit.account, "Ada") == "cancelled"
    assert (await desk.bank.submit([debit], "key")).refused == {"a": "no_active_mandate"}
