"""The load generator: so many connections, each sending the next request when its answer has come whole.

A process of its own, so that it can be pinned away from the server. It reads the requests' bodies, one a line, sends them
one after the other and again from the first, and prints one line of JSON.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any, cast

import psutil
import uvloop

from bench.machine import OTHER_CORE


class Caller(asyncio.Protocol):
    """One connection; counts its answers and remembers whether one was not 200."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.answers = 0
        self.failed = False
        self._requests = requests
        self._waiting = b""
        self._left = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._transport.write(next(self._requests))

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
        self._transport.write(next(self._requests))


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r\n", 1)[0])


def request_bytes(port: int, token: str, body: bytes) -> bytes:
    """The request as it goes over the wire."""
    return (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


class Clock:
    """Seconds of processors used: by each of the processes watched, by this one, and on the load's core by everybody."""

    def __init__(self, watched: Sequence[int]) -> None:
        self._watched = [psutil.Process(pid) for pid in watched]
        self._began = self._now()

    def _now(self) -> tuple[float, list[float], float, float]:
        used = [times.user + times.system for times in (process.cpu_times() for process in self._watched)]
        core = psutil.cpu_times(percpu=True)[OTHER_CORE]
        idle = core.idle + getattr(core, "iowait", 0.0)
        return time.perf_counter(), used, time.process_time(), idle

    def told(self) -> dict[str, Any]:
        """Since the clock was made."""
        began, now = self._began, self._now()
        took = now[0] - began[0]
        return {
            "seconds": took,
            "servers_s": [after - before for before, after in zip(began[1], now[1], strict=True)],
            "load_busy": (now[2] - began[2]) / took,
            "other_core_busy": 1 - (now[3] - began[3]) / took,
        }


async def run(port: int, requests: Sequence[bytes], connections: int, seconds: float, watched: Sequence[int]) -> Any:
    """How many answers came, and what `Clock` tells. Raises RuntimeError for no answer or one not 200."""
    loop, endless = asyncio.get_running_loop(), cycle(requests)
    callers = [
        (await loop.create_connection(lambda: Caller(endless), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    await asyncio.sleep(min(1.0, seconds / 4))
    clock, before = Clock(watched), sum(one.answers for one in callers)
    await asyncio.sleep(seconds)
    told, answers = clock.told(), sum(one.answers for one in callers) - before
    if any(one.failed for one in callers):
        raise RuntimeError("not every answer was a 200")
    if not answers:
        raise RuntimeError("no answer came in that time")
    return {"answers": answers, **told}


def main() -> None:
    """Read the bodies from standard input."""
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int)
    options.add_argument("--connections", type=int)
    options.add_argument("--seconds", type=float)
    options.add_argument("--watch", default="", help="pids, by comma")
    told = options.parse_args()
    requests = [request_bytes(told.port, os.environ["BENCH_TOKEN"], line.strip()) for line in sys.stdin.buffer]
    watched = [int(pid) for pid in told.watch.split(",") if pid]
    print(json.dumps(uvloop.run(run(told.port, requests, told.connections, told.seconds, watched))))


if __name__ == "__main__":
    main()
