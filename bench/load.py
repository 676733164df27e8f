"""The load generator: so many connections, each sending its next request when its answer has come whole.

A process of its own, so that it can be pinned away from the server. It prints one line of JSON.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from typing import cast

import uvloop


class Caller(asyncio.Protocol):
    """One connection; counts its answers and remembers whether one was not 200."""

    def __init__(self, request: bytes) -> None:
        self.answers = 0
        self.failed = False
        self._request = request
        self._waiting = b""
        self._left = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        """An answer that never came is a failure; `run` closes none before it has counted."""
        self.failed = True

    def data_received(self, data: bytes) -> None:
        """Ask again as soon as the answer is whole."""
        if self._left:
            self._left -= len(data)
        else:
            self._waiting += data
            head, found, body = self._waiting.partition(b"\r\n\r\n")
            if not found:
                return
            self.failed |= not head.startswith(b"HTTP/1.1 200")
            self._waiting, self._left = b"", _length(head) - len(body)
        if self._left:
            return
        self.answers += 1
        self._transport.write(self._request)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r\n", 1)[0])


def request_bytes(port: int, token: str, body: bytes) -> bytes:
    """The request as it goes over the wire."""
    return (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


async def run(port: int, request: bytes, connections: int, seconds: float) -> dict[str, float]:
    """Answers a second, and the share of a core that asking took (`cpu`). Raises RuntimeError for no answer or one not 200."""
    loop = asyncio.get_running_loop()
    callers = [
        (await loop.create_connection(lambda: Caller(request), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    await asyncio.sleep(min(1.0, seconds / 4))
    began, used, before = time.perf_counter(), time.process_time(), sum(one.answers for one in callers)
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    answers = sum(one.answers for one in callers) - before
    if any(one.failed for one in callers):
        raise RuntimeError("not every answer was a 200")
    if not answers:
        raise RuntimeError("no answer came in that time")
    return {"per_s": answers / took, "cpu": (time.process_time() - used) / took}


def main() -> None:
    """Read the body from standard input."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int)
    options.add_argument("--connections", type=int)
    options.add_argument("--seconds", type=float)
    told = options.parse_args()
    request = request_bytes(told.port, os.environ["BENCH_TOKEN"], sys.stdin.buffer.read())
    print(json.dumps(uvloop.run(run(told.port, request, told.connections, told.seconds))))


if __name__ == "__main__":
    main()
