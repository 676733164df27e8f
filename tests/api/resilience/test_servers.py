"""Valkey forgets everything; PostgreSQL goes away and comes back; requests are under way."""

import asyncio
from collections import Counter
from decimal import Decimal
from functools import partial

from domain.shared import bell
from tests.api.live.watching import open_socket
from tests.api.resilience.conftest import Ground, quiet
from tests.support.books import assert_whole
from tests.support.journey import Journey, Party, cny, key, until, uuid_of

READ = "{ loans(first: 20) { edges { node { id status } } } me { id } }"
READERS = 8
WRITERS = 12
RESTARTS, MOST_RESTARTS = 2, 10
"""It is restarted until somebody was told to come again; a quick restart may go unnoticed."""


async def test_valkey_is_flushed_while_deposits_arrive(ground: Ground, journey: Journey) -> None:
    lenders = await asyncio.gather(*(journey.join("LENDER", opening=1_000) for _ in range(6)))
    stop = asyncio.Event()

    async def flush() -> None:
        while not stop.is_set():
            await ground.valkey.flushall()
            await asyncio.sleep(0.01)

    flushing = asyncio.create_task(flush())
    try:
        await asyncio.gather(*(journey.pay_in(lender, 600) for lender in lenders))
    finally:
        stop.set()
        await flushing
    assert [await lender.available() for lender in lenders] == [600] * 6
    await until(lambda: quiet(ground), "the platform to be quiet")
    await assert_whole(ground)


async def test_valkey_drops_every_connection(ground: Ground, journey: Journey) -> None:
    lender, borrower = await asyncio.gather(journey.join("LENDER", opening=1_000), journey.borrower())
    for _ in range(3):
        for kind in ("pubsub", "normal"):
            await ground.valkey.client_kill_filter(_type=kind, skipme=True)
        await journey.pay_in(lender, 200)
    assert await lender.available() == 600
    assert (await borrower.loan(await journey.listed(borrower, 2_000)))["status"] == "LISTED"
    await until(lambda: quiet(ground), "the platform to be quiet")


async def test_postgres_is_restarted_under_load(ground: Ground, journey: Journey) -> None:
    lenders = await journey.lenders(WRITERS, 100)
    stop, answers = asyncio.Event(), Counter[str]()
    readers = [asyncio.create_task(_read(lenders[n % WRITERS], stop, answers)) for n in range(READERS)]
    writers = [asyncio.create_task(_write(lender, stop)) for lender in lenders]
    for restart in range(MOST_RESTARTS):
        if restart >= RESTARTS and answers["BUSY"]:
            break
        await asyncio.sleep(0.5)  # there is nothing to wait for: traffic is what is wanted
        await ground.restart_postgres()
        await asyncio.gather(*(lender.api.run(READ) for lender in lenders))  # though the pool's connections are dead
    stop.set()
    await asyncio.gather(*readers)
    keys = await asyncio.gather(*writers)
    assert set(answers) == {"data", "BUSY"}, "no raw error reaches anybody"

    for lender, used in zip(lenders, keys, strict=True):
        made = await ground.books.fetchval(
            "select count(*) from payments.transfers where user_id = $1 and kind = 'DEPOSIT'", lender.user_id
        )
        assert made == len(used) + 1, "every key one effect, and one deposit before"
    loan_id = await journey.listed(await journey.borrower(), 1_000)
    await journey.lend(lenders[0], loan_id, 100)
    assert (await lenders[0].wallet())["held"] == Decimal(100)
    await assert_whole(ground)


async def test_watchers_outlive_a_restart_of_postgres(ground: Ground, journey: Journey) -> None:
    (lender,) = await journey.lenders(1, 100)
    loan_id = await journey.listed(await journey.borrower(), 1_000)
    query = "subscription($ids: [ID!]!) { loanFunding(loanIds: $ids) { cause loan { funding { lenders } } } }"
    stop = asyncio.Event()

    async def ring() -> None:
        while not stop.is_set():
            await ground.valkey.publish(bell.CHANNEL, bell.Ring(loan_ids={uuid_of(loan_id)}).dump())
            await asyncio.sleep(0.01)

    async with open_socket(ground.platform.url, None) as socket:
        await socket.subscribe(query, ids=[loan_id])
        assert (await socket.next("loanFunding"))["cause"] == "PRESENT"
        ringing = asyncio.create_task(ring())
        await ground.restart_postgres()
        stop.set()
        await ringing
        await lender.api.run(READ)
        await journey.lend(lender, loan_id, 100)
        assert await socket.next("loanFunding") == {"cause": "BID_PLACED", "loan": {"funding": {"lenders": 1}}}


async def _read(party: Party, stop: asyncio.Event, answers: Counter[str]) -> None:
    """Read on and on, counting what the answers were."""
    while not stop.is_set():
        response = await party.api.post(READ)
        answer = response.json()
        errors = answer.get("errors") or [{"extensions": {"code": "data"}}]
        answers[errors[0]["extensions"]["code"]] += 1


async def _write(party: Party, stop: asyncio.Event) -> list[str]:
    """Announce deposits on and on, each key until it has its answer; returns the keys."""
    used: list[str] = []
    while not stop.is_set():
        used.append(key())
        await until(partial(_announced, party, used[-1]), "an answer that is not Busy")
    return used


async def _announced(party: Party, key_: str) -> bool:
    """Whether announcing a deposit was answered by its payload; else it was Busy."""
    input_ = {"currency": "CNY", "amount": cny(1), "idempotencyKey": key_}
    query = """mutation($input: OpenDepositInput!) { openDeposit(input: $input) { __typename } }"""
    answer = (await party.api.post(query, {"input": input_})).json()
    if "errors" in answer:
        assert answer["errors"][0]["extensions"]["code"] == "BUSY", answer
        return False
    kind: str = answer["data"]["openDeposit"]["__typename"]
    assert kind in {"OpenDepositPayload", "Busy"}, kind
    return kind == "OpenDepositPayload"
