"""Values that clients make up: each is taken exactly, or refused as theirs, and none is a bug of ours."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import World

AMOUNT = "query($value: Decimal!) { loans(filter: {minimumRemaining: {amount: $value, currency: CNY}}) { edges { cursor } } }"
RATE = "query($value: Rate!) { loans(filter: {minimumRate: $value}) { edges { cursor } } }"
INSTANT = "query($value: DateTime!) { loans(filter: {deadlineBefore: $value}) { edges { cursor } } }"
DATE = """mutation($value: Date!) { requestIdentityCheck(input:
    {country: "CN", identificationNumber: "310101199005170011", birthDate: $value}) { __typename } }"""
NEWEST = "query($value: String!) { loans(after: $value) { edges { cursor } } }"
BY_RATE = "query($value: String!) { loans(after: $value, orderBy: RATE) { edges { cursor } } }"
TIMELINE = "query($value: String!) { loans(first: 1) { edges { node { bids(after: $value) { edges { cursor } } } } } }"
PAGE = "query($value: Int!) { loans(first: $value) { edges { cursor } } }"

NOBODY = "0194385a-b1c0-7000-8000-000000000000"
NO_DECIMALS = [
    "NaN", "Infinity", "-Infinity", "1e400", "1e2", "１２", "5_000", " 5", "5\n", "5.", ".5", "", "+5", "1" * 16, "0.1234567",
    5.0, True, None, [], {},
]  # fmt: skip
NO_INSTANTS = [
    "2025-01-06T09:00:00", "2025-01-06", "2025-W02-1T00:00:00Z", "2025-02-30T00:00:00Z", "20250106T090000Z", "now", 0, None,
]  # fmt: skip
NO_DATES = ["1990-W01-1", "19900101", "1990-02-30", "1990-1-1", "1990-01-01T00:00:00Z", "１９９０-01-01", 0, None]


def cursor(*values: Any) -> str:
    """A cursor as the API would write it of these values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


NO_CURSORS = [
    "", "nonsense", "ü", "=", cursor(), cursor(5), cursor("2025-01-01T00:00:00Z"), cursor("2025-01-01T00:00:00Z", 5),
    cursor("2025-01-01T00:00:00Z", []), cursor("2025-01-01T00:00:00Z", {}), cursor("2025-01-01T00:00:00Z", True),
    cursor("2025-01-01T00:00:00Z", "x"), cursor("2025-01-01T00:00:00", NOBODY),
    cursor("0001-01-01T00:00:00+23:59", NOBODY), cursor("2025-01-01T00:00:00Z", NOBODY, 1), cursor(None, None),
    cursor([[]] * 2), "W1tbW1tb" * 400,
]  # fmt: skip
NO_RATES = [
    cursor(True, NOBODY),
    cursor(1.5, NOBODY),
    cursor(2**63, NOBODY),
    cursor("5", NOBODY),
]


async def refused(world: World, query: str, value: Any) -> str:
    """Why a value is refused as the client's fault."""
    answer = (await world.api.post(query, {"value": value})).json()
    assert "data" not in answer or answer["data"] is None, answer
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST", (value, error)
    reason: str = error["message"]
    return reason


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (AMOUNT, NO_DECIMALS), (RATE, NO_DECIMALS), (INSTANT, NO_INSTANTS), (DATE, NO_DATES),
        (NEWEST, [*NO_CURSORS, cursor(5, NOBODY)]), (BY_RATE, [*NO_CURSORS, *NO_RATES]), (PAGE, [0, -1, 101, 2**31, 1.5, "1", None]),
    ],
    ids=["amounts", "rates", "instants", "dates", "cursors", "cursors by rate", "pages"],
)  # fmt: skip
async def test_what_is_no_value_is_refused(world: World, log_folder: Path, query: str, values: list[Any]) -> None:
    bugs = _bugs(log_folder)
    for value in values:
        await refused(world, query, value)
    assert _bugs(log_folder) == bugs


async def test_a_value_in_the_document_is_as_one_in_a_variable(world: World) -> None:
    for literal in ('"NaN"', '"1e400"', '"5_000"', "5.0", "true", '"5\\n"'):
        answer = (await world.api.post(AMOUNT.replace("($value: Decimal!)", "").replace("$value", literal))).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"], literal


async def test_cursors_inside_a_page_are_looked_at_too(world: World, log_folder: Path) -> None:
    bugs = _bugs(log_folder)
    for value in NO_CURSORS:
        answer = (await world.api.post(TIMELINE, {"value": value})).json()
        assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= {"BAD_REQUEST"}, answer
    assert _bugs(log_folder) == bugs


@pytest.mark.parametrize(
    "id_",
    [
        "", "_", "loan_", "loan_x", f"nothing_{NOBODY}", f"loan_{'g' * 36}", f"loan_{NOBODY} ", f"loän_{NOBODY}", "_" * 36,
        "loan_" + "1" * 5_000, f"loan_{NOBODY}",
    ],
)  # fmt: skip
async def test_an_id_of_nothing_is_nothing(world: World, id_: str) -> None:
    found = await world.api.run(
        "query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } }", id=id_, ids=[id_]
    )
    assert found == {"node": None, "nodes": [None]}
    loan = (await world.api.post("query($id: ID!) { loan(id: $id) { id } }", {"id": id_})).json()
    assert loan.get("data", {"loan": None}) in ({"loan": None}, None)
    assert {error["extensions"]["code"] for error in loan.get("errors", [])} <= {"BAD_REQUEST"}


async def test_a_hundred_nodes_are_as_many_as_there_are_at_a_time(world: World) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [f"loan_{uuid4()}" for _ in range(101)]
    assert (await world.api.run(query, ids=ids[:100]))["nodes"] == [None] * 100
    (error,) = (await world.api.post(query, {"ids": ids})).json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST" and "100" in error["message"]


def _bugs(log_folder: Path) -> int:
    return (log_folder / "api.log").read_text().count('"api.bug"')
