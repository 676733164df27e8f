"""Limits: what is too much is a 400 that names the limit, before anything costs time."""

from typing import Any

import pytest
from graphql import get_introspection_query

from tests.api.edge.conftest import GRAPHQL_JSON, Edge

PAGE = "page(first: 100) { edges { node { "


def chained(count: int, times: int = 2) -> str:
    """Fragments of which each spreads the next twice: 2^count fields from a few lines."""
    links = [f"fragment F{i} on Query {{ {f'...F{i + 1} ' * times} }}" for i in range(count)]
    return "{ ...F0 } " + " ".join(links) + f" fragment F{count} on Query {{ hello }}"


TOO_MUCH: dict[str, tuple[str, str]] = {
    "5,000 equal fields": ("{ " + "hello " * 5_000 + "}", "tokens"),
    "1,001 fields": ("{ again { " + "hello " * 1_001 + "} }", "fields"),
    "5,000 aliases": ("{ " + " ".join(f"a{i}: hello" for i in range(5_000)) + " }", "tokens"),
    "101 aliases": ("{ " + " ".join(f"a{i}: hello" for i in range(101)) + " }", "aliases"),
    "22 chained fragments": (chained(22), "fields"),
    "49 chained fragments": (chained(49), "fields"),
    "51 fragments": (chained(50, 1), "fragments"),
    "empty chained fragments": (chained(22).replace("{ hello }", "{ }"), "spreads"),
    "1,001 inline fragments": ("{ " + "... { __typename } " * 950 + "... { hello } " * 51 + "}", "fields"),
    "nested inline fragments": ("{ hello " + "... { }" * 1_001 + "}", "spreads"),
    "16 deep": ("{ " + "again { " * 15 + "hello" + " }" * 15 + " }", "depth"),
    "16 deep by fragments": (
        "{ ...A } fragment A on Query { " + "again { " * 8 + "...B" + " }" * 8 + " }"
        "fragment B on Query { " + "again { " * 8 + "hello" + " }" * 8 + " }",
        "depth",
    ),
    "21 root fields": ("{ " + "hello " * 21 + "}", "root fields"),
    "repeats": ("{ again { " + "hello " * 101 + "} }", "repeats of a field"),
    "merged repeats": ("{ again { " + "again { hello hello hello hello hello } " * 30 + "} }", "repeats of a field"),
    "101 directives": ("{ again { " + "hello @include(if: true) " * 101 + "} }", "directives"),
    "1,001 comments": ("{ hello }" + "\n#" * 1_001, "comments"),
    "deep introspection": ("{ __schema { types { " + "ofType { " * 20 + "name" + " }" * 23, "introspection depth"),
    "51 operations": (" ".join(f"query Q{i} {{ hello }}" for i in range(51)), "operations"),
    "101 variables": ("query(" + " ".join(f"$v{i}: Int" for i in range(101)) + ") { hello }", "variables"),
    "501 arguments": ("{ echo(" + "text: null " * 501 + ") }", "arguments"),
    "501 values": ("{ lists(values: [" + "[1] " * 251 + "]) }", "values"),
    "501 values in a default": ("query($v: [[Int!]!]! = [" + "[1] " * 251 + "]) { lists(values: $v) }", "values"),
    "501 fields of an input": ("{ echo(text: {" + "a: 1 " * 501 + "}) }", "values"),
    "directives of variables": ("query($v: Int " + "@x " * 101 + ") { echo(number: $v) }", "directives"),
    "three descriptions of the schema": (
        "{ " + " ".join(f"s{i}: __schema {{ description }}" for i in range(3)) + " }", "descriptions of the schema"
    ),
    "pages of pages": ("{ " + PAGE * 3 + "hello" + " } } }" * 3 + " }", "cost"),
    "pages of pages of lists": ("{ " + PAGE * 2 + "many { hello }" + " } } }" * 2 + " }", "cost"),
}  # fmt: skip


