"""Instructions: taken once, executed on working days, answered by signed webhooks."""

import time
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from tests.sandbox.support import MONDAY, Desk, Process, Receiver
from workers.gateways.bank import BankGateway, BankInstruction
from workers.gateways.errors import GatewayRefused, GatewayUnavailable


async def test_a_batch_of_500_debits_is_taken_fast_and_answered_in_one_signed_webhook(
    desk: Desk, receiver: Receiver
) -> None:
    await desk.at(MONDAY)
    await desk.post("/bank/control/webhooks", {"paused": True}, 200)
    debit = await desk.debtor("loan", 1_000_000)
    debits = [replace(debit, id=f"debit-{n}") for n in range(500)]
    started = time.perf_counter()
    answer = await desk.bank.submit(debits, "batch-1")
    assert time.perf_counter() - started < 0.5  # generous: the machine may be busy with other tests
    assert list(answer.accepted) == [each.id for each in debits]
    assert answer.refused == {}
    await desk.post("/bank/control/webhooks", {"paused": False}, 200)
    await receiver.wait_for(500)
    assert len(receiver.messages) == 1
    assert receiver.messages[0].body["type"] == "bank.entries"
    first = receiver.entries()[0]
    assert first | {"entry_id": ""} == {
        "entry_id": "", "kind": "debit.settled", "instruction_id": "debit-0", "deposit_id": None,
        "reference": "loan loan", "account": debit.account, "amount_minor": 1000, "currency": "CNY",
        "booked_on": "2025-03-03", "reason": None,
    }  # fmt: skip
    assert len({entry["entry_id"] for entry in receiver.entries()}) == 500
    assert await desk.custody() == 500_000
    assert await desk.balance(debit.account) == 500_000


