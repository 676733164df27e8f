"""The bank's clock, monthly incomes, and what a killed sandbox still knows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sandbox.store import DataDirectoryInUseError, Store
from tests.sandbox.support import API_KEY, MONDAY, Desk, Process, Receiver
from workers.gateways.bank import BankGateway
from workers.gateways.errors import GatewayRefused


async def test_the_clock_runs_forward_only_and_flows(desk: Desk) -> None:
    drained = await desk.at(MONDAY)
    assert drained.today == MONDAY.date()
    assert MONDAY <= drained.now < MONDAY + timedelta(minutes=1)
    assert (await desk.at(MONDAY)).now >= drained.now  # the same instant again only drains
    with pytest.raises(GatewayRefused, match="clock_runs_forward"):
        await desk.at(MONDAY - timedelta(hours=1))
    with pytest.raises(GatewayRefused, match="invalid"):
        await desk.bank.clock(MONDAY, "Nowhere/At_All", "CN")
    with pytest.raises(GatewayRefused, match="invalid"):
        await desk.at(MONDAY, country="QQ")


async def test_a_business_day_is_the_platforms_not_utc(desk: Desk) -> None:
    late = datetime(2025, 3, 3, 23, 30, tzinfo=UTC)
    assert (await desk.at(late)).today.isoformat() == "2025-03-04"


async def test_income_arrives_each_month_until_its_end(desk: Desk) -> None:
    await desk.at(datetime(2025, 1, 15, tzinfo=UTC))
    income = {"amount_minor": 700, "day_of_month": 31, "until": "2025-03-31"}
    account = await desk.account(100, income=income)
    balances = []
    for day in (datetime(2025, 1, 30), datetime(2025, 1, 31), datetime(2025, 2, 28), datetime(2025, 5, 31)):  # noqa: DTZ001
        await desk.at(day.replace(hour=5, tzinfo=UTC))
        balances.append(await desk.balance(account))
    assert balances == [100, 800, 1500, 2200]


async def test_income_and_balance_can_be_changed(desk: Desk) -> None:
    await desk.at(MONDAY)
    number = await desk.account(100, income={"amount_minor": 700, "day_of_month": 4})
    changed = await desk.http.patch(f"/bank/customers/accounts/{number}", json={"income": None, "adjust_minor": -40})
    assert (changed.json()["balance_minor"], changed.json()["income"]) == (60, None)
    too_much = await desk.http.patch(f"/bank/customers/accounts/{number}", json={"adjust_minor": -61})
    assert too_much.json()["reason"] == "insufficient_funds"
    await desk.at(MONDAY + timedelta(days=60))
    assert await desk.balance(number) == 60


async def test_income_of_the_day_comes_before_its_debits(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    debit = await desk.debtor("a", 0)
    body = {"income": {"amount_minor": 1000, "day_of_month": 4}}
    await desk.http.patch(f"/bank/customers/accounts/{debit.account}", json=body)
    await desk.tell("debit", "delay", days=1)
    await desk.bank.submit([debit], "key")
    await desk.at(MONDAY + timedelta(days=1))
    assert receiver.kinds() == ["debit.settled"]


def is_valid(number: str) -> bool:
    """Whether the check digits are right (ISO 7064): moved to the end, they leave 1 modulo 97."""
    return int("".join(str(int(letter, 36)) for letter in number[4:] + number[:4])) % 97 == 1


async def test_account_numbers_have_valid_check_digits(desk: Desk) -> None:
    opened = {"holder": "Ada", "currency": "CNY"}
    answer = await desk.post("/bank/customers/accounts", {"accounts": [opened] * 50}, 201)
    numbers = [account["number"] for account in answer["accounts"]]
    assert len(set(numbers)) == 50
    assert all(is_valid(number) for number in numbers)
    wrong = numbers[0][:-1] + ("0" if numbers[0][-1] != "0" else "1")
    assert not is_valid(wrong)


async def test_refused_webhooks_are_sent_again_until_they_are_taken(desk: Desk, receiver: Receiver) -> None:
    await desk.at(MONDAY)
    receiver.status = 503
    await desk.bank.submit([await desk.debtor("a", 5000)], "key")
    drained = await desk.at(MONDAY)
    assert (drained.delivered, drained.undelivered) == (0, 1)
    receiver.status = 200
    await receiver.wait_for(1)
    assert (await desk.at(MONDAY)).undelivered == 0
    assert receiver.kinds() == ["debit.settled"]


async def test_kill_9_loses_nothing(tmp_path: Path, receiver: Receiver) -> None:
    process = Process(tmp_path, receiver.port)
    process.start()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    receiver.status = 503
    try:
        async with httpx.AsyncClient(base_url=process.url, headers=headers, trust_env=False) as client:
            desk = Desk(client, BankGateway(process.url, API_KEY, client))
            await desk.at(MONDAY)
            settled, waiting = await desk.debtor("settled", 5000), await desk.debtor("waiting", 5000)
            await desk.bank.submit([settled], "first")
            assert (await desk.at(MONDAY)).undelivered == 1
            await desk.tell("debit", "delay", days=1)
            answer = await desk.bank.submit([waiting], "second")
        process.end(kill=True)
        process.start()
        receiver.status = 200
        async with httpx.AsyncClient(base_url=process.url, headers=headers, trust_env=False) as client:
            desk = Desk(client, BankGateway(process.url, API_KEY, client))
            await receiver.wait_for(1)
            assert receiver.entries()[0]["instruction_id"] == "settled"
            assert await desk.bank.submit([waiting], "second") == answer
            await desk.at(MONDAY + timedelta(days=1))
            assert [entry["instruction_id"] for entry in receiver.entries()] == ["settled", "waiting"]
            assert await desk.custody() == 2000
    finally:
        process.end()


def test_two_sandboxes_do_not_share_a_directory(tmp_path: Path) -> None:
    first = Store(tmp_path)
    try:
        with pytest.raises(DataDirectoryInUseError, match="another sandbox"):
            Store(tmp_path)
    finally:
        first.close()
    Store(tmp_path).close()
