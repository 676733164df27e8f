"""The numbers of docs/limits.md are those of the code, and none is missing."""

import importlib
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from api.shape import Shape
from api.sizes import Sizes
from domain.shared.settings import Settings
from tests.api.schema.served import SCHEMA
from tests.docs.pages import DOCS, blocks

PAGE = (DOCS / "limits.md").read_text(encoding="utf-8")
ROOT = DOCS.parent
ROW = re.compile(r"^\| (?P<what>.+?) \| (?P<told>.+?) \| `(?P<where>[\w.]+)` \|$", re.MULTILINE)
ROWS = [(row["what"], row["told"], row["where"]) for row in ROW.finditer(PAGE)]
UNITS = {"KiB": 1024, "MiB": 1024 * 1024}
IN_MINOR = "in yuan"
NAMES = re.compile(r"^(?:MAX|MOST)_\w+(?= *=)", re.MULTILINE)
INTERNAL = {
    "api.bearer": {"MOST_KNOWN"},  # how much is remembered
    "api.context": {"MOST_KEYS"},  # of one statement
    "api.documents": {"MAX_DOCUMENTS", "MAX_BYTES", "MAX_PRICES"},
    "api.main": {"MOST_FILES"},
    "api.rate": {"MOST_SUBJECTS"},
    "api.engine.executor": {"MOST_DECIDING", "MOST_INTROSPECTED", "MOST_PLANNED"},
    "api.engine.statements": {"MOST_TEXTS"},
    "api.engine.variables": {"MOST_INT"},  # GraphQL's own
    "api.messages": {"MAX_REASON_BYTES"},  # the protocol's own
    "api.lending.servicing": {"MOST_DAYS_AHEAD"},  # in the descriptions of their fields
    "api.lending.servicing_me": {"MOST_DAYS"},
}
"""Limits that no client meets, or that are told elsewhere."""


def value(where: str) -> Any:
    """What a name of the third column stands for: a constant, a setting's default, a value of a profile."""
    owner, _, name = where.rpartition(".")
    if where.startswith("CN_2016."):
        found: Any = json.loads((ROOT / "domain/shared/profiles/CN_2016.json").read_text(encoding="utf-8"))
        for key in where.split(".")[1:]:
            found = found[key]
        return found
    if owner.endswith(".Settings"):
        return Settings.model_fields[name].default
    return getattr(importlib.import_module(owner), name)


def number(told: str) -> Decimal:
    """The number at the beginning of a cell, in single units."""
    figure, _, unit = told.partition(" ")
    return Decimal(figure.replace(",", "")) * UNITS.get(unit, 1)


def rates(setting: str) -> str:
    """Limits like `10/minute;30/hour`, in words."""
    amounts = (each.split("/") for each in setting.split(";"))
    return ", ".join(f"{int(amount):,} {'an' if unit == 'hour' else 'a'} {unit}" for amount, unit in amounts)


@pytest.mark.parametrize(("what", "told", "where"), ROWS, ids=[where for _, _, where in ROWS])
def test_a_number_is_the_one_in_the_code(what: str, told: str, where: str) -> None:
    found = value(where)
    if isinstance(found, str):
        assert told == rates(found)
        return
    meant = Decimal(str(found))
    if IN_MINOR in what:
        meant /= 100
    if where.endswith("_ppm"):
        meant /= 1_000_000
    assert number(told) == meant


def test_every_row_is_understood() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert len(rows) == len(ROWS) > 40


def test_no_limit_of_the_api_is_missing() -> None:
    told = {where for _, _, where in ROWS}
    missing = set()
    for module in (ROOT / "api").rglob("*.py"):
        name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        limits = set(NAMES.findall(module.read_text(encoding="utf-8"))) - INTERNAL.get(name, set())
        missing |= {f"{name}.{limit}" for limit in limits} - told
    assert missing == set(), "name them in docs/limits.md, or here as INTERNAL"


def test_operations_cost_what_the_page_says() -> None:
    shown = [block for block in blocks("limits.md") if block.language == "graphql"]
    assert len(shown) == 3
    for block in shown:
        document = parse(block.text)
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name
        cost = Shape(SCHEMA, document, operation, Sizes(SCHEMA, operation, {})).cost
        assert operation.name.value == f"Costs{cost}"
        assert f"cost{'s' if cost <= 50_000 else ''} {cost:,}" in PAGE
