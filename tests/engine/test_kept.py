"""What is remembered about operations has a bound, whoever asks for how much of it."""

import itertools
from uuid import uuid4

import pytest

from api import params
from api.context import Context
from api.engine import Kept
from api.engine import executor as engine_executor
from api.execution import Executor
from api.schema import schema
from domain.shared.actor import STRANGER

MINE = Context(STRANGER, "192.0.2.1")


def test_the_least_recently_used_make_room() -> None:
    kept = Kept[str, bytes](10, len)
    for name in "abc":
        kept.keep(name, b"123")
    assert kept.get("a") == b"123"
    kept.keep("d", b"1234")
    assert [kept.get(name) for name in "abcd"] == [b"123", None, b"123", b"1234"]
    assert (len(kept), kept.weight) == (3, 10)


def test_a_value_in_place_of_another_weighs_once() -> None:
    kept = Kept[str, bytes](10, len)
    kept.keep("a", b"123456")
    kept.keep("a", b"1234567")
    assert (len(kept), kept.weight) == (1, 7)


def test_what_is_too_heavy_alone_is_not_kept() -> None:
    kept = Kept[str, bytes](10, len)
    kept.keep("a", b"123")
    kept.keep("b", b"12345678901")
    assert (kept.get("a"), kept.get("b"), kept.weight) == (None, None, 0)


def test_there_is_a_bound_of_values_too() -> None:
    kept = Kept[int, str](1_000, len, count=2)
    for number in range(3):
        kept.keep(number, "x")
    assert [kept.get(number) for number in range(3)] == [None, "x", "x"]


def test_values_that_grow_are_weighed_again() -> None:
    kept = Kept[str, list[int]](10, len)
    growing = [1]
    kept.keep("a", growing)
    kept.keep("b", [1, 2, 3])
    growing.extend(range(8))
    assert kept.get("a") == growing and kept.get("b") is None


async def test_variables_that_mean_nothing_do_not_make_answers_be_kept_twice() -> None:
    executor = Executor(schema)
    for _ in range(5):
        asked = {"query": "{ __schema { types { name } } }", "variables": {uuid4().hex: uuid4().hex}}
        await executor.execute(executor.prepare(params.of(asked), MINE), MINE)
    assert len(executor._engine._introspected) == 1


@pytest.mark.parametrize("through", ["documents", "conditions"])
async def test_plans_are_kept_by_what_they_weigh(through: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_executor, "MOST_PLANNED", 60)
    executor = Executor(schema)
    fragments = "... on Loan { id grade } ... on Bid { id status }"
    roots = " ".join(f'a{n}: node(id: "x") @skip(if: $s{n}) {{ {fragments} }}' for n in range(4))
    declared = ", ".join(f"$s{n}: Boolean!" for n in range(4))
    query = f"query({declared}) {{ {roots} __typename }}"
    for number, skipped in enumerate(itertools.product((True, False), repeat=4)):
        text = f"# {number if through == 'documents' else ''}\n{query}"
        asked = {"query": text, "variables": {f"s{n}": value for n, value in enumerate(skipped)}}
        await executor.execute(executor.prepare(params.of(asked), MINE), MINE)
    assert 1 < len(executor._engine._plans) < 16
    assert executor._engine._plans.weight <= 60
