"""What many subscribe to: made once for all who are answered alike, and never for others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from api.feeds import TOO_MUCH_WAITS
from tests.api.edge.conftest import Edge, Socket
from tests.api.edge.target import ADA, SECRET

PUBLIC = "subscription($broken: Boolean! = false) { watched(broken: $broken) { value looks } }"
OWN = "subscription { watched { value looks me } }"
PARTLY = "subscription { watched(whole: false) { value looks } }"
ADAS = {"Authorization": "Bearer ada"}


@contextlib.asynccontextmanager
async def sockets(edge: Edge, strangers: int, adas: int) -> AsyncIterator[list[Socket]]:
    """Connections of strangers, then Ada's."""
    async with contextlib.AsyncExitStack() as stack:
        payloads = [None] * strangers + [ADAS] * adas
        yield [await stack.enter_async_context(edge.socket(payload)) for payload in payloads]


async def subscribe(sockets: list[Socket], query: str, **params: Any) -> list[Any]:
    """The present state as each is told."""
    for socket in sockets:
        await socket.subscribe("1", query, **params)
    return [await told(socket) for socket in sockets]


async def told(socket: Socket) -> Any:
    message = await socket.receive()
    assert (message["id"], message["type"]) == ("1", "next"), message
    return message["payload"]["data"]["watched"]


async def change(edge: Edge) -> int:
    value: int = (await edge.post("mutation { change }")).json()["data"]["change"]
    return value


async def test_a_change_is_read_once_and_everybody_gets_the_same_bytes(edge: Edge) -> None:
    async with sockets(edge, strangers=10, adas=10) as everybody:
        present = await subscribe(everybody, PUBLIC)
        before = max(one["looks"] for one in present)
        value = await change(edge)
        messages = {await socket.raw() for socket in everybody}
        expected = (
            f'{{"id":"1","type":"next","payload":{{"data":{{"watched":{{"value":{value},"looks":{before + 1}}}}}}}}}'
        )
        assert messages == {expected}


async def test_who_comes_later_is_told_the_present_state_and_nobody_else_hears_of_it(edge: Edge) -> None:
    async with sockets(edge, strangers=2, adas=0) as (first, second):
        (early,) = await subscribe([first], PUBLIC)
        (late,) = await subscribe([second], PUBLIC)
        assert (late["value"], late["looks"]) == (early["value"], early["looks"] + 1)
        await first.silence(0.3)
        value = await change(edge)
        assert [(await told(socket))["value"] for socket in (first, second)] == [value, value]


async def test_what_depends_on_who_asks_is_shared_by_one_viewer_only(edge: Edge) -> None:
    async with sockets(edge, strangers=2, adas=2) as everybody:
        present = await subscribe(everybody, OWN)
        assert [one["me"] for one in present] == [None, None, str(ADA), str(ADA)]
        await change(edge)
        strangers, adas = [[await told(socket) for socket in everybody[at : at + 2]] for at in (0, 2)]
        assert [one["me"] for one in strangers + adas] == [None, None, str(ADA), str(ADA)]
        assert strangers[0] == strangers[1]
        assert adas[0] == adas[1]
        assert strangers[0]["looks"] != adas[0]["looks"]


async def test_where_strangers_do_not_see_everything_members_have_feeds_of_their_own(edge: Edge) -> None:
    async with sockets(edge, strangers=2, adas=2) as everybody:
        await subscribe(everybody, PARTLY)
        await change(edge)
        found = [(await told(socket))["looks"] for socket in everybody]
        assert found[0] == found[1] != found[2] == found[3]
        for socket in everybody:
            await socket.silence(0.1)


async def test_other_variables_are_another_feed_and_unknown_ones_are_none(edge: Edge) -> None:
    query = "subscription($padding: Int!) { watched(padding: $padding) { looks padding } }"
    async with sockets(edge, strangers=3, adas=0) as everybody:
        for socket, variables in zip(everybody, ({"padding": 1}, {"padding": 2}, {"padding": 1, "b": 2}), strict=True):
            await subscribe([socket], query, variables=variables)
        await change(edge)
        found = [await told(socket) for socket in everybody]
        assert [one["padding"] for one in found] == ["x", "xx", "x"]
        assert found[0]["looks"] == found[2]["looks"] != found[1]["looks"]


