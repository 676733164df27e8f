"""What the bank tells comes twice, in the wrong order, or not at all."""

import asyncio
from datetime import timedelta

from tests.api.resilience.conftest import Ground, quiet
from tests.api.resilience.test_workers import bank_has_paid, hold_webhooks, stored, webhooks, weekday, withdraw
from tests.support.books import assert_whole
from tests.support.journey import Journey, until
from tests.support.people import Person, sign_up


async def test_repeated_and_in_the_wrong_order(ground: Ground, journey: Journey) -> None:
    lenders = await asyncio.gather(*(journey.join("LENDER", opening=1_000) for _ in range(4)))
    await hold_webhooks(ground, True)
    for lender in lenders:
        await journey.misbehave(lender, "deposit", "repeat", times=2)
        await journey.misbehave(lender, "deposit", "reorder", times=2)
        await journey.transfer(lender, 400, await journey.announce(lender, 400))
    await hold_webhooks(ground, False)
    for lender in lenders:
        await until(lambda lender=lender: lender.available(), "the deposit")  # type: ignore[misc]
    await until(lambda: quiet(ground), "the platform to be quiet")
    assert [await lender.wallet() for lender in lenders] == [
        {"available": 400, "held": 0, "unsettled": 0, "leaving": 0}
    ] * 4
    entries = await ground.books.fetch(
        """select e.movement_id, count(*) as count from payments.transfers t
        join payments.bank_entries e on e.movement_id = t.deposit_id where t.user_id = any($1) group by 1""",
        [lender.user_id for lender in lenders],
    )
    assert [row["count"] for row in entries] == [2] * 4, "received and final, each once"
    await assert_whole(ground)


async def test_lost_and_healed_by_asking_and_by_the_statement(ground: Ground, journey: Journey) -> None:
    await weekday(journey)
    payer, leaver = await journey.join("LENDER", opening=1_000), await journey.lender(700)
    reference = await journey.announce(payer, 1_000)
    await hold_webhooks(ground, True)
    await journey.transfer(payer, 1_000, reference)
    transfer = await withdraw(leaver, 700)
    await until(lambda: bank_has_paid(ground, [transfer]), "the bank to pay")
    await ground.kill_workers()
    await hold_webhooks(ground, False)
    await until(lambda: stored(ground), "the webhooks to be stored")
    await ground.books.execute("delete from payments.webhooks where applied_at is null")
    ground.start_worker()
    ground.start_worker()
    assert await payer.available() == 0

    await journey.walk_to(await journey.today() + timedelta(days=4))
    assert await payer.wallet() == {"available": 1_000, "held": 0, "unsettled": 0, "leaving": 0}
    assert await leaver.wallet() == {"available": 0, "held": 0, "unsettled": 0, "leaving": 0}
    assert await journey.outside_yuan(leaver) == 700
    await assert_whole(ground)


async def test_the_outcome_of_an_identity_check_is_asked_for_when_its_webhook_does_not_come(
    ground: Ground, journey: Journey
) -> None:
    ada = await sign_up(ground.api, ground.http, ground.sandbox_url, "lost@webhooks.example.com")
    await hold_webhooks(ground, True)
    claim = {"country": "CN", "identificationNumber": "110101199001010099", "birthDate": "1990-01-01"}
    await ada.api.mutate("requestIdentityCheck", claim, "...on RequestIdentityCheckPayload { check { id } }")
    await until(lambda: _is(ada, "SUBMITTED"), "the provider to have the check")
    before = await webhooks(ground)

    await journey.walk(1)
    assert await _is(ada, "SUBMITTED"), "it may still come"
    await journey.walk(1)
    assert await _is(ada, "REJECTED")
    assert await webhooks(ground) == before, "nobody told"

    await hold_webhooks(ground, False)
    await until(lambda: _has_come(ground, before), "the webhook to come after all")
    assert await _is(ada, "REJECTED")
    told = await ground.books.fetchval(
        """select count(*) from shared.outbox o join identity.identity_checks c on o.dedupe_key = 'identity.rejected:' || c.id
        join identity.users u on u.id = c.user_id where u.email = $1""",
        ada.email,
    )
    assert told == 1


async def _is(person: Person, status: str) -> bool:
    check = (await person.api.run("{ me { identityCheck { status } } }"))["me"]["identityCheck"]
    return bool(check["status"] == status)


async def _has_come(ground: Ground, before: int) -> bool:
    return await webhooks(ground) > before and await quiet(ground)
