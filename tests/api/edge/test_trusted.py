"""Documents by their id, only documents of the manifest, and what was answered how."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.edge.conftest import Edge, serving
from tests.conftest import Databases

HELLO, ECHO = "{ hello }", "query ($text: String!) { echo(text: $text) }"
MANIFEST = {"abc123": HELLO, "def456": ECHO}
TOKEN = "m" * 40


@pytest.fixture(scope="module")
async def strict(make_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """A server that answers the documents of its manifest only."""
    app_url, _ = await make_database.make("trusted")
    folder: Path = tmp_path_factory.mktemp("trusted")
    manifest = folder / "documents.json"
    manifest.write_text(json.dumps(MANIFEST))
    settings = {"trusted_documents": str(manifest), "only_trusted_documents": "true", "metrics_token": TOKEN}
    async with serving(app_url, make_database.servers.redis_url, folder, **settings) as (edge, _):
        yield edge


async def code(edge: Edge, **params: object) -> str:
    """The code of the one error that a request is answered with, which ran nothing."""
    response = await edge.http.post("/graphql", json=params, headers={"accept": "application/graphql-response+json"})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": "def456"},
        {"documentId": "sha256:def456"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "def456"}}},
        {"query": ECHO},
        {"query": "", "documentId": "def456"},
    ],
)
async def test_a_trusted_document_is_answered_however_it_is_named(strict: Edge, named: dict[str, object]) -> None:
    response = await strict.http.post("/graphql", json={**named, "variables": {"text": "so"}})
    assert response.json() == {"data": {"echo": "so None None"}}


async def test_a_trusted_document_by_get(strict: Edge) -> None:
    answers = [
        await strict.http.get("/graphql", params={"documentId": "abc123"}),
        await strict.http.get("/graphql", params={"extensions": '{"persistedQuery": {"sha256Hash": "abc123"}}'}),
    ]
    assert [answer.json() for answer in answers] == [{"data": {"hello": "world"}}] * 2


async def test_others_are_refused(strict: Edge) -> None:
    assert await code(strict, query="{ hello hello }") == "UNTRUSTED_DOCUMENT"
    assert await code(strict, query="{ __schema { types { name } } }") == "UNTRUSTED_DOCUMENT"
    for guess in ("{ helo }", '{ echo(txt: "a") }'):
        assert await code(strict, query=guess) == "UNTRUSTED_DOCUMENT", "nobody is told what was meant"
    assert await code(strict, documentId="nothing") == "UNKNOWN_DOCUMENT"
    assert await code(strict, documentId=7) == "BAD_REQUEST"
    async with strict.socket({}) as connection:
        await connection.subscribe("1", "{ __typename }")
        answer = await connection.receive()
        assert answer["payload"][0]["extensions"]["code"] == "UNTRUSTED_DOCUMENT"


async def test_without_a_manifest_ids_are_unknown_and_texts_welcome(edge: Edge) -> None:
    assert await code(edge, documentId="abc123") == "UNKNOWN_DOCUMENT"
    assert (await edge.post("{ hello }")).json() == {"data": {"hello": "world"}}


async def test_metrics_are_for_whoever_has_the_token(strict: Edge, edge: Edge) -> None:
    await strict.http.post("/graphql", json={"documentId": "abc123"})
    bearer = {"authorization": f"Bearer {TOKEN}"}
    shown = await strict.http.get("/metrics", headers=bearer)
    assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
    counts = dict(line.rsplit(" ", 1) for line in shown.text.splitlines() if not line.startswith("#"))
    assert int(counts['kalends_operations_total{how="compiled"}']) >= 1
    assert (await strict.http.get("/metrics")).status_code == 404
    assert (await strict.http.get("/metrics", headers={"authorization": "Bearer x"})).status_code == 404
    assert (await edge.http.get("/metrics", headers=bearer)).status_code == 404
