"""Those who watch a loan: so many WebSockets in one process, and the commits they hear of.

A process of its own, so that it can be pinned away from the server. It says by lines of JSON what it found: first when
everybody has the present state, then, for every commit, after how many milliseconds the last one was served.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import time
from functools import partial
from typing import Any, cast
from uuid import UUID

import asyncpg
import redis.asyncio as redis
import uvloop

from domain.shared import bell

QUERY = """subscription Watch($ids: [ID!]!) { loanFunding(loanIds: $ids) {
  cause loan { id status funding { sequence status committed { amount currency } remaining { amount currency } lenders } } } }"""
CONNECTING_AT_ONCE = 100
PATIENCE_S = 60.0
MASK = b"\0\0\0\0"
"""A mask of zeros leaves the text as it is."""
UPDATE = """update marketplace.listings set committed_minor = committed_minor + 100, sequence = sequence + 1
    where id = $1"""


class Crowd:
    """Everybody together: how many have heard, and whether all heard the same."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.heard = 0
        self.payload = b""
        self.all = asyncio.Event()

    def expect(self) -> None:
        """Wait anew."""
        self.heard, self.payload = 0, b""
        self.all.clear()

    def hear(self, payload: bytes) -> None:
        """Somebody has heard."""
        self.heard += 1
        if self.heard == 1:
            self.payload = payload
        elif payload != self.payload:
            raise RuntimeError(f"not everybody heard the same: {self.payload!r} and {payload!r}")
        if self.heard == self.size:
            self.all.set()


class Watcher(asyncio.Protocol):
    """One connection: begins its operation, then counts what it hears."""

    def __init__(self, crowd: Crowd, greeting: bytes, init: bytes, subscribe: bytes) -> None:
        self._crowd = crowd
        self._greeting, self._init, self._subscribe = greeting, init, subscribe
        self._data = b""
        self._is_open = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._greeting)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody goes before the end."""
        if self._crowd.size:
            print(f"a connection was lost: {error} {self._data!r}", file=sys.stderr)
            os._exit(1)

    def data_received(self, data: bytes) -> None:
        """Take what came frame by frame."""
        data = self._data + data if self._data else data
        if not self._is_open:
            head, found, rest = data.partition(b"\r\n\r\n")
            if not found:
                self._data = data
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._is_open, data = True, rest
            self._transport.write(self._init)
        at = 0
        while len(data) >= at + 2:
            length, begin = data[at + 1], at + 2
            if length == 126:
                length, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if len(data) < begin + length:
                break
            self._frame(data[at] & 15, data[begin : begin + length])
            at = begin + length
        self._data = data[at:]

    def _frame(self, opcode: int, text: bytes) -> None:
        if opcode == 9:
            self._transport.write(_frame(10, text))
        elif b'"connection_ack"' in text:
            self._transport.write(self._subscribe)
        elif b'"next"' in text:
            self._crowd.hear(text[text.index(b'"payload":') :])
        else:
            raise RuntimeError(f"unexpected: {opcode} {text!r}")


def _frame(opcode: int, text: bytes) -> bytes:
    size = len(text)
    head = bytes((128 | opcode, 128 | size)) if size < 126 else bytes((128 | opcode, 254)) + size.to_bytes(2, "big")
    return head + MASK + text


def _message(message: dict[str, Any]) -> bytes:
    return _frame(1, json.dumps(message).encode())


async def watch(port: int, loan_id: UUID, tokens: list[str], commits: int) -> None:
    """Connect everybody, each with a token of their own; then commit so often, and say how long the last one waited."""
    loop = asyncio.get_running_loop()
    crowd = Crowd(len(tokens))
    greeting = (
        f"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    ).encode()
    variables = {"ids": [f"loan_{loan_id}"]}
    subscribe = _message({"id": "1", "type": "subscribe", "payload": {"query": QUERY, "variables": variables}})
    inits = [_message({"type": "connection_init", "payload": {"Authorization": f"Bearer {one}"}}) for one in tokens]
    began = time.perf_counter()
    for at in range(0, len(inits), CONNECTING_AT_ONCE):
        await asyncio.gather(
            *(
                loop.create_connection(partial(Watcher, crowd, greeting, init, subscribe), "127.0.0.1", port)
                for init in inits[at : at + CONNECTING_AT_ONCE]
            )
        )
    await asyncio.wait_for(crowd.all.wait(), PATIENCE_S)
    _say({"came_s": time.perf_counter() - began})
    sys.stdin.readline()
    books = await asyncpg.connect(os.environ["DATABASE_URL"])
    valkey = redis.Redis.from_url(os.environ["REDIS_URL"])
    ring = bell.Ring(loan_ids={loan_id}).dump()
    for _ in range(commits):
        crowd.expect()
        await books.execute(UPDATE, loan_id)
        committed = time.perf_counter()
        await valkey.publish(bell.CHANNEL, ring)
        await asyncio.wait_for(crowd.all.wait(), PATIENCE_S)
        served = time.perf_counter()
        _say({"ms": (served - committed) * 1000, "payload": crowd.payload.decode()})
        await asyncio.sleep(0.2)
    crowd.size = 0
    await valkey.aclose()
    await books.close()


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    """Read the tokens from standard input, one a line, until an empty line; a further line begins the commits."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int)
    options.add_argument("--loan", type=UUID)
    options.add_argument("--commits", type=int)
    told = options.parse_args()
    tokens = []
    while line := sys.stdin.readline().strip():
        tokens.append(line)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(watch(told.port, told.loan, tokens, told.commits))


if __name__ == "__main__":
    main()
