"""graphql-transport-ws as the npm client graphql-ws speaks it."""

import contextlib
import signal
from pathlib import Path
from typing import Any

from cli.processes import free_port
from tests.api.edge.conftest import Edge, serving
from tests.api.edge.target import ADA
from tests.conftest import Databases
from tests.support.node import Program, program

CLIENT = "graphql_ws.mjs"
WATCHED = "subscription { watched { value } }"
FOREVER = "subscription { forever }"


def options(edge: Edge, **further: Any) -> dict[str, Any]:
    """The client's options."""
    return {"url": edge.url.replace("http", "ws", 1) + "/graphql", **further}


async def subscribe(client: Program, id_: str, query: str, **params: Any) -> None:
    await client.tell({"do": "subscribe", "id": id_, "query": query, **params})


async def hear(client: Program, *kinds: str) -> list[Any]:
    """The next events, which must be of these kinds."""
    heard = [await client.hear() for _ in kinds]
    assert [one["on"] for one in heard] == list(kinds), heard
    return heard


async def test_queries_and_subscriptions_run_beside_each_other(edge: Edge) -> None:
    async with program(CLIENT, options(edge)) as client:
        await subscribe(client, "watched", WATCHED)
        _, present = await hear(client, "connected", "next")
        query = "subscription C($to: Int!) { count(to: $to) } query H { hello }"
        await subscribe(client, "count", query, operationName="C", variables={"to": 2})
        counted = await hear(client, "next", "next", "complete")
        assert [one.get("value") for one in counted] == [{"data": {"count": 1}}, {"data": {"count": 2}}, None]
        await subscribe(client, "hello", query, operationName="H", variables={"to": 1})
        (hello, _) = await hear(client, "next", "complete")
        assert hello["value"] == {"data": {"hello": "world"}}
        await edge.post("mutation { change }")
        (changed,) = await hear(client, "next")
        assert changed["value"]["data"]["watched"]["value"] == present["value"]["data"]["watched"]["value"] + 1
        await client.tell({"do": "dispose", "id": "watched"})
        _, closed = await hear(client, "complete", "closed")
        assert (closed["code"], closed["wasClean"]) == (1000, True)


async def test_errors_reach_the_operation_they_belong_to(edge: Edge) -> None:
    async with program(CLIENT, options(edge, lazy=False)) as client:
        await hear(client, "connected")
        refused = {
            "{ nothing }": "BAD_REQUEST",
            "mutation { touch }": "BAD_REQUEST",
            "subscription { private }": "UNAUTHENTICATED",
            "subscription { refusing }": "BAD_REQUEST",
            "{ " + "again { " * 15 + "hello" + " }" * 15 + " }": "LIMIT_EXCEEDED",
        }
        for query, code in refused.items():
            await subscribe(client, query, query)
            (failed,) = await hear(client, "error")
            assert failed["id"] == query
            assert [one["extensions"]["code"] for one in failed["errors"]] == [code]
        await subscribe(client, "partly", "{ hello bug }")
        partly, _ = await hear(client, "next", "complete")
        assert partly["value"]["data"] == {"hello": "world", "bug": None}
        assert partly["value"]["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_a_token_says_who_asks_and_a_wrong_one_is_not_tried_again(edge: Edge) -> None:
    async with program(CLIENT, options(edge, token="ada")) as client:
        await subscribe(client, "1", "subscription { private }")
        _, found = await hear(client, "connected", "next")
        assert found["value"] == {"data": {"private": str(ADA)}}
    async with program(CLIENT, options(edge, token="nobody", retryAttempts=0)) as client:
        await subscribe(client, "1", "subscription { private }")
        closed, failed = await hear(client, "closed", "error")
        assert (closed["code"], failed["code"], failed["reason"]) == (4403, 4403, "Forbidden")


async def test_an_expired_token_ends_what_runs_for_good(edge: Edge) -> None:
    async with program(CLIENT, options(edge, token="short for a client", retryAttempts=5)) as client:
        await subscribe(client, "1", FOREVER)
        _, _, closed, failed = await hear(client, "connected", "next", "closed", "error")
        assert (closed["code"], failed["code"]) == (4401, 4401)


async def test_pings_keep_the_connection(edge: Edge) -> None:
    async with program(CLIENT, options(edge, lazy=False, keepAlive=200)) as client:
        _, ping, pong = await hear(client, "connected", "ping", "pong")
        assert (ping["received"], pong["received"]) == (False, True)


async def test_a_client_that_does_not_begin_in_time_is_closed_with_4408(edge: Edge) -> None:
    late = options(edge, lazy=False, lateInit=True, retryAttempts=0)
    async with program(CLIENT, late) as client:
        (closed,) = await hear(client, "closed")
        assert (closed["code"], closed["reason"]) == (4408, "Connection initialisation timeout")


async def test_a_stopped_and_a_killed_server_are_found_again_and_subscriptions_go_on(
    make_database: Databases, tmp_path: Path
) -> None:
    app_url, _ = await make_database.make("edge_ws_again")
    port, redis_url = free_port(), make_database.servers.redis_url
    async with contextlib.AsyncExitStack() as stack:
        edge, process = await stack.enter_async_context(serving(app_url, redis_url, tmp_path, port=str(port)))
        client = await stack.enter_async_context(program(CLIENT, options(edge, retryAttempts=1_000)))
        await subscribe(client, "1", WATCHED)
        await hear(client, "connected", "next")
        for code in (1012, 1006):
            process.send_signal(signal.SIGTERM if code == 1012 else signal.SIGKILL)
            (closed,) = await hear(client, "closed")
            assert closed["code"] == code
            await process.wait()
            edge, process = await stack.enter_async_context(serving(app_url, redis_url, tmp_path, port=str(port)))
            while (heard := await client.hear())["on"] == "closed":
                assert heard["code"] == 1006
            assert (heard["on"], heard["wasRetry"]) == ("connected", True)
            await hear(client, "next")
        value = (await edge.post("mutation { change }")).json()["data"]["change"]
        (changed,) = await hear(client, "next")
        assert changed["value"]["data"]["watched"]["value"] == value
