"""How a listing ends: the borrower's decisions, the deadline, and closing.

What is due is found by stored instants, one listing per transaction, passing over those that somebody else holds: run
twice, late or by several workers, everything happens once. A listing that cannot end is logged, and the others go on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from domain.ledger import commands as ledger
from domain.lending.commands.closing import close, mark_funded, unlist, unwind
from domain.lending.models import LoanStatus
from domain.lending.rules.closing import AcceptedBid
from domain.marketplace import events
from domain.marketplace.models import BidStatus, ListingStatus
from domain.marketplace.wallets import release
from domain.shared import clock, db, outbox, policy
from domain.shared.actor import Actor, Scope
from domain.shared.calendar import calendar
from domain.shared.db import Row
from domain.shared.errors import Busy, NotFound, WrongState
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money

DECISION_WORKING_DAYS = 3
"""How long the borrower may think about the smaller loan, after the deadline."""

S = ListingStatus
EXPIRING = "(status = 'OPEN' and deadline_at <= $1) or (status = 'SHORT' and decide_by <= $1)"
CLOSING = "status = 'FULL' and closes_not_before <= $1"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class DecideFunding(Request):
    """A borrower's decision about the funding of a loan."""

    loan_id: UUID


@dataclass(frozen=True, kw_only=True)
class SmallerLoan(Result):
    """The loan that will close, with less than was asked for."""

    loan_id: UUID
    principal: Money


@dataclass(frozen=True, kw_only=True)
class DeclinedFunding(Result):
    """The loan that will not come about."""

    loan_id: UUID


@idempotent(SmallerLoan, Scope.BORROW)
async def take_smaller_loan(actor: Actor, request: DecideFunding) -> SmallerLoan:
    """Take what was bid until the deadline, at or above the threshold. Possible while SHORT, until `decide_by`.

    Raises `NotFound`, `WrongState`, `NotAllowed`.
    """
    listing = await _own_listing(actor, request.loan_id)
    now = await clock.now()
    if listing["status"] != S.SHORT or now >= listing["decide_by"]:
        raise WrongState(state=listing["status"], allowed=[S.SHORT.value], path=("loanId",))
    await db.execute(
        """update marketplace.listings set status = $2, closes_not_before = $3, sequence = sequence + 1 where id = $1""",
        request.loan_id, S.FULL.value, now + timedelta(hours=policy.active().reflection_hours),
    )  # fmt: skip
    await mark_funded(request.loan_id, listing["committed_minor"])
    return SmallerLoan(loan_id=request.loan_id, principal=Money(listing["committed_minor"], listing["currency"]))


@idempotent(DeclinedFunding, Scope.BORROW)
async def decline_funding(actor: Actor, request: DecideFunding) -> DeclinedFunding:
    """Give a listed or full loan up before it closes: every hold is released.

    Raises `NotFound`, `WrongState`, `NotAllowed`.
    """
    listing = await _own_listing(actor, request.loan_id)
    allowed = [S.OPEN, S.SHORT, S.FULL]
    if listing["status"] not in allowed:
        raise WrongState(state=listing["status"], allowed=[one.value for one in allowed], path=("loanId",))
    await _cancel(listing, LoanStatus.DECLINED, "The borrower declined the funding.")
    return DeclinedFunding(loan_id=request.loan_id)


async def _own_listing(actor: Actor, loan_id: UUID) -> Row:
    listing = (await db.lock("marketplace.listings", [loan_id])).get(loan_id)
    if listing is None or listing["borrower_id"] != actor.user_id:
        raise NotFound(path=("loanId",))
    return listing


async def expire_listings() -> int:
    """At the deadline: SHORT at or above the threshold, else EXPIRED. SHORT and undecided in time: EXPIRED.

    Returns how many listings it changed.
    """
    return await _each(EXPIRING, _expire_one)


async def close_funded() -> int:
    """Close the loans that are full and have rested long enough; returns how many."""
    return await _each(CLOSING, _close_one)


async def _each(condition: str, end: Callable[[UUID], Awaitable[bool]]) -> int:
    """End every listing that is due, each alone; one whose end fails is tried again by the next call."""
    due = await db.fetch(
        f"select id from marketplace.listings where {condition} order by deadline_at, id",  # noqa: S608 - conditions are literals above
        await clock.now(),
    )
    done = 0
    for row in due:
        try:
            done += await end(row["id"])
        except Busy:
            raise
        except Exception:
            log.exception("listing.not_ended", loan_id=str(row["id"]))
    return done


