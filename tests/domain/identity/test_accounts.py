"""Registration tells strangers nothing; an account opens to whoever reads its mail."""

import asyncio

import pytest

from domain.identity import credentials, queries
from domain.identity.commands import (
    add_role,
    confirm_email,
    create_operator,
    log_in,
    register,
    request_email_confirmation,
)
from domain.identity.errors import InvalidCredentials, InvalidToken
from domain.identity.models import OperatorScope, Role
from domain.shared import db
from domain.shared.actor import STRANGER, Scope, Viewer
from domain.shared.errors import InvalidInput
from tests.domain.identity.people import PASSWORD, actor_of, events, join, registration, user_id_of, viewer


async def test_an_account_is_confirmed_by_its_mail_and_then_opens() -> None:
    await register(registration("Ada@Example.com"))
    user_id = await user_id_of("ada@example.com")
    assert await events("user.registered") == [str(user_id)]
    with pytest.raises(InvalidCredentials):
        await log_in("ada@example.com", PASSWORD)

    token = credentials.confirmation_token(user_id, "ada@example.com")
    tokens = await confirm_email(token, PASSWORD)
    assert tokens is not None and tokens.user_id == user_id
    assert await viewer(tokens.access_token) == Viewer(user_id, tokens.scopes)
    assert await confirm_email(token, PASSWORD) is None, "a token in an old mail opens no second session"
    assert (await log_in(" ada@example.com".strip().upper(), PASSWORD)).user_id == user_id
    assert await events("email.confirmed") == [str(user_id)]


async def test_a_known_address_is_answered_alike_and_its_owner_is_told() -> None:
    ada = await join()
    await register(registration(password="the password of a stranger"))
    assert await events("registration.repeated")
    assert (await log_in("ada@example.com", PASSWORD)).user_id == ada.user_id
    with pytest.raises(InvalidCredentials):
        await log_in("ada@example.com", "the password of a stranger")


async def test_nobody_reserves_an_unconfirmed_address_with_a_password_of_their_own() -> None:
    await register(registration(password="the password of a stranger", legal_name="Mallory"))
    await register(registration(roles=[Role.LENDER]))
    user_id = await user_id_of("ada@example.com")
    assert await events("email.confirmation_requested")
    token = credentials.confirmation_token(user_id, "ada@example.com")
    with pytest.raises(InvalidCredentials):
        await confirm_email(token, "the password of a stranger")
    await confirm_email(token, PASSWORD)
    tokens = await log_in("ada@example.com", PASSWORD)
    assert Scope.LEND in tokens.scopes and Scope.BORROW not in tokens.scopes
    with pytest.raises(InvalidCredentials):
        await log_in("ada@example.com", "the password of a stranger")


async def test_nobody_replaces_a_registration_and_has_its_owner_confirm_theirs() -> None:
    await register(registration())
    token = credentials.confirmation_token(await user_id_of("ada@example.com"), "ada@example.com")
    await register(registration(password="the password of a stranger"))
    with pytest.raises(InvalidCredentials):
        await confirm_email(token, PASSWORD)
    with pytest.raises(InvalidCredentials):
        await confirm_email(token, "")
    with pytest.raises(InvalidCredentials):
        await log_in("ada@example.com", "the password of a stranger")


async def test_fifty_simultaneous_registrations_make_one_user() -> None:
    answers = await asyncio.gather(*(register(registration()) for _ in range(50)))
    assert answers == [None] * 50
    assert await db.fetch_value("select count(*) from identity.users") == 1
    assert len(await events("user.registered")) == 1


@pytest.mark.parametrize(
    ("email", "password"), [("nobody@example.com", PASSWORD), ("ada@example.com", "not the password"), ("", "")]
)
async def test_a_refused_log_in_does_not_say_why(email: str, password: str) -> None:
    await join()
    with pytest.raises(InvalidCredentials) as refusal:
        await log_in(email, password)
    assert refusal.value.message == InvalidCredentials().message


async def test_confirmation_takes_our_own_tokens_only() -> None:
    tokens = await join()
    await register(registration("bob@example.com"))
    bob = await user_id_of("bob@example.com")
    for token in ("", "x", "\ud800", tokens.access_token, credentials.confirmation_token(bob, "eve@example.com")):
        with pytest.raises(InvalidToken):
            await confirm_email(token, PASSWORD)
    assert await queries.viewer_of(credentials.confirmation_token(bob, "bob@example.com")) is None


async def test_the_confirmation_mail_can_be_asked_for_again() -> None:
    await register(registration())
    for address in ("ada@example.com", "ada@example.com", "nobody@example.com"):
        await request_email_confirmation(address)
    assert len(await events("email.confirmation_requested")) == 1


async def test_pseudonyms_are_readable_and_unique() -> None:
    await asyncio.gather(*(register(registration(f"user{n}@example.com")) for n in range(10)))
    rows = await db.fetch("select pseudonym, legal_name from identity.users")
    assert len({row["pseudonym"] for row in rows}) == 10
    assert all(len(row["pseudonym"].split("-")) == 3 and "Ada" not in row["pseudonym"] for row in rows)


async def test_a_role_is_added_once_and_its_scope_comes_with_the_next_session() -> None:
    tokens = await join()
    assert await add_role(actor_of(tokens), Role.LENDER) == ["BORROWER", "LENDER"]
    assert await add_role(actor_of(tokens), Role.LENDER) == ["BORROWER", "LENDER"]
    assert Scope.LEND in (await log_in("ada@example.com", PASSWORD)).scopes


async def test_the_command_line_makes_operators_and_changes_what_they_may() -> None:
    first = await create_operator(email="Op@Example.com", password=PASSWORD)
    tokens = await log_in("op@example.com", PASSWORD)
    assert {Scope.OPERATE, Scope.REVIEW, Scope.COLLECT, Scope.FINANCE, Scope.CLOCK} <= tokens.scopes
    assert not tokens.scopes & {Scope.BORROW, Scope.LEND, Scope.MONEY}

    again = await create_operator(email="op@example.com", password="a new password", scopes=[OperatorScope.REVIEW])
    assert again == first
    assert Scope.COLLECT not in (await log_in("op@example.com", "a new password")).scopes
    with pytest.raises(InvalidInput):
        await create_operator(email="op@example.com", password="short")


async def test_strangers_see_a_pseudonym_and_nobody_sees_another_account() -> None:
    ada, bob = await join("ada@example.com"), await join("bob@example.com")
    await register(registration("new@example.com"))
    new = await user_id_of("new@example.com")
    everybody = [ada.user_id, bob.user_id, new]
    seen = await queries.MEMBERS.by_ids(STRANGER, everybody)
    assert {row["id"] for row in seen} == {ada.user_id, bob.user_id}
    assert set(seen[0]) == {"id", "pseudonym", "kind", "registered_on"}
    as_bob = Viewer(bob.user_id, bob.scopes)
    assert [row["id"] for row in await queries.USERS.by_ids(as_bob, everybody)] == [bob.user_id]
    staff = Viewer(ada.user_id, frozenset({Scope.OPERATE}))
    assert len(await queries.USERS.by_ids(staff, everybody)) == 3
    assert "password_hash" not in (await queries.USERS.by_ids(staff, everybody))[0]
