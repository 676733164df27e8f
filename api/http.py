"""GraphQL over HTTP, as raw ASGI: GET for queries, POST for queries and mutations.

Every answer, refusals included, is JSON of GraphQL's shape. A document that is refused before anything runs is a 400
without `data`; a client that names application/json gets the 200 that its kind expects, except for exceeded limits.
"""

import asyncio
from collections.abc import Mapping, Sequence

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import params
from api.bearer import CHALLENGE, Authenticate, Bearers
from api.context import Context
from api.cookies import Cookies, ForeignPage
from api.documents import Refused
from api.errors import Code, top_level
from api.execution import Executor, Operation
from api.feeds import Feeds
from api.masking import bug, busy, present
from api.negotiation import DEFAULT, Answering, accepts_events, accepts_html, is_json, negotiate
from api.patience import Patience
from api.sse import ServerSentEvents
from api.whole import Head
from domain.shared.actor import STRANGER, Viewer
from domain.shared.errors import Busy

MAX_BODY_BYTES = 64 * 1024
MAX_URL_BYTES = 32 * 1024
DRAINED_BYTES = 1024 * 1024
"""So much of a body that is too large is still read, so that the client is listening when the answer comes."""
BODY_TIMEOUT_S = 10.0
NO_HEADERS: Mapping[str, str] = {}