@pytest.mark.parametrize(("query", "limit"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
async def test_too_much_is_refused_by_name(edge: Edge, query: str, limit: str) -> None:
    for accept in (GRAPHQL_JSON, "application/json"):
        answer = await edge.post(query, accept)
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        facts = error["extensions"]
        assert (facts["code"], facts["limit"]) == ("LIMIT_EXCEEDED", limit)
        assert facts["actual"] > facts["maximum"]
        assert f"{facts['maximum']:,}" in error["message"]
        assert "data" not in answer.json()


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(),
        get_introspection_query(input_value_deprecation=True, specified_by_url=True, schema_description=True),
        "{ " + "again { " * 14 + "hello" + " }" * 14 + " }",
        "{ again { " + "hello " * 100 + "} }",
        "{ " + " ".join(f"a{i}: hello" for i in range(20)) + " }",
        "{ " + PAGE + PAGE + "hello } } } } } } }",
        "{ " + "... { " * 190 + "hello" + " }" * 190 + " }",
        chained(49, 1),
    ],
)
async def test_what_is_within_the_limits_passes(edge: Edge, query: str) -> None:
    answer = await edge.post(query)
    assert answer.status_code == 200
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    ("query", "variables", "passes"),
    [
        ("query($n: Int!) { %s }", {"n": 10}, True),
        ("query($n: Int!) { %s }", {"n": 100}, False),
        ("query($n: Int! = 100) { %s }", {}, False),
        ("query($n: Int! = 100) { %s }", {"n": 10}, True),
        ("query($n: Int! = 10) { %s }", {}, True),
    ],
)
async def test_the_cost_counts_the_page_sizes_that_variables_give(
    edge: Edge, query: str, variables: dict[str, Any], passes: bool
) -> None:
    pages = PAGE.replace("100", "$n") * 3 + "hello" + " } } }" * 3
    for _ in range(2):
        answer = await edge.post(query % pages, variables=variables)
        assert answer.status_code == (200 if passes else 400)


@pytest.mark.parametrize(("count", "passes"), [(1, True), (100, False)])
async def test_the_cost_counts_the_elements_of_lists(edge: Edge, count: int, passes: bool) -> None:
    inside = "page(first: 100) { edges { node { again { again { hello me } } } } }"
    ids = [str(number) for number in range(count)]
    by_variable = await edge.post("query($i: [ID!]!) { nodes(ids: $i) { %s } }" % inside, variables={"i": ids})  # noqa: UP031 - braces
    literal = await edge.post('{ nodes(ids: ["%s"]) { %s } }' % ('","'.join(ids), inside))  # noqa: UP031 - braces
    assert by_variable.status_code == literal.status_code == (200 if passes else 400)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "within itself"),
        ("{ ...A } fragment A on Query { ...A }", "within itself"),
        ("{ hello } fragment A on Query { hello }", "never used"),
        ("{ ...A }", "Unknown fragment"),
    ],
)
async def test_fragments_that_lead_nowhere_are_bad_requests(edge: Edge, query: str, reason: str) -> None:
    answer = await edge.post(query)
    assert answer.status_code == 400
    assert reason in answer.json()["errors"][0]["message"]


async def test_values_of_variables_are_counted(edge: Edge) -> None:
    query = "query($values: [[Int!]!]!) { lists(values: $values) }"
    assert (await edge.post(query, variables={"values": [[1]] * 2_000})).json() == {"data": {"lists": 2_000}}
    answer = await edge.post(query, variables={"values": [[]] * 5_001})
    [error] = answer.json()["errors"]
    facts = error["extensions"]
    assert (answer.status_code, facts["code"], facts["limit"]) == (400, "LIMIT_EXCEEDED", "values of variables")
    async with edge.socket() as socket:
        await socket.subscribe("1", query, variables={"values": [[]] * 5_001})
        code, reason = await socket.closed()
        assert code == 4400 and reason and reason.startswith("The limit of values of variables is 5,000")


async def test_no_more_than_ten_mistakes_are_told(edge: Edge) -> None:
    """Each may print a large value and look for names that are alike."""
    answer = await edge.post("{ again { " + " ".join(f"unknown{i}" for i in range(200)) + " } }")
    *mistakes, last = answer.json()["errors"]
    assert (answer.status_code, len(mistakes)) == (400, 10)
    assert last["message"].startswith("Too many validation errors")
