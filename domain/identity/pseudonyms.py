"""Names that strangers see: readable, unique, and without a link to the person."""

import secrets
from functools import cache
from importlib import resources


@cache
def words(name: str) -> list[str]:
    """One of the lists of words in `data/`."""
    return (resources.files("domain.identity") / "data" / f"pseudonym_{name}.txt").read_text().split()


def candidates(count: int = 8) -> list[str]:
    """Fresh pseudonyms like `quiet-heron-48213`, to take the first that nobody has; over a billion are possible."""
    adjectives, nouns = words("adjectives"), words("nouns")
    return [
        f"{secrets.choice(adjectives)}-{secrets.choice(nouns)}-{10_000 + secrets.randbelow(90_000)}"
        for _ in range(count)
    ]
