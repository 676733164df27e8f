"""GraphQL over server-sent events, in distinct connections mode: one request, one operation, its answers as events.

What is wrong with a document is told as an event, too: a browser's `EventSource` does not show the answer to a refused
request. A stream that ends without `complete` was cut off, by us or on its way: come again.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import aclosing

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Message, Receive, Scope, Send

from api.bearer import Authenticate, recheck_in_s, viewer_of
from api.context import Context
from api.errors import Code, top_level
from api.execution import Answer, Errors, Executor, Operation, shown
from api.feeds import MAX_WAITING_BYTES, SLOW_S, TOO_MUCH_WAITS, Feeds, Subscriber
from api.masking import bug, present
from api.negotiation import EVENTS
from api.transport import EXTENSION, DirectHTTP
from domain.shared.actor import Viewer
from domain.shared.errors import Busy

KEEP_ALIVE_S = 10.0
"""After so long without an event a comment is sent, so that nobody on the way takes the stream for dead."""
HEADERS = [
    (b"content-type", f"{EVENTS}; charset=utf-8".encode()),
    (b"x-accel-buffering", b"no"),  # nginx would collect events otherwise
]
COMMENT = b":\n\n"
COMPLETE = b"event: complete\ndata: \n\n"


class ServerSentEvents:
    """Answers operations with streams of events."""

    def __init__(
        self, executor: Executor, feeds: Feeds, authenticate: Authenticate, headers: Sequence[tuple[bytes, bytes]]
    ) -> None:
        self._headers = [*HEADERS, *headers]
        self._executor = executor
        self._feeds = feeds
        self._authenticate = authenticate

    async def answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        operation: Operation,
        context: Context,
        authorization: str | None,
    ) -> None:
        """Answer an operation until it ends, or the client goes."""
        stream = Stream(context.viewer, scope["extensions"][EXTENSION], send, self._headers)
        tasks = [asyncio.create_task(stream.until_gone(receive))]
        if operation.kind is not OperationType.SUBSCRIPTION or not self._feeds.join(operation, stream):
            tasks.append(asyncio.create_task(self._operate(operation, context, stream)))
        if authorization is not None:
            tasks.append(asyncio.create_task(self._recheck(authorization, stream)))
        try:
            await stream.write()
        finally:
            stream.leave()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def refuse(self, scope: Scope, send: Send, errors: Sequence[GraphQLError]) -> None:
        """Tell what is wrong with a document."""
        stream = Stream(Viewer(), scope["extensions"][EXTENSION], send, self._headers)
        stream.fail(present(errors))
        await stream.write()

    async def _operate(self, operation: Operation, context: Context, stream: "Stream") -> None:
        """Run an operation for this client alone."""
        try:
            if operation.kind is OperationType.SUBSCRIPTION:
                async with aclosing(self._executor.subscribe(operation, context)) as answers:
                    async for answer in answers:
                        await stream.tell(answer)
            else:
                await stream.tell(await self._executor.execute(operation, context))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
            stream.fail(shown(error))
        else:
            stream.complete()

    async def _recheck(self, authorization: str, stream: "Stream") -> None:
        """End the stream when its token does."""
        viewer: Viewer | None = stream.viewer
        try:
            while viewer is not None:
                await asyncio.sleep(recheck_in_s(viewer))
                with contextlib.suppress(Busy):  # while the database is away, nobody's token is known to be invalid
                    viewer = await viewer_of(authorization, self._authenticate)
        except Exception as error:  # noqa: BLE001 - a bug: a token that nobody looks at any more is not to be trusted
            stream.fail(present([bug(error)]))
        else:
            stream.fail(present([top_level(Code.UNAUTHENTICATED, "The access token is no longer valid.")]))


class Stream(Subscriber):
    """One client's stream: takes what there is to tell at once, and writes it as fast as the client reads."""

    __slots__ = ("_direct", "_headers", "_is_over", "_is_read", "_send", "_waiting", "_woken")

    def __init__(self, viewer: Viewer, direct: DirectHTTP, send: Send, headers: Sequence[tuple[bytes, bytes]]) -> None:
        super().__init__(viewer)
        self._headers = headers
        self._direct = direct
        self._send = send
        self._waiting = bytearray()
        self._woken = asyncio.Event()
        self._is_read = asyncio.Event()
        self._is_over = False

    def deliver(self, answer: bytes) -> None:
        """Take an answer; who lets too much wait is cut off, and told why by a comment."""
        if len(self._waiting) > MAX_WAITING_BYTES:
            self._waiting.clear()
            self._put(b": %b\n\n" % TOO_MUCH_WAITS.encode(), is_last=True)
        else:
            self._put(_next(answer))

    def fail(self, errors: Errors) -> None:
        """End with errors."""
        self._put(_next(orjson.dumps({"errors": errors})) + COMPLETE, is_last=True)

    def complete(self) -> None:
        """End as it should."""
        self._put(COMPLETE, is_last=True)

    def cut_off(self) -> None:
        """End without `complete`: the client may come again."""
        self._put(b"", is_last=True)

    async def tell(self, answer: Answer) -> None:
        """Take an answer, and wait until it is written."""
        self._is_read.clear()
        self._put(_next(answer))
        await self._is_read.wait()

    def _put(self, events: bytes, *, is_last: bool = False) -> None:
        if not self._is_over:
            self._waiting += events
            self._is_over = is_last
            self._woken.set()

    async def until_gone(self, receive: Receive) -> None:
        """Wait until the client goes."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.cut_off()

    async def write(self) -> None:
        """Write what there is to tell until the end."""
        self._direct.at_shutdown = self.cut_off
        try:
            await self._within({"type": "http.response.start", "status": 200, "headers": self._headers})
            await self._write(COMMENT)  # whoever waits for the beginning of the answer has it
            while not self._is_over or self._waiting:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_S):
                        await self._woken.wait()
                except TimeoutError:
                    await self._write(COMMENT)
                    continue
                self._woken.clear()
                events = bytes(self._waiting)
                self._waiting.clear()
                await self._write(events)
                self._is_read.set()
            await self._within({"type": "http.response.body", "body": b""})
        except TimeoutError:
            self._direct.abort()
        finally:
            self._direct.at_shutdown = None

    async def _write(self, events: bytes) -> None:
        await self._within({"type": "http.response.body", "body": events, "more_body": True})

    async def _within(self, message: Message) -> None:
        """Send. Raises `TimeoutError` when the client does not read for too long."""
        async with asyncio.timeout(SLOW_S):
            await self._send(message)


def _next(answer: bytes) -> bytes:
    return b"event: next\ndata: %b\n\n" % answer
