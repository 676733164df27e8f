"""Auto-invest: when loans list, the plans that fit them bid, fairly and once."""

from collections.abc import Sequence
from uuid import UUID

from domain.marketplace.commands import desk, taking
from domain.marketplace.models import PlanStatus
from domain.marketplace.rules.bidding import BidRequest
from domain.marketplace.rules.matching import Plan, share_out
from domain.shared import clock, db
from domain.shared.db import Row
from domain.shared.money import Money

ROUND = 500
"""Plans tried for each loan at once."""

CANDIDATES = """select l.id as loan_id, p.id as plan_id
    from unnest($1::uuid[]) with ordinality wanted(loan_id, place)
    join lending.loans l on l.id = wanted.loan_id
    join marketplace.listings m on m.id = l.id and m.status = 'OPEN' and m.deadline_at > $2
    cross join lateral (
        select p.* from marketplace.auto_invest_plans p
        join ledger.accounts a on a.owner_id = p.lender_id and a.kind = 'AVAILABLE' and a.currency = p.currency
        where p.status = 'ACTIVE' and p.currency = l.currency and (p.grades = '{}' or l.grade = any(p.grades))
          and l.annual_rate_ppm >= p.minimum_rate_ppm
          and l.installment_count between p.minimum_installments and p.maximum_installments
          and a.balance_minor - p.keep_minor >= least(m.minimum_bid_minor, m.target_minor - m.committed_minor)
          and not exists (select 1 from marketplace.bids b where b.loan_id = l.id and b.plan_id = p.id)
          and not exists (select 1 from unnest($3::uuid[], $4::uuid[]) t(loan_id, plan_id)
                          where t.loan_id = l.id and t.plan_id = p.id)
        order by p.served_at nulls first, p.created_at, p.id limit $5) p
    order by wanted.place"""

Pair = tuple[UUID, UUID]


async def match_loan(loan_id: UUID) -> int:
    """As `match_loans`, for one loan."""
    return await match_loans([loan_id])


async def match_loans(loan_ids: Sequence[UUID]) -> int:
    """Let the plans that fit listed loans bid, longest waiting first; returns how many bids they placed.

    A plan bids once on a loan, so that matching again adds nothing. Plans whose owners have steps to do, too little cash,
    or a part in the loan, are passed over. Loans are served in the order given.
    """
    placed = 0
    tried: list[Pair] = []
    while pairs := await _candidates(loan_ids, tried):
        placed += await _match(pairs)
        tried += pairs
    return placed


async def _candidates(loan_ids: Sequence[UUID], tried: Sequence[Pair]) -> list[Pair]:
    """The next plans for loans that still take bids, those that wait longest first, as (loan, plan)."""
    rows = await db.fetch(
        CANDIDATES,
        list(dict.fromkeys(loan_ids)),
        await clock.now(),
        [loan_id for loan_id, _ in tried],
        [plan_id for _, plan_id in tried],
        ROUND,
    )
    return [(row["loan_id"], row["plan_id"]) for row in rows]


@db.atomic
async def _match(pairs: Sequence[Pair]) -> int:
    """One round, one transaction. Locks: listings, then plans, then what the desk locks."""
    await db.lock("marketplace.listings", [loan_id for loan_id, _ in pairs])
    plans = await db.lock("marketplace.auto_invest_plans", [plan_id for _, plan_id in pairs])
    fitting = await _still_fitting(pairs, plans)
    loaded = await desk.load([_widest(loan_id, plans[plan_id]) for loan_id, plan_id in fitting])
    by_loan: dict[UUID, list[Plan]] = {}
    for loan_id, plan_id in fitting:
        by_loan.setdefault(loan_id, []).append(_plan(plans[plan_id]))
    now = await clock.now()
    bids = share_out(loaded, by_loan, now)
    await taking.write(loaded, bids)
    await db.execute(
        "update marketplace.auto_invest_plans set served_at = $2 where id = any($1)",
        sorted({bid.request.plan_id for bid in bids if bid.request.plan_id}),
        now,
    )
    return len(bids)


async def _still_fitting(pairs: Sequence[Pair], plans: dict[UUID, Row]) -> list[Pair]:
    """Without the plans that were paused, or bid on the loan, before the locks were taken."""
    rows = await db.fetch(
        """select b.loan_id, b.plan_id from marketplace.bids b
        join unnest($1::uuid[], $2::uuid[]) t(loan_id, plan_id) on t.loan_id = b.loan_id and t.plan_id = b.plan_id""",
        [loan_id for loan_id, _ in pairs],
        [plan_id for _, plan_id in pairs],
    )
    placed = {(row["loan_id"], row["plan_id"]) for row in rows}
    return [pair for pair in pairs if pair not in placed and plans[pair[1]]["status"] == PlanStatus.ACTIVE]


def _widest(loan_id: UUID, row: Row) -> BidRequest:
    """The largest bid the plan could place: what the desk has to be laid out for."""
    amount = Money(row["amount_minor"], row["currency"])
    return BidRequest(lender_id=row["lender_id"], loan_id=loan_id, amount=amount, plan_id=row["id"])


def _plan(row: Row) -> Plan:
    return Plan(
        id=row["id"],
        lender_id=row["lender_id"],
        amount_minor=row["amount_minor"],
        keep_minor=row["keep_minor"],
        created_at=row["created_at"],
        served_at=row["served_at"],
    )
