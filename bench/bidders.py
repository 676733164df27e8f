"""The load generator for bids: each connection is a lender of its own, who bids again, under a fresh key, once answered.

A process of its own, so that it can be pinned away from the server. It reads its `Orders` as JSON from standard input and
prints one line of JSON. When the time is over nobody begins another bid, and all answers are waited for, so that every bid
in the database is one that was counted.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import cast

import uvloop

BID = """mutation Bid($input: PlaceBidInput!) {
  placeBid(input: $input) {
    __typename
    ... on PlaceBidPayload { bid { id amount { amount currency } status } partial replayed }
    ... on UserError { code message }
  }
}"""
AMOUNT = {"amount": "100.00", "currency": "CNY"}
KEY_DIGITS = 9


@dataclass(frozen=True)
class Orders:
    """Who bids on what. `tokens`: of a lender for each connection; `keys`: what is new about this run's keys."""

    port: int
    tokens: Sequence[str]
    loan_ids: Sequence[str]
    document_id: str
    keys: str
    seconds: float


class Bidder(asyncio.Protocol):
    """One connection of one lender."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.took_s: list[float] = []
        self.fault: bytes | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_open = True
        self._requests = requests
        self._received = b""
        self._asked_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        """The run closes no connection, so this is a fault."""
        self._end(b"the connection was lost")

    def data_received(self, data: bytes) -> None:
        """Bid again as soon as the answer is whole."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.took_s.append(time.perf_counter() - self._asked_at)
        self._received = b""
        if not head.startswith(b"HTTP/1.1 200") or b'"replayed":false' not in body:
            self._end(body)
        elif self.is_open:
            self._ask()
        else:
            self._end(None)

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def _end(self, fault: bytes | None) -> None:
        if not self.done.done():
            self.fault = fault
            self.done.set_result(None)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r\n", 1)[0])


def requests(orders: Orders, client: int) -> Iterator[bytes]:
    """A lender's bids as they go over the wire, on one loan after the other, beginning at a place of their own."""
    order = {
        "loanId": "@loan",
        "amount": AMOUNT,
        "acknowledgedDocumentIds": [orders.document_id],
        "idempotencyKey": "@key",
    }
    body = json.dumps({"query": BID, "variables": {"input": order}}).encode()
    before, _, rest = body.partition(b"@loan")
    between, _, after = rest.partition(b"@key")
    key = f"{orders.keys}-{client:03}-"
    length = len(body) - len("@loan@key") + len(orders.loan_ids[0]) + len(key) + KEY_DIGITS
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{orders.port}\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nauthorization: Bearer {orders.tokens[client]}\r\ncontent-length: {length}\r\n\r\n"
    ).encode()
    start = client * len(orders.loan_ids) // len(orders.tokens)
    turns = itertools.cycle([head + before + one.encode() + between + key.encode() for one in
                             (*orders.loan_ids[start:], *orders.loan_ids[:start])])  # fmt: skip
    for number, turn in enumerate(turns):
        yield b"%b%0*d%b" % (turn, KEY_DIGITS, number, after)


async def run(orders: Orders) -> dict[str, float]:
    """Bid for so many seconds, after a little warming up. Raises RuntimeError for a bid that was not taken.

    Returns bids a second, all bids that were taken (`bids`), times from question to answer in milliseconds, and the share
    of a core that asking took (`cpu`).
    """
    loop = asyncio.get_running_loop()
    bidders = [
        (await loop.create_connection(lambda n=client: Bidder(requests(orders, n)), "127.0.0.1", orders.port))[1]  # type: ignore[misc]  # mypy does not see the default
        for client in range(len(orders.tokens))
    ]
    await asyncio.sleep(min(1.0, orders.seconds / 4))
    began, used, before = time.perf_counter(), time.process_time(), [len(one.took_s) for one in bidders]
    await asyncio.sleep(orders.seconds)
    took, used = time.perf_counter() - began, time.process_time() - used
    measured = [one for bidder, start in zip(bidders, before, strict=True) for one in bidder.took_s[start:]]
    for bidder in bidders:
        bidder.is_open = False
    await asyncio.wait_for(asyncio.gather(*(bidder.done for bidder in bidders)), 30)
    faults = [bidder.fault for bidder in bidders if bidder.fault is not None]
    if faults or len(measured) < 2:
        raise RuntimeError(f"{len(faults)} lenders were not served: {faults[:1]!r}")
    parts = quantiles(measured, n=100)
    return {
        "per_s": len(measured) / took,
        "bids": sum(len(bidder.took_s) for bidder in bidders),
        "p50_ms": parts[49] * 1000,
        "p95_ms": parts[94] * 1000,
        "p99_ms": parts[98] * 1000,
        "cpu": used / took,
    }


async def at_once(orders: Orders, times: int) -> list[bytes]:
    """The first lender's first bid, so many times at the same moment, under one key; the answers' bodies."""
    request = next(requests(orders, 0))
    connections = [await asyncio.open_connection("127.0.0.1", orders.port) for _ in range(times)]
    for _, writer in connections:
        writer.write(request)
    bodies = []
    for reader, writer in connections:
        head = await reader.readuntil(b"\r\n\r\n")
        bodies.append(await reader.readexactly(_length(head.removesuffix(b"\r\n\r\n"))))
        writer.close()
    return bodies


def encode(orders: Orders) -> bytes:
    """Orders as the process reads them."""
    return json.dumps(asdict(orders)).encode()


def main() -> None:
    """Bid as ordered."""
    print(json.dumps(uvloop.run(run(Orders(**json.load(sys.stdin))))))


if __name__ == "__main__":
    main()
