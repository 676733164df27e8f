"""What a GraphQL request consists of, and nothing else: the parameters in a JSON body, a URL or a WebSocket message."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from graphql import GraphQLError

from api import limits
from api.errors import Code, top_level

MAX_URL_PARAMETERS = 20
MAX_VALUES = 5_000
"""In the JSON of a request: each is checked against a type, perhaps twice, and may be an error."""
FEW_BYTES = 2 * MAX_VALUES
"""A shorter text cannot hold more."""


@dataclass(frozen=True)
class Params:
    """The parameters of one request. `document_id`: of a trusted document, whose text `query` then does not have."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    document_id: str | None = None
    shows_cost: bool = False
    """Whether the answer is to say what it cost, in its `extensions`."""


def decode(data: bytes | str) -> Any:
    """JSON without NUL characters, which no text in the database could hold. Raises the error BAD_REQUEST."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"The request is not JSON: {error.msg}.") from error
    if len(data) > FEW_BYTES:
        _check_size(value)
    escaped = b"\\u0000" in data if isinstance(data, bytes) else "\\u0000" in data
    if escaped and _has_nul(value):
        raise bad_request("Text must not contain NUL characters.")
    return value


def of(source: Any) -> Params:
    """The parameters of decoded JSON. Raises the error BAD_REQUEST; unknown members are ignored."""
    if not isinstance(source, Mapping):
        raise bad_request("A request is a JSON object with `query`, and perhaps `variables` and `operationName`.")
    query = source.get("query")
    variables = source.get("variables")
    operation_name = source.get("operationName")
    extensions = source.get("extensions")
    document_id = None
    if query is None or query == "":
        document_id = _document_id(source.get("documentId"), extensions)
    if not isinstance(query, str) and (query is not None or document_id is None):
        raise bad_request("`query` must be a GraphQL document in a string.")
    if not isinstance(variables, dict | None):
        raise bad_request("`variables` must be an object or null.")
    if not isinstance(operation_name, str | None):
        raise bad_request("`operationName` must be a string or null.")
    if not isinstance(extensions, dict | None):
        raise bad_request("`extensions` must be an object or null.")
    shows_cost = extensions is not None and extensions.get("cost") is True
    return Params(query or "", variables or {}, operation_name or None, document_id, shows_cost)


def _document_id(given: Any, extensions: Any) -> str | None:
    """The id of a trusted document, by either of the names that clients have for it."""
    if given is None and isinstance(extensions, dict) and isinstance(extensions.get("persistedQuery"), dict):
        given = extensions["persistedQuery"].get("sha256Hash")
    if not isinstance(given, str | None):
        raise bad_request("`documentId` must be a string.")
    return given


def of_url(query_string: bytes) -> Params:
    """The parameters of a URL, `variables` and `extensions` as JSON. Raises the error BAD_REQUEST."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_URL_PARAMETERS
        )
    except ValueError as error:
        raise bad_request("The query string is not URL-encoded UTF-8, or has too many parameters.") from error
    given: dict[str, Any] = dict(pairs)
    if any("\0" in value for value in given.values()):
        raise bad_request("Text must not contain NUL characters.")
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = decode(given[name])
        else:
            given.pop(name, None)
    return of(given)


def bad_request(message: str) -> GraphQLError:
    """The top-level error of a request that is not well-formed."""
    return top_level(Code.BAD_REQUEST, message)


def _check_size(value: Any) -> None:
    count = sum(1 for _ in _inside(value))
    if count > MAX_VALUES:
        raise limits.exceeded("values of variables", MAX_VALUES, count)


def _has_nul(value: Any) -> bool:
    return any(isinstance(inner, str) and "\0" in inner for inner in _inside(value))


def _inside(value: Any) -> Iterator[Any]:
    """A value, and all that is in it, names included."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        yield inner
        if isinstance(inner, dict):
            waiting.extend(inner)
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)
