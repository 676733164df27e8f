"""graphql-transport-ws, to the letter."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api.feeds import SLOW_S
from tests.api.edge.conftest import Edge, serving
from tests.api.edge.target import ADA, SECRET
from tests.conftest import Databases


async def test_operations_run_beside_each_other_and_complete(edge: Edge) -> None:
    async with edge.socket() as socket:
        await socket.subscribe("forever", "subscription { forever }")
        assert await socket.receive() == {"id": "forever", "type": "next", "payload": {"data": {"forever": 1}}}
        await socket.subscribe("count", "subscription C($to: Int!) { count(to: $to) }", variables={"to": 2})
        messages = [await socket.receive() for _ in range(3)]
        assert [message.get("payload", {}).get("data") for message in messages] == [{"count": 1}, {"count": 2}, None]
        assert messages[2] == {"id": "count", "type": "complete"}
        await socket.subscribe("count", "{ hello }")
        assert await socket.receive() == {"id": "count", "type": "next", "payload": {"data": {"hello": "world"}}}
        assert await socket.receive() == {"id": "count", "type": "complete"}
        await socket.send({"id": "forever", "type": "complete"})
        await socket.subscribe("forever", "{ hello }")
        assert (await socket.receive())["payload"] == {"data": {"hello": "world"}}


async def test_pings_are_answered_also_before_the_beginning(edge: Edge) -> None:
    async with edge.socket(init=False) as socket:
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}
        await socket.send({"type": "ping", "payload": {"a": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"a": 1}}
        await socket.send({"type": "pong", "payload": {}})
        await socket.send({"id": "unknown", "type": "complete"})
        await socket.send({"type": "connection_init"})
        assert await socket.receive() == {"type": "connection_ack"}


NO_MESSAGES: dict[str, Any] = {
    "null": b"null",
    "list": b"[]",
    "number": b"1",
    "string": b'"ping"',
    "not JSON": b"{",
    "no type": b"{}",
    "unknown type": b'{"type": "start"}',
    "server's type": b'{"type": "next", "id": "1", "payload": {}}',
    "type is an object": b'{"type": {}}',
    "type is a list": b'{"type": ["ping"]}',
    "init payload is a list": b'{"type": "connection_init", "payload": []}',
    "token is a number": b'{"type": "connection_init", "payload": {"Authorization": 1}}',
    "ping payload is a string": b'{"type": "ping", "payload": "x"}',
    "pong payload is a number": b'{"type": "pong", "payload": 1}',
    "deep": b"[" * 30_000,
    "huge integer": b'{"type": "ping", "payload": {"a": ' + b"9" * 10_000 + b"}}",
    "lone surrogate": b'{"type": "ping", "payload": {"a": "\\ud800"}}',
}
NO_SUBSCRIPTIONS: dict[str, bytes] = {
    "no id": b'{"type": "subscribe", "payload": {"query": "{ hello }"}}',
    "empty id": b'{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
    "object id": b'{"type": "subscribe", "id": {}, "payload": {"query": "{ hello }"}}',
    "list id": b'{"type": "subscribe", "id": [], "payload": {"query": "{ hello }"}}',
    "number id": b'{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
    "long id": b'{"type": "subscribe", "id": "' + b"x" * 201 + b'", "payload": {"query": "{ hello }"}}',
    "no payload": b'{"type": "subscribe", "id": "1"}',
    "list payload": b'{"type": "subscribe", "id": "1", "payload": []}',
    "no query": b'{"type": "subscribe", "id": "1", "payload": {}}',
    "query is a list": b'{"type": "subscribe", "id": "1", "payload": {"query": []}}',
    "variables are a list": b'{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}}',
    "name is a number": b'{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}}',
    "complete without id": b'{"type": "complete"}',
    "complete with object id": b'{"type": "complete", "id": {}}',
}


@pytest.mark.parametrize("text", NO_MESSAGES.values(), ids=NO_MESSAGES.keys())
async def test_what_is_no_message_closes_with_4400(edge: Edge, text: bytes) -> None:
    async with edge.socket(init=False) as socket:
        await socket.connection.send(text.decode())
        assert (await socket.closed())[0] == 4400


@pytest.mark.parametrize("text", NO_SUBSCRIPTIONS.values(), ids=NO_SUBSCRIPTIONS.keys())
async def test_what_is_no_subscription_closes_with_4400(edge: Edge, text: bytes) -> None:
    async with edge.socket() as socket:
        await socket.connection.send(text.decode())
        assert (await socket.closed())[0] == 4400


async def test_binary_frames_close_with_4400(edge: Edge) -> None:
    async with edge.socket() as socket:
        await socket.connection.send(b'{"type": "ping"}')
        assert (await socket.closed())[0] == 4400


async def test_frames_over_64_kib_close_with_1009(edge: Edge) -> None:
    async with edge.socket() as socket:
        await socket.send({"type": "ping", "payload": {"a": "x" * 65_536}})
        assert (await socket.closed())[0] == 1009


async def test_messages_in_fragments_are_messages_and_bounded_as_such(edge: Edge) -> None:
    async with edge.socket() as socket:
        await socket.connection.send(['{"type": ', '"pi', 'ng"}'])
        assert await socket.receive() == {"type": "pong"}

        async def too_much() -> AsyncIterator[str]:
            yield '{"type": "ping", "payload": {"a": "'
            for _ in range(8):
                yield "x" * 8_192
            await socket.connection.wait_closed()

        with contextlib.suppress(ConnectionClosed):
            await socket.connection.send(too_much())
        assert socket.connection.close_code == 1009


async def test_what_is_no_utf_8_closes_with_1007(edge: Edge) -> None:
    async with edge.socket() as socket:
        socket.connection.protocol.send_text(b"\xff")
        socket.connection.send_data()
        assert (await socket.closed())[0] == 1007


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"], ["other"]])
async def test_other_subprotocols_close_with_4406(edge: Edge, protocols: Any) -> None:
    async with connect(edge.url.replace("http", "ws", 1) + "/graphql", subprotocols=protocols) as connection:
        await connection.wait_closed()
        assert (connection.close_code, connection.close_reason) == (4406, "Subprotocol not acceptable")


async def test_ours_is_chosen_among_several(edge: Edge) -> None:
    protocols: Any = ["graphql-ws", "graphql-transport-ws"]
    async with connect(edge.url.replace("http", "ws", 1) + "/graphql", subprotocols=protocols) as connection:
        assert connection.subprotocol == "graphql-transport-ws"


async def test_a_silent_client_is_closed_with_4408(edge: Edge) -> None:
    async with edge.socket(init=False) as socket:
        await socket.send({"type": "ping"})
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_the_order_of_the_protocol_is_kept(edge: Edge) -> None:
    async with edge.socket(init=False) as socket:
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == (4401, "Unauthorized")
    async with edge.socket() as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == (4429, "Too many initialisation requests")
    async with edge.socket() as socket:
        await socket.subscribe("1", "subscription { forever }")
        await socket.receive()
        await socket.subscribe("1", "{ hello }")
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_token_says_who_subscribes(edge: Edge, name: str) -> None:
    async with edge.socket({name: "Bearer ada"}) as socket:
        await socket.subscribe("1", "subscription { private }")
        assert (await socket.receive())["payload"] == {"data": {"private": str(ADA)}}
    async with edge.socket() as socket:
        await socket.subscribe("1", "subscription { private }")
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(("token", "code"), [("Bearer nobody", 4403), ("ada", 4403), ("Bearer busy", 1013)])
async def test_a_wrong_token_closes(edge: Edge, token: str, code: int) -> None:
    async with edge.socket(init=False) as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": token}})
        assert (await socket.closed())[0] == code


async def test_a_token_that_expires_closes_the_open_connection_with_4401(edge: Edge) -> None:
    async with edge.socket({"Authorization": "Bearer short"}) as socket:
        await socket.subscribe("1", "subscription { forever }")
        assert (await socket.closed())[0] == 4401


async def test_a_personal_token_that_is_revoked_closes_the_open_connection_with_4401(impatient: Edge) -> None:
    program, other = {"Authorization": "Bearer program-1"}, {"Authorization": "Bearer program-2"}
    async with impatient.socket(program) as socket, impatient.socket(other) as spared:
        await socket.subscribe("1", "subscription { forever }")
        assert (await socket.receive())["type"] == "next"
        await impatient.post('mutation { revoke(token: "program-1") }')
        assert await socket.closed() == (4401, "The access token is no longer valid")
        await spared.subscribe("1", "{ me }")
        assert (await spared.receive())["payload"] == {"data": {"me": str(ADA)}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("mutation { touch }", "BAD_REQUEST"),
        ("{", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("query($n: Int!) { echo(number: $n) }", "BAD_REQUEST"),
        ("subscription($n: Int!) { count(to: $n) }", "BAD_REQUEST"),
        ("subscription { refusing }", "BAD_REQUEST"),
        ("{ " + "again { " * 15 + "hello" + " }" * 15 + " }", "LIMIT_EXCEEDED"),
    ],
)
async def test_an_operation_that_cannot_run_ends_with_an_error_message(edge: Edge, query: str, code: str) -> None:
    async with edge.socket() as socket:
        await socket.subscribe("1", query)
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("1", "error")
        assert message["payload"][0]["extensions"]["code"] == code
        await socket.subscribe("1", "{ hello }")
        assert (await socket.receive())["type"] == "next"


async def test_a_bug_in_a_subscription_is_masked_and_ends_only_it(edge: Edge) -> None:
    async with edge.socket() as socket:
        await socket.subscribe("1", "subscription { breaking }")
        assert (await socket.receive())["type"] == "next"
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["errorId"] in edge.log
        assert SECRET not in str(message)
        await socket.subscribe("2", "{ hello }")
        assert (await socket.receive())["type"] == "next"


async def test_every_operation_has_a_context_of_its_own(edge: Edge) -> None:
    async with edge.socket() as socket:
        seen = []
        for id_ in ("1", "2"):
            await socket.subscribe(id_, "subscription { sameContext }")
            seen.append((await socket.receive())["payload"]["data"]["sameContext"])
        assert len(set(seen)) == 2


async def test_a_connection_has_at_most_100_operations(edge: Edge) -> None:
    async with edge.socket() as socket:
        for number in range(100):
            await socket.subscribe(str(number), "subscription { forever }")
            await socket.receive()
        await socket.subscribe("one more", "subscription { forever }")
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("one more", "error")
        assert message["payload"][0]["extensions"]["maximum"] == 100
        await socket.send({"id": "7", "type": "complete"})
        await socket.subscribe("one more", "subscription { forever }")
        assert (await socket.receive())["type"] == "next"


async def test_a_storm_of_cancelled_operations_leaves_the_pool_whole(edge: Edge) -> None:
    async with edge.socket() as socket:
        for number in range(2_500):
            await socket.subscribe(str(number), "{ sleep(seconds: 30) }")
            if number % 3:
                await asyncio.sleep(0.001)
            await socket.send({"id": str(number), "type": "complete"})
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(edge.post("{ sleep(seconds: 0.01) }") for _ in range(40)))
    assert {answer.text for answer in answers} == {'{"data":{"sleep":"awake"}}'}


async def test_a_client_who_does_not_read_is_dropped_with_a_reason_and_holds_up_nobody(edge: Edge) -> None:
    async with edge.socket() as slow, edge.socket() as other:
        slow.connection.transport.pause_reading()
        await slow.subscribe("1", "subscription { flood }")
        await other.subscribe("1", "subscription { count(to: 3) }")
        assert [(await other.receive())["type"] for _ in range(4)] == ["next", "next", "next", "complete"]
        await asyncio.sleep(SLOW_S + 0.5)
        slow.connection.transport.resume_reading()
        assert await slow.closed() == (1008, "Too slow: messages waited for 10 s")


async def test_messages_are_not_compressed(edge: Edge) -> None:
    async with edge.socket() as socket:
        assert socket.connection.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.connection.response.headers


async def test_a_server_that_is_stopped_sends_watchers_away_with_1012_and_ends(
    make_database: Databases, tmp_path: Path
) -> None:
    app_url, _ = await make_database.make("edge_stopped")
    async with serving(app_url, make_database.servers.redis_url, tmp_path) as (edge, process), edge.socket() as socket:
        await socket.subscribe("1", "subscription { forever }")
        assert (await socket.receive())["type"] == "next"
        process.terminate()
        assert (await socket.closed())[0] == 1012
