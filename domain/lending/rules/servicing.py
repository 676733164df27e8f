"""A loan that is being repaid, as its rows say, and what a payment changes in it.

The state is plain data that commands load, change by these rules, and write back. Principal that is prepaid, and the
interest paid with it, are kept with the next installment, as due and paid, so that the principal of all installments is
always the loan's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.lending.rules import payoff
from domain.lending.rules.late import late_interest_minor
from domain.lending.rules.payoff import InterestTerms, OpenInstallment, PayoffFigure
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.waterfall import Due, DueKind, allocate

BASE = (DueKind.FEE, DueKind.INTEREST, DueKind.PRINCIPAL)
"""What bears late interest when it is overdue; late interest itself never does."""


@dataclass(slots=True, kw_only=True)
class ServicedInstallment:
    """An installment: what is due of it and what is paid, by kind, in minor units."""

    id: UUID
    number: int
    nominal_on: date
    due_on: date
    due_minor: dict[DueKind, int]
    paid_minor: dict[DueKind, int]
    balance_after_minor: int
    late_accrued_on: date | None
    """The day its late interest is written up to; null: none was written yet."""
    settled_on: date | None
    changed: bool = False
    """Whether it is another one than its row says."""

    def open_minor(self, *kinds: DueKind) -> int:
        """What is not paid of these kinds; of all, if none is named."""
        return sum(self.due_minor[kind] - self.paid_minor[kind] for kind in kinds or DueKind)

    def settle(self, on: date) -> None:
        """Remember the day its last cent was paid, or that something is open (again)."""
        self.changed = True
        self.settled_on = None if self.open_minor() else self.settled_on or on


@dataclass(slots=True, kw_only=True)
class ServicedLoan:
    """A loan with all its installments, by number."""

    id: UUID
    borrower_id: UUID
    currency: str
    product: ProductTerms
    terms: InterestTerms
    late_rate_ppm: int
    disbursed_on: date
    accrued_from_on: date | None
    installments: list[ServicedInstallment]

    def unpaid(self) -> list[ServicedInstallment]:
        """The installments with something open."""
        return [one for one in self.installments if one.settled_on is None]

    def oldest_unpaid_on(self) -> date | None:
        """The earliest due date of which something is open."""
        return min((one.due_on for one in self.unpaid()), default=None)

    def open_minor(self) -> int:
        """What is open of the installments, also of those to come."""
        return sum(one.open_minor() for one in self.installments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a repayment paid of one kind of one installment, in minor units; never zero."""

    installment_id: UUID
    kind: DueKind
    amount_minor: int


def accrue_late(loan: ServicedLoan, on: date) -> None:
    """Write up late interest to a day, for every installment that is past due for longer than the days of grace.

    It counts from the due date, on what was open of it since; what was paid within the days of grace bears none.
    """
    for one in loan.unpaid():
        from_on = one.late_accrued_on or one.due_on
        base = one.open_minor(*BASE)
        if base and on > from_on and (on - one.due_on).days > loan.product.grace_days:
            one.due_minor[DueKind.LATE_INTEREST] += _late(loan, base, from_on, on, one.due_on)
            one.late_accrued_on = on
            one.changed = True


def _late(loan: ServicedLoan, base_minor: int, from_on: date, to_on: date, since_on: date) -> int:
    return late_interest_minor(base_minor, loan.late_rate_ppm, from_on, to_on, loan.terms.rounding, since_on)


def fallen_due(loan: ServicedLoan, on: date) -> list[ServicedInstallment]:
    """Unpaid installments whose due date has come: what is collected."""
    return [one for one in loan.unpaid() if one.due_on <= on]


def earned(loan: ServicedLoan, on: date) -> list[ServicedInstallment]:
    """Unpaid installments whose nominal date has come: their interest is earned, also if it may be paid later."""
    return [one for one in loan.unpaid() if one.nominal_on <= on]


def total_open(installments: Iterable[ServicedInstallment]) -> int:
    """What is open of installments, in minor units."""
    return sum(one.open_minor() for one in installments)


def pay(loan: ServicedLoan, amount_minor: int, installments: Iterable[ServicedInstallment], on: date) -> list[Paid]:
    """Pay what is open of the given installments by the product's waterfall; late interest must be written up before.

    The amount must not exceed what is open of them.
    """
    by_number = {one.number: one for one in installments}
    dues = [Due(one.number, one.due_on, {kind: one.open_minor(kind) for kind in DueKind}) for one in by_number.values()]
    parts, rest = allocate(amount_minor, dues, loan.product.waterfall, loan.product.within_installment_first)
    assert rest == 0, "a loan never gets more than it owes"
    return [_put(by_number[part.installment_number], part.kind, part.amount_minor, on) for part in parts]


