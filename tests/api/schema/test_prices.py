"""What an operation may cost is worked out once for all requests that differ in their ids and texts only."""

from typing import Any

import pytest

from api import documents
from api.documents import Documents
from api.schema import schema
from api.shape import Shape

ONE = "query($id: ID!) { loan(id: $id) { id bids(first: 3) { edges { node { id } } } } }"
PAGE = "query($first: Int = 7, $after: String) { loans(first: $first, after: $after) { edges { node { id } } } }"
SEVERAL = "subscription($ids: [ID!]!) { loanFunding(loanIds: $ids) { loan { id } } }"


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[Shape]:
    """The walks over operations so far."""
    made: list[Shape] = []

    def walk(*args: Any) -> Shape:
        made.append(Shape(*args))
        return made[-1]

    monkeypatch.setattr(documents, "Shape", walk)
    return made


def fields(document: documents.Document, **variables: Any) -> int:
    return document.operation(None, variables)[1].fields


def test_other_ids_and_cursors_cost_no_other_walk(walks: list[Shape]) -> None:
    known = Documents(schema._schema)
    loan, page = known.get(ONE), known.get(PAGE)
    assert len({fields(loan, id=f"loan_{number}") for number in range(50)}) == 1
    assert len({fields(page, after=f"cursor {number}") for number in range(50)}) == 1
    before = len(walks)
    fields(loan, id="loan_another")
    fields(page, after="another cursor")
    assert len(walks) == before
    assert before <= 4, "one when it came, one with variables"


def test_sizes_cost_what_they_say(walks: list[Shape]) -> None:
    known = Documents(schema._schema)
    page, several = known.get(PAGE), known.get(SEVERAL)
    of = {size: fields(page, first=size) for size in (1, 7, 100)}
    assert of[1] < of[7] < of[100]
    assert fields(page) == of[7], "its default"
    assert fields(page, first="a text") == fields(page, first=None) == fields(page, first=20), "no number of elements"
    assert fields(several, ids=["loan_1"]) < fields(several, ids=["loan_1", "loan_2"])
    assert fields(several, ids="loan_1") == fields(several, ids=["loan_1"]), "one is a list of one"
    before = len(walks)
    for size in (1, 7, 100):
        fields(page, first=size)
    fields(several, ids=["loan_3", "loan_4"])
    assert len(walks) == before


def test_a_number_is_no_list_and_no_other_number(walks: list[Shape]) -> None:
    known = Documents(schema._schema)
    page, several = known.get(PAGE), known.get(SEVERAL)
    small, large = fields(page, first=0), fields(page, first=100)
    assert fields(page, first=100.0) == large, "graphql-core takes it for 100"
    assert fields(page, first=0.0) == small
    assert fields(several, ids=200) < fields(several, ids=["loan_1"] * 200)
    assert fields(page, first=True) == fields(page, first=1)
    assert fields(page, first=["x"] * 100) == fields(page, first=20), "no number"
