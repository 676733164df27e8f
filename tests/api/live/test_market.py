"""The market's activity: what lists and what leaves, for everybody, resumed behind a cursor."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.api.live.watching import Socket, open_socket
from tests.support.journey import Journey, Party

ACTIVITY = """subscription($after: String) { marketplaceActivity(after: $after) {
    kind cursor facts { name text } loan { id status grade } } }"""
QUIET_S = 0.5


async def heard(socket: Socket, *loan_ids: str, count: int) -> list[dict[str, Any]]:
    """The next events of these loans; other tests have loans of their own on the market."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        event = await socket.next("marketplaceActivity")
        if event["loan"]["id"] in loan_ids:
            found.append(event)
    return found


def told(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["kind"], event["loan"]["id"]) for event in events]


async def listening(socket: Socket, list_another: Callable[[], Awaitable[str]]) -> str:
    """Without a cursor only what happens from now on is told: list loans until one is heard of; returns its cursor."""
    await socket.subscribe(ACTIVITY)
    waiting = asyncio.create_task(socket.next("marketplaceActivity"))
    while not (await asyncio.wait([waiting], timeout=QUIET_S))[0]:
        await list_another()
    cursor: str = waiting.result()["cursor"]
    return cursor


async def test_a_stranger_hears_of_every_loan_that_lists_and_leaves_and_not_of_bids(
    journey: Journey, borrower: Party, lender: Party
) -> None:
    async with open_socket(journey.world.platform.url, None) as socket:
        await listening(socket, lambda: journey.listed(borrower, 1_000))
        loan_id = await journey.listed(borrower, 2_000)
        await journey.lend(lender, loan_id, 500)
        await journey.lend(lender, loan_id, 1_500)
        events = await heard(socket, loan_id, count=2)
        assert told(events) == [("loan.listed", loan_id), ("loan.funded", loan_id)]
        assert events[0]["loan"]["grade"] == "A"
        assert {fact["name"] for fact in events[0]["facts"]} <= {"reference", "amount", "principal"}


async def test_whoever_comes_back_goes_on_where_they_were(journey: Journey, borrower: Party, lender: Party) -> None:
    async with open_socket(journey.world.platform.url, None) as socket:
        cursor = await listening(socket, lambda: journey.listed(borrower, 1_000))
    first, second = [await journey.listed(borrower, 1_000) for _ in range(2)]
    await journey.lend(lender, first, 1_000)
    unlisted = await journey.apply(borrower, 1_000)
    await borrower.do("declineOffer", "loan { status }", loanId=unlisted)
    expected = [("loan.listed", first), ("loan.listed", second), ("loan.funded", first)]
    async with open_socket(journey.world.platform.url, None) as socket:
        await socket.subscribe(ACTIVITY, after=cursor)
        events = await heard(socket, first, second, unlisted, count=3)
        assert told(events) == expected
        again = await journey.listed(borrower, 1_000)
        assert told(await heard(socket, unlisted, again, count=1)) == [("loan.listed", again)]
    async with open_socket(journey.world.platform.url, None) as socket:
        await socket.subscribe(ACTIVITY, after=events[0]["cursor"])
        assert told(await heard(socket, first, second, unlisted, again, count=3)) == [
            *expected[1:],
            ("loan.listed", again),
        ]


async def test_cursors_are_not_invented(journey: Journey) -> None:
    for cursor in ("", "x", "WzFd", "WyJhIiwgImIiXQ"):
        async with open_socket(journey.world.platform.url, None) as socket:
            await socket.subscribe(ACTIVITY, after=cursor)
            assert await socket.error() == "BAD_REQUEST"
