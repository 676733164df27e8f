"""Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time they were made; the driver's own kind, quicker to send."""

import hashlib
import os
import time
from uuid import UUID

from asyncpg.pgproto import pgproto

NAMESPACE = UUID("6b616c65-6e64-5000-8000-000000000000")
"""The name space of identifiers derived from a name (`derived`)."""


def new() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    return several(1)[0]


def several(count: int) -> list[UUID]:
    """Fresh UUIDv7s of one moment, in ascending order."""
    stamp = (time.time_ns() // 1_000_000 & (1 << 48) - 1).to_bytes(6, "big")
    noise = os.urandom(10 * count)
    octets = [_marked(stamp + noise[at : at + 10], version=7) for at in range(0, 10 * count, 10)]
    octets.sort()
    return [pgproto.UUID(one) for one in octets]


def derived(*parts: object) -> UUID:
    """The UUID that always belongs to these parts: the same parts, the same id."""
    name = "/".join("" if part is None else str(part) for part in parts)
    octets = hashlib.sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16]
    return pgproto.UUID(_marked(octets, version=5))


def _marked(octets: bytes, version: int) -> bytes:
    """The 16 octets of a UUID, marked with its version and variant."""
    marked = bytearray(octets)
    marked[6] = marked[6] & 0x0F | version << 4
    marked[8] = marked[8] & 0x3F | 0x80
    return bytes(marked)
