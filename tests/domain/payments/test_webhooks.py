"""Webhooks: kept as they come, applied once, none of them able to stop the others."""

import asyncio

from tortoise.exceptions import IntegrityError

from domain.payments import commands
from domain.payments.commands import OpenDeposit
from domain.shared import db, ids
from tests.domain.payments import bank


async def waiting() -> int:
    count: int = await db.fetch_value("select count(*) from payments.webhooks where applied_at is null")
    return count


async def test_a_webhook_that_comes_twice_is_kept_once() -> None:
    for _ in range(3):
        await commands.receive_webhook("bank", "msg_1", {"data": {"entries": []}})
    await commands.receive_webhook("identity", "msg_1", {"data": {"checks": []}})
    assert await waiting() == 2
    assert await commands.apply_webhooks() == 2
    assert (await waiting(), await commands.apply_webhooks()) == (0, 0)


async def test_what_cannot_be_read_says_why_and_stops_nobody() -> None:
    ada = await bank.person()
    opened = await commands.open_deposit(ada, OpenDeposit(currency="CNY", idempotency_key="d"))
    good = bank.entry("deposit.final", 50, movement="dep_1", reference=opened.reference)
    await commands.receive_webhook("bank", "bad", {"data": {"entries": [good | {"amount_minor": -5}]}})
    await bank.tell(bank.entry("something.new", 5, movement="m"), good)
    error = await db.fetch_value("select error from payments.webhooks where webhook_id = 'bad'")
    assert "amount_minor" in error
    assert (await bank.in_wallet(ada), await waiting()) == (50, 0)


async def test_a_message_that_fails_goes_behind_the_others() -> None:
    ada = await bank.person()
    reference = (await commands.open_deposit(ada, OpenDeposit(currency="CNY", idempotency_key="d"))).reference
    first = bank.entry("deposit.received", 50, movement="dep_1", reference=reference)
    await bank.tell(first)
    clash = bank.entry("deposit.received", 50, movement="dep_2", reference=reference, entry_id=first["entry_id"])
    await commands.receive_webhook("bank", "clash", {"data": {"entries": [clash]}})
    await commands.receive_webhook(
        "bank", "good", {"data": {"entries": [bank.entry("deposit.final", 50, movement="dep_1", reference=reference)]}}
    )
    failures = 0
    for _ in range(3):
        try:
            await commands.apply_webhooks()
        except IntegrityError:
            failures += 1
    assert (failures, await waiting(), await bank.in_wallet(ada)) == (3, 1, 50)


async def test_two_workers_tell_one_story() -> None:
    ada = await bank.person()
    reference = (await commands.open_deposit(ada, OpenDeposit(currency="CNY", idempotency_key="d"))).reference
    for number in range(40):
        step = ("final", "received")[number % 2]
        news = bank.entry(f"deposit.{step}", 50, movement=f"dep_{number // 4}", reference=reference)
        await commands.receive_webhook("bank", f"msg_{number}", {"data": {"entries": [news]}})
    while await waiting():
        await asyncio.gather(*(commands.apply_webhooks() for _ in range(6)))
    assert (await bank.in_wallet(ada), await bank.at_bank()) == (500, -500)
    assert await db.fetch_value("select count(*) from payments.transfers") == 10
    assert await bank.breaks() == []


async def test_the_identity_provider_is_heard() -> None:
    ada = await bank.person(verified=False)
    check_id = ids.new()
    await db.execute(
        """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at)
        values ($1, $2, 'SUBMITTED', 'CN', 'x', now())""",
        check_id, ada.user_id,
    )  # fmt: skip
    answer = {"id": str(check_id), "outcome": "VERIFIED", "reason": None}
    await commands.receive_webhook("identity", "m1", {"type": "identity.checks", "data": {"checks": [answer]}})
    await commands.apply_webhooks()
    assert await db.fetch_value("select status from identity.identity_checks") == "VERIFIED"
