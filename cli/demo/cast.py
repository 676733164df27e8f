"""Who plays: the borrowers of the real applications, the lenders, the operator. The same seed draws the same cast."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from cli.demo import names
from cli.demo.fate import Fate, draw_fate
from cli.demo.german_credit import Application, applications
from cli.demo.marker import Login

SEED = 1994
CURRENCY = "CNY"
LOWEST_TERM, HIGHEST_TERM = 3, 48
AMOUNT_STEP_MINOR = 10_000
METHODS = {"EQUAL_INSTALLMENTS": 0.7, "EQUAL_PRINCIPAL": 0.25, "BULLET": 0.05}
BUSINESS_METHODS = {"EQUAL_INSTALLMENTS": 0.5, "EQUAL_PRINCIPAL": 0.2, "INTEREST_ONLY": 0.3}
GRADES = "ABCDE"
FUNDS_SHARE = 0.1


@dataclass
class Person:
    """Somebody with an account on the platform and one at a bank outside; what the API gives is filled in."""

    name: str
    email: str
    kind: str
    roles: tuple[str, ...]
    birth_date: date | None
    identification_number: str
    opening_minor: int
    income_minor: int
    income_day: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    token: str = ""
    outside_account: str = ""
    bank_account_id: str = ""


@dataclass(kw_only=True)
class Borrower(Person):
    """Who applies for one loan."""

    application: Application
    amount_minor: int
    installments: int
    method: str
    others: tuple[str, ...]
    """The names of co-applicants or guarantors."""
    declines: bool
    """Thinks better of it when the offer comes."""
    fate: Fate
    mandate_id: str = ""
    loan_id: str = ""
    contract_ids: list[str] = field(default_factory=list)
    """What must be accepted with the offer; empty: there is no offer."""

    @property
    def product(self) -> str:
        """The code of the product that is for them."""
        return "business" if self.application.business else "personal"


@dataclass(kw_only=True)
class Lender(Person):
    """Who lends by a plan, or chooses loans by hand."""

    deposit_minor: int
    grades: tuple[str, ...]
    per_loan_minor: int
    by_hand: bool


@dataclass
class Cast:
    """Everybody."""

    borrowers: list[Borrower]
    lenders: list[Lender]
    operator: Login


def draw_cast(count: int) -> Cast:
    """The cast for the first `count` applications."""
    draw = Random(SEED)
    borrowers = [_borrower(draw, application) for application in list(applications())[:count]]
    asked_minor = sum(borrower.amount_minor for borrower in borrowers)
    lenders = _lenders(draw, max(8, count * 8 // 100), asked_minor)
    return Cast(borrowers, lenders, Login("operator", "operator@example.com", secrets.token_urlsafe(12)))


def _borrower(draw: Random, application: Application) -> Borrower:
    facts = application.facts
    term = min(max(facts.term_months, LOWEST_TERM), HIGHEST_TERM)
    amount = facts.amount_minor - facts.amount_minor % AMOUNT_STEP_MINOR
    methods = BUSINESS_METHODS if application.business else METHODS
    name = names.firm(draw) if application.business else names.person(draw)
    return Borrower(
        **_person(draw, name, application.row_number, application.business, "BORROWER"),
        opening_minor=amount // 5,
        income_minor=amount // term * 2,
        income_day=draw.randint(1, 28),
        application=application,
        amount_minor=amount,
        installments=term,
        method=draw.choices(list(methods), list(methods.values()))[0],
        others=(names.person(draw),) if application.co_applicant or application.guarantor else (),
        declines=draw.random() < 0.03,
        fate=draw_fate(draw, application.went_bad, term),
    )


def _lenders(draw: Random, count: int, asked_minor: int) -> list[Lender]:
    """Lenders of very different means, who together have half as much again as is asked for."""
    weights = [draw.paretovariate(1.6) for _ in range(count)]
    return [
        _lender(draw, number, int(1.5 * asked_minor * weight / sum(weights)))
        for number, weight in enumerate(weights, start=1)
    ]


def _lender(draw: Random, number: int, means_minor: int) -> Lender:
    fund = draw.random() < FUNDS_SHARE
    name = names.fund(draw) if fund else names.person(draw)
    deposit = max(1_000_000, means_minor - means_minor % 100_000)
    first, last = sorted((draw.randrange(len(GRADES)), draw.randrange(len(GRADES))))
    return Lender(
        **_person(draw, name, 5000 + number, fund, "LENDER"),
        opening_minor=deposit * 2,
        income_minor=max(1, deposit // 50),
        income_day=draw.randint(1, 28),
        deposit_minor=deposit,
        grades=tuple(GRADES) if draw.random() < 0.5 else tuple(GRADES[first : last + 1]),
        per_loan_minor=max(50_000, min(800_000, deposit // 40 // 10_000 * 10_000)),
        by_hand=number % 6 == 0,
    )


def _person(draw: Random, name: str, number: int, organisation: bool, role: str) -> dict[str, Any]:
    """What everybody has. The identity provider looks twice at numbers that end in 00."""
    born = date(draw.randint(1955, 2004), draw.randint(1, 12), draw.randint(1, 28))
    ending = "00" if draw.random() < 0.01 else f"{draw.randint(1, 98):02}"
    return {
        "name": name,
        "email": names.address(name, number),
        "kind": "ORGANISATION" if organisation else "PERSON",
        "roles": (role,),
        "birth_date": None if organisation else born,
        "identification_number": f"{draw.randint(10**12, 10**13 - 1)}{number:04}{ending}",
    }


def waves(borrowers: Sequence[Borrower], count: int) -> list[list[Borrower]]:
    """The borrowers in so many groups that apply one after the other."""
    return [list(borrowers[start::count]) for start in range(min(count, len(borrowers)))]
