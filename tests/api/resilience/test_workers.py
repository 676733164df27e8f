"""Workers that are killed: the next one takes up what they left, and does nothing twice."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tests.api.conftest import SECRETS
from tests.api.resilience.conftest import Ground, quiet
from tests.support.books import assert_whole
from tests.support.journey import Journey, Party, cny, key, until, uuid_of


async def withdraw(party: Party, yuan: int) -> str:
    """Ask for a withdrawal; returns its id."""
    input_ = {"bankAccountId": party.bank_account, "amount": cny(yuan), "idempotencyKey": key()}
    transfer: dict[str, Any] = (await party.do("requestWithdrawal", "transfer { id }", **input_))["transfer"]
    return str(transfer["id"])


async def bank_has_paid(ground: Ground, transfers: Sequence[str]) -> bool:
    """Whether the bank, asked directly, has carried out what it was told about these withdrawals."""
    ids = await ground.books.fetch(
        "select id from payments.instructions where reference_id = any($1) and status <> 'CREATED'",
        [uuid_of(transfer) for transfer in transfers],
    )
    if len(ids) < len(transfers):
        return False
    headers = {"Authorization": f"Bearer {SECRETS['KALENDS_BANK_API_KEY']}"}
    params = {"ids": ",".join(str(row["id"]) for row in ids)}
    answer = await ground.http.get(f"{ground.sandbox_url}/bank/v1/instructions", headers=headers, params=params)
    return {each["status"] for each in answer.json()["instructions"]} == {"settled"}


async def hold_webhooks(ground: Ground, held: bool) -> None:
    """Have the bank keep what it has to tell to itself, or tell it."""
    await ground.http.post(f"{ground.sandbox_url}/bank/control/webhooks", json={"paused": held})


async def stored(ground: Ground) -> bool:
    """Whether a webhook waits for a worker."""
    found = await ground.books.fetchval("select count(*) from payments.webhooks where applied_at is null")
    return bool(found)


async def webhooks(ground: Ground) -> int:
    """How many webhooks have arrived so far."""
    count: int = await ground.books.fetchval("select count(*) from payments.webhooks")
    return count


async def weekday(journey: Journey) -> None:
    """Walk to a day on which the bank works."""
    day = await journey.walk(1)
    while day.weekday() > 4:
        day = await journey.walk(1)


async def test_workers_killed_between_the_banks_answer_and_its_settlement(ground: Ground, journey: Journey) -> None:
    await weekday(journey)
    lenders = await journey.lenders(3, 500)
    await hold_webhooks(ground, True)
    transfers = [await withdraw(lender, 500) for lender in lenders]
    await until(lambda: bank_has_paid(ground, transfers), "the bank to pay")
    await ground.kill_workers()
    await hold_webhooks(ground, False)
    await until(lambda: stored(ground), "the webhook to be stored")
    assert [await lender.wallet() for lender in lenders] == [
        {"available": 0, "held": 0, "unsettled": 0, "leaving": 500}
    ] * 3

    ground.start_worker()
    ground.start_worker()
    await until(lambda: quiet(ground), "everything to settle")
    assert [await lender.wallet() for lender in lenders] == [
        {"available": 0, "held": 0, "unsettled": 0, "leaving": 0}
    ] * 3
    assert [await journey.outside_yuan(lender) for lender in lenders] == [500] * 3
    posted = await ground.books.fetchval(
        "select count(*) from ledger.postings where kind = 'WITHDRAWAL_PAID' and reference_id = any($1)",
        [uuid_of(transfer) for transfer in transfers],
    )
    assert posted == 3, "each once"
    await assert_whole(ground)


async def test_workers_killed_again_and_again_while_deposits_arrive(ground: Ground, journey: Journey) -> None:
    lenders = await asyncio.gather(*(journey.join("LENDER", opening=1_000) for _ in range(6)))
    references = [await journey.announce(lender, 100) for lender in lenders]
    for _ in range(2):
        before = await webhooks(ground)
        for lender, reference in zip(lenders, references, strict=True):
            await journey.transfer(lender, 100, reference)
        await until(partial(_more_webhooks, ground, before), "a webhook to arrive")
        await ground.kill_workers()
        ground.start_worker()
        ground.start_worker()

    async def all_there() -> bool:
        return {await lender.available() for lender in lenders} == {Decimal(200)}

    await until(all_there, "every deposit to be available")
    await until(lambda: quiet(ground), "the platform to be quiet")
    await assert_whole(ground)


async def test_the_walker_is_killed_and_another_goes_on(ground: Ground, journey: Journey) -> None:
    borrower, lender = await asyncio.gather(journey.borrower(), journey.lender(1_200))
    loan_id = await journey.active(borrower, [(lender, 1_200)])
    begins_on = await journey.today()
    ends_on = begins_on + timedelta(days=40)
    await journey.set_out(ends_on)
    for days in (12, 25):
        await until(lambda days=days: _is_past(journey, begins_on + timedelta(days=days)), "the clock to walk")  # type: ignore[misc]
        await ground.kill_workers()
        stopped_on = await journey.today()
        # The dead worker's lease has to run out, which takes wall time that a test need not wait for.
        await ground.books.execute("update shared.clock set leased_until = now() where leased_until is not null")
        assert await journey.today() == stopped_on
        ground.start_worker()
        ground.start_worker()
    await until(journey.standing, "the clock to arrive", 120)
    assert await journey.today() == ends_on

    rows = await ground.books.fetch(
        """select due_on, attempt, status, amount_minor from lending.collections where loan_id = $1 order by due_on""",
        uuid_of(loan_id),
    )
    schedule = (await borrower.loan(loan_id))["schedule"]
    due = {date.fromisoformat(part["dueOn"]) for part in schedule if part["dueOn"] <= ends_on.isoformat()}
    assert [row["due_on"] for row in rows if row["status"] == "SETTLED"] == sorted(due), "one debit a day, each once"
    assert {row["attempt"] for row in rows} == {1}
    paid = await ground.books.fetchval(
        "select sum(amount_minor)::bigint from lending.repayments where loan_id = $1", uuid_of(loan_id)
    )
    assert paid == sum(row["amount_minor"] for row in rows), "what was collected was distributed, once"
    compared = [
        row["on"] for row in await ground.books.fetch('select "on" from payments.reconciliations order by "on"')
    ]
    assert compared == [compared[0] + timedelta(days=number) for number in range(len(compared))]
    assert compared[-1] == ends_on - timedelta(days=1)
    await assert_whole(ground)


async def _more_webhooks(ground: Ground, before: int) -> bool:
    return await webhooks(ground) > before


async def _is_past(journey: Journey, day: date) -> bool:
    return await journey.today() >= day
