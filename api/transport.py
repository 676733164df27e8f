"""uvicorn's WebSocket, to which one can also write without waiting.

ASGI's `send` is a coroutine that waits while its client does not read: for one client's answers that is right. An update
for thousands is written to each at once, a whole frame at a time, and who lets too much wait is dropped.
"""

from typing import Any, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

EXTENSION = "kalends.direct"
"""The key of a connection's `Direct` in the extensions of its ASGI scope."""
TEXT = b"\x81"


class Direct(Protocol):
    """What else a connection can do."""

    @property
    def waiting_bytes(self) -> int:
        """How much has been written that the system has not taken yet, because the client does not read."""

    def write_text(self, text: bytes) -> None:
        """Write a message; to a connection that is being closed, nothing."""

    def abort(self) -> None:
        """End it without waiting for anything."""


class WebSocket(WebSocketsSansIOProtocol):
    """One connection; its scope offers it as `Direct`."""

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
