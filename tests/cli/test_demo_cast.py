"""The demo's cast: drawn from the real applications, the same each time."""

import json
from importlib import resources

from cli.demo.cast import Borrower, draw_cast, waves
from cli.demo.fate import Turn

GONE_BAD = {Turn.STOPS, Turn.STOPS_AND_RESUMES, Turn.RECOVERED}


def drawn(borrower: Borrower) -> tuple[object, ...]:
    """What the seed decides; passwords are made anew each time."""
    return borrower.name, borrower.email, borrower.amount_minor, borrower.method, borrower.fate, borrower.others


def test_the_same_seed_draws_the_same_cast() -> None:
    first, second = draw_cast(50), draw_cast(50)
    assert [drawn(borrower) for borrower in first.borrowers] == [drawn(borrower) for borrower in second.borrowers]
    assert [lender.deposit_minor for lender in first.lenders] == [lender.deposit_minor for lender in second.lenders]
    assert {one.password for one in first.borrowers}.isdisjoint(one.password for one in second.borrowers)


def test_everybody_asks_for_what_their_product_offers() -> None:
    source = resources.files("domain.lending") / "data" / "products.json"
    products = {product["code"]: product["terms"] for product in json.loads(source.read_text(encoding="utf-8"))}
    for borrower in draw_cast(1000).borrowers:
        terms = products[borrower.product]
        assert borrower.kind in terms["open_to"]
        assert borrower.installments in terms["terms"]["MONTHLY"]
        assert borrower.method in terms["methods"]
        assert terms["minimum_minor"] <= borrower.amount_minor <= terms["maximum_minor"]
        assert borrower.amount_minor % terms["step_minor"] == 0


def test_who_fails_follows_the_record_and_nobody_shares_an_address() -> None:
    cast = draw_cast(1000)
    for borrower in cast.borrowers:
        assert (borrower.fate.turn in GONE_BAD) == borrower.application.went_bad
        assert bool(borrower.others) == (borrower.application.co_applicant or borrower.application.guarantor)
    everybody = [*cast.borrowers, *cast.lenders]
    assert len({one.email for one in everybody}) == len(everybody)
    assert sum(lender.deposit_minor for lender in cast.lenders) > sum(one.amount_minor for one in cast.borrowers)


def test_waves_take_everybody_once() -> None:
    borrowers = draw_cast(20).borrowers
    groups = waves(borrowers, 6)
    assert len(groups) == 6
    assert sorted(one.email for group in groups for one in group) == sorted(one.email for one in borrowers)
    assert len(waves(borrowers[:1], 2)) == 1
