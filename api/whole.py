"""Answers that are whole when they are sent, written past uvicorn's checks of each header and part.

uvicorn looks at every header of every answer and takes head and body one after the other; the heads of our answers are the
same bytes again and again. Where an answer cannot go this way (a client that reads slowly, layers around `send`, another
server), it goes the ordinary one.
"""

import asyncio
from collections.abc import Sequence

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

LINGER_S = 1.0
"""A client who still sends its body is heard so long: to close at once would reset the connection before it has its answer."""
Headers = Sequence[tuple[bytes, bytes]]


class Head:
    """The head of an answer but for its length: built once, sent with many bodies."""

    def __init__(self, status: int, headers: Headers) -> None:
        self._status = status
        self._headers = list(headers)
        self._line = STATUS_LINE[status]
        self._text = _text(headers)
        self._closes = (b"connection", b"close") in self._headers
        self._usual: Headers = ()
        self._usual_text = b""

    async def send(self, send: Send, body: bytes) -> None:
        """Send an answer."""
        cycle = getattr(send, "__self__", None)
        if type(cycle) is RequestResponseCycle and _is_free(cycle):
            self._write(cycle, body)
            return
        headers = [*self._headers, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _write(self, cycle: RequestResponseCycle, body: bytes) -> None:
        if cycle.default_headers is not self._usual:  # the date, another one each second
            self._usual = cycle.default_headers
            self._usual_text = _text(self._usual)
        close = b"" if cycle.keep_alive or self._closes else b"connection: close\r\n"
        cycle.keep_alive = cycle.keep_alive and not self._closes
        length = b"content-length: %d\r\n\r\n" % len(body)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"".join((self._line, self._usual_text, self._text, close, length, body)))
        cycle.message_event.set()
        if not cycle.keep_alive and cycle.more_body:
            asyncio.get_running_loop().call_later(LINGER_S, cycle.transport.close)
        elif not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()


def _text(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def _is_free(cycle: RequestResponseCycle) -> bool:
    """Whether nothing was sent yet, a body may be, and the client is there and reads."""
    is_held = cycle.response_started or cycle.disconnected or cycle.flow.write_paused
    return not is_held and cycle.scope["method"] != "HEAD"
