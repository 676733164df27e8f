"""Errors: the client's mistakes are explained, ours are hidden behind an id, and the log keeps the client's secrets."""

import asyncio
import json
from typing import Any

import pytest

from tests.api.edge.conftest import GRAPHQL_JSON, ORIGIN, Edge
from tests.api.edge.target import SECRET


async def the_error(edge: Edge, query: str, **params: Any) -> dict[str, Any]:
    answer = await edge.post(query, **params)
    assert answer.status_code == 200
    [error] = answer.json()["errors"]
    assert isinstance(error, dict)
    return error


@pytest.mark.parametrize("query", ["{ bug }", "{ worseBug }", "mutation { unnamedRefusal }"])
async def test_bugs_are_masked_and_the_log_knows_them_by_their_id(edge: Edge, query: str) -> None:
    error = await the_error(edge, query)
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["path"]
    [line] = [line for line in edge.log.splitlines() if error["extensions"]["errorId"] in line]
    logged = json.loads(line)
    assert logged["event"] == "api.bug"
    assert "Traceback" in logged["exception"]
    assert ("NotFound" if "Refusal" in query else SECRET) in logged["exception"]


@pytest.mark.parametrize(
    ("method", "accept"),
    [("POST", GRAPHQL_JSON), ("POST", "application/json"), ("POST", "text/event-stream"), ("GET", "*/*"),
     ("GET", "text/event-stream")],
)  # fmt: skip
@pytest.mark.parametrize("origin", [None, ORIGIN])
async def test_a_bug_before_anything_runs_is_a_masked_500(
    edge: Edge, method: str, accept: str, origin: str | None
) -> None:
    asked: dict[str, Any] = {"json" if method == "POST" else "params": {"query": "{ hello }"}}
    headers = {"authorization": "Bearer broken", "accept": accept} | ({"origin": origin} if origin else {})
    answer = await edge.http.request(method, "/graphql", headers=headers, **asked)
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers.get("access-control-allow-origin") == origin
    [error] = answer.json()["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert SECRET not in answer.text
    [line] = [line for line in edge.log.splitlines() if error["extensions"]["errorId"] in line]
    assert SECRET in json.loads(line)["exception"]


async def test_a_bug_before_a_connection_is_initialised_closes_it_as_ours_and_is_logged_once(edge: Edge) -> None:
    before = edge.log
    async with edge.socket(init=False) as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": "Bearer broken"}})
        assert await socket.closed() == (1011, "Something went wrong on our side")
    bugs = [json.loads(line) for line in edge.log.removeprefix(before).splitlines() if SECRET in line]
    assert [bug["event"] for bug in bugs] == ["api.bug"]


async def test_a_bug_while_a_token_is_looked_at_again_ends_what_is_open_instead_of_trusting_it(impatient: Edge) -> None:
    forever = "subscription { forever }"
    async with impatient.socket({"Authorization": "Bearer breaking-socket"}) as socket:
        await socket.subscribe("1", forever)
        assert await socket.closed() == (1011, "Something went wrong on our side")
    headers = {"authorization": "Bearer breaking-events", "accept": "text/event-stream"}
    async with asyncio.timeout(10):
        answer = await impatient.http.post("/graphql", json={"query": forever}, headers=headers)
    *_, told, end = answer.text.strip().split("\n\n")
    assert end.startswith("event: complete")
    [error] = json.loads(told.partition("data: ")[2])["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["errorId"] in impatient.log
    assert SECRET not in answer.text


async def test_a_bug_leaves_the_rest_of_the_answer_alone(edge: Edge) -> None:
    assert (await edge.post("{ hello bug }")).json()["data"] == {"hello": "world", "bug": None}
    assert (await edge.post("{ hello worseBug }")).json()["data"] is None


async def test_what_a_client_does_wrong_is_said(edge: Edge) -> None:
    assert (await the_error(edge, "{ missing }"))["message"].startswith("There is nothing with this id")
    login = await the_error(edge, "{ mine }")
    assert login["extensions"] == {"code": "UNAUTHENTICATED"}
    assert login["path"] == ["mine"]
    assert login["locations"] == [{"line": 1, "column": 3}]


async def test_busy_says_when_to_come_again(edge: Edge) -> None:
    error = await the_error(edge, "{ busy }")
    assert error["extensions"] == {"code": "BUSY", "retryAfterMs": 500}


async def test_values_that_the_database_refuses_are_bad_requests(edge: Edge) -> None:
    assert (await edge.post('{ stored(text: "x", number: 2) }')).json()["data"] == {"stored": "xx"}
    error = await the_error(edge, "{ overflow }")
    assert error["extensions"]["code"] == "BAD_REQUEST"


async def test_nothing_of_a_request_reaches_the_log(edge: Edge) -> None:
    words = ["hunter2-literal", "hunter2-variable", "hunter2-header", "hunter2-url", "hunter2-socket"]
    literal, variable, header, url, socket = words
    await edge.post(f'{{ echo(text: "{literal}") bug }}')
    await edge.post("query($t: String) { echo(text: $t) bug }", variables={"t": variable})
    await edge.post(f'{{ echo(text: "{literal}"')
    await edge.http.post("/graphql", json={"query": "{ hello }"}, headers={"authorization": f"Bearer {header}"})
    await edge.http.get("/graphql", params={"query": f'{{ echo(text: "{url}") }}'})
    async with edge.socket({"Authorization": "Bearer ada"}) as connection:
        await connection.subscribe("1", f'{{ echo(text: "{socket}") bug }}')
        assert (await connection.receive())["payload"]["errors"]
    await edge.logs('"path": "/graphql"')
    await edge.logs('"method": "GET"')
    assert [word for word in words if word in edge.log] == []
