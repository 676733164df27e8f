"""What to bid on, read from a TOML file, and the decision about a loan: pure, exact, with a reason for every no."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

PERIODS_A_YEAR = {"MONTHLY": 12, "BIWEEKLY": 26, "WEEKLY": 52}


class RulesError(Exception):
    """The file does not say what it must; the message names the place."""


@dataclass(frozen=True)
class Rule:
    """Loans that fit all of it get a bid of `amount`. Empty tuples and None: no condition."""

    name: str
    amount: Decimal
    grades: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    minimum_rate: Decimal | None = None
    maximum_months: int | None = None


@dataclass(frozen=True)
class Rules:
    """All rules, the first that fits decides; and what bounds them together."""

    rules: tuple[Rule, ...]
    budget: Decimal
    """What all bids of the bot may be together, open or lent."""
    keep: Decimal
    """What stays in the wallet."""
    largest_share: Decimal
    """At most this part of a loan."""


@dataclass(frozen=True)
class Loan:
    """A loan that takes bids; amounts in its currency."""

    id: str
    reference: str
    grade: str
    purpose: str
    annual_rate: Decimal
    installments: int
    frequency: str
    amount: Decimal
    remaining: Decimal
    minimum_bid: Decimal
    lot: Decimal

    @property
    def months(self) -> int:
        """Its term; a part of a month counts as one."""
        return -(-self.installments * 12 // PERIODS_A_YEAR[self.frequency])


@dataclass(frozen=True)
class Purse:
    """What there is to bid with."""

    available: Decimal
    bound: Decimal
    """All bids of the bot so far, open or lent."""


@dataclass(frozen=True)
class Yes:
    """Bid this much, by this rule."""

    amount: Decimal
    rule: str


@dataclass(frozen=True)
class No:
    """Do not bid, and why."""

    reason: str


def decide(loan: Loan, rules: Rules, purse: Purse) -> Yes | No:
    """What to do about a loan that has no bid yet."""
    misfits = []
    for rule in rules.rules:
        misfit = next(_misfits(loan, rule), None)
        if misfit is None:
            return _amount(loan, rule, rules, purse)
        misfits.append(f"{rule.name}: {misfit}")
    return No("; ".join(misfits))


def _misfits(loan: Loan, rule: Rule) -> Iterator[str]:
    if rule.grades and loan.grade not in rule.grades:
        yield f"grade {loan.grade} is none of {', '.join(rule.grades)}"
    if rule.purposes and loan.purpose not in rule.purposes:
        yield f"{loan.purpose} is none of {', '.join(rule.purposes)}"
    if rule.minimum_rate is not None and loan.annual_rate < rule.minimum_rate:
        yield f"{loan.annual_rate:.2%} a year is less than {rule.minimum_rate:.2%}"
    if rule.maximum_months is not None and loan.months > rule.maximum_months:
        yield f"{loan.months} months are more than {rule.maximum_months}"


def _amount(loan: Loan, rule: Rule, rules: Rules, purse: Purse) -> Yes | No:
    """The least of what may be bid, in lots unless it is all that is left."""
    bounds = {
        "the rule's amount": rule.amount,
        f"{rules.largest_share:.0%} of the loan": rules.largest_share * loan.amount,
        "what is left of the loan": loan.remaining,
        "what is left in the wallet": purse.available - rules.keep,
        "what is left of the budget": rules.budget - purse.bound,
    }
    least = min(bounds, key=lambda name: bounds[name])
    amount = bounds[least]
    if amount != loan.remaining:
        amount = (amount / loan.lot).to_integral_value(ROUND_DOWN) * loan.lot
    smallest = min(loan.minimum_bid, loan.remaining)
    if amount < smallest:
        return No(
            f"{rule.name}: {least} ({max(bounds[least], Decimal(0)):.2f}) is less than the smallest bid, {smallest:.2f}"
        )
    return Yes(amount, rule.name)


def read(path: Path) -> Rules:
    """The rules in a file. Raises RulesError."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        bounds = text["bounds"]
        return Rules(
            rules=tuple(_rule(number, one) for number, one in enumerate(text["rule"], start=1)),
            budget=_exact(bounds["budget"]),
            keep=_exact(bounds.get("keep", "0")),
            largest_share=_exact(bounds.get("largest_share", "1")),
        )
    except OSError as error:
        raise RulesError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise RulesError(f"{path}: {error.args[0]} is missing") from error
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{path}: {error}") from error


def _exact(value: object) -> Decimal:
    """A decimal that is written as text: a float would not be what was written."""
    try:
        if isinstance(value, str):
            return Decimal(value)
    except InvalidOperation:
        pass
    raise RulesError(f'{value!r} is not a decimal in quotation marks, like "500.00"')


def _rule(number: int, given: dict[str, Any]) -> Rule:
    known = {"name", "amount", "grades", "purposes", "minimum_rate", "maximum_months"}
    if unknown := given.keys() - known:
        raise RulesError(f"rule {number} has {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    rate = given.get("minimum_rate")
    return Rule(
        name=given.get("name", f"rule {number}"),
        amount=_exact(given["amount"]),
        grades=tuple(given.get("grades", ())),
        purposes=tuple(given.get("purposes", ())),
        minimum_rate=None if rate is None else _exact(rate),
        maximum_months=given.get("maximum_months"),
    )
