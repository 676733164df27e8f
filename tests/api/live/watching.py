"""A client of graphql-transport-ws that watches."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_S = 10.0
Answer = dict[str, Any]


@dataclass
class Socket:
    """A connection on which one operation runs."""

    connection: ClientConnection

    async def subscribe(self, query: str, **variables: Any) -> None:
        """Begin the operation."""
        await self._send({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})

    async def next(self, name: str, patience_s: float = PATIENCE_S) -> Answer:
        """The next value of the operation's field."""
        message = await self.receive(patience_s)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        found: Answer = message["payload"]["data"][name]
        return found

    async def error(self) -> str:
        """The code of the error that ends the operation."""
        message = await self.receive()
        assert message["type"] == "error", message
        code: str = message["payload"][0]["extensions"]["code"]
        return code

    async def silence(self, seconds: float) -> None:
        """Nothing comes for so long."""
        with contextlib.suppress(TimeoutError):
            raise AssertionError(f"unexpected: {await self.receive(seconds)}")

    async def receive(self, patience_s: float = PATIENCE_S) -> Answer:
        """The next message."""
        message: Answer = json.loads(await asyncio.wait_for(self.connection.recv(), patience_s))
        return message

    async def _send(self, message: Answer) -> None:
        await self.connection.send(json.dumps(message))


@contextlib.asynccontextmanager
async def open_socket(url: str, token: str | None) -> AsyncIterator[Socket]:
    """A connection to an API, as somebody or as a stranger."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        yield Socket(connection)
