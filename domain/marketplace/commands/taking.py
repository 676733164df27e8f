"""Writing the bids that were taken, set by set."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.ledger import commands as ledger
from domain.lending.commands.closing import mark_funded
from domain.marketplace import events
from domain.marketplace.models import BidStatus
from domain.marketplace.rules.bidding import Desk, Taken
from domain.marketplace.wallets import hold
from domain.shared import clock, db, ids, outbox, policy
from domain.shared.db import Row, Write

LIST = """update marketplace.listings l set committed_minor = committed_minor + c.added, sequence = sequence + 1,
        lender_count = lender_count + c.newcomers, status = case when c.full then 'FULL' else l.status end,
        closes_not_before = case when c.full then $5 else l.closes_not_before end
    from unnest($1::uuid[], $2::bigint[], $3::int[], $4::boolean[]) c(id, added, newcomers, "full") where l.id = c.id"""
PLACE = """insert into marketplace.bids (id, loan_id, lender_id, requested_minor, amount_minor, currency, status, origin,
        plan_id, client_reference, placed_at, revocable_until)
    select id, loan_id, lender_id, requested_minor, amount_minor, currency, $10, origin, plan_id, client_reference, $11, $12
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::uuid[], $9::text[])
        b(id, loan_id, lender_id, requested_minor, amount_minor, currency, origin, plan_id, client_reference)"""
GIVEN = (
    "id", "loan_id", "lender_id", "requested_minor", "amount_minor", "currency", "origin", "plan_id", "client_reference",
)  # fmt: skip


async def write(desk: Desk, taken: Sequence[Taken]) -> list[Row]:
    """Write the bids that were taken: listings, bids, holds (an entry each), events; loans that are full become FUNDED.

    Returns the bids as their lenders see them (rows of `queries.BIDS`).
    """
    if not taken:
        return []
    now = await clock.now()
    full = await _list(desk, taken, now)
    bids = _rows(desk, taken, now)
    columns = ([bid[name] for bid in bids] for name in GIVEN)
    status, revocable_until = BidStatus.ACTIVE.value, desk.revocable_until(now)
    await db.write(Write("bids", PLACE, (*columns, status, now, revocable_until), rows=len(bids)))
    entries = ids.several(len(bids))
    holds = [
        hold(bid["id"], bid["lender_id"], one.amount, entry)
        for bid, one, entry in zip(bids, taken, entries, strict=True)
    ]
    await ledger.post(holds, locked=True)
    await outbox.record(
        [
            events.bid_placed(bid["id"], bid["loan_id"], bid["lender_id"], one.amount, bid["origin"])
            for bid, one in zip(bids, taken, strict=True)
        ]
    )
    for loan_id in full:
        await mark_funded(loan_id, desk.listings[loan_id].target_minor)
    return bids


def _rows(desk: Desk, taken: Sequence[Taken], now: datetime) -> list[Row]:
    status, revocable_until = BidStatus.ACTIVE.value, desk.revocable_until(now)
    return [
        {
            "id": id_,
            "loan_id": one.request.loan_id,
            "lender_id": one.request.lender_id,
            "requested_minor": one.request.amount.amount_minor,
            "amount_minor": one.amount_minor,
            "currency": one.request.amount.currency,
            "status": status,
            "origin": one.request.origin.value,
            "plan_id": one.request.plan_id,
            "client_reference": one.request.client_reference,
            "placed_at": now,
            "revocable_until": revocable_until,
            "ended_at": None,
        }
        for id_, one in zip(ids.several(len(taken)), taken, strict=True)  # ascending: in the order of arrival
    ]


async def _list(desk: Desk, taken: Sequence[Taken], now: datetime) -> list[UUID]:
    """Add the bids to their listings; returns the loans that are full now, by id."""
    added: dict[UUID, int] = {}
    newcomers: dict[UUID, set[UUID]] = {}
    for one in taken:
        loan_id, lender_id = one.request.loan_id, one.request.lender_id
        added[loan_id] = added.get(loan_id, 0) + one.amount_minor
        if (loan_id, lender_id) not in desk.lenders:
            newcomers.setdefault(loan_id, set()).add(lender_id)
    loan_ids = sorted(added)
    full = [
        id_ for id_ in loan_ids if desk.listings[id_].committed_minor + added[id_] == desk.listings[id_].target_minor
    ]
    columns = (
        loan_ids,
        [added[id_] for id_ in loan_ids],
        [len(newcomers.get(id_, ())) for id_ in loan_ids],
        [id_ in full for id_ in loan_ids],
    )
    closes_not_before = now + timedelta(hours=policy.active().reflection_hours)
    await db.write(Write("listings", LIST, (*columns, closes_not_before), rows=len(loan_ids)))
    return full
