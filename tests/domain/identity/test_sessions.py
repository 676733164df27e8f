"""Sessions and tokens: rotation, theft, revocation, scopes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.identity import queries
from domain.identity.commands import (
    add_role,
    create_access_token,
    create_operator,
    decide_identity_check,
    log_in,
    log_out,
    prune_credentials,
    refresh_session,
    revoke_access_token,
    revoke_sessions,
)
from domain.identity.errors import CredentialEnded, InvalidToken
from domain.identity.models import OperatorScope, Role
from domain.lending import commands as lending
from domain.lending.commands.underwriting import ReviewOutcome, review_application
from domain.payments import commands as payments
from domain.payments.commands import RequestWithdrawal, add_bank_account, give_mandate, request_withdrawal
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope, Viewer
from domain.shared.errors import InvalidInput, NotAllowed, NotFound
from domain.shared.money import Money
from tests.domain.identity.people import PASSWORD, actor_of, events, join, viewer


async def test_a_refresh_token_works_once_and_the_next_one_after_it() -> None:
    first = await join()
    second = await refresh_session(first.refresh_token)
    third = await refresh_session(second.refresh_token)
    assert first.session_id == second.session_id == third.session_id
    assert await viewer(third.access_token) == Viewer(first.user_id, first.scopes)
    rows = await db.fetch("select token_hash from identity.sessions")
    assert not {row["token_hash"] for row in rows} & {first.refresh_token, third.refresh_token}


async def test_reuse_revokes_the_family_although_the_call_is_refused() -> None:
    first = await join()
    other = await log_in("ada@example.com", PASSWORD)
    second = await refresh_session(first.refresh_token)
    with pytest.raises(InvalidToken):
        await refresh_session(first.refresh_token)
    with pytest.raises(InvalidToken):
        await refresh_session(second.refresh_token)
    assert await events("session.compromised") == [str(first.session_id)]
    assert (await refresh_session(other.refresh_token)).session_id == other.session_id, "other sessions go on"


async def test_of_simultaneous_refreshes_one_wins_and_the_family_ends() -> None:
    tokens = await join()
    answers = await asyncio.gather(*(refresh_session(tokens.refresh_token) for _ in range(10)), return_exceptions=True)
    winners = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(winners) == 1
    with pytest.raises(InvalidToken):
        await refresh_session(winners[0].refresh_token)


async def test_expired_and_unknown_tokens_are_refused() -> None:
    tokens = await join()
    await db.execute("update identity.sessions set expires_at = now() - interval '1 second'")
    for token in (tokens.refresh_token, "kref_unknown", "", "\ud800"):
        with pytest.raises(InvalidToken):
            await refresh_session(token)
    assert await events("session.compromised") == []


async def test_logging_out_ends_a_session_and_revoking_ends_all_of_ones_own() -> None:
    ada, bob = await join("ada@example.com"), await join("bob@example.com")
    again = await log_in("ada@example.com", PASSWORD)
    await log_out(again.refresh_token)
    await log_out("unknown")
    with pytest.raises(InvalidToken):
        await refresh_session(again.refresh_token)
    assert await revoke_sessions(actor_of(ada), [bob.session_id]) == 0
    assert await revoke_sessions(actor_of(ada)) == 1
    with pytest.raises(InvalidToken):
        await refresh_session(ada.refresh_token)
    assert (await refresh_session(bob.refresh_token)).user_id == bob.user_id


async def test_a_person_sees_their_living_sessions_only() -> None:
    ada = await join("ada@example.com")
    await join("bob@example.com")
    renewed = await refresh_session(ada.refresh_token)
    [row] = await queries.SESSIONS.select(Viewer(ada.user_id, ada.scopes))
    assert row["id"] == renewed.session_id and row["created_at"] < row["last_used_at"]


async def test_a_personal_token_has_its_scopes_until_it_is_revoked() -> None:
    ada = actor_of(await join())
    made = await create_access_token(ada, "my robot", [Scope.BORROW], clock.wall() + timedelta(days=30))
    assert await viewer(made.secret) == Viewer(ada.user_id, frozenset({Scope.READ, Scope.BORROW}))
    robot = replace(ada, scopes=frozenset({Scope.READ, Scope.BORROW}), session_id=None, token_id=made.id)
    with pytest.raises(NotAllowed):
        await create_access_token(robot, "more", [Scope.BORROW], clock.wall() + timedelta(days=1))
    assert await db.fetch_value("select count(*) from identity.access_tokens where token_hash = $1", made.secret) == 0

    stranger = actor_of(await join("bob@example.com"))
    with pytest.raises(NotFound):
        await revoke_access_token(stranger, made.id)
    for _ in range(2):
        await revoke_access_token(ada, made.id)
    assert await queries.viewer_of(made.secret) is None
    assert await queries.viewer_of("kpat_unknown") is None


async def test_a_personal_token_makes_no_others() -> None:
    ada = actor_of(await join())
    made = await create_access_token(ada, "accounts", [Scope.ACCOUNT], clock.wall() + timedelta(days=30))
    robot = await viewer(made.secret)
    assert (robot.token_id, robot.session_id) == (made.id, None)
    with pytest.raises(NotAllowed, match="a session"):
        await create_access_token(
            Actor(ada.user_id, robot.scopes, robot.token_id), "more", [], clock.wall() + timedelta(days=1)
        )


async def test_what_ended_makes_nothing_that_lasts() -> None:
    """An access token works some minutes longer than its session, but for this."""
    tokens = await join(roles=[Role.LENDER])
    known = await viewer(tokens.access_token)
    ada = Actor(tokens.user_id, known.scopes, session_id=known.session_id)
    made = await create_access_token(ada, "program", [Scope.ACCOUNT, Scope.MONEY], clock.wall() + timedelta(days=30))
    robot = replace(ada, session_id=None, token_id=made.id)
    account = {"number": "621700000000000001", "holder": "Ada Lovelace", "currency": "CNY"}
    bank_account_id = await add_bank_account(robot, **account)
    assert await add_bank_account(ada, **account) == bank_account_id
    await refresh_session(tokens.refresh_token)
    await add_role(ada, Role.BORROWER)
    await revoke_access_token(ada, made.id)
    await log_out(tokens.refresh_token)
    withdrawal = RequestWithdrawal(bank_account_id=bank_account_id, amount=Money(100, "CNY"), idempotency_key="w")
    for ended in (ada, robot):
        with pytest.raises(CredentialEnded):
            await add_bank_account(ended, **account)
        with pytest.raises(CredentialEnded):
            await request_withdrawal(ended, withdrawal)
        with pytest.raises(CredentialEnded):
            await give_mandate(ended, bank_account_id=bank_account_id)
        with pytest.raises(CredentialEnded):
            await add_role(ended, Role.LENDER)
    with pytest.raises(CredentialEnded):
        await create_access_token(ada, "back door", [], clock.wall() + timedelta(days=1))
    assert await db.fetch_value("select count(*) from shared.idempotency") == 0


async def test_an_operator_whose_session_ended_decides_nothing() -> None:
    await create_operator(email="op@example.com", password=PASSWORD)
    tokens = await log_in("op@example.com", PASSWORD)
    await log_out(tokens.refresh_token)
    op, thing = actor_of(tokens), ids.new()
    for decision in (
        decide_identity_check(op, thing, approve=True, reason="Fits."),
        review_application(op, thing, ReviewOutcome.REJECT, "No proof."),
        lending.write_off(op, lending.WriteOffLoan(loan_id=thing, reason="Gone.", idempotency_key="1")),
        lending.record_recovery(op, lending.RecordRecovery(loan_id=thing, amount=Money(1, "CNY"), idempotency_key="2")),
        payments.assign_suspense(op, payments.AssignSuspense(item_id=thing, user_id=None, idempotency_key="3")),
        payments.return_suspense(op, payments.ReturnSuspense(item_id=thing, idempotency_key="4")),
    ):
        with pytest.raises(CredentialEnded):
            await decision


async def test_a_personal_token_never_outgrows_its_owner_and_ends() -> None:
    id_ = await create_operator(email="op@example.com", password=PASSWORD)
    op = await log_in("op@example.com", PASSWORD)
    made = await create_access_token(actor_of(op), "desk", op.scopes, clock.wall() + timedelta(days=1))
    await create_operator(email="op@example.com", password=PASSWORD, scopes=[OperatorScope.REVIEW])
    assert (await viewer(made.secret)) == Viewer(
        id_, frozenset({Scope.READ, Scope.ACCOUNT, Scope.OPERATE, Scope.REVIEW})
    )
    await db.execute("update identity.access_tokens set expires_at = now()")
    assert await queries.viewer_of(made.secret) is None


async def test_tokens_are_limited_in_number() -> None:
    ada = actor_of(await join())
    for n in range(50):
        await create_access_token(ada, f"robot {n}", [], clock.wall() + timedelta(days=1))
    with pytest.raises(InvalidInput):
        await create_access_token(ada, "one more", [], clock.wall() + timedelta(days=1))


async def test_credentials_that_ran_out_are_forgotten_and_no_others() -> None:
    over = await join()
    await refresh_session(over.refresh_token)
    actor, tomorrow = actor_of(over), clock.wall() + timedelta(days=1)
    old = await create_access_token(actor, "old", [Scope.READ], tomorrow)
    kept = await create_access_token(actor, "kept", [Scope.READ], tomorrow)
    await db.execute("update identity.sessions set expires_at = now() - interval '1 second'")
    await db.execute("update identity.access_tokens set expires_at = now() - interval '1 second' where id = $1", old.id)
    alive = await log_in("ada@example.com", PASSWORD)
    second = await refresh_session(alive.refresh_token)
    await db.execute("update identity.sessions set expires_at = now() where rotated_at is not null")
    assert [await prune_credentials(2) for _ in range(3)] == [3, 0, 0]
    families = await db.fetch("select distinct family_id from identity.sessions")
    assert [row["family_id"] for row in families] == [alive.session_id]
    assert [row["id"] for row in await db.fetch("select id from identity.access_tokens")] == [kept.id]
    with pytest.raises(InvalidToken):
        await refresh_session(alive.refresh_token)
    with pytest.raises(InvalidToken):
        await refresh_session(second.refresh_token)
    assert await events("session.compromised") == [str(alive.session_id)], "a used token still ends its session"
