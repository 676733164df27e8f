"""GraphQL over WebSocket by graphql-transport-ws: subscriptions and queries, each with a context of its own.

Only the connection's own task reads and closes; operations run in tasks of theirs and send. Waiting for a message has a
deadline: first for `connection_init`, then for the next look at the access token.
"""

import asyncio
import contextlib
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from api import limits, messages
from api.bearer import Authenticate, viewer_of
from api.context import Context
from api.cookies import Cookies, ForeignPage
from api.documents import Refused
from api.execution import Executor
from api.masking import present
from api.messages import PROTOCOL, Close, Complete, Init, Message, Ping, Subscribe
from api.params import Params, bad_request
from domain.shared import clock
from domain.shared.actor import STRANGER
from domain.shared.errors import Busy

INIT_TIMEOUT_S = 3.0
RECHECK_S = 30.0
"""How long a revoked personal token may go unnoticed on an open connection."""
MAX_OPERATIONS = 100
SLOW_S = 10.0
"""How long a message may wait for a client who does not read; beyond its operations' next messages nothing is kept."""
FAREWELL_S = 2.0
"""How long the reason why it is closed may wait for such a client."""


class GraphQLOverWebSocket:
    """The ASGI application behind /graphql for WebSockets."""

    def __init__(self, executor: Executor, authenticate: Authenticate, cookies: Cookies) -> None:
        self._executor = executor
        self._authenticate = authenticate
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        connection = Connection(self._executor, self._authenticate, self._cookies, scope, receive, send)
        try:
            await connection.serve()
        except Close as close:
            await connection.close(close)
        finally:
            await connection.stop()


