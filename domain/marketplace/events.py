"""What happens on the market, as recorded in the outbox."""

from datetime import datetime
from uuid import UUID

from domain.shared.money import Money
from domain.shared.outbox import Event


def _bid(kind: str, bid_id: UUID, loan_id: UUID, lender_id: UUID, amount: Money, **facts: object) -> Event:
    return Event(
        kind=kind,
        key=str(bid_id),
        payload={
            "bid_id": str(bid_id),
            "loan_id": str(loan_id),
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            **facts,
        },
        loan_id=loan_id,
        audience=(lender_id,),
    )


def bid_placed(bid_id: UUID, loan_id: UUID, lender_id: UUID, amount: Money, origin: str) -> Event:
    """A lender's money is held for a loan."""
    return _bid("bid.placed", bid_id, loan_id, lender_id, amount, origin=origin)


def bid_withdrawn(bid_id: UUID, loan_id: UUID, lender_id: UUID, amount: Money) -> Event:
    """A lender took a bid back."""
    return _bid("bid.withdrawn", bid_id, loan_id, lender_id, amount)


def bid_released(bid_id: UUID, loan_id: UUID, lender_id: UUID, amount: Money) -> Event:
    """A loan did not come about: the lender's money is free again."""
    return _bid("bid.released", bid_id, loan_id, lender_id, amount)


def funding_short(loan_id: UUID, borrower_id: UUID, committed: Money, decide_by: datetime) -> Event:
    """The deadline passed at or above the threshold: the borrower may take the smaller loan."""
    return Event(
        kind="loan.funding_short",
        key=str(loan_id),
        payload={
            "loan_id": str(loan_id),
            "committed_minor": committed.amount_minor,
            "currency": committed.currency,
            "decide_by": decide_by.isoformat(),
        },
        loan_id=loan_id,
        audience=(borrower_id,),
    )
