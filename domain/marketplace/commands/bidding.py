"""Bidding. The batch is the unit: one bid is a batch of one, and bids of several lenders can share a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.marketplace.commands import desk, taking
from domain.marketplace.rules import bidding as rules
from domain.marketplace.rules.bidding import BidRequest, Taken
from domain.shared import clock, errors
from domain.shared.actor import Actor, Scope
from domain.shared.errors import DomainError, InvalidInput
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money

MAX_BATCH = 100


@dataclass(frozen=True, kw_only=True)
class BidOrder:
    """A bid as a lender asks for it. `acknowledged_document_ids` must hold the risk warning in force.

    `allow_partial`: take what is left if that is less. `client_reference`: the lender's own note, at most 80 characters.
    """

    loan_id: UUID
    amount: Money
    allow_partial: bool = True
    acknowledged_document_ids: list[UUID] = field(default_factory=list)
    client_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlaceBid(Request):
    """One bid."""

    bid: BidOrder


@dataclass(frozen=True, kw_only=True)
class PlaceBids(Request):
    """1 to 100 bids, decided in this order."""

    bids: list[BidOrder]


@dataclass(frozen=True, kw_only=True)
class PlacedBid(Result):
    """The bid that was taken; less than was asked for if less was left."""

    bid_id: UUID
    loan_id: UUID
    amount: Money
    is_partial: bool


@dataclass(frozen=True, kw_only=True)
class BidOutcome:
    """What became of one bid of a batch: it was taken (`bid_id`, `amount`), or `refused` says why not."""

    loan_id: UUID
    bid_id: UUID | None = None
    amount: Money | None = None
    is_partial: bool = False
    refused: dict[str, Any] | None = None

    @property
    def refusal(self) -> DomainError | None:
        """Why it was not taken."""
        return None if self.refused is None else errors.load(self.refused)


@dataclass(frozen=True, kw_only=True)
class PlacedBids(Result):
    """What became of each bid, in the order given."""

    outcomes: list[BidOutcome]


@idempotent(PlacedBid)
async def place_bid(actor: Actor, request: PlaceBid) -> PlacedBid:
    """Bid on a loan: the amount is held until the loan closes or comes to nothing.

    Raises what stands against it: `NotFound`, `InvalidInput`, `LoanNotOpen`, `OwnLoan`, `StepRequired`,
    `DocumentsNotAcknowledged`, `RemainingTooSmall`, `BidBelowMinimum`, `BidNotInLots`, `LimitReached`,
    `InsufficientFunds`; and `NotAllowed`.
    """
    actor.require(Scope.LEND)
    ((outcome, bid_id),) = await place([_request(actor, request.bid)])
    if isinstance(outcome, DomainError):
        raise outcome
    assert bid_id is not None
    return PlacedBid(bid_id=bid_id, loan_id=request.bid.loan_id, amount=outcome.amount, is_partial=outcome.is_partial)


@idempotent(PlacedBids)
async def place_bids(actor: Actor, request: PlaceBids) -> PlacedBids:
    """Place 1 to 100 bids at once: each is taken or refused for itself, as `place_bid` would in this order.

    Raises `NotAllowed`, and `InvalidInput` for an empty or too long list; every other refusal is an outcome.
    """
    actor.require(Scope.LEND)
    if not 1 <= len(request.bids) <= MAX_BATCH:
        raise InvalidInput(reason=f"Place 1 to {MAX_BATCH} bids at once.", path=("bids",))
    placed = await place([_request(actor, order) for order in request.bids])
    return PlacedBids(outcomes=[_outcome(order, *one) for order, one in zip(request.bids, placed, strict=True)])


async def place(requests: Sequence[BidRequest]) -> list[tuple[Taken | DomainError, UUID | None]]:
    """Lock, decide, write and announce bids of any lenders, in the caller's transaction: outcomes with bid ids, in order."""
    loaded = await desk.load(requests)
    outcomes = rules.decide(loaded, requests, await clock.now())
    bid_ids = iter(await taking.write(loaded, [outcome for outcome in outcomes if isinstance(outcome, Taken)]))
    return [(outcome, next(bid_ids) if isinstance(outcome, Taken) else None) for outcome in outcomes]


def _request(actor: Actor, order: BidOrder) -> BidRequest:
    return BidRequest(
        lender_id=actor.user_id,
        loan_id=order.loan_id,
        amount=order.amount,
        allow_partial=order.allow_partial,
        acknowledged=frozenset(order.acknowledged_document_ids),
        client_reference=order.client_reference,
    )


def _outcome(order: BidOrder, outcome: Taken | DomainError, bid_id: UUID | None) -> BidOutcome:
    if isinstance(outcome, DomainError):
        return BidOutcome(loan_id=order.loan_id, refused=errors.dump(outcome))
    return BidOutcome(loan_id=order.loan_id, bid_id=bid_id, amount=outcome.amount, is_partial=outcome.is_partial)
