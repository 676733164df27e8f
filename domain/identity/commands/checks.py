"""Identity checks: asked for by the user, answered by the provider, a few decided by an operator."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from domain.identity import credentials, events, rules
from domain.identity.commands.sessions import require_alive
from domain.identity.models import IdentityCheckStatus, PartyKind
from domain.identity.rules import Identification
from domain.shared import aside, clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import NotAllowed, NotFound, WrongState

ANSWERS = frozenset({IdentityCheckStatus.VERIFIED, IdentityCheckStatus.REVIEW, IdentityCheckStatus.REJECTED})
SUBMIT = "identity_checks"
"""The step, where checks are set aside from it."""


@db.atomic
async def request_identity_check(actor: Actor, claim: Identification) -> UUID:
    """Ask for a check of who the actor is; returns its id. The same claim again returns the check that exists.

    Raises `InvalidInput`, and `WrongState` when another claim is being checked or was verified; after a rejection a new
    claim is possible.
    """
    actor.require(Scope.ACCOUNT)
    users = await db.lock("identity.users", [actor.user_id])
    if actor.user_id not in users:
        raise NotFound
    checked = rules.check_identification(claim, PartyKind(users[actor.user_id]["kind"]), await clock.today())
    number_hash = credentials.number_hash(f"{checked.country}:{checked.identification_number}")
    current = await db.fetch_one(
        "select id, status, number_hash from identity.identity_checks where user_id = $1 and status <> 'REJECTED'",
        actor.user_id,
    )
    if current is not None:
        if current["number_hash"] != number_hash:
            raise WrongState(state=current["status"], allowed=[IdentityCheckStatus.REJECTED.value])
        existing: UUID = current["id"]
        return existing
    check_id = ids.new()
    await db.execute(
        """insert into identity.identity_checks
            (id, user_id, status, country, birth_date, identification_number, number_hash, requested_at)
        values ($1, $2, 'PENDING', $3, $4, $5, $6, $7)""",
        check_id, actor.user_id, checked.country, checked.birth_date, checked.identification_number, number_hash,
        await clock.now(),
    )  # fmt: skip
    await outbox.record([events.identity_check_requested(check_id, actor.user_id)])
    return check_id


@dataclass(frozen=True, kw_only=True)
class CheckToSubmit:
    """What the provider needs; the number is not shown in logs."""

    id: UUID
    kind: str
    name: str
    country: str
    birth_date: date | None
    identification_number: str = field(repr=False)


async def claim_checks_to_submit(limit: int = 200) -> list[CheckToSubmit]:
    """The oldest checks the provider does not have, but for those set aside.

    Two workers may get the same: the provider decides each id once.
    """
    rows = await db.fetch(
        f"""select c.id, u.kind, u.legal_name as name, c.country, c.birth_date, c.identification_number
        from identity.identity_checks c join identity.users u on u.id = c.user_id
        where c.status = 'PENDING' and {aside.not_aside(SUBMIT, "c.id")} order by c.id limit $1""",  # noqa: S608 - a constant
        limit,
    )
    return [CheckToSubmit(**row) for row in rows]


@db.atomic
async def mark_checks_submitted(check_ids: Sequence[UUID]) -> None:
    """The provider has these checks: forget the numbers, keep the hashes. Repeated or late, it changes nothing."""
    await db.execute(
        """with due as (select id from identity.identity_checks where id = any($1) and status = 'PENDING'
                        order by id for no key update)
        update identity.identity_checks c set status = 'SUBMITTED', submitted_at = $2, identification_number = null
        from due where c.id = due.id""",
        list(check_ids), await clock.now(),
    )  # fmt: skip
    await aside.forget(SUBMIT, check_ids)


async def check_refused(check_id: UUID, refusal: Exception) -> None:
    """The provider refused to take this check: it is set aside, and tried again later."""
    await aside.set_aside(SUBMIT, check_id, refusal)


async def checks_to_ask(older_than: timedelta) -> list[UUID]:
    """Checks submitted so long ago (business time) that the provider's webhook may have been lost, oldest first.

    All of them: those that the provider has not decided either must not keep others from being asked about.
    """
    rows = await db.fetch(
        "select id from identity.identity_checks where status = 'SUBMITTED' and submitted_at <= $1 order by id",
        await clock.now() - older_than,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the provider found: VERIFIED, REVIEW (an operator decides) or REJECTED, with its reason."""

    check_id: UUID
    status: IdentityCheckStatus
    reason: str | None = None


@db.atomic
async def apply_identity_outcomes(outcomes: Sequence[Outcome]) -> int:
    """Take over the provider's answers; returns how many were news. Only the first answer to a check counts."""
    first = {outcome.check_id: outcome for outcome in reversed(outcomes)}
    assert all(outcome.status in ANSWERS for outcome in first.values()), "the provider answers, it does not ask"
    rows = await db.fetch(
        """with answers as (select * from unnest($1::uuid[], $2::text[], $3::text[]) a(id, status, reason)),
        due as (select id from identity.identity_checks where id = any($1) and status in ('PENDING', 'SUBMITTED')
                order by id for no key update)
        update identity.identity_checks c set status = a.status, reason = a.reason, identification_number = null,
            decided_at = case when a.status <> 'REVIEW' then $4::timestamptz end
        from due join answers a using (id) where c.id = due.id
        returning c.id, c.user_id, c.status""",
        list(first),
        [outcome.status.value for outcome in first.values()],
        [outcome.reason[: rules.MAX_REASON] if outcome.reason else None for outcome in first.values()],
        await clock.now(),
    )
    await outbox.record([events.identity_check_answered(row["id"], row["user_id"], row["status"]) for row in rows])
    return len(rows)


@db.atomic
async def decide_identity_check(actor: Actor, check_id: UUID, *, approve: bool, reason: str) -> UUID:
    """Decide a check the provider could not; returns its id. The same decision again changes nothing.

    Raises `NotAllowed` without the scope REVIEW and for one's own check, `NotFound`, `WrongState`, `InvalidInput`,
    `CredentialEnded`.
    """
    actor.require(Scope.REVIEW)
    await require_alive(actor)
    why = rules.clean_text(reason, rules.MAX_REASON, "reason")
    decision = IdentityCheckStatus.VERIFIED if approve else IdentityCheckStatus.REJECTED
    check = (await db.lock("identity.identity_checks", [check_id])).get(check_id)
    if check is None:
        raise NotFound(path=("id",))
    if check["user_id"] == actor.user_id:
        raise NotAllowed(requirement="another operator: nobody decides about themselves")
    if check["status"] == decision and check["decided_by"] == actor.user_id:
        return check_id
    if check["status"] != IdentityCheckStatus.REVIEW:
        raise WrongState(state=check["status"], allowed=[IdentityCheckStatus.REVIEW.value])
    await db.execute(
        "update identity.identity_checks set status = $2, reason = $3, decided_by = $4, decided_at = $5 where id = $1",
        check_id, decision.value, why, actor.user_id, await clock.now(),
    )  # fmt: skip
    await outbox.record([events.identity_check_answered(check_id, check["user_id"], decision)])
    return check_id
