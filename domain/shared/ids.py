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
    stamp = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80
    noise = os.urandom(10 * count)
    numbers = [_marked(stamp | int.from_bytes(noise[at : at + 10]), version=7) for at in range(0, 10 * count, 10)]
    numbers.sort()
    return [pgproto.UUID(number.to_bytes(16)) for number in numbers]


def parse(text: str) -> UUID:
    """The UUID that a text is; the driver's own kind. Raises `ValueError`."""
    return pgproto.UUID(text)


def derived(*parts: object) -> UUID:
    """The UUID that always belongs to these parts: the same parts, the same id."""
    name = "/".join("" if part is None else str(part) for part in parts)
    digest = hashlib.sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()
    return pgproto.UUID(_marked(int.from_bytes(digest[:16]), version=5).to_bytes(16))


def _marked(number: int, version: int) -> int:
    """The 128 bits of a UUID with its version and variant in their places."""
    return number & ~(0xF << 76 | 0x3 << 62) | version << 76 | 0x2 << 62