class Connection:
    """One client's connection."""

    def __init__(
        self,
        executor: Executor,
        authenticate: Authenticate,
        cookies: Cookies,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._executor, self._authenticate, self._cookies = executor, authenticate, cookies
        self._scope, self._receive, self._asgi_send = scope, receive, send
        self._open = True
        self._initialised = False
        self._authorization: str | None = None
        self._viewer = STRANGER
        self._deadline = asyncio.get_running_loop().time() + INIT_TIMEOUT_S
        self._waiting: asyncio.Timeout | None = None
        self._slow = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._farewells: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Read messages until the client goes. Raises `Close`."""
        await self._receive()  # websocket.connect
        if PROTOCOL not in self._scope["subprotocols"]:
            await self._asgi_send({"type": "websocket.accept"})
            raise Close(4406, "Subprotocol not acceptable")
        await self._asgi_send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        while True:
            try:
                async with asyncio.timeout_at(self._deadline) as self._waiting:
                    event = await self._receive()
            except TimeoutError:
                await self._overdue()
                continue
            finally:
                self._waiting = None
            if event["type"] == "websocket.disconnect":
                return
            await self._handle(messages.read(event.get("text")))

    async def close(self, close: Close) -> None:
        """End the connection with a code."""
        self._open = False
        with contextlib.suppress(OSError):  # a timeout is one too
            async with asyncio.timeout(FAREWELL_S):
                await self._asgi_send({"type": "websocket.close", "code": close.code, "reason": close.reason})

    async def stop(self) -> None:
        """Cancel what runs and wait until it has ended."""
        self._open = False
        tasks = [*self._operations.values(), *self._farewells]
        self._operations.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _overdue(self) -> None:
        if self._slow:
            raise Close(1008, "Too slow: messages waited for 10 s")
        if not self._initialised:
            raise Close(4408, "Connection initialisation timeout")
        with contextlib.suppress(Busy):  # while the database is away, nobody's token is known to be invalid
            await self._check_token(Close(4401, "The access token is no longer valid"))
        self._plan_recheck()

    async def _check_token(self, otherwise: Close) -> None:
        if self._authorization is None:
            return
        viewer = await viewer_of(self._authorization, self._authenticate)
        if viewer is None:
            raise otherwise
        self._viewer = viewer

    def _plan_recheck(self) -> None:
        wait_s = RECHECK_S
        if self._viewer.expires_at is not None:
            left_s = (self._viewer.expires_at - clock.wall()).total_seconds()
            wait_s = min(wait_s, max(left_s, 0.05))
        self._deadline = asyncio.get_running_loop().time() + wait_s

    async def _handle(self, message: Message) -> None:
        match message:
            case Init():
                await self._init(message)
            case Ping(payload=None):
                await self._send({"type": "pong"})
            case Ping(payload=payload):
                await self._send({"type": "pong", "payload": payload})
            case Subscribe():
                await self._subscribe(message)
            case Complete(id=id_):
                task = self._operations.pop(id_, None)
                if task is not None:
                    task.cancel()
                    self._until_done(task)

    async def _init(self, message: Init) -> None:
        if self._initialised:
            raise Close(4429, "Too many initialisation requests")
        self._initialised = True
        given = {name.lower(): value for name, value in message.payload.items()}.get("authorization")
        if given is not None and not isinstance(given, str):
            raise Close(4400, "`Authorization` must be a string")
        try:
            self._authorization = given or self._cookies.authorization(self._scope)
        except ForeignPage as foreign:
            raise Close(4403, "Forbidden") from foreign
        try:
            await self._check_token(Close(4403, "Forbidden"))
        except Busy as error:
            raise Close(1013, "Try again later") from error
        self._plan_recheck()
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, message: Subscribe) -> None:
        if not self._initialised:
            raise Close(4401, "Unauthorized")
        if message.id in self._operations:
            raise Close(4409, f"Subscriber for {message.id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            error = limits.exceeded("operations on a connection", MAX_OPERATIONS, len(self._operations) + 1)
            await self._send({"id": message.id, "type": "error", "payload": present([error])})
            return
        task = asyncio.create_task(self._operate(message.id, message.params))
        self._operations[message.id] = task
        task.add_done_callback(partial(self._ended, message.id))

    async def _operate(self, id_: str, given: Params) -> None:
        """Run an operation. What it raises becomes its `error` message."""
        client = self._scope.get("client")
        context = Context(self._viewer, client[0] if client else "")
        operation = self._executor.prepare(given, context)
        if operation.kind is OperationType.MUTATION:
            raise bad_request("Mutations go over HTTP, where their answer is not lost with a connection.")
        if operation.kind is OperationType.QUERY:
            answer = await self._executor.execute(operation, context)
            await self._send({"id": id_, "type": "next", "payload": answer})
            return
        async with aclosing(self._executor.subscribe(operation, context)) as answers:
            async for answer in answers:
                await self._send({"id": id_, "type": "next", "payload": answer})

    def _ended(self, id_: str, task: asyncio.Task[None]) -> None:
        """Tell the client how its operation ended, unless the client ended it."""
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or self._operations.get(id_) is not task:
            return
        del self._operations[id_]
        if error is None:
            farewell: dict[str, Any] = {"id": id_, "type": "complete"}
        else:
            farewell = {"id": id_, "type": "error", "payload": present(_errors(error))}
        self._until_done(asyncio.create_task(self._send(farewell)))

    def _until_done(self, task: asyncio.Task[None]) -> None:
        """Keep a task that nothing else refers to."""
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _send(self, message: dict[str, Any]) -> None:
        """Send a message; to a client who has gone, nothing. One who does not read is dropped by the connection's own task."""
        if not self._open:
            return
        try:
            async with asyncio.timeout(SLOW_S):
                with contextlib.suppress(OSError):
                    await self._asgi_send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            self._drop()

    def _drop(self) -> None:
        """Have the connection closed for a client who is too slow."""
        self._slow = True
        self._deadline = asyncio.get_running_loop().time()
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(self._deadline)


def _errors(error: BaseException) -> list[GraphQLError]:
    if isinstance(error, Refused):
        return error.errors
    if isinstance(error, GraphQLError):
        return [error]
    assert isinstance(error, Exception), "a task ends by an exception, or is cancelled"
    return [GraphQLError(str(error), original_error=error)]
