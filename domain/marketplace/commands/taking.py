"""Writing the bids that were taken, set by set."""

from collections import Counter
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


async def write(desk: Desk, taken: Sequence[Taken]) -> list[UUID]:
    """Write the bids that were taken: listings, bids, holds (an entry each), events; loans that are full become FUNDED. Returns bid ids."""
    if not taken:
        return []
    now = await clock.now()
    bid_ids = sorted(ids.new() for _ in taken)  # in the order of arrival, within a millisecond too
    full = await _write_rows(desk, taken, bid_ids, now)
    holds = [hold(bid_id, one.request.lender_id, one.amount) for one, bid_id in zip(taken, bid_ids, strict=True)]
    await ledger.post([posting._replace(entry_id=ids.new()) for posting in holds], locked=True)
    await outbox.record(
        [
            events.bid_placed(bid_id, one.request.loan_id, one.request.lender_id, one.amount, one.request.origin)
            for one, bid_id in zip(taken, bid_ids, strict=True)
        ]
    )
    for loan_id in full:
        await mark_funded(loan_id, desk.listings[loan_id].target_minor)
    return bid_ids


async def _write_rows(desk: Desk, taken: Sequence[Taken], bid_ids: Sequence[UUID], now: datetime) -> list[UUID]:
    """One statement for listings and bids; returns the loans that are full now, by id."""
    added: Counter[UUID] = Counter()
    newcomers: dict[UUID, set[UUID]] = {}
    for one in taken:
        loan_id, lender_id = one.request.loan_id, one.request.lender_id
        added[loan_id] += one.amount_minor
        if not desk.committed.get((loan_id, lender_id)):
            newcomers.setdefault(loan_id, set()).add(lender_id)
    loan_ids = sorted(added)
    full = [
        id_ for id_ in loan_ids if desk.listings[id_].committed_minor + added[id_] == desk.listings[id_].target_minor
    ]
    await db.execute(
        """with listed as (
            update marketplace.listings l set committed_minor = committed_minor + c.added, sequence = sequence + 1,
                lender_count = lender_count + c.newcomers, status = case when c.full then 'FULL' else l.status end,
                closes_not_before = case when c.full then $5 else l.closes_not_before end
            from unnest($1::uuid[], $2::bigint[], $3::int[], $4::boolean[]) c(id, added, newcomers, "full")
            where l.id = c.id)
        insert into marketplace.bids (id, loan_id, lender_id, requested_minor, amount_minor, currency, status, origin,
            plan_id, client_reference, placed_at, revocable_until)
        select b.id, b.loan_id, b.lender_id, b.requested_minor, b.amount_minor, b.currency, $15, b.origin, b.plan_id,
            b.client_reference, $16, $17
        from unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],
            $13::uuid[], $14::text[])
            b(id, loan_id, lender_id, requested_minor, amount_minor, currency, origin, plan_id, client_reference)""",
        loan_ids,
        [added[id_] for id_ in loan_ids],
        [len(newcomers.get(id_, ())) for id_ in loan_ids],
        [id_ in full for id_ in loan_ids],
        now + timedelta(hours=policy.active().reflection_hours),
        bid_ids,
        [one.request.loan_id for one in taken],
        [one.request.lender_id for one in taken],
        [one.request.amount.amount_minor for one in taken],
        [one.amount_minor for one in taken],
        [one.request.amount.currency for one in taken],
        [one.request.origin.value for one in taken],
        [one.request.plan_id for one in taken],
        [one.request.client_reference for one in taken],
        BidStatus.ACTIVE.value,
        now,
        desk.revocable_until(now),
    )
    return full
