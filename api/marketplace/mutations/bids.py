"""Placing and withdrawing bids."""

from typing import Annotated

import strawberry

from api import errors, money
from api.context import Info
from api.engine import existing
from api.errors import (
    Busy,
    IdempotencyConflict,
    InsufficientFunds,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    StepRequired,
    WrongState,
)
from api.loan import Loan, the_loan
from api.marketplace.errors import (
    BidBelowMinimum,
    BidBinding,
    BidNotInLots,
    DocumentsNotAcknowledged,
    LoanNotOpen,
    OwnLoan,
    RemainingTooSmall,
)
from api.marketplace.types import Bid
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from api.payments.wallet import Wallet
from domain.marketplace import commands
from domain.marketplace.commands import BidOrder, PlacedBid
from domain.shared import errors as domain
from domain.shared import money as domain_money

MOST_DOCUMENTS = 20


@strawberry.input(description="A bid: a part of a loan you want to fund. It binds you, and its amount is held.")
class BidInput:
    """A bid."""

    loan_id: strawberry.ID = strawberry.field(description="The loan.")
    amount: money.MoneyInput = strawberry.field(
        description="How much: a multiple of the loan's lot and at least its minimum bid, or all that is left."
    )
    allow_partial: bool = strawberry.field(
        default=True, description="Whether to take what is left if that is less; else the bid is refused."
    )
    acknowledged_document_ids: list[strawberry.ID] = strawberry.field(
        description="The documents you have read: must name the risk warning in force; at most 20."
    )
    client_reference: str | None = strawberry.field(
        default=None, description="A note of your own on the bid, 1 to 80 characters; others do not see it."
    )

    def order(self, *path: str) -> BidOrder:
        """The bid as the domain has it. Raises `InvalidInput`."""
        if len(self.acknowledged_document_ids) > MOST_DOCUMENTS:
            reason = f"Acknowledge at most {MOST_DOCUMENTS} documents."
            raise domain.InvalidInput(reason=reason, path=(*path, "acknowledgedDocumentIds"))
        return BidOrder(
            loan_id=parse_id("loan", self.loan_id, *path, "loanId"),
            amount=self.amount.positive(*path, "amount"),
            allow_partial=self.allow_partial,
            acknowledged_document_ids=[
                parse_id("document", id_, *path, "acknowledgedDocumentIds") for id_ in self.acknowledged_document_ids
            ],
            client_reference=self.client_reference,
        )


@strawberry.input(description="The bid to place.")
class PlaceBidInput(BidInput):
    """The bid to place."""

    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The bid is placed and its amount held.")
class PlaceBidPayload:
    """The bid is placed."""

    placed: strawberry.Private[PlacedBid]
    partial: bool = strawberry.field(description="Whether less was taken than asked for, because less was left.")
    replayed: bool = strawberry.field(description=REPLAYED)

    @strawberry.field(description="The bid.")
    def bid(self, info: Info) -> Bid:
        """The bid."""
        if self.placed.row is not None:
            return Bid(row=self.placed.row)
        return existing(info.context, Bid, self.placed.bid_id)

    @strawberry.field(description="The loan.")
    def loan(self, info: Info) -> Loan:
        """The loan."""
        return the_loan(info.context, self.placed.loan_id)

    @strawberry.field(description="Your wallet in the loan's currency.")
    def wallet(self, info: Info) -> Wallet:
        """The lender's wallet."""
        return _wallet(info, self.placed.amount)

    @classmethod
    def of(cls, placed: PlacedBid) -> "PlaceBidPayload":
        """The answer to a bid that was taken."""
        return cls(placed=placed, partial=placed.is_partial, replayed=placed.replayed)


PlaceBidResult = Annotated[
    PlaceBidPayload
    | LoanNotOpen
    | OwnLoan
    | BidBelowMinimum
    | BidNotInLots
    | RemainingTooSmall
    | InsufficientFunds
    | LimitReached
    | StepRequired
    | DocumentsNotAcknowledged
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("PlaceBidResult", description="The bid is placed, or why not."),
]


