"""GraphQL over HTTP, as raw ASGI: GET for queries, POST for queries and mutations.

Every answer, refusals included, is JSON of GraphQL's shape. A document that is refused before anything runs is a 400
without `data`; a client that names application/json gets the 200 that its kind expects, except for exceeded limits.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api import params
from api.bearer import CHALLENGE, Authenticate, viewer_of
from api.context import Context
from api.cookies import Cookies, ForeignPage
from api.documents import Refused
from api.errors import Code, top_level
from api.execution import Answer, Executor, Operation
from api.masking import busy, present
from api.negotiation import DEFAULT, Answering, accepts_html, negotiate
from api.pages import welcome
from domain.shared.actor import STRANGER, Viewer
from domain.shared.errors import Busy

MAX_BODY_BYTES = 64 * 1024
MAX_URL_BYTES = 32 * 1024
DRAINED_BYTES = 1024 * 1024
"""So much of a body that is too large is still read, so that the client is listening when the answer comes."""
BODY_TIMEOUT_S = 10.0


class HTTPRefusal(Exception):
    """A request that is answered with an HTTP status of its own."""

    def __init__(self, status: int, error: GraphQLError, **headers: str) -> None:
        super().__init__(error.message)
        self.status = status
        self.errors = [error]
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class GraphQLOverHTTP:
    """The ASGI application behind /graphql for HTTP."""

    def __init__(self, executor: Executor, authenticate: Authenticate, cookies: Cookies) -> None:
        self._executor = executor
        self._authenticate = authenticate
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        if scope["method"] == "GET" and accepts_html(headers.get("accept")) and b"query=" not in scope["query_string"]:
            await welcome(scope, receive, send)
            return
        answering = negotiate(headers.get("accept"))
        try:
            if answering is None:
                raise HTTPRefusal(406, params.bad_request("Accept application/graphql-response+json or JSON."))
            answer = await self._answer(scope, headers, receive)
            await respond(send, 200, answer, answering)
        except HTTPRefusal as refusal:
            body = {"errors": present(refusal.errors)}
            await respond(send, refusal.status, body, answering or DEFAULT, refusal.headers)
        except Refused as refused:
            await _refuse(send, refused.errors, answering or DEFAULT)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        method = scope["method"]
        if method not in ("GET", "POST"):
            raise HTTPRefusal(405, params.bad_request("Use GET for queries, or POST."), allow="GET, POST")
        viewer = await self._viewer(scope, headers)
        try:
            if method == "GET":
                given = _of_url(scope["query_string"])
            else:
                _check_content_type(headers)
                given = params.of(params.decode(await _body(headers, receive)))
        except GraphQLError as error:
            raise HTTPRefusal(400, error) from error
        client = scope.get("client")
        context = Context(viewer, client[0] if client else "")
        operation = self._executor.prepare(given, context)
        _check_method(operation, method)
        return await self._executor.execute(operation, context)

    async def _viewer(self, scope: Scope, headers: Headers) -> Viewer:
        authorization = headers.get("authorization")
        try:
            authorization = authorization or self._cookies.authorization(scope)
        except ForeignPage as foreign:
            raise HTTPRefusal(403, foreign.error) from foreign
        if authorization is None:
            return STRANGER
        try:
            viewer = await viewer_of(authorization, self._authenticate)
        except Busy as error:
            raise HTTPRefusal(503, busy(error), retry_after="1") from error
        if viewer is None:
            stale = top_level(Code.UNAUTHENTICATED, "The access token is not valid, or no longer.")
            raise HTTPRefusal(401, stale, www_authenticate=CHALLENGE)
        return viewer


def _of_url(query_string: bytes) -> params.Params:
    if len(query_string) > MAX_URL_BYTES:
        raise HTTPRefusal(414, params.bad_request(f"A URL has at most {MAX_URL_BYTES:,} bytes; use POST."))
    return params.of_url(query_string)


def _check_content_type(headers: Headers) -> None:
    media_type, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    charsets = [value.strip('" ') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    if media_type != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise HTTPRefusal(
            415, params.bad_request("The body must be application/json in UTF-8."), accept_post="application/json"
        )


async def _body(headers: Headers, receive: Receive) -> bytes:
    """The body. Raises 413 over 64 KiB, 408 when it takes longer than 10 s."""
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            while size <= DRAINED_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise HTTPRefusal(400, params.bad_request("The body ended early."))
                size += len(message.get("body", b""))
                if size <= MAX_BODY_BYTES:
                    chunks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError as error:
        raise HTTPRefusal(408, params.bad_request("The body took too long."), connection="close") from error
    if size > MAX_BODY_BYTES:
        raise HTTPRefusal(
            413, params.bad_request(f"A request has at most {MAX_BODY_BYTES:,} bytes."), connection="close"
        )
    return b"".join(chunks)


def _check_method(operation: Operation, method: str) -> None:
    if operation.kind is OperationType.MUTATION and method == "GET":
        raise HTTPRefusal(405, params.bad_request("Mutations need POST."), allow="POST")
    if operation.kind is OperationType.SUBSCRIPTION:
        raise HTTPRefusal(400, params.bad_request("Subscriptions go over a WebSocket, by graphql-transport-ws."))


async def _refuse(send: Send, errors: Sequence[GraphQLError], answering: Answering) -> None:
    shown = present(errors)
    code, facts = shown[0]["extensions"]["code"], shown[0]["extensions"]
    if code == Code.RATE_LIMITED.value:
        headers = {"retry-after": str(facts["retryAfterMs"] // 1_000)}
        await respond(send, 429, {"errors": shown}, answering, headers)
        return
    lenient = answering.lenient and code != Code.LIMIT_EXCEEDED.value
    await respond(send, 200 if lenient else 400, {"errors": shown}, answering)


async def respond(
    send: Send,
    status: int,
    answer: Mapping[str, Any],
    answering: Answering = DEFAULT,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send an answer as JSON; nobody may store it."""
    body = orjson.dumps(answer)
    start = {
        "content-type": answering.content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        **(headers or {}),
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in start.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
