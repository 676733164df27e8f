"""Auto-invest: how a new loan is shared among the plans that fit it.

Fair means: who has waited longest is served first. Each plan, in that order, gets the amount it wants as far as its
owner's cash beyond what they keep, and what is left of the loan, allow. The rules of bidding apply to plans as to people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from domain.marketplace.rules.bidding import BidRequest, Desk, OpenLoan, Running, Taken, objections
from domain.shared.money import Money

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan that fits the loan. `served_at`: when it last placed a bid."""

    id: UUID
    lender_id: UUID
    amount_minor: int
    keep_minor: int
    created_at: datetime
    served_at: datetime | None


def waiting_order(plans: Sequence[Plan]) -> list[Plan]:
    """Never served first, then who was served longest ago; among equals the older plan."""
    return sorted(plans, key=lambda plan: (plan.served_at or NEVER, plan.created_at, plan.id))


def share_out(desk: Desk, plans: Mapping[UUID, Sequence[Plan]], now: datetime) -> list[Taken]:
    """The bids of the plans that fit each loan (by id, in this order), longest waiting first.

    A plan whose bid would be refused is passed over; one that is served by a loan is the last to be served by the next.
    """
    running, served = Running.of(desk), set[UUID]()
    bids = []
    for loan_id, fitting in plans.items():
        loan = desk.listings[loan_id]
        current = [replace(plan, served_at=now) if plan.id in served else plan for plan in fitting]
        for plan in waiting_order(current):
            spare = running.available.get((plan.lender_id, loan.currency), 0) - plan.keep_minor
            amount = _amount(plan, loan, running.room[loan_id], spare)
            request = BidRequest(
                lender_id=plan.lender_id, loan_id=loan_id, amount=Money(amount, loan.currency), plan_id=plan.id
            )
            if not objections(desk, running, request, now):
                taken = Taken(request, amount)
                running.take(taken)
                served.add(plan.id)
                bids.append(taken)
    return bids


def _amount(plan: Plan, loan: OpenLoan, room: int, spare: int) -> int:
    """What a plan bids, in minor units: whole lots, unless it takes all that is left."""
    wanted = min(plan.amount_minor, room, spare)
    return wanted if wanted == room else wanted - wanted % loan.lot_minor
