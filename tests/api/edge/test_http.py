"""GraphQL over HTTP: media types, methods, statuses."""

from typing import Any

import pytest

from tests.api.edge.conftest import GRAPHQL_JSON, Edge

JSON = "application/json"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*;q=0.8", JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.1, {JSON}", JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL_JSON),
    ],
)
async def test_the_answer_has_the_media_type_that_was_asked_for(edge: Edge, accept: str, media_type: str) -> None:
    answer = await edge.post("{ __typename }", accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["text/plain", "image/*", f"{JSON};q=0"])
async def test_other_media_types_are_not_acceptable(edge: Edge, accept: str) -> None:
    answer = await edge.post("{ __typename }", accept)
    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


REFUSED_DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("{", {}),
    ("{ nothing }", {}),
    ("query($n: Int!) { echo(number: $n) }", {"variables": {"n": "one"}}),
    ("query($n: Int!) { echo(number: $n) }", {}),
    ("query A { hello } query B { hello }", {}),
    ("query A { hello }", {"operationName": "B"}),
    ("", {}),
]


@pytest.mark.parametrize(("query", "params"), REFUSED_DOCUMENTS)
async def test_a_document_that_cannot_run_is_400_without_data(edge: Edge, query: str, params: dict[str, Any]) -> None:
    for accept, status in ((GRAPHQL_JSON, 400), ("*/*", 400), (JSON, 200)):
        answer = await edge.post(query, accept, **params)
        assert answer.status_code == status
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["message"]
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_an_operation_is_chosen_by_its_name(edge: Edge) -> None:
    answer = await edge.post("query A { a: hello } query B { b: hello }", operationName="B")
    assert answer.json() == {"data": {"b": "world"}}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_null_parameters_are_absent_ones(edge: Edge, accept: str) -> None:
    answer = await edge.post("{ hello }", accept, variables=None, operationName=None, extensions=None, unknown=1)
    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize(
    "params",
    [{"query": wrong} for wrong in ({"obj": "ect"}, 0, False, ["array"], None)]
    + [{"query": "{ hello }", "operationName": wrong} for wrong in ({"obj": "ect"}, 0, False, ["array"])]
    + [{"query": "{ hello }", name: wrong} for name in ("variables", "extensions") for wrong in ("s", 0, False, ["a"])]
    + [{"notquery": "{ hello }"}],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_parameters_of_the_wrong_kind_are_400(edge: Edge, accept: str, params: dict[str, Any]) -> None:
    answer = await edge.http.post("/graphql", json=params, headers={"accept": accept})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_queries_by_get(edge: Edge) -> None:
    params = {"query": "query Q($t: String) { echo(text: $t) }", "variables": '{"t": "ä"}', "operationName": "Q"}
    answer = await edge.http.get("/graphql", params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(JSON)
    assert answer.json() == {"data": {"echo": "ä None None"}}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?query=mutation{touch}", 405),
        ("?query=subscription{forever}", 400),
        ("?query={hello}&variables=[1]", 400),
        ("?query={hello}&variables={", 400),
        ("?query=%ED%A0%80", 400),
        ("?query=%00", 400),
        ("?" + "a=b&" * 30, 400),
        ("", 400),
    ],
)
async def test_what_get_does_not_do(edge: Edge, query: str, status: int) -> None:
    answer = await edge.http.get(f"/graphql{query}", headers={"accept": GRAPHQL_JSON})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    if status == 405:
        assert answer.headers["allow"] == "POST"


async def test_a_long_url_is_414(edge: Edge) -> None:
    answer = await edge.http.get("/graphql?query={hello}%23" + "a" * 33_000)
    assert answer.status_code == 414
    assert "POST" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_told_which_are_right(edge: Edge, method: str) -> None:
    answer = await edge.http.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    if method != "HEAD":
        assert answer.json()["errors"]


async def test_mutations_by_post_and_subscriptions_by_neither(edge: Edge) -> None:
    assert (await edge.post("mutation { touch }")).json() == {"data": {"touch": "touched"}}
    answer = await edge.post("subscription { forever }", JSON)
    assert answer.status_code == 400
    assert "WebSocket" in answer.json()["errors"][0]["message"]


async def test_a_token_says_who_asks(edge: Edge) -> None:
    async def me(authorization: str) -> Any:
        headers = {"authorization": authorization} if authorization else {}
        return await edge.http.post("/graphql", json={"query": "{ me }"}, headers=headers)

    assert (await me("")).json() == {"data": {"me": None}}
    assert (await me("bearer ada")).json()["data"]["me"] is not None
    for wrong in ("Bearer nobody", "Bearer", "Basic YWRhOmFkYQ==", "Bearer " + "a" * 5_000, "ada"):
        answer = await me(wrong)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    busy = await me("Bearer busy")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
    assert busy.json()["errors"][0]["extensions"]["code"] == "BUSY"
