"""What an attack is, and how long texts are made."""

import json
from dataclasses import dataclass, field
from typing import Any

BYTES = 64 * 1024
ROOM = BYTES - 600
"""What is left of a body for its interesting part."""


@dataclass(frozen=True)
class Attack:
    """Something to send: by POST, or by GET if there is a query string, or messages over a WebSocket."""

    name: str
    body: bytes = b""
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def document(name: str, text: str, variables: Any = None, **more: Any) -> Attack:
    """A document in a body that is just allowed."""
    body = json.dumps({"query": text, "variables": variables or {}, **more}, ensure_ascii=False).encode()
    assert len(body) <= BYTES, f"{name} has {len(body)} bytes"
    return Attack(name, body)


def filled(begin: str, part: str, end: str) -> str:
    """As many parts as fit into a body; `{n}` in a part is its number."""
    parts: list[str] = []
    size, number = len(begin) + len(end), 0
    while True:
        text = part.replace("{n}", str(number))
        size += len(json.dumps(text)) - 2
        if size > ROOM:
            return begin + "".join(parts) + end
        parts.append(text)
        number += 1


def times(begin: str, part: str, end: str, count: int) -> str:
    """So many parts."""
    return begin + "".join(part.replace("{n}", str(number)) for number in range(count)) + end


def filtered(filter_: str, variables: str = "") -> str:
    """A query for loans with a filter."""
    return f"query{variables} {{ loans(first: 1, filter: {filter_}) {{ edges {{ cursor }} }} }}"


def nested(depth: int, opening: str, closing: str, inner: str = "") -> str:
    """Brackets in brackets."""
    return opening * depth + inner + closing * depth
