"""Bodies that are no requests: always a 4xx of GraphQL's shape, never a 500."""

import asyncio

import orjson
import pytest

from tests.api.edge.conftest import Edge

BODIES = {
    "nothing": b"",
    "number": b"1",
    "string": b'"x"',
    "null": b"null",
    "true": b"true",
    "list": b"[]",
    "batch": b'[{"query": "{ hello }"}]',
    "not JSON": b"{",
    "NaN": b'{"query": "{ hello }", "variables": {"a": NaN}}',
    "invalid UTF-8": b'{"query": "\xff"}',
    "UTF-16": '{"query": "{ hello }"}'.encode("utf-16"),
    "lone surrogate": b'{"query": "{ echo(text: \\"\\ud800\\") }"}',
    "lone surrogate in variables": b'{"query": "{ hello }", "variables": {"a": "\\udfff"}}',
    "surrogate in GraphQL": b'{"query": "{ echo(text: \\"\\\\uD800\\") }"}',
    "NUL in JSON": b'{"query": "{ hello }\\u0000"}',
    "NUL in variables": b'{"query": "query($t: String) { echo(text: $t) }", "variables": {"t": "a\\u0000b"}}',
    "NUL in a name": b'{"query": "{ hello }", "variables": {"\\u0000": 1}}',
    "NUL in GraphQL": b'{"query": "{ echo(text: \\"\\\\u0000\\") }"}',
    "deep JSON": b'{"query": "{ hello }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
    "deep list": b"[" * 30_000,
    "huge integer": b'{"query": "query($n: Int) { echo(number: $n) }", "variables": {"n": ' + b"9" * 10_000 + b"}}",
    "huge integer in GraphQL": b'{"query": "{ echo(number: ' + b"9" * 10_000 + b') }"}',
    "huge float in GraphQL": b'{"query": "{ echo(fraction: 1.' + b"9" * 10_000 + b') }"}',
    "infinite": b'{"query": "query($n: Float) { echo(fraction: $n) }", "variables": {"n": 1e999}}',
    "out of range": b'{"query": "query($n: Int) { echo(number: $n) }", "variables": {"n": 99999999999999999999}}',
    "deep variable": b'{"query": "query($v: [[Int!]!]!) { lists(values: $v) }", "variables": {"v": '
    + b"[" * 900 + b"]" * 900 + b"}}",
    "deep literal": b'{"query": "{ lists(values: ' + b"[" * 3_000 + b"]" * 3_000 + b') }"}',
    "100 deep literal": b'{"query": "{ lists(values: ' + b"[" * 100 + b"]" * 100 + b') }"}',
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_request_is_a_400(edge: Edge, body: bytes) -> None:
    answer = await edge.raw(body, accept="application/graphql-response+json")
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
     "application/json; charset=utf-16", "application/json; charset=latin-1", "application/graphql"],
)  # fmt: skip
async def test_other_content_types_are_415(edge: Edge, content_type: str) -> None:
    answer = await edge.raw(b'{"query": "{ hello }"}', content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
async def test_json_in_utf_8_is_the_right_content_type(edge: Edge, content_type: str) -> None:
    answer = await edge.raw('{"query": "{ echo(text: \\"借\\") }"}'.encode(), content_type=content_type)
    assert answer.json() == {"data": {"echo": "借 None None"}}


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024])
async def test_more_than_64_kib_are_413(edge: Edge, size: int) -> None:
    answer = await edge.raw(b" " * size)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_64_kib_are_allowed(edge: Edge) -> None:
    body = orjson.dumps({"query": "{ hello }"}).ljust(64 * 1024)
    assert (await edge.raw(body)).json() == {"data": {"hello": "world"}}


async def test_a_chunked_body_is_measured_too(edge: Edge) -> None:
    async def chunks() -> object:
        for _ in range(70):
            yield b" " * 1024

    answer = await edge.http.post("/graphql", content=chunks(), headers={"content-type": "application/json"})  # type: ignore[arg-type]  # an async generator
    assert answer.status_code == 413


BEGUN = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


@pytest.mark.parametrize(
    "begun",
    [b"content-length: 99\r\n\r\n{", b"content-length: 99\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"],
    ids=["a part", "nothing", "a chunk"],
)
async def test_a_body_that_never_ends_is_a_408_and_the_connection_over(impatient: Edge, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(impatient.url.rpartition(":")[2]))
    writer.write(BEGUN + begun)
    async with asyncio.timeout(10):
        answer = await reader.read()  # until the server closes: this client keeps its side open
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in head.lower()
    assert orjson.loads(body)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert (await impatient.post("{ hello }")).status_code == 200
    writer.close()


async def test_a_client_that_hangs_up_amid_its_body_disturbs_nobody(edge: Edge) -> None:
    port = int(edge.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await edge.post("{ hello }")).status_code == 200
    assert "Exception in ASGI" not in edge.log
