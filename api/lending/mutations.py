"""Mutations of lending's origination."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.credit.types import ApplicantFactsInput
from api.errors import (
    Busy,
    IdempotencyConflict,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    StepRequired,
    WrongState,
)
from api.lending.errors import AmountOutOfRange, MethodNotOffered, ProductNotOpen, RateAboveCeiling, TermNotOffered
from api.loan import Loan, the_loan
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from domain.lending.commands.application import ApplyForLoan, Party, apply_for_loan
from domain.lending.commands.offer import decline_offer, withdraw_application
from domain.lending.commands.underwriting import ReviewOutcome, review_application
from domain.lending.models import Purpose
from domain.lending.rules.schedule import Frequency, RepaymentMethod


@strawberry.input(description="Somebody who owes or guarantees beside the borrower.")
class LoanPartyInput:
    """Somebody who owes or guarantees beside the borrower."""

    name: str = strawberry.field(description="The full name, 1 to 200 characters.")
    member_id: strawberry.ID | None = strawberry.field(
        default=None, description="Their account, if they have one; they must then accept the contract, too."
    )


@strawberry.input(description="An application for a loan.")
class ApplyForLoanInput:
    """An application for a loan."""

    product_id: strawberry.ID = strawberry.field(description="The product; it must take applications.")
    amount: money.MoneyInput = strawberry.field(description="The amount, within the product's minimum and maximum.")
    installment_count: int = strawberry.field(description="The term, in periods of the frequency.")
    frequency: Frequency = strawberry.field(description="How often installments fall due.")
    method: RepaymentMethod = strawberry.field(description="How principal and interest are spread.")
    purpose: Purpose = strawberry.field(description="What the money is for.")
    title: str = strawberry.field(description="A title for lenders, 1 to 120 characters.")
    facts: ApplicantFactsInput = strawberry.field(description="What only you know.")
    bank_account_id: strawberry.ID = strawberry.field(description="Your bank account, to which the loan is paid out.")
    mandate_id: strawberry.ID | None = strawberry.field(
        default=None, description="Your mandate to collect by; it can also be given when the offer is accepted."
    )
    co_borrowers: list[LoanPartyInput] = strawberry.field(
        default_factory=list, description="Who owes it with you; at most 5."
    )
    guarantors: list[LoanPartyInput] = strawberry.field(
        default_factory=list, description="Who guarantees it; at most 5."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The application was decided, or waits for an operator: see the loan's status.")
class ApplyForLoanPayload:
    """The application was decided, or waits for an operator."""

    loan: Loan = strawberry.field(description="The loan: OFFERED, UNDER_REVIEW or REJECTED.")
    replayed: bool = strawberry.field(description=REPLAYED)


ApplyForLoanResult = Annotated[
    ApplyForLoanPayload
    | StepRequired
    | ProductNotOpen
    | AmountOutOfRange
    | TermNotOffered
    | MethodNotOffered
    | LimitReached
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("ApplyForLoanResult", description="The application, or why it was not taken."),
]


@strawberry.input(description="An operator's decision about an application.")
class ReviewApplicationInput:
    """An operator's decision about an application."""

    loan_id: strawberry.ID = strawberry.field(description="The loan, UNDER_REVIEW.")
    outcome: ReviewOutcome = strawberry.field(description="What is decided.")
    reason: str = strawberry.field(description="What the applicant is told, 1 to 300 characters.")
    note: str | None = strawberry.field(default=None, description="For operators only, at most 1,000 characters.")


@strawberry.type(description="The application is decided.")
class ReviewApplicationPayload:
    """The application is decided."""

    loan: Loan = strawberry.field(description="The loan: OFFERED or REJECTED.")


ReviewApplicationResult = Annotated[
    ReviewApplicationPayload | RateAboveCeiling | WrongState | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("ReviewApplicationResult", description="The decision, or why it was not taken."),
]


