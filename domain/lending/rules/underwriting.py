"""From a credit decision to the terms of a loan: the rate that fits under the ceiling, or a rejection."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from domain.credit.rules.decision import Decision, DecisionOutcome, Reason, ReasonCode
from domain.lending.rules.due_dates import Frequency
from domain.lending.rules.late import late_rate_ppm
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.schedule import RepaymentMethod
from domain.lending.rules.terms import LoanShape, Quote, capped_rate_ppm, quote
from domain.shared.calendar import calendar
from domain.shared.policy import Profile


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a loan costs under a profile from a day on: its quote and its late rate."""

    quote: Quote
    late_rate_ppm: int


@dataclass(frozen=True, kw_only=True)
class Underwriting:
    """A decision and the contract that can be offered; none if it is a rejection."""

    decision: Decision
    contract: Contract | None


def contract_terms(
    shape: LoanShape, product: ProductTerms, wanted_rate_ppm: int, profile: Profile, contract_on: date, start_on: date
) -> Contract | None:
    """The terms of a contract made on one day and paid out on another; None if fees alone exceed the ceiling.

    The ceiling of the contract's day counts. The rate is lowered, never raised, so that with all fees it stays within.
    """
    ceiling = profile.ceiling_ppm(contract_on)
    days = calendar(profile.country)
    rate = capped_rate_ppm(shape, product, wanted_rate_ppm, ceiling, start_on, days)
    if rate is None:
        return None
    return Contract(
        quote=quote(shape, product, rate, start_on, days),
        late_rate_ppm=late_rate_ppm(rate, profile.late_rate_multiple_ppm, ceiling),
    )


def underwrite(decision: Decision, shape: LoanShape, product: ProductTerms, profile: Profile, on: date) -> Underwriting:
    """The terms of an application that is not rejected. It is rejected if its rate would not cover expected losses."""
    if decision.annual_rate_ppm is None or decision.outcome is DecisionOutcome.REJECT:
        return Underwriting(decision=decision, contract=None)
    contract = contract_terms(shape, product, decision.annual_rate_ppm, profile, on, on)
    if contract is None or contract.quote.annual_rate_ppm < (decision.expected_loss_ppm or 0):
        unpriceable = Reason(
            ReasonCode.RATE_ABOVE_CEILING,
            "With all fees, the highest rate allowed would not cover the losses that must be expected",
        )
        rejected = replace(decision, outcome=DecisionOutcome.REJECT, reasons=(unpriceable, *decision.reasons))
        return Underwriting(decision=rejected, contract=None)
    return Underwriting(decision=decision, contract=contract)


def shape_to_json(shape: LoanShape) -> dict[str, Any]:
    """A shape as plain JSON values; `shape_from_json` is its inverse."""
    return {
        "principal_minor": shape.principal_minor,
        "installment_count": shape.installment_count,
        "frequency": shape.frequency.value,
        "method": shape.method.value,
    }


def shape_from_json(stored: dict[str, Any]) -> LoanShape:
    """The shape that `shape_to_json` wrote."""
    return LoanShape(
        principal_minor=stored["principal_minor"],
        installment_count=stored["installment_count"],
        frequency=Frequency(stored["frequency"]),
        method=RepaymentMethod(stored["method"]),
    )
