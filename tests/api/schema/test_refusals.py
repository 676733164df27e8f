"""Each refusal of the domain is a type of the schema, with its facts, and each such type is a refusal of the domain."""

import importlib
import pkgutil
import re
from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from graphql import GraphQLNonNull
from pydantic import TypeAdapter

import domain
from api import errors as shown
from domain.shared import errors
from domain.shared.errors import DomainError
from domain.shared.money import Money
from tests.api.schema.served import UNIONS, refusals

NEVER_ON_THE_WIRE = {"DocumentChanged"}
"""Refused to whoever publishes documents from the command line."""
EXAMPLES: dict[object, object] = {
    str: "an example",
    int: 7,
    UUID: UUID(int=1),
    Money: Money(100, "CNY"),
    datetime: datetime(2025, 1, 6, 1, tzinfo=UTC),
    list[str]: ["AN_EXAMPLE"],
    list[int]: [3, 6],
    list[UUID]: [UUID(int=2)],
}
"""A value for each kind of fact."""


def domain_errors() -> dict[str, type[DomainError]]:
    """Every refusal that a module of the domain declares."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    return {error.__name__: error for error in DomainError.__subclasses__() if error.__module__.startswith("domain.")}


ERRORS = domain_errors()


def example(error: type[DomainError]) -> DomainError:
    """A refusal with some value for each fact; the path is about the whole request."""
    kinds = {
        name: kind for name, kind in get_type_hints(error).items() if name in {fact.name for fact in fields(error)}
    }
    facts: dict[str, Any] = {name: EXAMPLES[kind_of(kind)] for name, kind in kinds.items() if name != "path"}
    return error(**facts)


def kind_of(annotation: object) -> object:
    """The kind of an optional fact is that of its value."""
    if get_origin(annotation) in (UnionType, Union):
        return next(kind for kind in get_args(annotation) if kind is not NoneType)
    return annotation


def test_every_refusal_has_a_type_and_every_type_a_refusal() -> None:
    assert refusals().keys() == ERRORS.keys() - NEVER_ON_THE_WIRE


def test_every_refusal_is_the_answer_to_something() -> None:
    answered = {member.name for union in UNIONS.values() for member in union.types}
    assert refusals().keys() - answered == set()


@pytest.mark.parametrize("name", sorted(refusals()))
def test_a_refusal_shows_as_its_type(name: str) -> None:
    refusal = example(ERRORS[name])
    answer = shown.show(refusal)
    assert type(answer).__name__ == name
    assert answer.code == name
    assert answer.message and "{" not in answer.message
    named = re.findall(r"see `(\w+)`", answer.message)
    assert set(named) <= refusals()[name].fields.keys(), "a message sends people to facts that are there"


@pytest.mark.parametrize("name", sorted(refusals()))
def test_what_every_refusal_has_is_never_null(name: str) -> None:
    served = refusals()[name].fields
    for field in ("message", "code", "path"):
        assert isinstance(served[field].type, GraphQLNonNull)
    assert str(served["path"].type) == "[String!]!"


@pytest.mark.parametrize("name", sorted(refusals()))
def test_a_stored_refusal_is_the_same_when_it_is_replayed(name: str) -> None:
    refusal = example(ERRORS[name])
    data = TypeAdapter(dict[str, object]).validate_json(TypeAdapter(dict[str, object]).dump_json(errors.dump(refusal)))
    replayed = errors.load(data)
    assert type(replayed) is type(refusal)
    assert [getattr(replayed, fact.name) for fact in fields(refusal)] == [
        getattr(refusal, fact.name) for fact in fields(refusal)
    ]
