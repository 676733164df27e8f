"""Rate limits: who is counted as whom, what counts how much, and how a refusal looks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis.asyncio as redis

from api.documents import Refused
from api.rate import MOST_SUBJECTS, Rates
from cli.processes import free_port
from domain.shared.actor import STRANGER, Viewer
from domain.shared.addresses import network
from tests.api.edge.conftest import Edge, serving
from tests.api.edge.target import ADA
from tests.conftest import Databases

HELLO = "{ hello }"
LIMITS = {"rate_limit_account": "30/day", "rate_limit_token": "20/day", "rate_limit_address": "10/day"}
PATIENCE_S = 10.0


class Caller:
    """Asks from an address, and perhaps with a token."""

    def __init__(self, edge: Edge, address: str, token: str | None = None) -> None:
        self._edge = edge
        self._headers = {"x-forwarded-for": address} | ({"authorization": f"Bearer {token}"} if token else {})

    async def ask(self, query: str = HELLO, **more: Any) -> httpx.Response:
        return await self._edge.http.post("/graphql", json={"query": query, **more}, headers=self._headers)

    async def left(self) -> int:
        """What is left after asking."""
        answer = (await self.ask(extensions={"cost": True})).json()
        remaining: int = answer["extensions"]["rateLimit"]["remaining"]
        return remaining

    async def times(self, query: str = HELLO) -> int:
        """How often it can be asked."""
        for count in range(1_000):
            if (await self.ask(query)).status_code == 429:
                return count
        raise AssertionError("no limit")


@pytest.fixture(scope="module")
async def two(make_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Edge]]:
    """Two processes of one installation, with low limits."""
    app_url, _ = await make_database.make("rate")
    folder, redis_url = tmp_path_factory.mktemp("rate"), make_database.servers.redis_url
    async with (
        serving(app_url, redis_url, folder, **LIMITS) as (one, _),
        serving(app_url, redis_url, folder, **LIMITS) as (other, _),
    ):
        yield [one, other]


async def test_a_stranger_is_counted_by_address(two: list[Edge]) -> None:
    caller = Caller(two[0], "198.51.100.1")
    assert await caller.times() == 10
    refused = await caller.ask()
    (error,) = refused.json()["errors"]
    facts = error["extensions"]
    assert (refused.status_code, facts["code"]) == (429, "RATE_LIMITED")
    assert refused.headers["content-type"].startswith("application/")
    assert (facts["limit"], facts["windowSeconds"]) == (10, 86_400)
    assert facts["retryAfterMs"] == int(refused.headers["retry-after"]) * 1_000 > 0
    assert "data" not in refused.json()
    assert (await Caller(two[0], "198.51.100.2").ask()).status_code == 200, "another address"
    assert (await Caller(two[0], "198.51.100.1", "program-1").ask()).status_code == 200, "somebody there who is known"


async def test_every_address_of_an_ipv6_network_is_the_same(two: list[Edge]) -> None:
    used = [(await Caller(two[0], f"2001:db8:7::{number:x}").ask()).status_code for number in range(1, 12)]
    assert used == [200] * 10 + [429]
    assert (await Caller(two[0], "2001:db8:8::1").ask()).status_code == 200


async def test_a_token_has_a_limit_within_its_accounts(two: list[Edge]) -> None:
    first, second, session = (Caller(two[0], "198.51.100.3", token) for token in ("program-1", "program-2", "ada"))
    assert 18 <= await first.times() <= 20, "others of these tests have asked with it, too"
    assert 8 <= await second.times() <= 10, "the account has 30"
    assert (await session.ask()).status_code == 429
    assert (await Caller(two[0], "198.51.100.3").ask()).status_code == 200, "a stranger from there"


@pytest.mark.parametrize(
    ("query", "points"),
    [
        (HELLO, 1),
        ("{ " + " ".join(f"a{n}: hello" for n in range(5)) + " }", 5),
        ("{ ...F ...F hello } fragment F on Query { a: hello b: hello }", 5),
        ("{ page(first: 100) { edges { node { hello } } } }", 4),
        ("query($n: Int!) { page(first: $n) { edges { node { hello } } } }", 2),
    ],
)
async def test_aliases_and_large_operations_count_as_what_they_are(two: list[Edge], query: str, points: int) -> None:
    address = f"198.51.101.{len(query) % 250}"
    variables = {"n": 40} if "$n" in query else {}
    answer = (await Caller(two[0], address).ask(query, variables=variables, extensions={"cost": True})).json()
    assert answer["extensions"]["cost"]["points"] == points
    assert answer["extensions"]["rateLimit"]["remaining"] == 10 - points


async def test_a_document_that_is_refused_counts_too(two: list[Edge]) -> None:
    assert await Caller(two[0], "198.51.100.5").times("{ nothing }") == 10
    assert await Caller(two[0], "198.51.100.6").times("{ nothing } # " + "x" * 3_100) == 3


async def test_processes_know_what_was_asked_of_each_other(two: list[Edge]) -> None:
    here, there = (Caller(edge, "198.51.100.7") for edge in two)
    for _ in range(4):
        assert (await here.ask()).status_code == 200
    before, deadline = await there.left(), asyncio.get_running_loop().time() + PATIENCE_S
    asked = 1
    while before == 10 - asked:  # until it has heard of the four
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.3)
        before, asked = await there.left(), asked + 1
    assert before == 10 - 4 - asked


async def test_a_websocket_counts_its_operations(two: list[Edge]) -> None:
    edge = two[0]
    async with edge.socket() as socket:  # from 127.0.0.1
        for number in range(10):
            await socket.subscribe(str(number), HELLO)
            assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
        await socket.subscribe("too many", "subscription { forever }")
        message = await socket.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
        await socket.send({"type": "ping"})
        assert (await socket.receive())["type"] == "pong", "the connection lives on"


async def test_wrong_tokens_are_counted_by_address_apart_from_strangers(two: list[Edge]) -> None:
    wrong = Caller(two[0], "198.51.100.8", "kpat_wrong")
    assert {(await wrong.ask()).status_code for _ in range(10)} == {401}
    refused = await wrong.ask()
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert (await Caller(two[0], "198.51.100.8").ask()).status_code == 200, "a stranger from there"
    assert await Caller(two[0], "198.51.100.9").times() == 10
    assert (await Caller(two[0], "198.51.100.9", "kpat_wrong").ask()).status_code == 401, (
        "what strangers ask does not count"
    )


async def test_wrong_tokens_of_sockets_are_counted_too(make_database: Databases, tmp_path: Path) -> None:
    app_url, _ = await make_database.make("rate_sockets")
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with serving(app_url, nowhere, tmp_path, **LIMITS) as (edge, _):
        closed = []
        for _ in range(11):
            async with edge.socket(init=False) as socket:
                await socket.send({"type": "connection_init", "payload": {"authorization": "Bearer kpat_wrong"}})
                closed.append((await socket.closed())[0])
        assert closed == [4403] * 10 + [1013]
        async with edge.socket() as socket:
            await socket.send({"type": "ping"})
            assert (await socket.receive())["type"] == "pong", "a stranger from there"


async def test_without_valkey_each_process_counts_alone(make_database: Databases, tmp_path: Path) -> None:
    app_url, _ = await make_database.make("rate_alone")
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with serving(app_url, nowhere, tmp_path, **LIMITS) as (edge, _):
        assert await Caller(edge, "198.51.100.1").times() == 10
        assert (await Caller(edge, "198.51.100.1", "ada").ask()).status_code == 200


async def test_limits_can_be_off(make_database: Databases, tmp_path: Path) -> None:
    app_url, _ = await make_database.make("rate_off")
    off = dict.fromkeys(LIMITS, "off")
    async with serving(app_url, make_database.servers.redis_url, tmp_path, **off) as (edge, _):
        answer = (await Caller(edge, "198.51.100.1").ask(extensions={"cost": True})).json()
    assert answer == {
        "data": {"hello": "world"},
        "extensions": {"cost": {"fields": 1, "maximum": 50_000, "points": 1}, "rateLimit": None},
    }


async def test_the_answer_says_what_it_cost_only_to_who_asks(edge: Edge) -> None:
    for extensions in ({}, {"cost": False}, {"cost": 1}, None):
        assert (await edge.post(HELLO, extensions=extensions)).json() == {"data": {"hello": "world"}}
    shown = (await edge.http.get("/graphql", params={"query": HELLO, "extensions": '{"cost": true}'})).json()
    assert shown["extensions"]["cost"] == {"fields": 1, "maximum": 50_000, "points": 1}
    limit = shown["extensions"]["rateLimit"]
    assert limit.keys() == {"limit", "windowSeconds", "remaining", "resetSeconds"}
    assert 0 <= limit["remaining"] < limit["limit"]
    failed = (await edge.post("{ missing }", extensions={"cost": True})).json()
    assert failed["errors"] and failed["extensions"]["cost"]["fields"] == 1
    async with edge.socket() as socket:
        await socket.subscribe("1", HELLO, extensions={"cost": True})
        assert (await socket.receive())["payload"]["extensions"]["cost"]["points"] == 1


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_whom_an_address_stands_for(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


def test_what_a_process_remembers_is_bounded() -> None:
    rates = Rates(address="1/day")
    rates.admit(STRANGER, "first").spend(1)
    with pytest.raises(Refused):
        rates.admit(STRANGER, "first")
    for number in range(MOST_SUBJECTS):
        rates.admit(STRANGER, str(number))
    assert rates.admit(STRANGER, "first").meters, "forgotten here, not in Valkey"


def test_what_valkey_is_not_told_in_time_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("api.rate.time.time", lambda: now)
    rates = Rates(address="1/minute")
    for _ in range(3):
        for number in range(100):
            rates.admit(STRANGER, str(number)).spend(1)
        with pytest.raises(redis.ConnectionError):
            asyncio.run(rates._settle(redis.Redis(port=free_port())))
        assert len(rates.untold) == 100, "of this window only"
        with pytest.raises(Refused):
            rates.admit(STRANGER, "0")
        now += 60


def test_there_is_a_bound_of_what_valkey_is_to_be_told() -> None:
    rates = Rates(address="1/day")
    for number in range(MOST_SUBJECTS + 10):
        rates.admit(STRANGER, str(number)).spend(1)
    assert len(rates.untold) == MOST_SUBJECTS


def test_what_is_off_is_not_counted() -> None:
    rates = Rates()
    for viewer in (STRANGER, Viewer(ADA)):
        allowance = rates.admit(viewer, "192.0.2.7")
        allowance.spend(1_000_000)
        assert (allowance.left(), rates.untold) == (None, [])
