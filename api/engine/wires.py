"""How values go over the wire: as JSON text, written once and never parsed again on our side."""

from collections.abc import Callable
from dataclasses import dataclass
from json import encoder
from typing import Any

import orjson

NULL = "null"
"""No other value has this text: the string has its quotes."""

quoted: Callable[[str], str] = encoder.encode_basestring
"""A string as JSON, with the same escapes as orjson's."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How a value goes over the wire.

    `sql` makes of a column's expression `{0}` what is read, `show` of what was read its JSON text; without `show` it is
    text that needs no escaping, and is put into quotes. Nulls never come so far.
    """

    sql: str = "{0}"
    show: Callable[..., str] | None = None


def json_text(value: Any) -> str:
    """The JSON text of anything that JSON has. Raises `TypeError` for the rest."""
    if type(value) is str:
        return quoted(value)
    if value is None:
        return NULL
    return orjson.dumps(value).decode()


def boolean(value: bool) -> str:
    """The JSON text of a boolean."""
    return "true" if value else "false"


PLAIN = {
    "String": Wire(show=quoted),
    "Int": Wire(show=int.__repr__),
    "Boolean": Wire(show=boolean),
}
"""The scalars of the specification, but for `ID`, which has a prefix, and `Float`, which orjson writes like any other value."""
OTHER = Wire(show=json_text)
TEXT = Wire()
UUID_TEXT = Wire("{0}::text")
"""PostgreSQL writes a UUID sooner than a driver makes an object of it that writes itself."""
