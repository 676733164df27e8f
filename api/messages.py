"""Messages of graphql-transport-ws: what a client may send, checked to the letter."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from api import params
from api.params import Params

PROTOCOL = "graphql-transport-ws"
MAX_ID_LENGTH = 200
MAX_REASON_BYTES = 123


class Close(Exception):
    """The connection ends with this code, which the protocol defines."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


@dataclass(frozen=True)
class Init:
    """connection_init"""

    payload: dict[str, Any]


@dataclass(frozen=True)
class Ping:
    """ping"""

    payload: dict[str, Any] | None


@dataclass(frozen=True)
class Pong:
    """pong"""


@dataclass(frozen=True)
class Subscribe:
    """subscribe"""

    id: str
    params: Params


@dataclass(frozen=True)
class Complete:
    """complete"""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def read(text: str | None) -> Message:
    """The message in a text frame; None stands for a binary one. Raises `Close` with 4400 for anything else."""
    if text is None:
        raise Close(4400, "Messages are text")
    try:
        return _read(params.decode(text))
    except GraphQLError as error:
        raise Close(4400, error.message) from error


def _read(message: Any) -> Message:
    if not isinstance(message, dict):
        raise Close(4400, "A message is a JSON object")
    payload = message.get("payload")
    match message.get("type"):
        case "connection_init":
            return Init(_object(payload) or {})
        case "ping":
            return Ping(_object(payload))
        case "pong":
            _object(payload)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), params.of(payload))
        case "complete":
            return Complete(_id(message))
    raise Close(4400, "Unknown message type")


def _object(payload: Any) -> dict[str, Any] | None:
    if not isinstance(payload, dict | None):
        raise Close(4400, "`payload` must be an object")
    return payload


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= MAX_ID_LENGTH:
        raise Close(4400, f"`id` must be a string of 1 to {MAX_ID_LENGTH} characters")
    return id_