async def test_a_batch_has_one_effect_however_often_it_comes(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("one", 5000)
    first = await desk.bank.submit([debit], "key")
    assert await desk.bank.submit([debit], "key") == first
    assert (await desk.bank.submit([debit], "another key")).accepted == ("one",)
    with pytest.raises(GatewayRefused, match="idempotency_key_reused"):
        await desk.bank.submit([replace(debit, amount_minor=2000)], "key")
    changed = await desk.bank.submit([replace(debit, amount_minor=2000)], "third key")
    assert changed.refused == {"one": "id_conflict"}
    await desk.at(MONDAY)
    assert receiver.kinds() == ["debit.settled"]
    assert await desk.balance(debit.account) == 4000


async def test_what_cannot_be_taken_is_refused_by_item(desk: Desk) -> None:
    await desk.at(MONDAY)
    good, other = await desk.debtor("good", 5000), await desk.debtor("other", 5000)
    answer = await desk.bank.submit(
        [
            good,
            replace(good, id="nowhere", account="XS00NOWHERE"),
            replace(good, id="custody", account="CUSTODY-CNY"),
            replace(good, id="foreign", currency="EUR"),
            replace(good, id="stolen", mandate=other.mandate),
            replace(good, id="bare", mandate=None),
        ],
        "key",
    )
    assert answer.accepted == ("good",)
    assert answer.refused == {
        "nowhere": "unknown_account",
        "custody": "unknown_account",
        "foreign": "currency_mismatch",
        "stolen": "no_active_mandate",
        "bare": "no_active_mandate",
    }


async def test_a_debit_without_money_or_mandate_is_refused_at_execution(desk: Desk, receiver: Receiver) -> None:
    saturday = MONDAY - timedelta(days=2)
    await desk.at(saturday)
    poor, cancelled = await desk.debtor("poor", 999), await desk.debtor("cancelled", 5000)
    await desk.bank.submit([poor, cancelled], "key")
    await desk.bank.cancel_mandate("mandate-cancelled")
    await desk.at(MONDAY)
    assert [(e["kind"], e["reason"]) for e in receiver.entries()] == [
        ("debit.refused", "insufficient_funds"),
        ("debit.refused", "mandate_cancelled"),
    ]
    assert await desk.balance(poor.account) == 999
    assert await desk.custody() == 0


async def test_two_debits_cannot_take_the_same_money(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("a", 1500)
    await desk.bank.submit([debit, replace(debit, id="b")], "key")
    await desk.at(MONDAY)
    assert receiver.kinds() == ["debit.settled", "debit.refused"]
    assert await desk.balance(debit.account) == 500


async def test_a_payout_moves_money_from_custody_and_needs_it(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    account = await desk.account(3000)
    await desk.deposit(account, 3000)
    payouts = [BankInstruction(f"p{n}", "payout", 2000, "CNY", account, "withdrawal") for n in (1, 2)]
    await desk.bank.submit(payouts, "key")
    await desk.at(MONDAY)
    assert receiver.kinds() == ["deposit.received", "deposit.final", "payout.settled", "payout.refused"]
    assert await desk.balance(account) == 2000
    assert await desk.custody() == 1000


async def test_instructions_wait_for_a_working_day(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY.replace(day=1))  # a Saturday
    await desk.bank.submit([await desk.debtor("weekend", 5000)], "weekend")
    assert (await desk.at(MONDAY.replace(day=2))).executed == 0
    assert (await desk.at(MONDAY)).executed == 1
    await desk.at(MONDAY.replace(month=5, day=1))  # Labour Day, a Thursday; the holiday lasts to Monday 5 May
    await desk.bank.submit([await desk.debtor("holiday", 5000)], "holiday")
    await desk.at(MONDAY.replace(month=5, day=9))
    assert [entry["booked_on"] for entry in receiver.entries()] == ["2025-03-03", "2025-05-06"]


async def test_statuses_and_statement_tell_what_lost_webhooks_would_have(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    await desk.post("/bank/control/webhooks", {"paused": True}, 200)
    good, poor = await desk.debtor("good", 5000), await desk.debtor("poor", 0)
    await desk.bank.submit([good, poor], "key")
    drained = await desk.at(MONDAY)
    assert (drained.delivered, drained.undelivered) == (0, 2)
    states = {state.id: state for state in await desk.bank.statuses(["good", "poor", "unknown"])}
    assert states.keys() == {"good", "poor"}
    assert (states["good"].status, states["good"].booked_on) == ("settled", date(2025, 3, 3))
    assert (states["poor"].status, states["poor"].reason) == ("refused", "insufficient_funds")
    statement = await desk.bank.statement(date(2025, 3, 1), date(2025, 3, 3))
    assert [(e.instruction_id, e.amount_minor) for e in statement.entries] == [("good", 1000)]
    assert (statement.opening_minor, statement.closing_minor) == ({"CNY": 0}, {"CNY": 1000})
    later = await desk.bank.statement(date(2025, 3, 4), date(2025, 3, 31))
    assert (later.entries, later.opening_minor) == ((), {"CNY": 1000})
    await desk.post("/bank/control/webhooks", {"paused": False}, 200)
    await receiver.wait_for(2)
    assert receiver.entries()[0]["entry_id"] == statement.entries[0].entry_id


async def test_gateways_tell_unavailable_from_refused(sandbox: Process, desk: Desk) -> None:
    with pytest.raises(GatewayRefused, match="unknown_account") as refusal:
        await desk.bank.open_mandate("m", "XS00NOWHERE", "Ada")
    assert (refusal.value.status, refusal.value.reason) == (422, "unknown_account")
    stranger = BankGateway(sandbox.url, "another key", desk.http)
    with pytest.raises(GatewayUnavailable, match="status 401"):
        await stranger.open_mandate("m", "XS00NOWHERE", "Ada")
    async with httpx.AsyncClient() as client:
        nobody = BankGateway("http://127.0.0.1:1", "key", client)
        with pytest.raises(GatewayUnavailable):
            await nobody.statuses(["a"])