async def test_conditions_decide_with_whom_one_shares(edge: Edge) -> None:
    query = "subscription($own: Boolean!) { watched { looks me @include(if: $own) } }"
    async with sockets(edge, strangers=1, adas=1) as (stranger, ada):
        for own, alike in ((False, True), (True, False)):
            await subscribe([stranger, ada], query, variables={"own": own})
            await change(edge)
            found = [await told(socket) for socket in (stranger, ada)]
            assert (found[0]["looks"] == found[1]["looks"]) is alike
            for socket in (stranger, ada):
                await socket.send({"id": "1", "type": "complete"})


async def test_who_asks_for_the_cost_is_told_what_is_left_to_them_and_others_are_not(edge: Edge) -> None:
    async with sockets(edge, strangers=1, adas=1) as (stranger, ada):
        await subscribe([stranger], PUBLIC)
        await subscribe([ada], PUBLIC, extensions={"cost": True})
        await change(edge)
        assert (await stranger.receive())["payload"].keys() == {"data"}
        assert (await ada.receive())["payload"].keys() == {"data", "extensions"}


async def test_a_subscription_that_has_no_plan_is_answered_alone(edge: Edge) -> None:
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    selected = " ".join(f"{name}: value @include(if: ${name})" for name in names)
    variables = dict.fromkeys(names, False) | {"v3": True}
    async with sockets(edge, strangers=2, adas=0) as everybody:
        query = f"subscription({declared}) {{ watched {{ looks {selected} }} }}"
        await subscribe(everybody, query, variables=variables)
        value = await change(edge)
        found = [await told(socket) for socket in everybody]
        assert [one["v3"] for one in found] == [value, value]
        assert found[0]["looks"] != found[1]["looks"]


async def test_whoever_leaves_hears_nothing_more_and_the_others_go_on(edge: Edge) -> None:
    async with sockets(edge, strangers=3, adas=0) as (stays, completes, goes):
        await subscribe([stays, completes, goes], PUBLIC)
        await completes.send({"id": "1", "type": "complete"})
        await goes.connection.close()
        await completes.subscribe("2", "{ hello }")
        assert [(await completes.receive())["type"] for _ in range(2)] == ["next", "complete"]
        value = await change(edge)
        assert (await told(stays))["value"] == value
        await completes.silence(0.3)


async def test_a_bug_ends_the_operation_for_everybody_and_is_logged_once(edge: Edge) -> None:
    async with sockets(edge, strangers=3, adas=0) as everybody:
        await subscribe(everybody, PUBLIC, variables={"broken": True})
        await change(edge)
        messages = [await socket.receive() for socket in everybody]
        assert {message["type"] for message in messages} == {"error"}
        (error_id,) = {message["payload"][0]["extensions"]["errorId"] for message in messages}
        assert edge.log.count(error_id) == 1
        assert SECRET not in str(messages)
        await subscribe(everybody, PUBLIC)


async def test_who_does_not_read_is_dropped_with_a_reason_and_the_others_are_served(edge: Edge) -> None:
    query = "subscription($padding: Int!) { watched(padding: $padding) { value padding } }"
    async with sockets(edge, strangers=2, adas=0) as (slow, other):
        await subscribe([slow, other], query, variables={"padding": 500_000})
        slow.connection.transport.pause_reading()
        for _ in range(30):
            value = await change(edge)
            assert (await told(other))["value"] == value
        slow.connection.transport.resume_reading()
        assert await slow.closed() == (1008, TOO_MUCH_WAITS)


async def test_a_storm_of_subscriptions_and_cancellations_leaves_everything_whole(edge: Edge) -> None:
    async with sockets(edge, strangers=1, adas=1) as (stranger, ada):
        for number in range(1_250):
            for socket, query in ((stranger, PUBLIC), (ada, OWN)):
                await socket.subscribe(str(number), query)
                if number % 7 == 0:
                    await asyncio.sleep(0.001)
                await socket.send({"id": str(number), "type": "complete"})
        for socket in (stranger, ada):
            socket.connection.transport.abort()
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(edge.post("{ sleep(seconds: 0.01) }") for _ in range(40)))
    assert {answer.text for answer in answers} == {'{"data":{"sleep":"awake"}}'}
    async with sockets(edge, strangers=2, adas=0) as everybody:
        await subscribe(everybody, PUBLIC)
        value = await change(edge)
        assert [(await told(socket))["value"] for socket in everybody] == [value, value]
