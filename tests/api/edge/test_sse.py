"""GraphQL over server-sent events, in distinct connections mode."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from api.feeds import TOO_MUCH_WAITS
from api.sse import KEEP_ALIVE_S
from tests.api.edge.conftest import ORIGIN, Edge, serving
from tests.api.edge.target import ADA, SECRET
from tests.conftest import Databases
from tests.support.journey import until

WATCHED = "subscription($padding: Int! = 0) { watched(padding: $padding) { value padding } }"
EVENTS = "text/event-stream"
JSON = "application/json"
PATIENCE_S = 15.0


@dataclass
class Stream:
    """A stream of events that is being read."""

    response: httpx.Response
    lines: AsyncIterator[str]

    async def block(self) -> list[str]:
        """The lines up to the next empty one. Raises `StopAsyncIteration` at the end."""
        found: list[str] = []
        while line := await asyncio.wait_for(anext(self.lines), PATIENCE_S):
            found.append(line)
        return found

    async def event(self) -> tuple[str, Any]:
        """The next event's name and data; comments are passed over."""
        while (block := await self.block()) and block[0].startswith(":"):
            pass
        name, data = block
        text = data.removeprefix("data: ")
        return name.removeprefix("event: "), json.loads(text) if text else None

    async def next(self) -> Any:
        """The answer of the next event."""
        name, answer = await self.event()
        assert name == "next", (name, answer)
        return answer

    async def rest(self) -> list[list[str]]:
        """What comes until the stream ends."""
        found = []
        with contextlib.suppress(StopAsyncIteration):
            while True:
                found.append(await self.block())
        return found


@contextlib.asynccontextmanager
async def stream(
    edge: Edge, query: str, accept: str = EVENTS, token: str | None = None, **params: Any
) -> AsyncIterator[Stream]:
    """A POST whose answer is read as it comes."""
    headers = {"accept": accept} | ({"authorization": f"Bearer {token}"} if token else {})
    body = {"query": query, **params}
    async with edge.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"] == f"{EVENTS}; charset=utf-8"
        yield Stream(response, response.aiter_lines())


async def test_a_subscription_is_a_stream_of_events(edge: Edge) -> None:
    async with stream(edge, "subscription C($to: Int!) { count(to: $to) }", variables={"to": 2}) as events:
        assert events.response.headers["cache-control"] == "no-store"
        assert events.response.headers["x-content-type-options"] == "nosniff"
        assert await events.block() == [":"]
        assert await events.block() == ["event: next", 'data: {"data":{"count":1}}']
        assert await events.block() == ["event: next", 'data: {"data":{"count":2}}']
        assert await events.block() == ["event: complete", "data: "]
        assert await events.rest() == []


async def test_a_browser_s_event_source_asks_by_get(edge: Edge) -> None:
    url = "/graphql?" + urlencode({"query": "subscription { count(to: 1) }"})
    async with edge.http.stream("GET", url, headers={"accept": EVENTS, "origin": ORIGIN}) as response:
        assert response.headers["access-control-allow-origin"] == ORIGIN
        events = Stream(response, response.aiter_lines())
        assert await events.next() == {"data": {"count": 1}}
        assert await events.event() == ("complete", None)


@pytest.mark.parametrize("accept", [EVENTS, f"{EVENTS}, multipart/mixed", f"{JSON}, {EVENTS}", f"{EVENTS};q=0.5, */*"])
async def test_a_subscription_is_streamed_to_whoever_names_event_streams(edge: Edge, accept: str) -> None:
    async with stream(edge, "subscription { count(to: 1) }", accept) as events:
        assert await events.next() == {"data": {"count": 1}}


@pytest.mark.parametrize(
    "accept", [f"application/graphql-response+json, {JSON}, {EVENTS}, multipart/mixed", f"*/*, {EVENTS}"]
)
async def test_queries_stay_json_for_whoever_takes_json(edge: Edge, accept: str) -> None:
    answer = await edge.post("{ hello }", accept)
    assert "json" in answer.headers["content-type"]
    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("accept", [JSON, "*/*", f"{EVENTS};q=0, {JSON}"])
async def test_without_naming_event_streams_there_is_none(edge: Edge, accept: str) -> None:
    answer = await edge.post("subscription { count(to: 1) }", accept)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "data"), [("{ hello }", {"hello": "world"}), ("mutation { touch }", {"touch": "touched"})]
)
async def test_other_operations_are_answered_by_one_event(edge: Edge, query: str, data: Any) -> None:
    async with stream(edge, query) as events:
        assert await events.event() == ("next", {"data": data})
        assert await events.event() == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("subscription($n: Int!) { count(to: $n) }", "BAD_REQUEST"),
        ("subscription { refusing }", "BAD_REQUEST"),
        ("subscription { private }", "UNAUTHENTICATED"),
        ("{ " + "again { " * 15 + "hello" + " }" * 15 + " }", "LIMIT_EXCEEDED"),
    ],
)
async def test_what_cannot_run_is_told_in_the_stream(edge: Edge, query: str, code: str) -> None:
    async with stream(edge, query) as events:
        answer = await events.next()
        assert "data" not in answer
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
        assert await events.event() == ("complete", None)


