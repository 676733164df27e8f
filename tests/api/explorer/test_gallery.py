"""The examples say what the schema says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "web" / "explorer" / "src" / "examples"
SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
GALLERY = json.loads((EXAMPLES / "gallery.json").read_text())
LISTED = [name for group in GALLERY["groups"] for name in group["examples"]]
COMPUTED = {"key", "inAWeek", "inAMonth"}
"""What `gallery.ts` makes itself."""


def test_every_example_is_shown_once() -> None:
    assert sorted(LISTED) == sorted(path.stem for path in EXAMPLES.glob("*.graphql"))


@pytest.mark.parametrize("name", LISTED)
def test_an_example_is_one_valid_operation_with_a_title_and_variables(name: str) -> None:
    text = (EXAMPLES / f"{name}.graphql").read_text()
    document = parse(text)
    assert validate(SCHEMA, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert re.match(r"# [A-Z]", text)
    given = get_variable_values(SCHEMA, operation.variable_definitions or (), variables(name))
    assert not isinstance(given, list), given


@pytest.mark.parametrize("name", GALLERY["lookups"])
def test_what_is_looked_up_can_be_asked_for(name: str) -> None:
    lookup = GALLERY["lookups"][name]
    assert validate(SCHEMA, parse(lookup["query"])) == []
    assert lookup.get("otherwise", name) in GALLERY["lookups"]


def variables(name: str) -> dict[str, Any]:
    """The variables of an example; every placeholder in them must be known."""
    path = EXAMPLES / f"{name}.json"
    text = path.read_text() if path.exists() else "{}"
    assert set(re.findall(r'"\{(\w+)\}"', text)) <= COMPUTED | set(GALLERY["lookups"])
    given: dict[str, Any] = json.loads(text)
    return given
