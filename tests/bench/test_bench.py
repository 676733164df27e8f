"""What is measured exists: documents of the schema, and as much data as is promised."""

from pathlib import Path

from graphql import build_schema, parse, validate

from bench import report
from bench.cases import CASES
from bench.data import Size

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
    figures = {"kalends": 100.0, "mercurius": 50.0}
    page = report.page(
        {
            "measured_at": "2026-01-01", "machine": "two cores", "node": "v24", "loans": Size().loans,
            "median_per_s": {"B": figures, "C": figures},
            "rounds": {"B": {"kalends": [{"per_s": 100.0, "cpu": 0.5}]}},
        }
    )  # fmt: skip
    assert "| mercurius | 50 | 2.00 × | ≥ 1.5 × | reached |" in page
    assert "| mercurius | 50 | 2.00 × | ≥ 2.5 × | missed |" in page
