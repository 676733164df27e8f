"""What is around GraphQL: pages, health, headers, CORS, webhooks."""

import json
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from graphql import build_schema
from standardwebhooks import Webhook

from api.main import MOST_FILES
from domain.shared.settings import settings
from tests.api.edge.conftest import ORIGIN, Edge, serving
from tests.conftest import Databases


async def test_health(edge: Edge) -> None:
    assert (await edge.http.get("/healthz")).json() == {"status": "alive"}
    assert (await edge.http.get("/readyz")).json() == {"status": "ready"}


async def test_a_browser_gets_a_page_that_needs_nothing_from_elsewhere(edge: Edge) -> None:
    answer = await edge.http.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "//" not in answer.text
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    asked = await edge.http.get("/graphql", params={"query": "{ hello }"}, headers={"accept": "text/html,*/*"})
    assert asked.json() == {"data": {"hello": "world"}}


async def test_the_schema_is_served_as_text(edge: Edge) -> None:
    answer = await edge.http.get("/schema.graphql")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert build_schema(answer.text).query_type is not None


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/schema.graphql", "/nowhere", "/webhooks/bank"])
async def test_every_answer_has_careful_headers(edge: Edge, path: str) -> None:
    answer = await edge.http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in answer.headers
    if answer.status_code >= 400:
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_browsers_of_listed_origins_may_ask(edge: Edge) -> None:
    async def preflight(origin: str) -> httpx.Response:
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        return await edge.http.options("/graphql", headers=headers)

    allowed = await preflight(ORIGIN)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in (await preflight("https://elsewhere.example")).headers
    answer = await edge.http.post("/graphql", json={"query": "{ hello }"}, headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in answer.headers


def signed(body: bytes, *, id_: str = "msg_1", at: datetime | None = None, secret: str | None = None) -> dict[str, str]:
    """The headers of a genuine webhook."""
    at = at or datetime.now(UTC)
    signer = Webhook(secret or settings().webhook_secret.get_secret_value())
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signer.sign(id_, at, body.decode()),
    }


async def test_a_signed_webhook_is_stored_and_may_come_again(edge: Edge) -> None:
    body = json.dumps({"type": "bank.entries", "data": {"entries": []}}).encode()
    for _ in range(2):
        answer = await edge.http.post("/webhooks/bank", content=body, headers=signed(body, id_="msg_stored"))
        assert (answer.status_code, answer.content) == (204, b"")
    assert "msg_stored" in edge.log
    assert (await edge.http.post("/webhooks/identity", content=body, headers=signed(body))).status_code == 204


BODY = b'{"type": "bank.entries"}'
LATE = datetime.now(UTC) - timedelta(minutes=6)
REFUSED: dict[str, tuple[int, str, bytes, dict[str, str]]] = {
    "not signed": (401, "bank", BODY, {}),
    "another body": (401, "bank", BODY + b" ", signed(BODY)),
    "another secret": (401, "bank", BODY, signed(BODY, secret="whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==")),
    "too late": (401, "bank", BODY, signed(BODY, at=LATE)),
    "nonsense for a signature": (401, "bank", BODY, signed(BODY) | {"webhook-signature": "nonsense"}),
    "malformed base64": (401, "bank", BODY, signed(BODY) | {"webhook-signature": "v1,a"}),
    "no time": (401, "bank", BODY, signed(BODY) | {"webhook-timestamp": "noon"}),
    "invalid UTF-8": (401, "bank", b"\xff", signed(BODY)),
    "unknown provider": (404, "bureau", BODY, signed(BODY)),
    "not JSON": (400, "bank", b"{", signed(b"{")),
    "not an object": (400, "bank", b"[]", signed(b"[]")),
    "NUL": (400, "bank", b'{"a": "\\u0000"}', signed(b'{"a": "\\u0000"}')),
    "long id": (400, "bank", BODY, signed(BODY, id_="x" * 101)),
    "too large": (413, "bank", b" " * (1024 * 1024 + 1), {}),
    "database away": (503, "bank", b'{"busy": true}', signed(b'{"busy": true}')),
}


@pytest.mark.parametrize(("status", "provider", "body", "headers"), REFUSED.values(), ids=REFUSED.keys())
async def test_other_webhooks_are_refused(
    edge: Edge, status: int, provider: str, body: bytes, headers: dict[str, Any]
) -> None:
    answer = await edge.http.post(f"/webhooks/{provider}", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"]


async def test_the_server_asks_for_as_many_open_files_as_it_may_have(make_database: Databases, tmp_path: Path) -> None:
    app_url, _ = await make_database.make("edge_files")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1_024), hard))  # what the server begins with
    try:
        async with serving(app_url, make_database.servers.redis_url, tmp_path) as (_, process):
            allowed, _ = psutil.Process(process.pid).rlimit(psutil.RLIMIT_NOFILE)
            assert allowed == min(hard, MOST_FILES)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
