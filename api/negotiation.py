"""Media types: which one an answer has (GraphQL over HTTP's two, by the `Accept` header), and which a body may have.

Clients send few and short headers, the same again and again: what they mean is remembered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Answering:
    """How to answer. `lenient`: the client named application/json, whose readers expect 200 for a refused document."""

    media_type: str
    lenient: bool = False

    @property
    def content_type(self) -> str:
        """The header's value."""
        return f"{self.media_type}; charset=utf-8"


REMEMBERED_BYTES = 256
R = TypeVar("R")


def remembered(meaning: Callable[[str], R]) -> Callable[[bytes], R]:
    """What a header's value means, looked up where it is short and was seen before."""
    known = lru_cache(maxsize=256)(lambda value: meaning(value.decode("latin-1")))

    def look_up(value: bytes) -> R:
        found: R = known(value) if len(value) <= REMEMBERED_BYTES else meaning(value.decode("latin-1"))
        return found

    return look_up


DEFAULT = Answering(JSON)
"""Without an `Accept` header, and for whoever takes anything: plain JSON, with the status that says what happened."""


def negotiate(accept: bytes | None) -> Answering | None:
    """How to answer this `Accept` header; None if no media type of ours is acceptable (406)."""
    return DEFAULT if accept is None else _negotiated(accept)


@remembered
def _negotiated(accept: str) -> Answering | None:
    if not accept.strip():
        return DEFAULT
    wanted = dict(_media_range(part) for part in accept.split(","))
    graphql_json, json = _quality(wanted, GRAPHQL_JSON), _quality(wanted, JSON)
    if GRAPHQL_JSON in wanted and graphql_json > 0 and graphql_json >= json:
        return Answering(GRAPHQL_JSON)
    if json > 0:
        return Answering(JSON, lenient=JSON in wanted)
    return Answering(GRAPHQL_JSON) if graphql_json > 0 else None


def accepts_html(accept: bytes | None) -> bool:
    """Whether a browser asks."""
    return accept is not None and _accepts_html(accept)


@remembered
def _accepts_html(accept: str) -> bool:
    return any(_media_range(part)[0] == "text/html" for part in accept.split(","))


@remembered
def is_json(content_type: str) -> bool:
    """Whether a body is JSON in UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value.strip('" ') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    return media_type == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def accepts_events(accept: bytes | None) -> bool:
    """Whether a stream of events is named."""
    return accept is not None and _accepts_events(accept)


@remembered
def _accepts_events(accept: str) -> bool:
    return any(name == EVENTS and quality > 0 for name, quality in map(_media_range, accept.split(",")))


def _media_range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(wanted: dict[str, float], media_type: str) -> float:
    return next((wanted[name] for name in (media_type, "application/*", "*/*") if name in wanted), 0.0)
