"""Early settlement and part prepayment: interest is paid to the day, never for time that has not passed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.lending.rules.daycount import DayCount, days
from domain.lending.rules.due_dates import DueDate
from domain.lending.rules.rounding import Rounding, divide
from domain.lending.rules.schedule import RepaymentMethod, ScheduledInstallment, build


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """What a contract says about interest and rounding; amounts are rounded to multiples of `unit_minor`."""

    annual_rate_ppm: int
    method: RepaymentMethod
    day_count: DayCount
    rounding: Rounding
    unit_minor: int = 1


@dataclass(frozen=True, slots=True)
class OpenInstallment:
    """What is still open of an installment, in minor units; a settled one has zeros."""

    number: int
    nominal_on: date
    due_on: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    late_interest_minor: int = 0


@dataclass(frozen=True, slots=True)
class PayoffFigure:
    """What settles a loan on a day, in minor units."""

    principal_minor: int
    interest_minor: int
    late_interest_minor: int
    fees_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.principal_minor + self.interest_minor + self.late_interest_minor + self.fees_minor


@dataclass(frozen=True, slots=True)
class Prepayment:
    """What a part prepayment pays, and the installments that take the place of the future ones, number by number."""

    interest_minor: int
    principal_minor: int
    rest_minor: int
    """What was more than the whole outstanding principal."""
    installments: list[ScheduledInstallment]


def accrued_interest_minor(
    outstanding_minor: int,
    annual_rate_ppm: int,
    from_nominal_on: date,
    to_on: date,
    day_count: DayCount,
    rounding: Rounding,
    unit_minor: int = 1,
    accrued_from_on: date | None = None,
) -> int:
    """Interest on a principal from the start of its period to a day; zero if none has passed, never negative.

    If interest was paid to a later day, `accrued_from_on` (a prepayment within the period), only the days since then
    count: those of the period to `to_on` less those before.
    """
    paid_to_on = max(accrued_from_on or from_nominal_on, from_nominal_on)
    if to_on <= paid_to_on:
        return 0
    elapsed = days(from_nominal_on, to_on, day_count) - days(from_nominal_on, paid_to_on, day_count)
    whole = 1_000_000 * day_count.year_days
    return divide(outstanding_minor * annual_rate_ppm * elapsed, whole, rounding, unit_minor)


def accrued_on(
    installments: Sequence[OpenInstallment],
    on: date,
    terms: InterestTerms,
    disbursed_on: date,
    accrued_from_on: date | None = None,
) -> int:
    """Interest of the running period to a day, in minor units; a prepayment on that day must be larger.

    Takes all installments of the loan, settled ones too: the last nominal date is where the period began.
    """
    future = _future(installments, on)
    return accrued_interest_minor(
        sum(installment.principal_minor for installment in future),
        terms.annual_rate_ppm,
        _period_start(installments, on, disbursed_on),
        on,
        terms.day_count,
        terms.rounding,
        terms.unit_minor,
        accrued_from_on,
    )


def payoff(
    installments: Sequence[OpenInstallment],
    on: date,
    terms: InterestTerms,
    disbursed_on: date,
    accrued_from_on: date | None = None,
) -> PayoffFigure:
    """What settles a loan on a day: all that has fallen due, the principal still to come, and its interest to the day.

    An installment counts as due from its nominal date, when its interest is earned, also if it may be paid later. Fees
    of future installments are not charged. Takes all installments of the loan, settled ones too.
    """
    due = [installment for installment in installments if installment.nominal_on <= on]
    accrued = accrued_on(installments, on, terms, disbursed_on, accrued_from_on)
    return PayoffFigure(
        principal_minor=sum(installment.principal_minor for installment in installments),
        interest_minor=sum(installment.interest_minor for installment in due) + accrued,
        late_interest_minor=sum(installment.late_interest_minor for installment in due),
        fees_minor=sum(installment.fees_minor for installment in due),
    )


def prepay(
    amount_minor: int,
    installments: Sequence[OpenInstallment],
    on: date,
    terms: InterestTerms,
    disbursed_on: date,
    accrued_from_on: date | None = None,
) -> Prepayment:
    """Take an amount beyond what is due: interest to the day first, then principal; the future dates stay as they are.

    The caller has paid what is due (nominal date not after `on`), and remembers `on` as the next `accrued_from_on`.
    Future installments keep numbers, dates and fees; one that nothing is left for keeps its date with zeros. Raises
    `ValueError` if nothing is outstanding, or if the amount does not exceed the interest accrued to the day.
    """
    future = _future(installments, on)
    outstanding = sum(installment.principal_minor for installment in future)
    if outstanding == 0:
        raise ValueError("there is no future principal to prepay")
    interest = accrued_on(installments, on, terms, disbursed_on, accrued_from_on)
    if amount_minor <= interest:
        raise ValueError("a prepayment must exceed the interest accrued to its day")
    principal = min(amount_minor - interest, outstanding)
    left = outstanding - principal
    period_start_on = _period_start(installments, on, disbursed_on)
    rebuilt = _rebuild(left, future, on, terms, period_start_on) if left else _settled(future)
    return Prepayment(interest, principal, amount_minor - interest - principal, rebuilt)


def _future(installments: Sequence[OpenInstallment], on: date) -> list[OpenInstallment]:
    return sorted((one for one in installments if one.nominal_on > on), key=lambda one: one.nominal_on)


def _period_start(installments: Sequence[OpenInstallment], on: date, disbursed_on: date) -> date:
    passed = (installment.nominal_on for installment in installments if installment.nominal_on <= on)
    return max(passed, default=disbursed_on)


def _rebuild(
    left_minor: int, future: Sequence[OpenInstallment], on: date, terms: InterestTerms, period_start_on: date
) -> list[ScheduledInstallment]:
    built = build(
        left_minor,
        terms.annual_rate_ppm,
        on,
        [DueDate(installment.nominal_on, installment.due_on) for installment in future],
        terms.method,
        terms.day_count,
        terms.rounding,
        unit_minor=terms.unit_minor,
        period_start_on=period_start_on,
    )
    return [replace(new, number=old.number, fees_minor=old.fees_minor) for new, old in zip(built, future, strict=True)]


def _settled(future: Sequence[OpenInstallment]) -> list[ScheduledInstallment]:
    return [ScheduledInstallment(old.number, old.nominal_on, old.due_on, 0, 0, 0, 0) for old in future]
