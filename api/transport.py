"""uvicorn's connections, with what ASGI has no word for.

ASGI's `send` waits while its client does not read: for one client's answers that is right. An update for thousands is
written to each at once, a whole frame at a time, and who lets too much wait is dropped. A response that never ends has
to hear that the server is being stopped.
"""

from collections.abc import Callable
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

EXTENSION = "kalends.direct"
"""The key of a `Direct` in the extensions of its ASGI scope."""
TEXT = b"\x81"


class Direct(Protocol):
    """What else a connection can do."""

    def abort(self) -> None:
        """End it without waiting for anything."""


class DirectHTTP(Direct, Protocol):
    """What else a connection of HTTP can do."""

    at_shutdown: Callable[[], None] | None
    """Called when the server is being stopped; WebSockets are closed with 1012 anyway."""


class DirectWebSocket(Direct, Protocol):
    """What else a WebSocket can do."""

    @property
    def waiting_bytes(self) -> int:
        """How much has been written that the system has not taken yet, because the client does not read."""

    def write_text(self, text: bytes) -> None:
        """Write a message; to a connection that is being closed, nothing."""


class HTTP(HttpToolsProtocol):
    """One connection, of one request after the other; their scopes offer it as `DirectHTTP`."""

    at_shutdown: Callable[[], None] | None = None

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        extensions: dict[str, Any] = {EXTENSION: self}
        self.scope["extensions"] = extensions

    def shutdown(self) -> None:
        """The server is being stopped."""
        super().shutdown()
        if self.at_shutdown is not None:
            self.at_shutdown()

    def abort(self) -> None:
        """End it at once."""
        self.transport.abort()


class WebSocket(WebSocketsSansIOProtocol):
    """One connection; its scope offers it as `DirectWebSocket`."""

    async def run_asgi(self) -> None:
        """Run the application."""
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = self
        await super().run_asgi()

    @property
    def waiting_bytes(self) -> int:
        """How much has been written that the system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def write_text(self, text: bytes) -> None:
        """Write a message as one frame."""
        if self.conn.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(TEXT + _length(len(text)) + text)

    def abort(self) -> None:
        """End it at once."""
        self.transport.abort()


def _length(size: int) -> bytes:
    """The length of a frame that is not masked, as RFC 6455, 5.2, says it."""
    if size < 126:
        return bytes((size,))
    return b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")