class HTTPRefusal(Exception):
    """A request that is answered with an HTTP status of its own."""

    def __init__(self, status: int, error: GraphQLError, **headers: str) -> None:
        super().__init__(error.message)
        self.status = status
        self.errors = [error]
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class GraphQLOverHTTP:
    """The ASGI application behind /graphql for HTTP. `headers`: what every answer has beside its own; `page`: for browsers."""

    def __init__(
        self,
        executor: Executor,
        feeds: Feeds,
        authenticate: Authenticate,
        cookies: Cookies,
        headers: Mapping[str, str],
        page: ASGIApp,
    ) -> None:
        self._executor = executor
        self._page = page
        self._cookies = cookies
        self._bearers = Bearers(authenticate)
        self._headers = {"cache-control": "no-store", **headers}
        self._heads: dict[tuple[int, Answering], Head] = {}
        self._events = ServerSentEvents(executor, feeds, authenticate, raw(self._headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_query = scope["method"] != "GET" or b"query=" in scope["query_string"]
        if not is_query and accepts_html(dict(scope["headers"]).get(b"accept")):
            await self._page(scope, receive, send)
        else:
            await self.answer(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer one request for JSON or for events; the status of the answer."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        accept = headers.get(b"accept")
        answering, events = negotiate(accept), accepts_events(accept)
        try:
            if answering is None and not events:
                raise HTTPRefusal(406, params.bad_request("Accept application/graphql-response+json or JSON."))
            operation, context = await self._operation(scope, headers, receive)
            streams = events and (answering is None or operation.kind is OperationType.SUBSCRIPTION)
            if not streams:
                _check_is_no_subscription(operation)
                answer = await self._executor.execute(operation, context)
        except HTTPRefusal as refusal:
            body = orjson.dumps({"errors": present(refusal.errors)})
            return await self._respond(send, refusal.status, body, answering or DEFAULT, refusal.headers)
        except Refused as refused:
            if answering is not None:
                return await self._refuse(send, refused.errors, answering)
            await self._events.refuse(scope, send, refused.errors)
            return 200
        except asyncio.CancelledError:  # the server ends before the operation does
            body = orjson.dumps({"errors": present([busy(Busy())])})
            await self._respond(send, 503, body, answering or DEFAULT, {"retry-after": "1"})
            raise
        except Exception as error:  # noqa: BLE001 - a bug outside any resolver, before anything was answered
            body = orjson.dumps({"errors": present([bug(error)])})
            return await self._respond(send, 500, body, answering or DEFAULT)
        if not streams:
            return await self._respond(send, 200, answer, answering or DEFAULT)
        authorization = self._authorization(scope, headers)
        credential = None if authorization is None else authorization.decode("latin-1")
        await self._events.answer(scope, receive, send, operation, context, credential)
        return 200

    async def _operation(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive
    ) -> tuple[Operation, Context]:
        method = scope["method"]
        if method not in ("GET", "POST"):
            raise HTTPRefusal(405, params.bad_request("Use GET for queries, or POST."), allow="GET, POST")
        authorization = self._authorization(scope, headers)
        client = scope.get("client")
        address = client[0] if client else ""
        viewer = STRANGER
        if authorization is not None:
            viewer = self._bearers.known(authorization) or await self._viewer(authorization, address)
        try:
            if method == "GET":
                given = _of_url(scope["query_string"])
            else:
                if not is_json(headers.get(b"content-type", b"")):
                    expected = params.bad_request("The body must be application/json in UTF-8.")
                    raise HTTPRefusal(415, expected, accept_post="application/json")
                given = params.of(params.decode(await _body(receive)))
        except GraphQLError as error:
            raise HTTPRefusal(400, error) from error
        context = Context(viewer, address)
        operation = self._executor.prepare(given, context)
        if operation.kind is OperationType.MUTATION and method == "GET":
            raise HTTPRefusal(405, params.bad_request("Mutations need POST."), allow="POST")
        return operation, context

    def _authorization(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bytes | None:
        """What says who asks: the header, or else the cookie of a session."""
        given = headers.get(b"authorization")
        if given is not None or b"cookie" not in headers:
            return given
        try:
            of_cookie = self._cookies.authorization(scope)
        except ForeignPage as foreign:
            raise HTTPRefusal(403, foreign.error) from foreign
        return None if of_cookie is None else of_cookie.encode("latin-1")

    async def _viewer(self, authorization: bytes, address: str) -> Viewer:
        attempt = self._executor.attempt(address)
        try:
            viewer = await self._bearers.viewer(authorization)
        except Busy as error:
            raise HTTPRefusal(503, busy(error), retry_after="1") from error
        if viewer is None:
            attempt.spend(1)
            stale = top_level(Code.UNAUTHENTICATED, "The access token is not valid, or no longer.")
            raise HTTPRefusal(401, stale, www_authenticate=CHALLENGE)
        return viewer

    async def _refuse(self, send: Send, errors: Sequence[GraphQLError], answering: Answering) -> int:
        shown = present(errors)
        body, facts = orjson.dumps({"errors": shown}), shown[0]["extensions"]
        if facts["code"] == Code.RATE_LIMITED.value:
            return await self._respond(send, 429, body, answering, {"retry-after": str(facts["retryAfterMs"] // 1_000)})
        lenient = answering.lenient and facts["code"] != Code.LIMIT_EXCEEDED.value
        return await self._respond(send, 200 if lenient else 400, body, answering)

    async def _respond(
        self, send: Send, status: int, body: bytes, answering: Answering, headers: Mapping[str, str] = NO_HEADERS
    ) -> int:
        """Send an answer; nobody may store it."""
        head = None if headers else self._heads.get((status, answering))
        if head is None:
            named = {"content-type": answering.content_type, **self._headers, **headers}
            head = Head(status, raw(named))
            if not headers:
                self._heads[status, answering] = head
        await head.send(send, body)
        return status


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as they go over the wire."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _of_url(query_string: bytes) -> params.Params:
    if len(query_string) > MAX_URL_BYTES:
        raise HTTPRefusal(414, params.bad_request(f"A URL has at most {MAX_URL_BYTES:,} bytes; use POST."))
    return params.of_url(query_string)


async def _body(receive: Receive) -> bytes:
    """The body. Raises 413 over 64 KiB, 408 when it takes longer than 10 s."""
    try:
        return await _patience.wait(_whole_body(receive))
    except TimeoutError as error:
        raise HTTPRefusal(408, params.bad_request("The body took too long."), connection="close") from error


_patience = Patience(BODY_TIMEOUT_S)


async def _whole_body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False) and len(body) <= MAX_BODY_BYTES:
        return body
    return await _long_body(message, receive)


async def _long_body(message: Message, receive: Receive) -> bytes:
    """A body that comes in parts, of which the first has come."""
    chunks: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise HTTPRefusal(400, params.bad_request("The body ended early."))
        size += len(message.get("body", b""))
        if size <= MAX_BODY_BYTES:
            chunks.append(message.get("body", b""))
        if not message.get("more_body", False) or size > DRAINED_BYTES:
            break
        message = await receive()
    if size > MAX_BODY_BYTES:
        too_large = params.bad_request(f"A request has at most {MAX_BODY_BYTES:,} bytes.")
        raise HTTPRefusal(413, too_large, connection="close")
    return b"".join(chunks)


def _check_is_no_subscription(operation: Operation) -> None:
    if operation.kind is OperationType.SUBSCRIPTION:
        told = "Subscriptions go over a WebSocket, by graphql-transport-ws, or are accepted as text/event-stream."
        raise HTTPRefusal(400, params.bad_request(told))
