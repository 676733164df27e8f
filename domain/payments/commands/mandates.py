"""Mandates: a user's permission to debit a bank account, and what the bank says to it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.identity.commands import require_alive
from domain.identity.queries import require_steps
from domain.identity.rules import MANDATE_STEPS
from domain.payments import events
from domain.payments.commands.waking import ring
from domain.payments.models import MandateStatus
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import NotFound

LEASE = timedelta(seconds=10)


@db.atomic
async def give_mandate(actor: Actor, *, bank_account_id: UUID) -> UUID:
    """Allow the platform to debit a bank account of the actor's; returns the mandate's id.

    PENDING until the bank has answered. Given again while one is pending or active, it returns that one. Raises
    `NotAllowed`, `CredentialEnded`, `NotFound`, `StepRequired` without consent to the mandate document in force.
    """
    actor.require(Scope.MONEY)
    await require_alive(actor)
    account = await db.fetch_one(
        "select id from payments.bank_accounts where id = $1 and user_id = $2 for no key update",
        bank_account_id, actor.user_id,
    )  # fmt: skip
    if account is None:
        raise NotFound(path=("bankAccountId",))
    await require_steps(actor.user_id, MANDATE_STEPS)
    living: UUID | None = await db.fetch_value(
        "select id from payments.mandates where bank_account_id = $1 and status in ('PENDING', 'ACTIVE')",
        bank_account_id,
    )
    if living is not None:
        return living
    mandate_id = ids.new()
    await db.execute(
        """insert into payments.mandates (id, user_id, bank_account_id, status, given_at)
        values ($1, $2, $3, 'PENDING', $4)""",
        mandate_id, actor.user_id, bank_account_id, await clock.now(),
    )  # fmt: skip
    ring()
    return mandate_id


@db.atomic
async def revoke_mandate(actor: Actor, mandate_id: UUID) -> UUID:
    """End a mandate of the actor's, from now on; the bank is told. Again, or of a refused one, it changes nothing.

    Raises `NotAllowed`, `NotFound`. Debits the bank has not carried out yet will be refused.
    """
    actor.require(Scope.MONEY)
    mandate = (await db.lock("payments.mandates", [mandate_id])).get(mandate_id)
    if mandate is None or mandate["user_id"] != actor.user_id:
        raise NotFound(path=("id",))
    if mandate["status"] in (MandateStatus.PENDING, MandateStatus.ACTIVE):
        await db.execute(
            "update payments.mandates set status = 'REVOKED', decided_at = $2, told_at = null, leased_until = null where id = $1",
            mandate_id, await clock.now(),
        )  # fmt: skip
        ring()
    return mandate_id


@dataclass(frozen=True, kw_only=True)
class MandateToTell:
    """A mandate the bank does not know of: to open, or to cancel (`revoked`)."""

    id: UUID
    account_number: str
    holder: str
    revoked: bool


@db.atomic
async def claim_mandates(limit: int = 200) -> list[MandateToTell]:
    """Take the oldest mandates the bank has to be told about, for `LEASE`; then any worker takes them again."""
    now = clock.wall()
    rows = await db.fetch(
        """with due as (select id from payments.mandates
                        where told_at is null and (leased_until is null or leased_until < $2)
                        order by id limit $1 for no key update skip locked)
        update payments.mandates m set leased_until = $3 from due, payments.bank_accounts a
        where m.id = due.id and a.id = m.bank_account_id
        returning m.id, a.number as account_number, a.holder, m.status = 'REVOKED' as revoked""",
        limit, now, now + LEASE,
    )  # fmt: skip
    return [MandateToTell(**row) for row in sorted(rows, key=lambda row: str(row["id"]))]


@db.atomic
async def mandate_answered(mandate_id: UUID, active: bool, reason: str | None = None) -> None:
    """The bank has opened the mandate (`active`), or refused or cancelled it. Repeated or late, it changes nothing.

    One that was revoked while the bank opened it stays to be cancelled.
    """
    mandate = (await db.lock("payments.mandates", [mandate_id])).get(mandate_id)
    assert mandate is not None, "mandates are never deleted"
    now = await clock.now()
    if mandate["status"] == MandateStatus.PENDING:
        status = MandateStatus.ACTIVE if active else MandateStatus.REFUSED
        await db.execute(
            "update payments.mandates set status = $2, decided_at = $3, told_at = $3, reason = $4 where id = $1",
            mandate_id, status.value, now, None if reason is None else reason[:200],
        )  # fmt: skip
        await outbox.record([events.mandate(mandate_id, mandate["user_id"], active, reason)])
    elif mandate["status"] == MandateStatus.REVOKED and not active:
        await db.execute("update payments.mandates set told_at = coalesce(told_at, $2) where id = $1", mandate_id, now)
