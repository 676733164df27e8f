"""What messages say: subjects and texts by template and language, as data in `data/templates.json`.

A language that lacks a template is written to in English. What {name}, {token} and {reset_token} stand for is known when it is sent.
A mail to an address that nobody has confirmed shows no {name}: strangers would read there what somebody else typed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter

FALLBACK = "EN"
MADE_WHEN_SENT = frozenset({"name", "token", "reset_token"})


@dataclass(frozen=True)
class Template:
    """A subject and a text with {facts} in braces."""

    subject: str
    text: str

    @property
    def facts(self) -> frozenset[str]:
        """The names of the facts it shows."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.subject + self.text) if name)


@cache
def templates() -> Mapping[tuple[str, str], Template]:
    """All templates by (name, language)."""
    data = json.loads((resources.files("domain.notifications") / "data" / "templates.json").read_text("utf-8"))
    return {
        (name, locale): Template(texts["subject"], "\n".join(texts["text"]))
        for name, locales in data.items()
        for locale, texts in locales.items()
    }


def check(name: str, facts: Mapping[str, object]) -> None:
    """Assert that a template exists and that the facts are those it shows."""
    template = templates().get((name, FALLBACK))
    assert template is not None, f"there is no template {name}"
    assert template.facts - MADE_WHEN_SENT == facts.keys(), f"{name} shows {sorted(template.facts - MADE_WHEN_SENT)}"
