"""What the documentation shows can be asked, set and found."""

import json
import re
from pathlib import Path

import pytest
from graphql import parse, validate
from pydantic import AliasChoices

from domain.ledger.accounts import AccountKind
from domain.shared.settings import Settings
from tests.api.schema.served import SCHEMA

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```graphql\n(.*?)^```", re.MULTILINE | re.DOTALL)
POSTED = re.compile(r"-d\s+'\s*(\{.*?\})\s*'", re.DOTALL)
IN_PYTHON = re.compile(r'"""(subscription.*?)"""', re.DOTALL)


def shown(page: Path) -> list[str]:
    """The GraphQL documents of a page: fenced, in a curl command, in a program."""
    text = page.read_text(encoding="utf-8")
    posted = [body["query"] for body in map(json.loads, POSTED.findall(text)) if "query" in body]
    return [*FENCED.findall(text), *IN_PYTHON.findall(text), *posted]


def test_there_is_something_to_check() -> None:
    assert sum(len(shown(page)) for page in PAGES) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_shown_can_be_asked(page: Path) -> None:
    for document in shown(page):
        assert validate(SCHEMA, parse(document)) == [], document


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        spelled = alias.choices[0] if isinstance(alias, AliasChoices) else f"KALENDS_{name.upper()}"
        assert f"`{spelled}`" in page, spelled


def test_every_account_is_explained() -> None:
    page = (ROOT / "docs" / "how-money-moves.md").read_text(encoding="utf-8")
    assert [kind for kind in AccountKind if f"| {kind} |" not in page] == []
