"""Taking a bid back."""

from dataclasses import dataclass
from uuid import UUID

from domain.ledger import commands as ledger
from domain.marketplace import events
from domain.marketplace.errors import BidBinding, LoanNotOpen
from domain.marketplace.models import BidStatus, ListingStatus
from domain.marketplace.wallets import release
from domain.shared import clock, db, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import NotFound, WrongState
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money


@dataclass(frozen=True, kw_only=True)
class WithdrawBid(Request):
    """Which bid to take back."""

    bid_id: UUID


@dataclass(frozen=True, kw_only=True)
class WithdrawnBid(Result):
    """The bid that was taken back, and what is available again."""

    bid_id: UUID
    loan_id: UUID
    amount: Money


@idempotent(WithdrawnBid, Scope.LEND)
async def withdraw_bid(actor: Actor, request: WithdrawBid) -> WithdrawnBid:
    """Take a bid back while the regulatory profile allows it and the loan still takes bids.

    Raises `NotFound`, `WrongState`, `LoanNotOpen`, `BidBinding`, `NotAllowed`.
    """
    own = await db.fetch_one(
        "select loan_id from marketplace.bids where id = $1 and lender_id = $2", request.bid_id, actor.user_id
    )
    if own is None:
        raise NotFound(path=("bidId",))
    loan_id = own["loan_id"]
    listing = (await db.lock("marketplace.listings", [loan_id]))[loan_id]
    bid = (await db.lock("marketplace.bids", [request.bid_id]))[request.bid_id]
    now = await clock.now()
    if bid["status"] != BidStatus.ACTIVE:
        raise WrongState(state=bid["status"], allowed=[BidStatus.ACTIVE.value], path=("bidId",))
    if listing["status"] != ListingStatus.OPEN:
        raise LoanNotOpen(state=listing["status"], path=("bidId",))
    if bid["revocable_until"] is None or now >= bid["revocable_until"]:
        raise BidBinding(revocable_until=bid["revocable_until"], path=("bidId",))
    amount = Money(bid["amount_minor"], bid["currency"])
    await db.execute(
        """with ended as (update marketplace.bids set status = $4, ended_at = $5 where id = $1)
        update marketplace.listings set committed_minor = committed_minor - $3, sequence = sequence + 1,
            lender_count = lender_count - case when exists (select 1 from marketplace.bids b where b.loan_id = $2
                and b.lender_id = $6 and b.status = 'ACTIVE' and b.id <> $1) then 0 else 1 end
        where id = $2""",
        request.bid_id, loan_id, amount.amount_minor, BidStatus.WITHDRAWN.value, now, actor.user_id,
    )  # fmt: skip
    await ledger.post([release(request.bid_id, actor.user_id, amount)])
    await outbox.record([events.bid_withdrawn(request.bid_id, loan_id, actor.user_id, amount)])
    return WithdrawnBid(bid_id=request.bid_id, loan_id=loan_id, amount=amount)