async def test_requests_that_http_refuses_have_its_statuses(edge: Edge) -> None:
    events = {"accept": EVENTS}
    body = {"query": "subscription { count(to: 1) }"}
    stale = await edge.http.post("/graphql", json=body, headers=events | {"authorization": "Bearer nobody"})
    assert stale.status_code == 401
    assert (await edge.http.post("/graphql", content=b"{", headers=events | {"content-type": JSON})).status_code == 400
    assert (await edge.http.post("/graphql", content=b"x", headers=events)).status_code == 415
    url = "/graphql?" + urlencode({"query": "mutation { touch }"})
    assert (await edge.http.get(url, headers=events)).status_code == 405


async def test_a_bug_ends_the_stream_masked(edge: Edge) -> None:
    async with stream(edge, "subscription { breaking }") as events:
        assert await events.next() == {"data": {"breaking": 1}}
        (error,) = (await events.next())["errors"]
        assert error["extensions"]["errorId"] in edge.log
        assert SECRET not in str(error)
        assert await events.event() == ("complete", None)


async def test_a_token_says_who_asks_and_its_end_ends_the_stream(edge: Edge) -> None:
    async with stream(edge, "subscription { private }", token="ada") as events:
        assert await events.next() == {"data": {"private": str(ADA)}}
    async with stream(edge, "subscription { forever }", token="short for a stream") as events:
        await events.next()
        assert (await events.next())["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await events.event() == ("complete", None)


async def test_feeds_serve_streams_and_sockets_the_same(edge: Edge) -> None:
    async with stream(edge, WATCHED) as one, stream(edge, WATCHED, token="ada") as two, edge.socket() as other:
        await other.subscribe("1", WATCHED)
        await other.receive()
        present = [await events.next() for events in (one, two)]
        assert present[0] == present[1]
        value = (await edge.post("mutation { change }")).json()["data"]["change"]
        expected = {"data": {"watched": {"value": value, "padding": ""}}}
        assert [await one.next(), await two.next(), (await other.receive())["payload"]] == [expected] * 3


async def test_a_quiet_stream_is_kept_alive_by_comments(edge: Edge) -> None:
    async with stream(edge, "subscription { forever }") as events:
        assert await events.block() == [":"]
        assert await events.next() == {"data": {"forever": 1}}
        assert await events.block() == [":"]
    assert KEEP_ALIVE_S < 15, "what proxies and browsers wait for at least"


async def test_whoever_goes_away_ends_the_operation(edge: Edge) -> None:
    before = edge.log.count("operation.ended")
    async with stream(edge, "subscription { noticed }") as events:
        await events.next()
        assert edge.log.count("operation.ended") == before

    async def ended() -> bool:
        return edge.log.count("operation.ended") > before

    await until(ended, "the operation to end")


async def test_who_does_not_read_what_feeds_tell_is_cut_off_with_a_reason(edge: Edge) -> None:
    async with slow_reader(edge, WATCHED, {"padding": 500_000}) as slow, stream(edge, WATCHED) as other:
        await other.next()
        for _ in range(30):
            value = (await edge.post("mutation { change }")).json()["data"]["change"]
            assert (await other.next())["data"]["watched"]["value"] == value
        assert f": {TOO_MUCH_WAITS}\n\n" in await asyncio.to_thread(read_all, slow)


async def test_who_does_not_read_an_answer_is_cut_off(edge: Edge) -> None:
    async with slow_reader(edge, "subscription { flood }", {}) as slow:
        await asyncio.sleep(12)
        with contextlib.suppress(ConnectionError):
            assert "event: complete" not in await asyncio.to_thread(read_all, slow)


@contextlib.asynccontextmanager
async def slow_reader(edge: Edge, query: str, variables: dict[str, Any]) -> AsyncIterator[socket.socket]:
    """A connection that has asked for a stream and reads nothing of it."""
    address = urlsplit(edge.url)
    body = json.dumps({"query": query, "variables": variables})
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((address.hostname, address.port))
        connection.sendall(
            f"POST /graphql HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: {JSON}\r\naccept: {EVENTS}\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        yield connection


def read_all(connection: socket.socket) -> str:
    """Everything until the server ends it."""
    connection.settimeout(PATIENCE_S)
    found = b""
    while not found.endswith(b"0\r\n\r\n") and (data := connection.recv(1 << 20)):
        found += data
    return found.decode()


async def test_a_storm_of_streams_leaves_everything_whole(edge: Edge) -> None:
    turn = asyncio.Semaphore(20)

    async def come_and_go(number: int) -> None:
        async with turn, slow_reader(edge, "{ sleep(seconds: 30) }" if number % 2 else WATCHED, {}):
            await asyncio.sleep(0.002 * (number % 3))

    await asyncio.gather(*(come_and_go(number) for number in range(600)))
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(edge.post("{ sleep(seconds: 0.01) }") for _ in range(40)))
    assert {answer.text for answer in answers} == {'{"data":{"sleep":"awake"}}'}


async def test_a_stopped_server_ends_streams_without_complete_and_ends(
    make_database: Databases, tmp_path: Path
) -> None:
    app_url, _ = await make_database.make("edge_sse_stopped")
    async with (
        serving(app_url, make_database.servers.redis_url, tmp_path) as (edge, process),
        stream(edge, "subscription { forever }") as events,
        stream(edge, WATCHED) as watched,
    ):
        await events.next()
        await watched.next()
        process.terminate()
        assert await events.rest() == await watched.rest() == []
        async with asyncio.timeout(5):
            await process.wait()
