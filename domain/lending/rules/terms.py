"""What a loan costs: schedule, fees, effective rate, and the highest rate that a legal ceiling leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.lending.rules.apr import effective_annual_rate
from domain.lending.rules.due_dates import Frequency, due_dates
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.schedule import RepaymentMethod, ScheduledInstallment, build
from domain.shared.calendar import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanShape:
    """How a loan is repaid. `installment_count`: the term in periods of the frequency; a bullet is paid after the last."""

    principal_minor: int
    installment_count: int
    frequency: Frequency
    method: RepaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A loan at a rate, from a day: what is received, what is paid when, and what that costs a year with all fees."""

    principal_minor: int
    annual_rate_ppm: int
    effective_annual_rate_ppm: int
    origination_fee_minor: int
    installments: Sequence[ScheduledInstallment]

    @property
    def net_disbursed_minor(self) -> int:
        """What the borrower receives."""
        return self.principal_minor - self.origination_fee_minor

    @property
    def interest_minor(self) -> int:
        """All interest."""
        return sum(installment.interest_minor for installment in self.installments)

    @property
    def fees_minor(self) -> int:
        """All fees, the origination fee included."""
        return self.origination_fee_minor + sum(installment.fees_minor for installment in self.installments)

    @property
    def total_cost_minor(self) -> int:
        """What is paid beyond what is borrowed: interest and fees."""
        return self.interest_minor + self.fees_minor


def schedule(
    shape: LoanShape, product: ProductTerms, annual_rate_ppm: int, start_on: date, calendar: Calendar
) -> list[ScheduledInstallment]:
    """The installments of a loan that is paid out on `start_on`."""
    return build(
        shape.principal_minor,
        annual_rate_ppm,
        start_on,
        due_dates(start_on, shape.frequency, shape.installment_count, calendar),
        shape.method,
        product.day_count,
        product.rounding,
        product.installment_fee_minor,
    )


def quote(shape: LoanShape, product: ProductTerms, annual_rate_ppm: int, start_on: date, calendar: Calendar) -> Quote:
    """The loan at that rate, paid out on `start_on`."""
    installments = schedule(shape, product, annual_rate_ppm, start_on, calendar)
    fee = product.origination_fee_minor(shape.principal_minor)
    return Quote(
        principal_minor=shape.principal_minor,
        annual_rate_ppm=annual_rate_ppm,
        effective_annual_rate_ppm=effective_annual_rate(shape.principal_minor - fee, start_on, installments),
        origination_fee_minor=fee,
        installments=installments,
    )


def capped_rate_ppm(
    shape: LoanShape,
    product: ProductTerms,
    wanted_rate_ppm: int,
    ceiling_ppm: int | None,
    start_on: date,
    calendar: Calendar,
) -> int | None:
    """The rate wanted, or the highest below it at which the effective rate, all fees counted, stays within the ceiling.

    None if the fees alone exceed the ceiling. Payments are taken on their nominal dates, so that a due date moved by a
    holiday can only make the loan cheaper than the ceiling. A rate fits if what is paid, discounted at the ceiling, is
    not worth more than what is received.
    """
    if ceiling_ppm is None:
        return wanted_rate_ppm
    net = shape.principal_minor - product.origination_fee_minor(shape.principal_minor)
    dates = due_dates(start_on, shape.frequency, shape.installment_count, calendar)
    growth = 1 + ceiling_ppm / 1_000_000
    discount: dict[date, float] = {day.nominal_on: growth ** (-(day.nominal_on - start_on).days / 365) for day in dates}

    def fits(rate_ppm: int) -> bool:
        paid = build(
            shape.principal_minor,
            rate_ppm,
            start_on,
            dates,
            shape.method,
            product.day_count,
            product.rounding,
            product.installment_fee_minor,
        )
        return sum(part.total_minor * discount[part.nominal_on] for part in paid) <= net

    if fits(wanted_rate_ppm):
        return wanted_rate_ppm
    low, high = 0, wanted_rate_ppm
    if not fits(low):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
