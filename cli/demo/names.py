"""Names for people and firms that do not exist."""

import json
from functools import cache
from importlib import resources
from random import Random


def person(draw: Random) -> str:
    """A person's name, family name last."""
    return f"{_one(draw, 'given')} {_one(draw, 'surnames')}"


def firm(draw: Random) -> str:
    """A small firm's name."""
    return f"{_one(draw, 'places')} {_one(draw, 'surnames')} {_one(draw, 'trades')} Co., Ltd."


def fund(draw: Random) -> str:
    """The name of an organisation that lends."""
    return f"{_one(draw, 'funds')} {_one(draw, 'places')} Investment Ltd."


def address(name: str, number: int) -> str:
    """An e-mail address that is nobody's, unique by its number."""
    letters = "".join(letter if letter.isalnum() else "." for letter in name.lower()).strip(".")
    while ".." in letters:
        letters = letters.replace("..", ".")
    return f"{letters}.{number}@example.com"


def _one(draw: Random, of: str) -> str:
    return draw.choice(_names()[of])


@cache
def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = json.loads((resources.files("cli.demo") / "data" / "names.json").read_text())
    return names