@strawberry.input(description="The bids to place, decided in this order.")
class PlaceBidsInput:
    """The bids to place."""

    bids: list[BidInput] = strawberry.field(description="1 to 100 bids, on the same or on several loans.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="Every bid was decided by itself.")
class PlaceBidsPayload:
    """Every bid was decided by itself."""

    results: list[PlaceBidResult] = strawberry.field(
        description="What happened to each bid, in the order given; a `path` begins at the bid."
    )
    wallet: Wallet = strawberry.field(description="Your wallet in the currency of the first bid.")
    replayed: bool = strawberry.field(description=REPLAYED)


PlaceBidsResult = Annotated[
    PlaceBidsPayload | InvalidInput | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("PlaceBidsResult", description="The bids were decided, or why none was."),
]


@strawberry.input(description="The bid to take back.")
class WithdrawBidInput:
    """The bid to take back."""

    bid_id: strawberry.ID = strawberry.field(description="The bid.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The bid is taken back and its amount available again.")
class WithdrawBidPayload:
    """The bid is taken back."""

    bid: Bid = strawberry.field(description="The bid.")
    wallet: Wallet = strawberry.field(description="Your wallet in the loan's currency.")
    replayed: bool = strawberry.field(description=REPLAYED)


WithdrawBidResult = Annotated[
    WithdrawBidPayload
    | BidBinding
    | LoanNotOpen
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("WithdrawBidResult", description="The bid is taken back, or why not."),
]


def _wallet(info: Info, amount: domain_money.Money) -> Wallet:
    return Wallet(user_id=info.context.actor.user_id, currency=money.Currency(amount.currency))


@strawberry.type
class BidMutation:
    """Placing and withdrawing bids."""

    @mutation("Bid on a loan: the amount is held until the loan closes or comes to nothing. Needs the scope LEND.")
    async def place_bid(self, info: Info, input: PlaceBidInput) -> PlaceBidResult:
        """Bid on a loan."""
        request = commands.PlaceBid(bid=input.order(), idempotency_key=input.idempotency_key)
        return PlaceBidPayload.of(await commands.place_bid(info.context.actor, request))

    @mutation(
        "Place up to 100 bids at once. Each is taken or refused by itself, in the order given. Needs the scope LEND."
    )
    async def place_bids(self, info: Info, input: PlaceBidsInput) -> PlaceBidsResult:
        """Place up to 100 bids."""
        if len(input.bids) > commands.MAX_BATCH:
            raise domain.InvalidInput(reason=f"Place 1 to {commands.MAX_BATCH} bids at once.", path=("bids",))
        bids = [one.order("bids", str(number)) for number, one in enumerate(input.bids)]
        request = commands.PlaceBids(bids=bids, idempotency_key=input.idempotency_key)
        placed = await commands.place_bids(info.context.actor, request)
        return PlaceBidsPayload(
            results=[_result(outcome, placed.replayed) for outcome in placed.outcomes],
            wallet=_wallet(info, bids[0].amount),
            replayed=placed.replayed,
        )

    @mutation(
        "Take a bid back, while it is revocable and the loan takes bids; see `Bid.revocableUntil`. Needs the scope LEND."
    )
    async def withdraw_bid(self, info: Info, input: WithdrawBidInput) -> WithdrawBidResult:
        """Take a bid back."""
        request = commands.WithdrawBid(
            bid_id=parse_id("bid", input.bid_id, "bidId"), idempotency_key=input.idempotency_key
        )
        withdrawn = await commands.withdraw_bid(info.context.actor, request)
        return WithdrawBidPayload(
            bid=existing(info.context, Bid, withdrawn.bid_id),
            wallet=_wallet(info, withdrawn.amount),
            replayed=withdrawn.replayed,
        )


def _result(outcome: commands.BidOutcome, replayed: bool) -> PlaceBidResult:
    if outcome.refusal is not None:
        refused: PlaceBidResult = errors.show(outcome.refusal)  # type: ignore[assignment]  # refusals of bids are members
        return refused
    assert outcome.bid_id is not None and outcome.amount is not None, "a bid that is not refused is placed"
    return PlaceBidPayload.of(
        PlacedBid(
            bid_id=outcome.bid_id,
            loan_id=outcome.loan_id,
            amount=outcome.amount,
            is_partial=outcome.is_partial,
            replayed=replayed,
        )
    )
