"""Identifiers: UUIDs of version 7 (RFC 9562), which sort by the time they were made."""

import os
import time
import uuid
from uuid import UUID

NAMESPACE = UUID("6b616c65-6e64-5000-8000-000000000000")
"""The name space of identifiers derived from a name (`derived`)."""


def new() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (
        (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (random >> 62 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    )
    return UUID(int=value)


def derived(*parts: object) -> UUID:
    """The UUID that always belongs to these parts: the same parts, the same id."""
    return uuid.uuid5(NAMESPACE, "/".join("" if part is None else str(part) for part in parts))
