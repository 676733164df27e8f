"""Mutations of servicing: paying by hand, settling early; write-off and recovery by operators."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.engine import existing
from api.errors import Busy, IdempotencyConflict, InsufficientFunds, InvalidInput, NotAllowed, NotFound, WrongState
from api.lending.servicing_errors import (
    CollectionPending,
    PayoffChanged,
    PrepaymentNotAllowed,
    PrepaymentTooSmall,
    RepaymentTooLarge,
)
from api.lending.servicing_types import Repayment
from api.loan import Loan, the_loan
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from domain.lending.commands import (
    PayOffLoan,
    RecordRecovery,
    Repaid,
    RepayLoan,
    WriteOffLoan,
    pay_off,
    record_recovery,
    repay_loan,
    write_off,
)


@strawberry.input(description="A payment by hand, from your wallet.")
class RepayLoanInput:
    """A payment by hand."""

    loan_id: strawberry.ID = strawberry.field(
        description="A loan that you owe, alone or with others: ACTIVE, DEFAULTED or WRITTEN_OFF."
    )
    amount: money.MoneyInput = strawberry.field(
        description="At most what settles the loan. What is due is paid first; what is beyond prepays a part of the rest."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The payment is distributed.")
class RepayLoanPayload:
    """The payment is distributed."""

    loan: Loan = strawberry.field(description="The loan after it; CLOSED if nothing is open any more.")
    repayment: Repayment = strawberry.field(description="The payment.")
    replayed: bool = strawberry.field(description=REPLAYED)


RepayLoanResult = Annotated[
    RepayLoanPayload
    | CollectionPending
    | RepaymentTooLarge
    | PrepaymentNotAllowed
    | PrepaymentTooSmall
    | InsufficientFunds
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("RepayLoanResult", description="The payment, or why it was not taken."),
]


@strawberry.input(description="An early settlement, from your wallet.")
class PayOffLoanInput:
    """An early settlement."""

    loan_id: strawberry.ID = strawberry.field(
        description="A loan that you owe, alone or with others: ACTIVE, DEFAULTED or WRITTEN_OFF."
    )
    expected: money.MoneyInput = strawberry.field(description="The total of `servicing.payoff` as you have seen it.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The loan is settled.")
class PayOffLoanPayload:
    """The loan is settled."""

    loan: Loan = strawberry.field(description="The loan, CLOSED.")
    repayment: Repayment = strawberry.field(description="The payment.")
    replayed: bool = strawberry.field(description=REPLAYED)


PayOffLoanResult = Annotated[
    PayOffLoanPayload
    | PayoffChanged
    | CollectionPending
    | InsufficientFunds
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("PayOffLoanResult", description="The settlement, or why it was not taken."),
]


@strawberry.input(description="A loan that is given up.")
class WriteOffLoanInput:
    """A loan that is given up."""

    loan_id: strawberry.ID = strawberry.field(description="The loan, DEFAULTED.")
    reason: str = strawberry.field(description="Why, for the borrower and operators; 1 to 300 characters.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The loan is written off.")
class WriteOffLoanPayload:
    """The loan is written off."""

    loan: Loan = strawberry.field(description="The loan, WRITTEN_OFF. The claim stays; what is recovered reduces it.")
    replayed: bool = strawberry.field(description=REPLAYED)


WriteOffLoanResult = Annotated[
    WriteOffLoanPayload | WrongState | InvalidInput | NotFound | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("WriteOffLoanResult", description="The loan, or why it was not written off."),
]


@strawberry.input(description="Recovered money, which is in the borrower's wallet (from suspense: assign it first).")
class RecordRecoveryInput:
    """Recovered money."""

    loan_id: strawberry.ID = strawberry.field(description="The loan, DEFAULTED or WRITTEN_OFF.")
    amount: money.MoneyInput = strawberry.field(
        description="How much; what the loan does not owe, or cannot take, stays in the borrower's wallet."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The recovery is distributed.")
class RecordRecoveryPayload:
    """The recovery is distributed."""

    loan: Loan = strawberry.field(description="The loan after it.")
    repayment: Repayment = strawberry.field(description="What was distributed.")
    replayed: bool = strawberry.field(description=REPLAYED)


RecordRecoveryResult = Annotated[
    RecordRecoveryPayload
    | CollectionPending
    | RepaymentTooLarge
    | PrepaymentNotAllowed
    | PrepaymentTooSmall
    | InsufficientFunds
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("RecordRecoveryResult", description="The recovery, or why it was not distributed."),
]


@strawberry.type
class ServicingMutation:
    """Repayments by hand, write-offs, recoveries."""

    @mutation(
        "Pay a loan that you owe, as borrower or co-borrower, from your wallet: what is due first, oldest first; what is "
        "beyond pays interest to today and then principal to come, so that later installments become smaller. Needs the scope BORROW."
    )
    async def repay_loan(self, info: Info, input: RepayLoanInput) -> RepayLoanResult:
        """Pay a loan of yours."""
        request = RepayLoan(
            idempotency_key=input.idempotency_key,
            loan_id=parse_id("loan", input.loan_id, "loanId"),
            amount=input.amount.positive("amount"),
        )
        repaid = await repay_loan(info.context.actor, request)
        loan, repayment = _after(info, repaid)
        return RepayLoanPayload(loan=loan, repayment=repayment, replayed=repaid.replayed)

    @mutation(
        "Settle a loan that you owe, as borrower or co-borrower, early, from your wallet, with interest up to today. "
        "The figure changes every day at 24:00 and with every payment. Needs the scope BORROW."
    )
    async def pay_off_loan(self, info: Info, input: PayOffLoanInput) -> PayOffLoanResult:
        """Settle a loan of yours early."""
        request = PayOffLoan(
            idempotency_key=input.idempotency_key,
            loan_id=parse_id("loan", input.loan_id, "loanId"),
            expected=input.expected.positive("expected"),
        )
        repaid = await pay_off(info.context.actor, request)
        loan, repayment = _after(info, repaid)
        return PayOffLoanPayload(loan=loan, repayment=repayment, replayed=repaid.replayed)

    @mutation("Give up a loan in default: nothing is collected any more. Operators with the scope COLLECT.")
    async def write_off_loan(self, info: Info, input: WriteOffLoanInput) -> WriteOffLoanResult:
        """Give up a loan in default."""
        request = WriteOffLoan(
            idempotency_key=input.idempotency_key,
            loan_id=parse_id("loan", input.loan_id, "loanId"),
            reason=input.reason,
        )
        done = await write_off(info.context.actor, request)
        return WriteOffLoanPayload(loan=the_loan(info.context, done.loan_id), replayed=done.replayed)

    @mutation("Distribute what was recovered of a loan to its lenders. Operators with the scope COLLECT.")
    async def record_recovery(self, info: Info, input: RecordRecoveryInput) -> RecordRecoveryResult:
        """Distribute what was recovered."""
        request = RecordRecovery(
            idempotency_key=input.idempotency_key,
            loan_id=parse_id("loan", input.loan_id, "loanId"),
            amount=input.amount.positive("amount"),
        )
        repaid = await record_recovery(info.context.actor, request)
        loan, repayment = _after(info, repaid)
        return RecordRecoveryPayload(loan=loan, repayment=repayment, replayed=repaid.replayed)


def _after(info: Info, repaid: Repaid) -> tuple[Loan, Repayment]:
    return the_loan(info.context, repaid.loan_id), existing(info.context, Repayment, repaid.repayment_id)