@strawberry.input(description="An offer that is not wanted.")
class DeclineOfferInput:
    """An offer that is not wanted."""

    loan_id: strawberry.ID = strawberry.field(description="Your loan, OFFERED.")


@strawberry.type(description="The offer is declined.")
class DeclineOfferPayload:
    """The offer is declined."""

    loan: Loan = strawberry.field(description="The loan, DECLINED.")


DeclineOfferResult = Annotated[
    DeclineOfferPayload | WrongState | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("DeclineOfferResult", description="The loan, or why not."),
]


@strawberry.input(description="An application that is taken back.")
class WithdrawApplicationInput:
    """An application that is taken back."""

    loan_id: strawberry.ID = strawberry.field(description="Your loan, UNDER_REVIEW or OFFERED.")


@strawberry.type(description="The application is withdrawn.")
class WithdrawApplicationPayload:
    """The application is withdrawn."""

    loan: Loan = strawberry.field(description="The loan, WITHDRAWN.")


WithdrawApplicationResult = Annotated[
    WithdrawApplicationPayload | WrongState | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("WithdrawApplicationResult", description="The loan, or why not."),
]


@strawberry.type
class LendingMutation:
    """Applications, reviews, offers."""

    @mutation(
        "Apply for a loan. The scorecard decides at once; some applications wait for an operator. A rejection is a loan "
        "with reasons, not an error. Needs the scope BORROW."
    )
    async def apply_for_loan(self, info: Info, input: ApplyForLoanInput) -> ApplyForLoanResult:
        """Apply for a loan."""
        request = ApplyForLoan(
            idempotency_key=input.idempotency_key,
            product_id=parse_id("product", input.product_id, "productId"),
            amount=input.amount.positive("amount"),
            installment_count=input.installment_count,
            frequency=input.frequency,
            method=input.method,
            purpose=input.purpose,
            title=input.title,
            facts=input.facts.stated(),
            bank_account_id=parse_id("account", input.bank_account_id, "bankAccountId"),
            mandate_id=parse_id("mandate", input.mandate_id, "mandateId") if input.mandate_id else None,
            co_borrowers=_parties(input.co_borrowers, "coBorrowers"),
            guarantors=_parties(input.guarantors, "guarantors"),
        )
        applied = await apply_for_loan(info.context.actor, request)
        return ApplyForLoanPayload(loan=the_loan(info.context, applied.loan_id), replayed=applied.replayed)

    @mutation("Decide an application under review, not your own. Operators with the scope REVIEW.")
    async def review_application(self, info: Info, input: ReviewApplicationInput) -> ReviewApplicationResult:
        """Decide an application under review."""
        loan_id = parse_id("loan", input.loan_id, "loanId")
        await review_application(info.context.actor, loan_id, input.outcome, input.reason, input.note)
        return ReviewApplicationPayload(loan=the_loan(info.context, loan_id))

    @mutation("Decline an offer; again changes nothing. Needs the scope BORROW.")
    async def decline_offer(self, info: Info, input: DeclineOfferInput) -> DeclineOfferResult:
        """Decline an offer."""
        loan_id = parse_id("loan", input.loan_id, "loanId")
        await decline_offer(info.context.actor, loan_id)
        return DeclineOfferPayload(loan=the_loan(info.context, loan_id))

    @mutation("Take an application back; again changes nothing. Needs the scope BORROW.")
    async def withdraw_application(self, info: Info, input: WithdrawApplicationInput) -> WithdrawApplicationResult:
        """Take an application back."""
        loan_id = parse_id("loan", input.loan_id, "loanId")
        await withdraw_application(info.context.actor, loan_id)
        return WithdrawApplicationPayload(loan=the_loan(info.context, loan_id))


def _parties(parties: list[LoanPartyInput], path: str) -> list[Party]:
    return [
        Party(
            name=party.name,
            user_id=parse_id("member", party.member_id, path, "memberId") if party.member_id else None,
        )
        for party in parties
    ]
