"""Bidding. The batch is the unit: the bids of all lenders that wait in this process share a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.marketplace.commands import desk, taking
from domain.marketplace.rules import bidding as rules
from domain.marketplace.rules.bidding import BidRequest, Taken
from domain.shared import clock, errors
from domain.shared.actor import Actor, Scope
from domain.shared.db import Row
from domain.shared.errors import DomainError, InvalidInput
from domain.shared.fold import Fold
from domain.shared.idempotency import Call, Operation, Request, Result
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
    """The bid that was taken; less than was asked for if less was left.

    `row`: the bid as its lender sees it (`queries.BIDS`) in the moment in which it was placed; None: it was placed earlier.
    """

    bid_id: UUID
    loan_id: UUID
    amount: Money
    is_partial: bool
    row: Annotated[Row | None, Field(exclude=True)] = field(default=None, compare=False)


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


async def place_bid(actor: Actor, request: PlaceBid) -> PlacedBid:
    """Bid on a loan: the amount is held until the loan closes or comes to nothing.

    Raises what stands against it: `NotFound`, `InvalidInput`, `LoanNotOpen`, `OwnLoan`, `StepRequired`,
    `DocumentsNotAcknowledged`, `RemainingTooSmall`, `BidBelowMinimum`, `BidNotInLots`, `LimitReached`,
    `InsufficientFunds`; and `NotAllowed`, `IdempotencyConflict`, `Busy`.
    """
    placed = await _fold.submit(Call(_PLACE_BID, actor, request), lane=request.bid.loan_id)
    assert isinstance(placed, PlacedBid)
    return placed


async def place_bids(actor: Actor, request: PlaceBids) -> PlacedBids:
    """Place 1 to 100 bids at once: each is taken or refused for itself, as `place_bid` would in this order.

    Raises `NotAllowed`, `IdempotencyConflict`, `Busy`, and `InvalidInput` for an empty or too long list; every other
    refusal is an outcome.
    """
    lane = request.bids[0].loan_id if request.bids else None
    placed = await _fold.submit(Call(_PLACE_BIDS, actor, request), lane, size=len(request.bids))
    assert isinstance(placed, PlacedBids)
    return placed


async def _place(calls: Sequence[Call[Any, Any]]) -> list[PlacedBid | PlacedBids | DomainError]:
    """Lock, decide, write and announce the bids of many calls, in the caller's transaction: the outcome of each call."""
    asked = [_asked(call) for call in calls]
    requests = [request for one in asked if not isinstance(one, DomainError) for request in one]
    loaded = await desk.load(requests)
    decided = rules.decide(loaded, requests, await clock.now())
    rows = iter(await taking.write(loaded, [outcome for outcome in decided if isinstance(outcome, Taken)]))
    placed = iter([_placed(next(rows), one) if isinstance(one, Taken) else one for one in decided])
    return [
        one if isinstance(one, DomainError) else _answer(call.request, [next(placed) for _ in one])
        for call, one in zip(calls, asked, strict=True)
    ]


_PLACE_BID = Operation("place_bid", PlacedBid, Scope.LEND)
_PLACE_BIDS = Operation("place_bids", PlacedBids, Scope.LEND)
_fold: Fold[Any, Any] = Fold(_place)


def _asked(call: Call[Any, Any]) -> list[BidRequest] | DomainError:
    """The bids that a call asks for, or what stands against it whatever they are."""
    request: PlaceBid | PlaceBids = call.request
    orders = [request.bid] if isinstance(request, PlaceBid) else request.bids
    if not 1 <= len(orders) <= MAX_BATCH:
        return InvalidInput(reason=f"Place 1 to {MAX_BATCH} bids at once.", path=("bids",))
    return [_request(call.actor, order) for order in orders]


def _request(actor: Actor, order: BidOrder) -> BidRequest:
    return BidRequest(
        lender_id=actor.user_id,
        loan_id=order.loan_id,
        amount=order.amount,
        allow_partial=order.allow_partial,
        acknowledged=frozenset(order.acknowledged_document_ids),
        client_reference=order.client_reference,
    )


def _placed(row: Row, taken: Taken) -> PlacedBid:
    return PlacedBid(
        bid_id=row["id"], loan_id=row["loan_id"], amount=taken.amount, is_partial=taken.is_partial, row=row
    )


def _answer(
    request: PlaceBid | PlaceBids, outcomes: Sequence[PlacedBid | DomainError]
) -> PlacedBid | PlacedBids | DomainError:
    if isinstance(request, PlaceBid):
        return outcomes[0]
    return PlacedBids(
        outcomes=[_of_batch(order.loan_id, one) for order, one in zip(request.bids, outcomes, strict=True)]
    )


def _of_batch(loan_id: UUID, outcome: PlacedBid | DomainError) -> BidOutcome:
    if isinstance(outcome, DomainError):
        return BidOutcome(loan_id=loan_id, refused=errors.dump(outcome))
    return BidOutcome(loan_id=loan_id, bid_id=outcome.bid_id, amount=outcome.amount, is_partial=outcome.is_partial)
