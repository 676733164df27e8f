"""GraphQL over WebSocket by graphql-transport-ws: subscriptions and queries, each with a context of its own.

Only the connection's own task reads and closes. Operations run in tasks of theirs and send, waiting for a client who reads
slowly; what many subscribe to comes from a feed (`api/feeds.py`), which waits for nobody. Waiting for a message has a
deadline: first for `connection_init`, then for the next look at the access token.
"""

import asyncio
import contextlib
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

from api import limits, messages
from api.bearer import Authenticate, recheck_in_s, viewer_of
from api.context import Context
from api.cookies import Cookies, ForeignPage
from api.documents import Refused
from api.execution import Errors, Executor, Operation, shown
from api.feeds import MAX_WAITING_BYTES, SLOW_S, TOO_MUCH_WAITS, WAITED_TOO_LONG, Feeds, Subscriber
from api.masking import MASKED, bug, present
from api.messages import PROTOCOL, Close, Complete, Init, Message, Ping, Subscribe
from api.params import bad_request
from api.transport import EXTENSION, DirectWebSocket
from domain.shared.actor import STRANGER, Viewer
from domain.shared.errors import Busy

INIT_TIMEOUT_S = 3.0
MAX_OPERATIONS = 100
FAREWELL_S = 2.0
"""How long the reason why it is closed may wait for such a client."""


class GraphQLOverWebSocket:
    """The ASGI application behind /graphql for WebSockets."""

    def __init__(self, executor: Executor, feeds: Feeds, authenticate: Authenticate, cookies: Cookies) -> None:
        self._executor = executor
        self._feeds = feeds
        self._authenticate = authenticate
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        connection = Connection(self._executor, self._feeds, self._authenticate, self._cookies, scope, receive, send)
        try:
            await connection.serve()
        except Close as close:
            await connection.close(close)
        except ClientDisconnected:
            pass
        except Exception as error:  # noqa: BLE001 - a bug outside any operation: the client is told that it is ours
            bug(error)
            await connection.close(Close(1011, MASKED.rstrip(".")))
        finally:
            await connection.stop()


class Told(Subscriber):
    """An operation on a connection that a feed answers."""

    __slots__ = ("_connection", "_id")

    def __init__(self, connection: "Connection", id_: str, viewer: Viewer) -> None:
        super().__init__(viewer)
        self._connection = connection
        self._id = id_

    def deliver(self, answer: bytes) -> None:
        """Write it, unless too much waits."""
        self._connection.write(b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(self._id), answer))

    def fail(self, errors: Errors) -> None:
        """End the operation with errors."""
        self._connection.ended(self._id, self, errors)


