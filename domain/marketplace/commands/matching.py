"""Auto-invest: when a loan lists, the plans that fit it bid, fairly and once."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from domain.identity import queries as identity
from domain.marketplace.commands import desk, taking
from domain.marketplace.models import ListingStatus
from domain.marketplace.rules.bidding import BidRequest
from domain.marketplace.rules.matching import Plan, share_out
from domain.shared import clock, db, policy
from domain.shared.db import Row
from domain.shared.money import Money

CHUNK = 200
"""Plans per transaction, so that people's bids on the same loan need not wait long."""

FITTING = """from marketplace.auto_invest_plans p join lending.loans l on l.id = $1
    where p.status = 'ACTIVE' and p.currency = l.currency and (p.grades = '{}' or l.grade = any(p.grades))
      and l.annual_rate_ppm >= p.minimum_rate_ppm
      and l.installment_count between p.minimum_installments and p.maximum_installments
      and not exists (select 1 from marketplace.bids b where b.loan_id = l.id and b.plan_id = p.id)"""


async def match_loan(loan_id: UUID) -> int:
    """Let the plans that fit a listed loan bid, longest waiting first; returns how many did. Again adds nothing.

    A plan bids once on a loan. Those whose owners have steps to do, too little cash, or a part in the loan, are passed over.
    """
    waiting = await _candidates(loan_id)
    placed = 0
    while chunk := list(islice(waiting, CHUNK)):
        bids = await _match(loan_id, chunk)
        if bids is None:
            break
        placed += bids
    return placed


async def _candidates(loan_id: UUID) -> Iterator[UUID]:
    """The plans that fit, longest waiting first, of lenders who are ready."""
    rows = await db.fetch(
        f"select p.id, p.lender_id {FITTING} order by p.served_at nulls first, p.created_at, p.id",
        loan_id,
    )
    missing = await identity.missing_steps(sorted({row["lender_id"] for row in rows}), policy.active().lender_steps)
    return iter([row["id"] for row in rows if not missing[row["lender_id"]]])


@db.atomic
async def _match(loan_id: UUID, plan_ids: Sequence[UUID]) -> int | None:
    """Bids of some plans in one transaction; None: the loan takes no more. The listing's lock comes before the plans'."""
    listing = (await db.lock("marketplace.listings", [loan_id])).get(loan_id)
    if listing is None or listing["status"] != ListingStatus.OPEN or await clock.now() >= listing["deadline_at"]:
        return None
    rows = await db.fetch(
        f"select p.* {FITTING} and p.id = any($2) order by p.id for no key update of p",
        loan_id, plan_ids,
    )  # fmt: skip
    if not rows:
        return 0
    loaded = await desk.load([_widest(loan_id, row) for row in rows])
    bids = share_out(loaded, loan_id, [_plan(row) for row in rows], await clock.now())
    await taking.write(loaded, bids)
    await db.execute(
        "update marketplace.auto_invest_plans set served_at = $2 where id = any($1)",
        [bid.request.plan_id for bid in bids],
        await clock.now(),
    )
    return len(bids)


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
