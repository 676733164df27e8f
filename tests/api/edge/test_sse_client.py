"""GraphQL over server-sent events as the npm client graphql-sse speaks it."""

import contextlib
import signal
from pathlib import Path
from typing import Any

from cli.processes import free_port
from tests.api.edge.conftest import Edge, serving
from tests.api.edge.target import ADA
from tests.api.edge.test_ws_client import hear, subscribe
from tests.conftest import Databases
from tests.support.node import program

CLIENT = "graphql_sse.mjs"
WATCHED = "subscription { watched { value } }"


def options(edge: Edge, **further: Any) -> dict[str, Any]:
    """The client's options."""
    return {"url": edge.url + "/graphql", **further}


async def test_operations_run_beside_each_other(edge: Edge) -> None:
    async with program(CLIENT, options(edge, token="ada")) as client:
        await subscribe(client, "watched", WATCHED)
        _, present = await hear(client, "connected", "next")
        await subscribe(client, "count", "subscription C($to: Int!) { count(to: $to) }", variables={"to": 2})
        _, *counted, _ = await hear(client, "connected", "next", "next", "complete")
        assert [one["value"] for one in counted] == [{"data": {"count": 1}}, {"data": {"count": 2}}]
        await subscribe(client, "me", "{ me }")
        _, me, _ = await hear(client, "connected", "next", "complete")
        assert me["value"] == {"data": {"me": str(ADA)}}
        await edge.post("mutation { change }")
        (changed,) = await hear(client, "next")
        assert changed["value"]["data"]["watched"]["value"] == present["value"]["data"]["watched"]["value"] + 1
        await client.tell({"do": "dispose", "id": "watched"})
        await hear(client, "complete")


async def test_a_document_that_cannot_run_is_explained(edge: Edge) -> None:
    async with program(CLIENT, options(edge)) as client:
        await subscribe(client, "1", "{ nothing }")
        _, refused, _ = await hear(client, "connected", "next", "complete")
        assert refused["value"]["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_wrong_token_is_told_by_its_status_and_the_end_of_one_in_the_stream(edge: Edge) -> None:
    async with program(CLIENT, options(edge, token="nobody", retryAttempts=0)) as client:
        await subscribe(client, "1", WATCHED)
        (failed,) = await hear(client, "error")
        assert failed["status"] == 401
    async with program(CLIENT, options(edge, token="short for the client")) as client:
        await subscribe(client, "1", "subscription { forever }")
        _, _, ended, _ = await hear(client, "connected", "next", "next", "complete")
        assert ended["value"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_stopped_and_a_killed_server_are_found_again_and_subscriptions_go_on(
    make_database: Databases, tmp_path: Path
) -> None:
    app_url, _ = await make_database.make("edge_sse_again")
    port, redis_url = free_port(), make_database.servers.redis_url
    async with contextlib.AsyncExitStack() as stack:
        edge, process = await stack.enter_async_context(serving(app_url, redis_url, tmp_path, port=str(port)))
        client = await stack.enter_async_context(program(CLIENT, options(edge, retryAttempts=1_000)))
        await subscribe(client, "1", WATCHED)
        await hear(client, "connected", "next")
        for ended_by in (signal.SIGTERM, signal.SIGKILL):
            process.send_signal(ended_by)
            await process.wait()
            edge, process = await stack.enter_async_context(serving(app_url, redis_url, tmp_path, port=str(port)))
            connected, _ = await hear(client, "connected", "next")
            assert connected["wasRetry"] is True
        value = (await edge.post("mutation { change }")).json()["data"]["change"]
        (changed,) = await hear(client, "next")
        assert changed["value"]["data"]["watched"]["value"] == value
