"""Which media type an answer has: GraphQL over HTTP's two, chosen by the `Accept` header."""

from dataclasses import dataclass
from functools import lru_cache

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
"""Clients send few and short headers, the same again and again."""

DEFAULT = Answering(JSON)
"""Without an `Accept` header, and for whoever takes anything: plain JSON, with the status that says what happened."""


def negotiate(accept: str | None) -> Answering | None:
    """How to answer this `Accept` header; None if no media type of ours is acceptable (406)."""
    if accept is None or not accept.strip():
        return DEFAULT
    return _remembered(accept) if len(accept) <= REMEMBERED_BYTES else _negotiated(accept)


def _negotiated(accept: str) -> Answering | None:
    wanted = dict(_media_range(part) for part in accept.split(","))
    graphql_json, json = _quality(wanted, GRAPHQL_JSON), _quality(wanted, JSON)
    if GRAPHQL_JSON in wanted and graphql_json > 0 and graphql_json >= json:
        return Answering(GRAPHQL_JSON)
    if json > 0:
        return Answering(JSON, lenient=JSON in wanted)
    return Answering(GRAPHQL_JSON) if graphql_json > 0 else None


_remembered = lru_cache(maxsize=256)(_negotiated)


def accepts_html(accept: str | None) -> bool:
    """Whether a browser asks."""
    return accept is not None and any(_media_range(part)[0] == "text/html" for part in accept.split(","))


def accepts_events(accept: str | None) -> bool:
    """Whether a stream of events is named."""
    if accept is None or "event-stream" not in accept:
        return False
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
