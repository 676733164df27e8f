"""A user's events: live, and resumed behind a cursor with nothing lost and nothing twice."""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api.live.conftest import Stage
from tests.api.live.watching import Socket
from tests.support.client import Client
from tests.support.journey import Journey, Party

EVENTS = "subscription($after: String) { myEvents(after: $after) { cursor kind at facts { name text money { amount currency } } loan { id } } }"
NEWS = "{ me { events(first: 100) { edges { cursor node { cursor kind facts { name text } } } pageInfo { hasNextPage } } } }"
BIDS = 60


async def event(socket: Socket) -> dict[str, Any]:
    return await socket.next("myEvents")


def fact(found: dict[str, Any], name: str) -> str:
    return next(str(one["text"]) for one in found["facts"] if one["name"] == name)


def through(party: Party, client: Client) -> Party:
    """Somebody who acts through one of the processes."""
    return Party(party.email, client, party.user_id, party.outside, party.bank_account)


@pytest.fixture
async def lender(journey: Journey) -> Party:
    """Somebody new: loans that others' tests filled close while this one listens."""
    return await journey.lender(200_000)


async def newest(who: Party) -> str:
    """The cursor of somebody's latest event."""
    cursor: str = (await who.api.run(NEWS))["me"]["events"]["edges"][0]["node"]["cursor"]
    return cursor


async def test_strangers_have_no_events_and_cursors_are_not_invented(stage: Stage, lender: Party) -> None:
    async with stage.watch(0) as socket:
        await socket.subscribe(EVENTS)
        assert await socket.error() == "UNAUTHENTICATED"
    for cursor in ("", "x", "WzFd", "WyJhIiwgImIiXQ"):
        async with stage.watch(0, lender) as socket:
            await socket.subscribe(EVENTS, after=cursor)
            assert await socket.error() == "BAD_REQUEST"


async def test_an_event_arrives_as_it_happens_with_its_facts(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 2_000)
    async with stage.watch(1, lender) as socket, stage.watch(0, borrower) as own:
        await socket.subscribe(EVENTS)
        await own.subscribe(EVENTS, after=await newest(borrower))
        heard, bid = None, 0
        while heard is None:  # what happens before the server listens is not told to who has no cursor
            bid += 100
            await journey.lend(through(lender, stage.at(0, lender)), loan_id, 100)
            with contextlib.suppress(TimeoutError):
                heard = await socket.next("myEvents", patience_s=1.0)
        assert (heard["kind"], heard["loan"]["id"], fact(heard, "origin")) == ("bid.placed", loan_id, "MANUAL")
        amounts = [one["money"] for one in heard["facts"] if one["name"] == "amount"]
        assert amounts == [{"amount": "100.00", "currency": "CNY"}]
        assert fact(heard, "bid").startswith("bid_")
        await journey.lend(through(lender, stage.at(0, lender)), loan_id, 2_000 - bid)
        assert (await event(socket))["kind"] == "bid.placed"
        assert (await event(own))["kind"] == "loan.funded"


async def test_whoever_comes_back_goes_on_where_they_were(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loans = [await journey.listed(borrower, 10_000) for _ in range(3)]
    clients = [through(lender, stage.at(number, lender)) for number in (0, 1)]
    cursor = await newest(lender)
    heard: list[dict[str, Any]] = []

    async def bid(number: int) -> None:
        await asyncio.sleep(number * 0.02)
        await journey.lend(clients[number % 2], loans[number % 3], 100)

    bids = asyncio.gather(*(bid(number) for number in range(BIDS)))
    while len(heard) < BIDS:
        async with stage.watch(len(heard) % 2, lender) as socket:
            await socket.subscribe(EVENTS, after=cursor)
            for _ in range(min(7, BIDS - len(heard))):
                heard.append(await event(socket))
                cursor = heard[-1]["cursor"]
    await bids
    rows = await stage.world.books.fetch(
        "select payload from shared.outbox where audience @> array[$1::uuid] and kind = 'bid.placed' order by txid desc, id desc limit $2",
        lender.user_id, BIDS,
    )  # fmt: skip
    assert [fact(one, "bid") for one in heard] == [f"bid_{json.loads(row[0])['bid_id']}" for row in reversed(rows)]
    async with stage.watch(0, lender) as socket:
        await socket.subscribe(EVENTS, after=cursor)
        await socket.silence(0.5)


async def test_an_event_that_commits_late_is_not_passed_over(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 2_000)
    cursor, books = await newest(lender), stage.world.books
    async with stage.watch(1, lender) as socket:
        await socket.subscribe(EVENTS, after=cursor)
        async with books.transaction():
            await happen(stage, lender.user_id, "early")
            await journey.lend(through(lender, stage.at(0, lender)), loan_id, 100)
            await socket.silence(0.5)
        assert [(await event(socket))["kind"] for _ in range(2)] == ["test.early", "bid.placed"]
        await socket.silence(0.2)


async def happen(stage: Stage, user_id: UUID, name: str) -> None:
    """An event of somebody, in the transaction of the test's own connection."""
    await stage.world.books.execute(
        """insert into shared.outbox (event_id, kind, dedupe_key, payload, audience, happened_at)
        values ($1, $2, $3, '{}', array[$4::uuid], now())""",
        uuid4(), f"test.{name}", f"test:{uuid4()}", user_id,
    )  # fmt: skip


async def test_events_arrive_without_valkey(stage: Stage, journey: Journey, borrower: Party, lender: Party) -> None:
    loan_id = await journey.listed(borrower, 2_000)
    async with stage.watch(1, lender) as socket:
        await socket.subscribe(EVENTS, after=await newest(lender))
        await stage.bell.stop()
        for _ in range(2):
            await journey.lend(through(lender, stage.at(0, lender)), loan_id, 100)
        assert [(await event(socket))["kind"] for _ in range(2)] == ["bid.placed", "bid.placed"]
        await stage.bell.start()
        await stage.everybody_listens()
        await journey.lend(through(lender, stage.at(0, lender)), loan_id, 100)
        assert (await event(socket))["kind"] == "bid.placed"


async def test_events_are_read_back_page_by_page(stage: Stage, lender: Party) -> None:
    query = "query($after: String) { me { events(first: 3, after: $after) { edges { node { cursor } } pageInfo { hasNextPage endCursor } } } }"
    cursors: list[str] = []
    after, more = None, True
    while more:
        page = (await stage.at(0, lender).run(query, after=after))["me"]["events"]
        cursors += [edge["node"]["cursor"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    count = await stage.world.books.fetchval(
        "select count(*) from shared.outbox where audience @> array[$1::uuid]", lender.user_id
    )
    assert len(cursors) == len(set(cursors)) == count
