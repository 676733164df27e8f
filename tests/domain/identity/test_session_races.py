"""Sessions that go on while somebody ends them: whoever ends them has the last word."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.identity import credentials
from domain.identity.commands import (
    SessionTokens,
    create_access_token,
    log_out,
    refresh_session,
    reset_password,
    revoke_access_token,
    revoke_sessions,
    sessions,
)
from domain.identity.commands.passwords import MARK
from domain.identity.errors import CredentialEnded, InvalidCredentials, InvalidToken
from domain.shared import clock, db
from tests.domain.identity.people import actor_of, join

ROUNDS = 30


async def row_of(user_id: UUID) -> db.Row:
    """A user as the database knows them."""
    row = await db.fetch_one("select * from identity.users where id = $1", user_id)
    assert row is not None
    return row


async def new_password(user_id: UUID) -> None:
    """Reset the password, as whoever reads the mail."""
    mark = await db.fetch_value(f"select {MARK} from identity.users where id = $1", user_id)
    await reset_password(credentials.reset_token(user_id, mark), f"a new password after {mark}")


ENDS: dict[str, Callable[[SessionTokens], Awaitable[object]]] = {
    "log out": lambda tokens: log_out(tokens.refresh_token),
    "revoke": lambda tokens: revoke_sessions(actor_of(tokens)),
    "reset": lambda tokens: new_password(tokens.user_id),
    "theft": lambda tokens: refresh_session(tokens.refresh_token),
}


async def go_on(tokens: SessionTokens, begun: asyncio.Event) -> None:
    """Refresh a session again and again, until it is refused."""
    while True:
        tokens = await refresh_session(tokens.refresh_token)
        begun.set()


async def race(
    user_id: UUID,
    number: int,
    goes_on: Callable[[SessionTokens, asyncio.Event], Coroutine[Any, Any, None]],
    end: Callable[[SessionTokens], Awaitable[object]],
    refusal: type[Exception],
) -> None:
    """Begin a session, let it go on, and end it, a little later in each round: what goes on must be refused."""
    tokens, begun = await sessions.start(await row_of(user_id)), asyncio.Event()
    going = asyncio.create_task(goes_on(tokens, begun))
    await begun.wait()
    await asyncio.sleep(number * 0.0003)
    await end(tokens)
    async with asyncio.timeout(5):
        with pytest.raises(refusal):
            await going


@pytest.mark.parametrize("end", ENDS)
async def test_no_session_goes_on_once_it_was_ended(end: str) -> None:
    ada = await join()
    for number in range(ROUNDS):
        await race(
            ada.user_id,
            number,
            go_on,
            lambda tokens: asyncio.gather(ENDS[end](tokens), return_exceptions=True),
            InvalidToken,
        )


async def make_tokens(tokens: SessionTokens, begun: asyncio.Event) -> None:
    """Make personal tokens, each in place of the one before, until it is refused."""
    actor, before = actor_of(tokens), None
    while True:
        made = await create_access_token(actor, "back door", [], clock.wall() + timedelta(days=1))
        begun.set()
        if before is not None:
            await revoke_access_token(actor, before.id)
        before = made


async def test_a_new_password_ends_the_personal_tokens_that_are_being_made() -> None:
    ada = await join()
    for number in range(ROUNDS):
        await race(ada.user_id, number, make_tokens, lambda tokens: new_password(tokens.user_id), CredentialEnded)
        assert await db.fetch_value("select count(*) from identity.access_tokens where revoked_at is null") == 0


async def test_no_session_begins_with_a_password_that_was_replaced_meanwhile() -> None:
    ada = await join()
    before = await row_of(ada.user_id)
    await new_password(ada.user_id)
    with pytest.raises(InvalidCredentials):
        await sessions.start(before)
    assert (await sessions.start(await row_of(ada.user_id))).user_id == ada.user_id
