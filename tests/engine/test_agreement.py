"""Both executors give the same bytes and the same errors, for whoever asks."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import ExecutionResult, OperationDefinitionNode, parse, validate

from api.engine import Executor, Operation
from api.scalars import WIRES
from domain.shared import db
from tests.engine.conftest import VIEWERS
from tests.engine.library import Context, make_schema

SCHEMA = make_schema()
AUTHOR, BOOK = f"author_{UUID(int=9)}", f"book_{UUID(int=1180)}"
HIDDEN = f"author_{UUID(int=3)}"
COMPILED = {
    "scalars": "{ books(first: 5) { edges { node { id title kind tags printedAt note } } } }",
    "null composites": "{ books(first: 100) { edges { node { price { amount currency } } } } }",
    "composite aliases": "{ books { edges { node { a: price { b: amount __typename c: amount } } } } }",
    "only a typename of a composite": "{ books(first: 100) { edges { node { price { __typename } } } } }",
    "to-one": "{ books(first: 100) { edges { node { title author { name initial born } } } } }",
    "to-one twice": "{ books { edges { node { a: author { name } b: author { id mentor { id mentor { name } } } } } } }",
    "to-many": "{ books(first: 7) { edges { node { author { books(first: 3) { edges { node { id } } pageInfo { hasNextPage } } } } } } }",
    "cursors": "{ books(first: 3) { edges { cursor node { id } } pageInfo { endCursor hasNextPage } } }",
    "where a page begins": (
        "{ books(first: 3) { edges { node { id } } pageInfo { startCursor hasPreviousPage s: startCursor endCursor } } }"
    ),
    "a page with nothing in it": (
        f'{{ author(id: "{AUTHOR}") {{ books(kind: ATLAS, first: 9) {{ pageInfo {{ startCursor endCursor }} '
        "edges { cursor } } } }"
    ),
    "no nodes": "{ books(first: 3) { pageInfo { endCursor } __typename edges { __typename } } }",
    "many with a condition": (
        f'{{ author(id: "{AUTHOR}") {{ novels: books(kind: NOVEL) {{ edges {{ node {{ kind }} }} }} books(first: 1) {{ '
        f"edges {{ node {{ id }} }} }} }} }}"
    ),
    "a resolver of the object": '{ books(first: 4) { edges { node { author { greeting(word: "Hi") bookCount name } } } } }',
    "a resolver and pages": (
        "{ books(first: 9) { edges { node { author { bookCount books(first: 2) { edges { cursor node { author { "
        "bookCount } } } } } } } } }"
    ),
    "every": "{ books(first: 30) { edges { node { author { pupils { name mentor { name } pupils { id } } } } } } }",
    "every of an object": f'{{ author(id: "{AUTHOR}") {{ bookCount pupils {{ name bookCount }} mentor {{ pupils {{ name }} }} }} }}',
    "hidden": f'{{ author(id: "{HIDDEN}") {{ name }} }}',
    "interface": (
        f'{{ things(ids: ["{AUTHOR}", "{BOOK}", "{HIDDEN}", "{BOOK}"]) {{ __typename id ... on Author {{ name mentor {{ '
        f"name }} }} ... on Book {{ title author {{ name }} }} }} }}"
    ),
    "union": (
        f'{{ a: found(id: "x") {{ __typename ... on Missing {{ id reason }} }} b: found(id: "{BOOK}") {{ ... on Book {{ '
        f"title }} __typename }} }}"
    ),
    "lists in lists": "{ matrix }",
    "order of keys": "{ books(first: 2) { pageInfo { hasNextPage } edges { node { title ...F id kind } } } } fragment F on Book { kind tags title }",
    "merged": (
        "{ books(first: 2) { edges { node { author { name } } } ...E } } fragment E on BookConnection { edges { node { "
        "author { id } title } } }"
    ),
    "variables": "query ($n: Int = 2, $k: Kind) { books(first: $n, kind: $k) { edges { node { title } } } }",
    "skip": (
        "query ($no: Boolean = false, $yes: Boolean = true) { books(first: 2) { edges { node { id @skip(if: $yes) "
        "title @include(if: $no) kind ... @include(if: $yes) { tags } } } } }"
    ),
    "literal skip": "{ books(first: 2) { edges { node { id @skip(if: true) title @include(if: true) } } } }",
    "nothing left": "{ books(first: 1) @skip(if: true) { __typename } }",
    "typename": "{ __typename a: __typename }",
    "mutation": (
        f'mutation {{ a: count {{ count book {{ id }} }} b: count(bookId: "{BOOK}") {{ count book {{ title author {{ '
        f"name }} }} __typename }} }}"
    ),
}
BY_CORE = {
    "bad first": "{ books(first: 0) { edges { node { id } } } }",
    "bad cursor": '{ books(after: "nonsense") { edges { node { id } } } }',
    "null where nothing may be null": "{ nothing matrix }",
    "an error in a field": '{ found(id: "x", fails: true) { ... on Missing { id reason } } matrix }',
    "nodes in two places": "{ books(first: 2) { a: edges { node { id } } b: edges { node { title } } } }",
    "a mutation that fails": "mutation { a: count { count } b: refuse { count } c: count { count } }",
    "a payload that fails": "mutation { a: count { count broken } b: count { count } }",
    "bad variable": "query ($n: Int!) { books(first: $n) { edges { node { id } } } }",
}


async def answer(text: str, who: str, *, compiled: bool) -> tuple[bytes, list[Any], Executor, Context]:
    """The data as bytes and the errors as a client sees them."""
    document = parse(text)
    assert not validate(SCHEMA._schema, document)
    (node,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    executor, context = Executor(SCHEMA, WIRES, db.records, compiled=compiled), Context(VIEWERS[who])
    result = await executor.execute(Operation(document, node), {}, context)
    return *told(result), executor, context


def told(result: bytes | ExecutionResult) -> tuple[bytes, list[Any]]:
    """The data as bytes and the errors as a client sees them."""
    if isinstance(result, bytes):
        return result, []
    return orjson.dumps(result.data), [error.formatted for error in result.errors or ()]


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("name", [*COMPILED, *BY_CORE])
async def test_both_executors_answer_alike(shelf: None, name: str, who: str) -> None:
    text = COMPILED.get(name) or BY_CORE[name]
    data, errors, executor, context = await answer(text, who, compiled=True)
    expected, expected_errors, _, expected_context = await answer(text, who, compiled=False)
    assert data == expected
    assert errors == expected_errors
    assert context.done == expected_context.done
    assert (executor.answers["compiled"] == 1) is (name in COMPILED), executor.answers


async def test_a_page_goes_on_behind_its_cursor(shelf: None) -> None:
    seen: list[str] = []
    after = "null"
    while True:
        text = f"{{ books(first: 7, after: {after}) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
        data, errors, executor, _ = await answer(text, "operator", compiled=True)
        assert not errors
        assert executor.answers["compiled"] == 1
        page = orjson.loads(data)["books"]
        assert page["pageInfo"]["hasPreviousPage"] is bool(seen)
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = f'"{page["pageInfo"]["endCursor"]}"'
    assert len(seen) == len(set(seen)) == 46


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("query A($no: Boolean = true) { books(first: 2) { edges { node { id @include(if: $no) } } } }", {"no": None}),
        (
            (
                "query A($x: Boolean) { matrix books(first: 1) @skip(if: true) { __typename } }"
                " query B($x: Boolean!) { books { ...F } } fragment F on BookConnection { edges { node { id @skip(if: $x) } } }"
            ),
            {},
        ),
    ],
)
async def test_conditions_that_are_null_or_of_another_operation(
    shelf: None, text: str, variables: dict[str, Any]
) -> None:
    document = parse(text)
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    answers = []
    for compiled in (True, False):
        executor = Executor(SCHEMA, WIRES, db.records, compiled=compiled)
        result = await executor.execute(Operation(document, node), variables, Context())
        answers.append(told(result))
    assert answers[0] == answers[1]
