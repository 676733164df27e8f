"""Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time they were made."""

import hashlib
import os
import time
from uuid import UUID

from asyncpg.pgproto import pgproto

NAMESPACE = UUID("6b616c65-6e64-5000-8000-000000000000")
"""The name space of identifiers derived from a name (`derived`)."""


def new() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    return _stamped((milliseconds & (1 << 48) - 1).to_bytes(6, "big") + os.urandom(10), version=7)


def parse(text: str) -> UUID:
    """The UUID that a text is; the driver's own kind. Raises `ValueError`."""
    return pgproto.UUID(text)


def derived(*parts: object) -> UUID:
    """The UUID that always belongs to these parts: the same parts, the same id."""
    name = "/".join("" if part is None else str(part) for part in parts)
    return _stamped(hashlib.sha1(NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()[:16], version=5)


def _stamped(octets: bytes, version: int) -> UUID:
    """The UUID of 16 octets, marked with its version and variant; the driver's own kind, which is quicker to send."""
    marked = bytearray(octets)
    marked[6] = marked[6] & 0x0F | version << 4
    marked[8] = marked[8] & 0x3F | 0x80
    return pgproto.UUID(bytes(marked))
