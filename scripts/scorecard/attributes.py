"""What may be scored, and what common sense says about its order before any data are seen.

Grids and orders are fixed here without looking at outcomes, so that using them in cross-validation leaks nothing.
Left out on purpose: see docs/scorecard.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.credit.rules import facts as names


@dataclass(frozen=True)
class Attribute:
    """An attribute with its finest classes.

    `grid`: upper bounds (included) of a number's classes; the last class is open. `levels`: the levels of a choice. If
    `ordered`, risk must not fall from the first class to the last; else classes are put in the order of their risk.
    `apart`: levels outside the order, always classes of their own. `reason`: how it is named to an applicant.
    """

    name: str
    reason: str
    grid: tuple[int, ...] = ()
    levels: tuple[str, ...] = ()
    ordered: bool = True
    apart: tuple[str, ...] = ()


def _nominal(name: str, reason: str, levels: type[StrEnum]) -> Attribute:
    return Attribute(name, reason, levels=_names(levels), ordered=False)


def _names(levels: type[StrEnum]) -> tuple[str, ...]:
    return tuple(level.value for level in levels)


ATTRIBUTES = (
    Attribute(
        "checking_account",
        "State of the checking account",
        levels=("LARGE_BALANCE_OR_SALARY", "SMALL_BALANCE", "OVERDRAWN"),
        apart=("NONE",),
    ),
    Attribute("term_months", "Length of the loan", grid=(6, 9, 12, 15, 18, 24, 30, 36, 48)),
    _nominal("credit_history", "How earlier credits went", names.CreditHistory),
    _nominal("purpose", "Purpose of the loan", names.LoanPurpose),
    Attribute("amount", "Amount of the loan", grid=(500, 1000, 1500, 2000, 3000, 4000, 5000, 7500, 10000)),
    Attribute("savings", "Savings", levels=("LARGE", "MEDIUM", "SMALL", "VERY_SMALL"), apart=("UNKNOWN_OR_NONE",)),
    Attribute("employment_since", "Length of the present employment", levels=_names(names.EmploymentSince)[::-1]),
    Attribute("installment_rate_percent", "Installment as a share of income", grid=(1, 2, 3)),
    _nominal("other_debtors", "Who else answers for the loan", names.OtherDebtors),
    Attribute("residence_years", "Time at the present address", grid=(1, 2, 3)),
    Attribute("property", "Property", levels=_names(names.Property)),
    Attribute("other_installment_plans", "Installment plans elsewhere", levels=_names(names.OtherInstallmentPlans)),
    _nominal("housing", "Housing", names.Housing),
    Attribute("existing_credits", "Number of existing credits", grid=(1, 2, 3)),
    _nominal("job", "Job", names.Job),
    Attribute("telephone", "Registered telephone", levels=("True", "False")),
)


def value_of(facts: names.ApplicantFacts, attribute: Attribute, minor_per_unit: int) -> int | str:
    """The value that is classed: a number for a grid (amounts in the data set's unit, rounded up), else a level's name."""
    if attribute.name == "amount":
        return -(-facts.amount_minor // minor_per_unit)
    value = getattr(facts, attribute.name)
    return int(value) if attribute.grid else str(value)
