"""Every error has a cause and a remedy, and what they name exists."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from api.errors import Code
from scripts.site.errors_page import entries, page
from tests.api.schema.served import TYPES, refusals

API = Path(__file__).resolve().parents[2] / "api"
TOLD = entries()
CODE = re.compile(r"`([A-Za-z]\w*)(?:\(|\.|`)")
"""A name in backticks: of a type, a field, a value; of a path its first part."""
PROTOCOLS = {
    "Authorization", "Kalends", "Origin",
    "Retry", "Accept", "POST", "extensions", "errorId", "retryAfterMs", "locations", "path", "maximum", "actual",
    "limit", "application", "content", "graphql", "connection_init", "connection_ack", "false", "query",
}  # fmt: skip
"""Names that are none of the schema's: headers, the members of top-level errors, messages of protocols."""


def raised(pattern: str) -> set[str]:
    """What a pattern finds in the modules of the API."""
    return {found for module in API.glob("*.py") for found in re.findall(pattern, module.read_text(encoding="utf-8"))}


def names() -> set[str]:
    """Everything in the schema that can be named."""
    found = set(TYPES)
    for named in TYPES.values():
        match named:
            case GraphQLObjectType() | GraphQLInterfaceType():
                found |= named.fields.keys()
                found |= {argument for field in named.fields.values() for argument in field.args}
            case GraphQLInputObjectType():
                found |= named.fields.keys()
            case GraphQLEnumType():
                found |= named.values.keys()
    return found


def test_every_refusal_is_explained() -> None:
    assert TOLD["refusals"].keys() == refusals().keys()


def test_every_code_is_explained() -> None:
    assert TOLD["codes"].keys() == {code.value for code in Code}


def test_every_status_is_explained() -> None:
    by_the_router = {"404"}
    statuses = raised(r"(?:HTTPRefusal\(|_shaped\(|_respond\(send,)\s*([45]\d{2})")
    assert TOLD["http"].keys() == statuses | by_the_router


def test_every_close_code_is_explained() -> None:
    by_the_server = {"1007", "1009", "1011", "1012"}
    assert TOLD["websocket"].keys() == raised(r"\bClose\((\d{4})") | by_the_server


@pytest.mark.parametrize("kind", sorted(TOLD))
def test_causes_and_remedies_are_sentences_about_what_exists(kind: str) -> None:
    known = names() | PROTOCOLS | TOLD["codes"].keys()
    for name, told in TOLD[kind].items():
        assert told.keys() == {"cause", "remedy"}, name
        for text in told.values():
            assert text[0].isupper() or text[0] == "`", (name, text)
            assert text.endswith("."), (name, text)
            assert set(CODE.findall(text)) - known == set(), name


def test_the_page_shows_all_of_them() -> None:
    text = page()
    for kind in TOLD.values():
        for name, told in kind.items():
            assert name in text
            assert told["cause"] in text
            assert told["remedy"] in text
