"""Paying by hand from the wallet, as borrower or co-borrower: what is due, a part in advance, or everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import Account, AccountKind
from domain.lending.commands.desk import Desk, open_desk
from domain.lending.commands.distribution import Payment, distribute
from domain.lending.commands.transitions import lock_loan, require
from domain.lending.errors import (
    CollectionPending,
    PayoffChanged,
    PrepaymentNotAllowed,
    PrepaymentTooSmall,
    RepaymentTooLarge,
)
from domain.lending.models import CollectionStatus, LoanStatus, RepaymentSource
from domain.lending.rules.servicing import (
    Paid,
    ServicedLoan,
    accrue_late,
    accrued_minor,
    earned,
    pay,
    payoff_figure,
    prepay,
    total_open,
)
from domain.shared import clock, db
from domain.shared.actor import Actor, Scope
from domain.shared.db import Row
from domain.shared.errors import InsufficientFunds, InvalidInput, NotFound
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money

OWING = (LoanStatus.ACTIVE, LoanStatus.DEFAULTED, LoanStatus.WRITTEN_OFF)


@dataclass(frozen=True, kw_only=True)
class RepayLoan(Request):
    """Pay an amount of a loan that one owes, alone or with others, from one's wallet."""

    loan_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class PayOffLoan(Request):
    """Settle a loan that one owes from one's wallet. `expected`: the payoff figure that was shown."""

    loan_id: UUID
    expected: Money


@dataclass(frozen=True, kw_only=True)
class Repaid(Result):
    """A repayment that was distributed, and the status the loan has after it."""

    repayment_id: UUID
    loan_id: UUID
    amount: Money
    loan_status: LoanStatus


@idempotent(Repaid, Scope.BORROW)
async def repay_loan(actor: Actor, request: RepayLoan) -> Repaid:
    """Pay what is due, oldest first; what is beyond is a part prepayment: interest to today, then principal to come.

    Raises `NotFound`, `WrongState`, `CollectionPending`, `InvalidInput`, `RepaymentTooLarge`, `PrepaymentNotAllowed`,
    `PrepaymentTooSmall`, `InsufficientFunds`.
    """
    desk, today = await _own_loan(actor, request.loan_id)
    return await pay_from_wallet(desk, actor.user_id, request.amount, RepaymentSource.MANUAL, today)


@idempotent(Repaid, Scope.BORROW)
async def pay_off(actor: Actor, request: PayOffLoan) -> Repaid:
    """Pay all that is due, the principal to come, and its interest to today: the loan closes.

    Raises `NotFound`, `WrongState`, `CollectionPending`, `InsufficientFunds`, and `PayoffChanged` if another amount
    settles the loan now than was expected: it is a figure of one day.
    """
    desk, today = await _own_loan(actor, request.loan_id)
    (loan,) = desk.loans.values()
    total = Money(payoff_figure(loan, today).total_minor, loan.currency)
    if total != request.expected:
        raise PayoffChanged(total=total, valid_until=clock.end_of(today), path=("expected",))
    return await pay_from_wallet(desk, actor.user_id, total, RepaymentSource.PAYOFF, today)


async def _own_loan(actor: Actor, loan_id: UUID) -> tuple[Desk, date]:
    row = await lock_loan(loan_id)
    owes = await db.fetch_value(
        """select exists (select from lending.loan_parties
            where loan_id = $1 and user_id = $2 and role in ('BORROWER', 'CO_BORROWER'))""",
        loan_id, actor.user_id,
    )  # fmt: skip
    if not owes:
        raise NotFound(path=("loanId",))
    return await open_owing(row, actor.user_id)


async def open_owing(row: Row, payer: UUID) -> tuple[Desk, date]:
    """Put a loan (its locked row) that owes something on the desk, with late interest up to today, which is returned too.

    Raises `WrongState`, and `CollectionPending` while a direct debit is on its way.
    """
    require(row, *OWING)
    pending = await db.fetch_value(
        "select amount_minor from lending.collections where loan_id = $1 and status = $2",
        row["id"], CollectionStatus.PENDING.value,
    )  # fmt: skip
    if pending is not None:
        raise CollectionPending(amount=Money(pending, row["currency"]), path=("loanId",))
    desk, today = await open_desk([row], payer), await clock.today()
    accrue_late(desk.loans[row["id"]], today)
    return desk, today


async def pay_from_wallet(desk: Desk, payer: UUID, amount: Money, source: RepaymentSource, on: date) -> Repaid:
    """Pay the one loan on the desk from the wallet of one who owes it. Raises what `repay_loan` raises about amounts."""
    (loan,) = desk.loans.values()
    wallet = accounts.user(AccountKind.AVAILABLE, payer, loan.currency)
    check_amount(desk, wallet, amount, source, on)
    payment = Payment(loan=loan, source=source, parts=_put(loan, amount.amount_minor, on), paid_from=wallet)
    await distribute(desk, [payment], on)
    status = LoanStatus(desk.rows[loan.id]["status"])
    return Repaid(repayment_id=payment.id, loan_id=loan.id, amount=amount, loan_status=status)


def check_amount(desk: Desk, wallet: Account, amount: Money, source: RepaymentSource, on: date) -> None:
    """Whether an amount can be paid of the one loan on the desk from a wallet; raises the refusal if not."""
    (loan,) = desk.loans.values()
    if amount.currency != loan.currency or amount.amount_minor <= 0:
        raise InvalidInput(reason=f"The amount must be in {loan.currency} and above zero.", path=("amount",))
    whole, due = payoff_figure(loan, on).total_minor, total_open(earned(loan, on))
    if amount.amount_minor > whole:
        raise RepaymentTooLarge(maximum=Money(whole, loan.currency), path=("amount",))
    if due < amount.amount_minor < whole:
        _check_prepayment(loan, amount.amount_minor, due, source, on)
    available = Money(desk.balances[wallet], loan.currency)
    if available < amount:
        raise InsufficientFunds(available=available, needed=amount, path=("amount",))


def _check_prepayment(loan: ServicedLoan, amount_minor: int, due_minor: int, source: RepaymentSource, on: date) -> None:
    due = Money(due_minor, loan.currency)
    if not loan.product.prepayment_allowed and source is RepaymentSource.MANUAL:
        raise PrepaymentNotAllowed(maximum=due, path=("amount",))
    minimum = due_minor + accrued_minor(loan, on) + 1
    if amount_minor < minimum:
        raise PrepaymentTooSmall(due=due, minimum=Money(minimum, loan.currency), path=("amount",))


def _put(loan: ServicedLoan, amount_minor: int, on: date) -> Sequence[Paid]:
    due = earned(loan, on)
    for_due = min(amount_minor, total_open(due))
    parts = pay(loan, for_due, due, on)
    return [*parts, *prepay(loan, amount_minor - for_due, on)] if amount_minor > for_due else parts
