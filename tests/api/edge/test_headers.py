"""GraphQL by POST skips the layers that give other answers their headers, and has them nevertheless, whatever the answer."""

from pathlib import Path

import pytest

from tests.api.edge.conftest import GRAPHQL_JSON, ORIGIN, Edge, serving
from tests.conftest import Databases

HELLO = b'{"query": "{ hello }"}'
CAREFUL = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
STRICT = "strict-transport-security"
ANSWERS: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "answered": (200, HELLO, {}),
    "events": (200, HELLO, {"accept": "text/event-stream"}),
    "no GraphQL": (400, b'{"query": "{"}', {}),
    "no JSON": (400, b"{", {}),
    "wrong token": (401, HELLO, {"authorization": "Bearer nobody"}),
    "too large": (413, b" " * (64 * 1024 + 1), {}),
}
FROM = {"no origin": None, "a listed origin": ORIGIN, "another origin": "https://elsewhere.example"}


@pytest.mark.parametrize("origin", FROM.values(), ids=FROM.keys())
@pytest.mark.parametrize(("status", "body", "headers"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_every_answer_by_post_has_careful_headers(
    edge: Edge, status: int, body: bytes, headers: dict[str, str], origin: str | None
) -> None:
    asked = {"accept": GRAPHQL_JSON} | headers | ({"origin": origin} if origin else {})
    answer = await edge.raw(body, **asked)
    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in CAREFUL} == {n: [value] for n, value in CAREFUL.items()}
    assert "server" not in answer.headers
    assert STRICT not in answer.headers  # this server is at an address without TLS


async def test_a_platform_behind_tls_tells_browsers_never_to_come_without(
    make_database: Databases, tmp_path: Path
) -> None:
    app_url, _ = await make_database.make("edge_tls")
    settings = {"public_url": "https://kalends.example"}
    async with serving(app_url, make_database.servers.redis_url, tmp_path, **settings) as (edge, _):
        answers = [
            await edge.raw(body, **{"accept": GRAPHQL_JSON} | headers | origin)
            for _, body, headers in ANSWERS.values()
            for origin in ({}, {"origin": ORIGIN})
        ]
        answers += [await edge.http.get("/graphql?query={hello}"), await edge.http.get("/nowhere")]
        expected = ["max-age=31536000; includeSubDomains"]
        assert [answer.headers.get_list(STRICT) for answer in answers] == [expected] * len(answers)
