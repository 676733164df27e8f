"""What borrowers decide: accepting an offer, taking the smaller loan, declining."""

from typing import Annotated

import strawberry

from api.context import Info
from api.errors import Busy, IdempotencyConflict, InvalidInput, NotAllowed, NotFound, StepRequired, WrongState
from api.identity.errors import DocumentsOutdated
from api.lending.errors import ConsentRequired, MandateRequired, OfferExpired
from api.loan import Loan, the_loan
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from domain.marketplace import commands


@strawberry.input(description="The offer to accept.")
class AcceptOfferInput:
    """The offer to accept."""

    loan_id: strawberry.ID = strawberry.field(description="The loan.")
    accepted_document_ids: list[strawberry.ID] = strawberry.field(
        description="The documents you accept: must name those of the offer; at most 20."
    )
    mandate_id: strawberry.ID | None = strawberry.field(
        default=None, description="The active mandate to collect by, if it is another than the application named."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The loan is listed: lenders may bid.")
class AcceptOfferPayload:
    """The loan is listed."""

    loan: Loan = strawberry.field(description="The loan.")
    replayed: bool = strawberry.field(description=REPLAYED)


AcceptOfferResult = Annotated[
    AcceptOfferPayload
    | OfferExpired
    | ConsentRequired
    | DocumentsOutdated
    | MandateRequired
    | StepRequired
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("AcceptOfferResult", description="The loan is listed, or why not."),
]


@strawberry.input(description="The loan whose smaller amount to take.")
class TakeSmallerLoanInput:
    """The loan whose smaller amount to take."""

    loan_id: strawberry.ID = strawberry.field(description="The loan.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The loan closes with what was bid.")
class TakeSmallerLoanPayload:
    """The loan closes with what was bid."""

    loan: Loan = strawberry.field(description="The loan; `amount` is what will be lent.")
    replayed: bool = strawberry.field(description=REPLAYED)


TakeSmallerLoanResult = Annotated[
    TakeSmallerLoanPayload | WrongState | InvalidInput | NotFound | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("TakeSmallerLoanResult", description="The loan closes with what was bid, or why not."),
]


@strawberry.input(description="The loan to give up.")
class DeclineFundingInput:
    """The loan to give up."""

    loan_id: strawberry.ID = strawberry.field(description="The loan.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The loan does not come about; every hold is released.")
class DeclineFundingPayload:
    """The loan does not come about."""

    loan: Loan = strawberry.field(description="The loan.")
    replayed: bool = strawberry.field(description=REPLAYED)


DeclineFundingResult = Annotated[
    DeclineFundingPayload | WrongState | InvalidInput | NotFound | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("DeclineFundingResult", description="The loan does not come about, or why it still does."),
]


@strawberry.type
class FundingMutation:
    """What borrowers decide about funding."""

    @mutation("Accept an offer and its documents: the loan is listed for lenders to bid on. Needs the scope BORROW.")
    async def accept_offer(self, info: Info, input: AcceptOfferInput) -> AcceptOfferResult:
        """Accept an offer."""
        request = commands.AcceptOffer(
            loan_id=parse_id("loan", input.loan_id, "loanId"),
            accepted_document_ids=[
                parse_id("document", id_, "acceptedDocumentIds") for id_ in input.accepted_document_ids
            ],
            mandate_id=None if input.mandate_id is None else parse_id("mandate", input.mandate_id, "mandateId"),
            idempotency_key=input.idempotency_key,
        )
        listed = await commands.accept_offer(info.context.actor, request)
        return AcceptOfferPayload(loan=the_loan(info.context, listed.loan_id), replayed=listed.replayed)

    @mutation(
        "Take what was bid until the deadline, while the funding is SHORT, until `Funding.decideBy`. "
        "Needs the scope BORROW."
    )
    async def take_smaller_loan(self, info: Info, input: TakeSmallerLoanInput) -> TakeSmallerLoanResult:
        """Take the smaller loan."""
        request = commands.DecideFunding(
            loan_id=parse_id("loan", input.loan_id, "loanId"), idempotency_key=input.idempotency_key
        )
        taken = await commands.take_smaller_loan(info.context.actor, request)
        return TakeSmallerLoanPayload(loan=the_loan(info.context, taken.loan_id), replayed=taken.replayed)

    @mutation("Give a listed or full loan up before it closes: every hold is released. Needs the scope BORROW.")
    async def decline_funding(self, info: Info, input: DeclineFundingInput) -> DeclineFundingResult:
        """Give a loan up."""
        request = commands.DecideFunding(
            loan_id=parse_id("loan", input.loan_id, "loanId"), idempotency_key=input.idempotency_key
        )
        declined = await commands.decline_funding(info.context.actor, request)
        return DeclineFundingPayload(loan=the_loan(info.context, declined.loan_id), replayed=declined.replayed)