def _put(one: ServicedInstallment, kind: DueKind, amount_minor: int, on: date) -> Paid:
    one.paid_minor[kind] += amount_minor
    one.settle(on)
    return Paid(installment_id=one.id, kind=kind, amount_minor=amount_minor)


def opened(loan: ServicedLoan) -> list[OpenInstallment]:
    """What is open of all installments, settled ones with zeros."""
    return [
        OpenInstallment(
            one.number,
            one.nominal_on,
            one.due_on,
            one.open_minor(DueKind.PRINCIPAL),
            one.open_minor(DueKind.INTEREST),
            one.open_minor(DueKind.FEE),
            one.open_minor(DueKind.LATE_INTEREST),
        )
        for one in loan.installments
    ]


def payoff_figure(loan: ServicedLoan, on: date) -> PayoffFigure:
    """What settles the loan on a day; late interest must be written up to it."""
    return payoff.payoff(opened(loan), on, loan.terms, loan.disbursed_on, loan.accrued_from_on)


def accrued_minor(loan: ServicedLoan, on: date) -> int:
    """Interest of the running period to a day: a prepayment on it must be larger."""
    return payoff.accrued_on(opened(loan), on, loan.terms, loan.disbursed_on, loan.accrued_from_on)


def payable(loan: ServicedLoan, amount_minor: int, on: date) -> int:
    """How much of an amount can be paid on a day: all of it, up to the payoff figure, or only what is due.

    Between what is due and that with the interest of the running period there is nothing to pay.
    """
    due, whole = total_open(earned(loan, on)), payoff_figure(loan, on).total_minor
    if due < amount_minor <= due + accrued_minor(loan, on):
        return due
    return min(amount_minor, whole)


def prepay(loan: ServicedLoan, amount_minor: int, on: date) -> list[Paid]:
    """Pay interest to the day and then principal to come; future installments keep their dates and become smaller.

    What is due must be paid before. Raises `ValueError` if the amount does not exceed the interest to the day; it must
    not exceed that and the principal to come.
    """
    change = payoff.prepay(amount_minor, opened(loan), on, loan.terms, loan.disbursed_on, loan.accrued_from_on)
    assert change.rest_minor == 0, "a loan never gets more than it owes"
    by_number = {one.number: one for one in loan.installments}
    for planned in change.installments:
        one = by_number[planned.number]
        due = {
            DueKind.PRINCIPAL: planned.principal_minor,
            DueKind.INTEREST: planned.interest_minor,
            DueKind.FEE: planned.fees_minor,
        }
        one.due_minor |= {kind: minor + one.paid_minor[kind] for kind, minor in due.items()}
        one.balance_after_minor = planned.balance_after_minor
    following = by_number[change.installments[0].number]
    paid = {DueKind.INTEREST: change.interest_minor, DueKind.PRINCIPAL: change.principal_minor}
    parts = []
    for kind, minor in paid.items():
        following.due_minor[kind] += minor
        if minor:
            parts.append(_put(following, kind, minor, on))
    for planned in change.installments:
        by_number[planned.number].settle(on)
    loan.accrued_from_on = on
    return parts


def take_back(loan: ServicedLoan, parts: Iterable[Paid], paid_on: date) -> None:
    """Undo what a repayment of due installments paid: they are unpaid since their due dates, late interest included.

    Late interest that was written up meanwhile, on the smaller amount, is written up for the difference too.
    """
    by_id = {one.id: one for one in loan.installments}
    back: dict[UUID, int] = {}
    for part in parts:
        one = by_id[part.installment_id]
        one.paid_minor[part.kind] -= part.amount_minor
        one.settled_on = None
        one.changed = True
        if part.kind in BASE:
            back[one.id] = back.get(one.id, 0) + part.amount_minor
    for id_, base in back.items():
        one = by_id[id_]
        late = (paid_on - one.due_on).days > loan.product.grace_days
        from_on = paid_on if late else one.due_on
        if one.late_accrued_on is not None and one.late_accrued_on > from_on:
            one.due_minor[DueKind.LATE_INTEREST] += _late(loan, base, from_on, one.late_accrued_on, one.due_on)


def by_kind(parts: Iterable[Paid]) -> Mapping[DueKind, int]:
    """What a repayment paid in all, by kind."""
    totals = dict.fromkeys(DueKind, 0)
    for part in parts:
        totals[part.kind] += part.amount_minor
    return totals


def as_of(loan: ServicedLoan, on: date) -> ServicedLoan:
    """A copy of the loan with its late interest written up to a day, for reading."""
    copies = [replace(one, due_minor=dict(one.due_minor), paid_minor=dict(one.paid_minor)) for one in loan.installments]
    copy = replace(loan, installments=copies)
    accrue_late(copy, on)
    return copy