@db.atomic
async def _expire_one(loan_id: UUID) -> bool:
    now = await clock.now()
    listing = await _lock_due(loan_id, EXPIRING, now)
    if listing is None:
        return False
    if listing["status"] == S.OPEN and listing["committed_minor"] >= listing["threshold_minor"]:
        await _offer_smaller_loan(listing, now)
    else:
        await _cancel(listing, LoanStatus.EXPIRED, "Not enough was bid in time.")
    return True


async def _lock_due(loan_id: UUID, condition: str, now: datetime) -> Row | None:
    """The listing, if it is still due and nobody holds it."""
    return await db.fetch_one(
        f"select * from marketplace.listings where id = $2 and ({condition}) for no key update skip locked",  # noqa: S608 - conditions are literals above
        now,
        loan_id,
    )


async def _offer_smaller_loan(listing: Row, now: datetime) -> None:
    last_day = calendar(policy.active().country).add_working_days(clock.on(now), DECISION_WORKING_DAYS)
    decide_by = clock.end_of(last_day)
    await db.execute(
        "update marketplace.listings set status = $2, decide_by = $3, sequence = sequence + 1 where id = $1",
        listing["id"], S.SHORT.value, decide_by,
    )  # fmt: skip
    committed = Money(listing["committed_minor"], listing["currency"])
    await outbox.record([events.funding_short(listing["id"], listing["borrower_id"], committed, decide_by)])


async def _cancel(listing: Row, to: LoanStatus, reason: str) -> None:
    """The loan does not come about: bids RELEASED, every hold back. The listing is locked."""
    loan_id, now = listing["id"], await clock.now()
    await db.execute(
        """update marketplace.listings set status = $2, committed_minor = 0, lender_count = 0, sequence = sequence + 1
        where id = $1""",
        loan_id, S.CANCELLED.value,
    )  # fmt: skip
    bids = await _end_bids(loan_id, BidStatus.RELEASED, now)
    await unlist(loan_id, to, reason)
    amounts = [Money(bid["amount_minor"], bid["currency"]) for bid in bids]
    await ledger.post([release(bid["id"], bid["lender_id"], amount) for bid, amount in zip(bids, amounts, strict=True)])
    await outbox.record(
        [
            events.bid_released(bid["id"], loan_id, bid["lender_id"], amount)
            for bid, amount in zip(bids, amounts, strict=True)
        ]
    )


@db.atomic
async def unwind_funding(loan_id: UUID, reason: str) -> None:
    """The payout failed for good: unwind the loan, and with it the listing and its bids. Again changes nothing.

    The lenders have their money back by lending's mirror postings; the bids became notes, so there are no holds.
    """
    await db.lock("marketplace.listings", [loan_id])  # before the loan, as everywhere
    if not await unwind(loan_id, reason):
        return
    await db.execute(
        """update marketplace.listings set status = $2, committed_minor = 0, lender_count = 0, sequence = sequence + 1
        where id = $1""",
        loan_id, S.CANCELLED.value,
    )  # fmt: skip
    await db.execute(
        "update marketplace.bids set status = $2, ended_at = $3 where loan_id = $1 and status = 'ACCEPTED'",
        loan_id, BidStatus.RELEASED.value, await clock.now(),
    )  # fmt: skip


async def _end_bids(loan_id: UUID, status: BidStatus, now: datetime) -> list[Row]:
    rows = await db.fetch(
        """update marketplace.bids set status = $2, ended_at = $3 where loan_id = $1 and status = 'ACTIVE'
        returning id, lender_id, amount_minor, currency""",
        loan_id, status.value, now,
    )  # fmt: skip
    return sorted(rows, key=lambda row: str(row["id"]))


@db.atomic
async def _close_one(loan_id: UUID) -> bool:
    now = await clock.now()
    listing = await _lock_due(loan_id, CLOSING, now)
    if listing is None:
        return False
    await db.execute(
        "update marketplace.listings set status = $2, sequence = sequence + 1 where id = $1",
        loan_id, S.CLOSED.value,
    )  # fmt: skip
    bids = await _end_bids(loan_id, BidStatus.ACCEPTED, now)
    await close(
        loan_id,
        [AcceptedBid(bid_id=bid["id"], lender_id=bid["lender_id"], amount_minor=bid["amount_minor"]) for bid in bids],
    )
    return True
