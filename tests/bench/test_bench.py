"""What is measured exists: documents of the schema, as much data as is promised, and a page that says what was missed."""

from pathlib import Path

from graphql import build_schema, parse, validate

from bench import report
from bench.cases import CASES
from bench.data import Size
from bench.rows import Row

SCHEMA = Path(__file__).parents[2] / "schema.graphql"


def test_every_document_is_valid() -> None:
    schema = build_schema(SCHEMA.read_text())
    assert {name: validate(schema, parse(case.query)) for name, case in CASES.items()} == {name: [] for name in CASES}


def test_the_market_has_ten_bids_a_loan_each_of_another_lender() -> None:
    size = Size.scaled(0.01)
    bids = list(size.bids())
    assert len(bids) == 10 * size.loans
    assert len({(loan, lender) for _, loan, lender in bids}) == len(bids)
    assert all(size.borrowers <= lender < size.users for _, _, lender in bids)


def test_an_introspection_is_compared_without_what_the_library_says_of_itself() -> None:
    told = '{"data":{"__schema":{"types":[{"name":"Loan"}%s],"directives":[]}}}'
    case = CASES["D"]
    assert case.comparable((told % ',{"name":"__Type"}').encode()) == case.comparable((told % "").encode())
    assert case.comparable((told % ',{"name":"Bid"}').encode()) != case.comparable((told % "").encode())


def test_the_page_says_which_goals_are_missed() -> None:
    rows = [
        Row("B", "kalends", "requests/s", [90.0, 100.0, 300.0]),
        Row("B", "mercurius", "requests/s", [50.0], ratio=2.0, at_least=1.5),
        Row("C", "mercurius", "requests/s", [50.0], ratio=2.0, at_least=2.5),
        Row("live", "kalends", "ms", [79.0], at_most=80),
        Row("memory", "kalends", "MB", [151.0], at_most=150),
    ]
    found = {
        "measured_at": "2026-01-01", "machine": "two cores", "versions": {"Node": "24"}, "scale": 1, "rounds": 3,
        "rows": [row.to_json() for row in rows],
    }  # fmt: skip
    page = report.page({"reads": ("Reads", "How.", found)})
    assert "| B | kalends | 100 requests/s |  |  |  |  |" in page
    assert "| B | mercurius | 50 requests/s | 2.00 × | ≥ 1.5 × | reached |  |" in page
    assert "| C | mercurius | 50 requests/s | 2.00 × | ≥ 2.5 × | missed |  |" in page
    assert "| live | kalends | 79 ms |  | ≤ 80 ms | reached |  |" in page
    assert "| memory | kalends | 151 MB |  | ≤ 150 MB | missed |  |" in page