class Connection:
    """One client's connection."""

    __slots__ = (
        "_asgi_send", "_authenticate", "_authorization", "_cookies", "_deadline", "_direct", "_executor", "_farewells", "_feeds",
        "_initialised", "_open", "_operations", "_receive", "_scope", "_slow", "_viewer", "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        executor: Executor,
        feeds: Feeds,
        authenticate: Authenticate,
        cookies: Cookies,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._executor, self._feeds, self._authenticate, self._cookies = executor, feeds, authenticate, cookies
        self._scope, self._receive, self._asgi_send = scope, receive, send
        self._direct: DirectWebSocket = scope["extensions"][EXTENSION]
        self._open = True
        self._initialised = False
        self._authorization: str | None = None
        self._viewer = STRANGER
        self._deadline = asyncio.get_running_loop().time() + INIT_TIMEOUT_S
        self._waiting: asyncio.Timeout | None = None
        self._slow: str | None = None
        self._operations: dict[str, asyncio.Task[None] | Told] = {}
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
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._asgi_send({"type": "websocket.close", "code": close.code, "reason": close.reason})
        except TimeoutError:
            self._direct.abort()  # else what waits for the client would be kept as long as they like
        except OSError:
            pass  # gone already

    async def stop(self) -> None:
        """Cancel what runs and wait until it has ended."""
        self._open = False
        running = list(self._operations.values())
        self._operations.clear()
        for one in running:
            if isinstance(one, Told):
                one.leave()
        tasks = [*(one for one in running if isinstance(one, asyncio.Task)), *self._farewells]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _overdue(self) -> None:
        if self._slow is not None:
            raise Close(1008, self._slow)
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
        self._deadline = asyncio.get_running_loop().time() + recheck_in_s(self._viewer)

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
                running = self._operations.pop(id_, None)
                if isinstance(running, Told):
                    running.leave()
                elif running is not None:
                    running.cancel()
                    self._until_done(running)

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
        if self._authorization is not None:
            await self._log_in()
        self._plan_recheck()
        await self._send({"type": "connection_ack"})

    async def _log_in(self) -> None:
        try:
            attempt = self._executor.attempt(self._address)
            await self._check_token(Close(4403, "Forbidden"))
        except (Busy, Refused) as error:
            raise Close(1013, "Try again later") from error
        except Close:
            attempt.spend(1)
            raise

    async def _subscribe(self, message: Subscribe) -> None:
        if not self._initialised:
            raise Close(4401, "Unauthorized")
        if message.id in self._operations:
            raise Close(4409, f"Subscriber for {message.id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            error = limits.exceeded("operations on a connection", MAX_OPERATIONS, len(self._operations) + 1)
            await self._send({"id": message.id, "type": "error", "payload": present([error])})
            return
        try:
            operation = self._executor.prepare(message.params, self._context())
            told = Told(self, message.id, self._viewer)
            if operation.kind is OperationType.SUBSCRIPTION and self._feeds.join(operation, told):
                self._operations[message.id] = told
                return
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends this operation only
            await self._send({"id": message.id, "type": "error", "payload": shown(error)})
            return
        task = asyncio.create_task(self._operate(message.id, operation))
        self._operations[message.id] = task
        task.add_done_callback(partial(self._done, message.id))

    def _context(self) -> Context:
        return Context(self._viewer, self._address)

    @property
    def _address(self) -> str:
        client = self._scope.get("client")
        return client[0] if client else ""

    async def _operate(self, id_: str, operation: Operation) -> None:
        """Run an operation. What it raises becomes its `error` message."""
        if operation.kind is OperationType.MUTATION:
            raise bad_request("Mutations go over HTTP, where their answer is not lost with a connection.")
        context = self._context()
        if operation.kind is OperationType.QUERY:
            answer = await self._executor.execute(operation, context)
            await self._send({"id": id_, "type": "next", "payload": orjson.Fragment(answer)})
            return
        async with aclosing(self._executor.subscribe(operation, context)) as answers:
            async for answer in answers:
                await self._send({"id": id_, "type": "next", "payload": orjson.Fragment(answer)})

    def _done(self, id_: str, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            error = task.exception()
            self.ended(id_, task, None if error is None else shown(error))

    def ended(self, id_: str, operation: asyncio.Task[None] | Told, errors: Errors | None) -> None:
        """Tell the client how its operation ended, unless the client ended it."""
        if self._operations.get(id_) is not operation:
            return
        del self._operations[id_]
        farewell: dict[str, Any] = {"id": id_, "type": "complete"}
        if errors is not None:
            farewell = {"id": id_, "type": "error", "payload": errors}
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
            self._drop(WAITED_TOO_LONG)

    def write(self, text: bytes) -> None:
        """Write a message at once; who lets too much wait is dropped by the connection's own task."""
        if not self._open or self._slow is not None:
            return
        if self._direct.waiting_bytes > MAX_WAITING_BYTES:
            self._drop(TOO_MUCH_WAITS)
        else:
            self._direct.write_text(text)

    def _drop(self, reason: str) -> None:
        """Have the connection closed for a client who is too slow."""
        self._slow = reason
        self._deadline = asyncio.get_running_loop().time()
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(self._deadline)
