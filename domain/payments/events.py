"""What payments tell the rest, as recorded in the outbox."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.payments.models import InstructionPurpose
from domain.shared.outbox import Event

DEPOSIT_EVENTS: Mapping[str, str] = {
    "received": "deposit.received",
    "final": "deposit.settled",
    "bounced": "deposit.bounced",
}


def deposit(transfer_id: UUID, user_id: UUID, step: str, amount_minor: int, currency: str, reason: str | None) -> Event:
    """A deposit arrived, became final, or was taken back by the payer's bank."""
    return Event(
        kind=DEPOSIT_EVENTS[step],
        key=str(transfer_id),
        payload={
            "transfer_id": str(transfer_id),
            "amount_minor": amount_minor,
            "currency": currency,
            "reason": reason,
        },
        audience=(user_id,),
    )


def withdrawal_requested(transfer_id: UUID, user_id: UUID, amount_minor: int, currency: str) -> Event:
    """A user wants money paid out; a worker takes the instruction to the bank."""
    return Event(
        kind="withdrawal.requested",
        key=str(transfer_id),
        payload={"transfer_id": str(transfer_id), "amount_minor": amount_minor, "currency": currency},
        audience=(user_id,),
    )


def instruction(row: Mapping[str, Any], step: str, booked_on: date, reason: str | None) -> Event | None:
    """The bank carried out an instruction (its row), refused it, or took it back; None if nobody waits for it."""
    facts = {
        "instruction_id": str(row["id"]),
        "amount_minor": row["amount_minor"],
        "currency": row["currency"],
        "booked_on": booked_on.isoformat(),
        "reason": reason,
    }
    about, key, loan_id = row["reference_id"], str(row["id"]), None
    match row["purpose"]:
        case InstructionPurpose.WITHDRAWAL:
            kind = "withdrawal.settled" if step == "settled" else "withdrawal.refused"
            facts |= {"transfer_id": str(about)}
        case InstructionPurpose.DISBURSEMENT:
            kind, loan_id = f"payout.{step}", about
            facts |= {"loan_id": str(about)}
        case InstructionPurpose.COLLECTION:
            kind, loan_id = f"debit.{step}", about
            facts |= {"loan_id": str(about), "collection_id": str(row["id"])}
        case _:
            return None
    return Event(kind=kind, key=key, payload=facts, loan_id=loan_id, audience=(row["user_id"],))


def mandate(mandate_id: UUID, user_id: UUID, active: bool, reason: str | None) -> Event:
    """The bank accepted a mandate, or refused it."""
    return Event(
        kind="mandate.activated" if active else "mandate.refused",
        key=str(mandate_id),
        payload={"mandate_id": str(mandate_id), "reason": reason},
        audience=(user_id,),
    )


def reconciliation_differs(
    reconciliation_id: UUID, on: date, currency: str, count: int, operators: tuple[UUID, ...]
) -> Event:
    """The bank and the books differed on a day, in `count` ways known so far."""
    return Event(
        kind="reconciliation.differs",
        key=f"{reconciliation_id}:{count}",
        payload={
            "reconciliation_id": str(reconciliation_id),
            "on": on.isoformat(),
            "currency": currency,
            "count": count,
        },
        audience=operators,
    )
