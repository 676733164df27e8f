"""Repayment schedules by the four methods, exact to the minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from domain.lending.rules.daycount import DayCount, days
from domain.lending.rules.due_dates import DueDate, Frequency
from domain.lending.rules.rounding import Rounding, divide

__all__ = ["Frequency", "RepaymentMethod", "Rounding", "ScheduledInstallment", "build"]


class RepaymentMethod(StrEnum):
    """How principal and interest are spread over the installments."""

    EQUAL_INSTALLMENTS = "EQUAL_INSTALLMENTS"
    """等额本息: the same amount each time."""
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"
    """等额本金: the same principal each time, and the interest on what is left."""
    INTEREST_ONLY = "INTEREST_ONLY"
    """按月付息到期还本: interest each time, the principal with the last."""
    BULLET = "BULLET"
    """一次性还本付息: one payment at the end, with simple interest for the whole term."""


@dataclass(frozen=True, slots=True)
class ScheduledInstallment:
    """One payment of a schedule, in minor units; `balance_after_minor` is the principal left after it."""

    number: int
    nominal_on: date
    due_on: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    balance_after_minor: int

    @property
    def total_minor(self) -> int:
        """All that is due with it."""
        return self.principal_minor + self.interest_minor + self.fees_minor


def build(
    principal_minor: int,
    annual_rate_ppm: int,
    start_on: date,
    due: Sequence[DueDate | date],
    method: RepaymentMethod,
    day_count: DayCount,
    rounding: Rounding,
    fee_per_installment_minor: int = 0,
    unit_minor: int = 1,
    period_start_on: date | None = None,
) -> list[ScheduledInstallment]:
    """The installments that repay a principal on the given dates; what rounding leaves over belongs to the last one.

    Interest runs from `start_on` between nominal dates, so that a due date moved by a holiday costs nobody anything. If
    `start_on` lies inside a running period (after a part prepayment), `period_start_on` is where that began: the first
    interest is then for the days of the period less those before `start_on`. Equal installments are P·Π(1+rᵢ)/fₙ with
    f₁ = 1, fₖ = fₖ₋₁·(1+rₖ)+1. Amounts are rounded to multiples of `unit_minor`. A bullet has one installment, on the
    last date. Raises `ValueError` for an amount, rate or sequence of dates that makes no schedule.
    """
    dates = [day if isinstance(day, DueDate) else DueDate(day, day) for day in due]
    if method is RepaymentMethod.BULLET:
        dates = dates[-1:]
    nominal = [start_on, *(day.nominal_on for day in dates)]
    _check(principal_minor, annual_rate_ppm, fee_per_installment_minor, unit_minor, nominal)
    first_from = period_start_on or start_on
    counted = [days(start, end, day_count) for start, end in pairwise([first_from, *nominal[1:]])]
    counted[0] -= days(first_from, start_on, day_count)
    rates = [annual_rate_ppm * count for count in counted]
    whole = 1_000_000 * day_count.year_days
    level = _level_payment(principal_minor, rates, whole, method, rounding, unit_minor)
    installments: list[ScheduledInstallment] = []
    balance = principal_minor
    for number, (day, rate) in enumerate(zip(dates, rates, strict=True), start=1):
        interest = divide(balance * rate, whole, rounding, unit_minor)
        wanted = level - interest if method is RepaymentMethod.EQUAL_INSTALLMENTS else level
        principal = balance if number == len(dates) else min(max(wanted, 0), balance)
        balance -= principal
        installments.append(
            ScheduledInstallment(
                number, day.nominal_on, day.due_on, principal, interest, fee_per_installment_minor, balance
            )
        )
    return installments


def _check(principal_minor: int, rate_ppm: int, fee_minor: int, unit_minor: int, nominal: list[date]) -> None:
    if principal_minor <= 0 or rate_ppm < 0 or fee_minor < 0 or unit_minor <= 0:
        raise ValueError("a schedule needs a principal and a unit above zero, and no negative rate or fee")
    if len(nominal) < 2 or any(later <= earlier for earlier, later in pairwise(nominal)):
        raise ValueError("a schedule needs at least one date, each later than the one before")


def _level_payment(
    principal_minor: int,
    rates: Sequence[int],
    whole: int,
    method: RepaymentMethod,
    rounding: Rounding,
    unit_minor: int,
) -> int:
    """What all installments but the last repeat: their total (equal installments) or principal; rates are n/whole."""
    match method:
        case RepaymentMethod.EQUAL_INSTALLMENTS:
            # growth = Π(1+rᵢ)·wholeⁿ and annuity = fₙ·wholeⁿ⁻¹, in integers: fractions would spend their time on gcds.
            growth, annuity, scale = whole + rates[0], 1, 1
            for rate in rates[1:]:
                scale *= whole
                growth *= whole + rate
                annuity = annuity * (whole + rate) + scale
            return divide(principal_minor * growth, whole * annuity, rounding, unit_minor)
        case RepaymentMethod.EQUAL_PRINCIPAL:
            return divide(principal_minor, len(rates), rounding, unit_minor)
        case RepaymentMethod.INTEREST_ONLY | RepaymentMethod.BULLET:
            return 0
