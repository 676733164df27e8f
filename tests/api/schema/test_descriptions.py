"""Everything in the schema says what it is, with limits in numbers."""

import re
from pathlib import Path

from graphql import GraphQLEnumType, get_named_type, get_nullable_type, is_list_type

from api.schema import schema
from tests.api.schema.served import described, input_fields, output_fields

COMMITTED = Path(__file__).resolve().parents[3] / "schema.graphql"
LIMIT = re.compile(r"[0-9]|`")
"""A number, or the name of the field from which the value is taken."""


def test_everything_says_what_it_is() -> None:
    assert [name for name, text in described() if not (text or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    written = {name: text.strip() for name, text in described() if text}
    assert {name: text for name, text in written.items() if text[-1] not in '.?!)`"' or text[0].islower()} == {}


def test_texts_and_lists_that_are_given_have_a_limit() -> None:
    unlimited = [
        f"{name}: {field.description}"
        for name, field in input_fields()
        if (get_named_type(field.type).name == "String" or is_list_type(get_nullable_type(field.type)))
        and not isinstance(get_named_type(field.type), GraphQLEnumType)
        and not LIMIT.search(field.description or "")
    ]
    assert unlimited == []


def test_pages_say_how_long_they_may_be() -> None:
    pages = {name: field for name, field in output_fields() if get_named_type(field.type).name.endswith("Connection")}
    assert len(pages) > 10
    for name, field in pages.items():
        first, after = field.args["first"], field.args["after"]
        assert (str(first.type), str(after.type)) == ("Int!", "String"), name
        assert first.description == "How many, 1 to 100.", name


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text(encoding="utf-8").rstrip() == schema.as_str().rstrip(), "run `make schema`"
