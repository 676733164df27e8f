"""Providers' messages: stored as they arrive, applied by a worker."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from domain.identity.commands import Outcome, apply_identity_outcomes
from domain.identity.models import IdentityCheckStatus
from domain.payments.commands.entries import apply_entries
from domain.payments.commands.waking import ring
from domain.payments.rules.booking import BankNews
from domain.payments.rules.lifecycle import MOVES
from domain.shared import clock, db, ids
from domain.shared.money import MAX_MINOR


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Entry(_Data):
    """An entry as the bank writes it; amounts are positive."""

    entry_id: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Annotated[str, Field(max_length=40)]
    instruction_id: Annotated[str, Field(max_length=80)] | None = None
    deposit_id: Annotated[str, Field(max_length=80)] | None = None
    reference: str | None = None
    account: str | None = None
    amount_minor: Annotated[int, Field(gt=0, le=MAX_MINOR)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    booked_on: date
    reason: str | None = None


class _Entries(_Data):
    entries: list[_Entry]


class _BankMessage(_Data):
    data: _Entries


class _Check(_Data):
    id: UUID
    outcome: IdentityCheckStatus
    reason: str | None = None


class _Checks(_Data):
    checks: list[_Check]


class _IdentityMessage(_Data):
    data: _Checks


BANK = TypeAdapter(_BankMessage)
IDENTITY = TypeAdapter(_IdentityMessage)
ANSWERS = frozenset({IdentityCheckStatus.VERIFIED, IdentityCheckStatus.REVIEW, IdentityCheckStatus.REJECTED})


@db.atomic
async def receive_webhook(provider: str, webhook_id: str, body: Mapping[str, Any]) -> None:
    """Keep a provider's message, whose signature the caller has checked, and wake a worker; one that came before is nothing."""
    await db.execute(
        """insert into payments.webhooks (id, provider, webhook_id, body, received_at, attempts)
        values ($1, $2, $3, $4::jsonb, $5, 0) on conflict (provider, webhook_id) do nothing""",
        ids.new(), provider, webhook_id, json.dumps(body), clock.wall(),
    )  # fmt: skip
    ring()


async def apply_webhooks(limit: int = 100) -> int:
    """Apply waiting messages, each in a transaction of its own; returns how many were applied.

    A message that fails is counted before it is tried, and goes behind all that have been tried less: it stops nobody.
    """
    applied = 0
    while applied < limit:
        webhook_id = await _take_up()
        if webhook_id is None or not await _apply(webhook_id):
            break
        applied += 1
    return applied


@db.atomic
async def _take_up() -> UUID | None:
    webhook_id: UUID | None = await db.fetch_value(
        """update payments.webhooks set attempts = attempts + 1 where id = (
            select id from payments.webhooks where applied_at is null order by attempts, id limit 1
            for no key update skip locked) returning id"""
    )
    return webhook_id


@db.atomic
async def _apply(webhook_id: UUID) -> bool:
    """Apply one message; False if another worker has it."""
    row = await db.fetch_one(
        """select provider, body from payments.webhooks where id = $1 and applied_at is null
        for no key update skip locked""",
        webhook_id,
    )
    if row is None:
        return False
    error = None
    try:
        await _dispatch(row["provider"], json.loads(row["body"]))
    except ValidationError as unreadable:
        error = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in unreadable.errors())[:300]
    await db.execute(
        "update payments.webhooks set applied_at = $2, error = $3 where id = $1", webhook_id, clock.wall(), error
    )
    return True


async def _dispatch(provider: str, body: object) -> None:
    if provider == "bank":
        await apply_entries(_bank_news(BANK.validate_python(body).data.entries))
    elif provider == "identity":
        checks = IDENTITY.validate_python(body).data.checks
        await apply_identity_outcomes(
            [
                Outcome(check_id=check.id, status=check.outcome, reason=check.reason)
                for check in checks
                if check.outcome in ANSWERS
            ]
        )


def _bank_news(entries: list[_Entry]) -> list[BankNews]:
    """Entries of kinds we know; money that moved otherwise is found by the reconciliation, where it has a sign."""
    return [
        BankNews(
            bank_entry_id=entry.entry_id,
            kind=entry.kind,
            movement_id=entry.instruction_id or entry.deposit_id or entry.entry_id,
            amount_minor=entry.amount_minor,
            moved_minor=MOVES[entry.kind] * entry.amount_minor,
            currency=entry.currency,
            booked_on=entry.booked_on,
            reference=entry.reference,
            account_number=entry.account,
            reason=entry.reason,
        )
        for entry in entries
        if entry.kind in MOVES
    ]
