"""A forgotten password is replaced by whoever reads the mail; strangers learn nothing, by answers or by work."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest
from argon2 import PasswordHasher

from domain.identity import credentials, queries
from domain.identity.commands import (
    create_access_token,
    log_in,
    refresh_session,
    register,
    request_email_confirmation,
    request_password_reset,
    reset_password,
)
from domain.identity.errors import InvalidCredentials, InvalidToken
from domain.notifications.commands import claim_due
from domain.notifications.mails import compose
from domain.shared import clock, db
from domain.shared.actor import Scope
from domain.shared.errors import Busy, InvalidInput
from tests.domain.identity.people import PASSWORD, actor_of, events, join, registration, user_id_of
from workers.handlers import HANDLERS
from workers.relay import relay

NEW = "a new password, long enough"
EMAIL = "ada@example.com"


async def mailed_token() -> str:
    """The token of the mail that waits."""
    while await relay(HANDLERS):
        pass
    mails = [compose(due) for due in await claim_due()]
    [mail] = [mail for mail in mails if mail.subject == "Choose a new password"]
    return mail.text.split("\n\n")[2].strip()


async def test_a_new_password_closes_what_the_old_one_opened() -> None:
    old = await join()
    ends_at = clock.wall().replace(year=clock.wall().year + 1, day=1)
    program = await create_access_token(actor_of(old), "program", [Scope.READ], ends_at)
    await request_password_reset(EMAIL.upper())
    token = await mailed_token()
    await reset_password(token, NEW)
    with pytest.raises(InvalidCredentials):
        await log_in(EMAIL, PASSWORD)
    with pytest.raises(InvalidToken):
        await refresh_session(old.refresh_token)
    assert await queries.viewer_of(program.secret) is None
    assert (await log_in(EMAIL, NEW)).user_id == old.user_id
    with pytest.raises(InvalidToken):
        await reset_password(token, "a third password, just as long")
    while await relay(HANDLERS):
        pass
    assert [due.template for due in await claim_due()] == ["password_changed"]


async def test_a_mail_an_hour_and_none_to_who_has_not_confirmed() -> None:
    await register(registration())
    await request_password_reset(EMAIL)
    assert await events("password.reset_requested") == []
    await join("eve@example.com")
    for _ in range(3):
        await request_password_reset("eve@example.com")
    assert len(await events("password.reset_requested")) == 1


async def test_tokens_of_another_kind_or_another_password_reset_nothing() -> None:
    tokens = await join()
    user_id = await user_id_of(EMAIL)
    for wrong in (
        "", "nothing", tokens.access_token, tokens.device_token or "", credentials.confirmation_token(user_id, EMAIL),
        credentials.reset_token(user_id, "0" * 16),
    ):  # fmt: skip
        with pytest.raises(InvalidToken):
            await reset_password(wrong, NEW)
    await request_password_reset(EMAIL)
    with pytest.raises(InvalidInput):
        await reset_password(await mailed_token(), "too short")
    assert (await log_in(EMAIL, PASSWORD)).user_id == user_id


class Counting(PasswordHasher):
    """Hashes like the other one, and counts."""

    def __init__(self) -> None:
        super().__init__(time_cost=2, memory_cost=19_456, parallelism=1)
        self.work: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.work.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # narrower than Literal[True]
        self.work.append("verify")
        return super().verify(hash, password)


async def work_of(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Awaitable[object]]) -> list[str]:
    """The statements and password hashes of a call, in order, whatever its answer."""
    work: list[str] = []
    hasher, real = Counting(), db.fetch
    hasher.work = work

    async def noted(sql: str, *args: object) -> list[db.Row]:
        work.append(" ".join(sql.split()))
        return await real(sql, *args)

    with monkeypatch.context() as patched:
        patched.setattr(db, "fetch", noted)
        patched.setattr(credentials, "hasher", hasher)
        try:
            await ask()
        except InvalidCredentials:
            work.append("refused")
    return work


@pytest.mark.parametrize("confirmed", [True, False])
async def test_a_known_and_an_unknown_address_are_the_same_work(
    monkeypatch: pytest.MonkeyPatch, confirmed: bool
) -> None:
    if confirmed:
        await join()
    else:
        await register(registration())
    known, unknown = EMAIL, "nobody@example.com"

    async def of(ask: Callable[[str], Awaitable[object]]) -> list[list[str]]:
        return [await work_of(monkeypatch, lambda: ask(email)) for email in (known, unknown)]  # noqa: B023 - awaited at once

    for ask in (request_password_reset, request_email_confirmation):
        here, there = await of(ask)
        assert here == there and len(here) > 1, ask.__name__
    here, there = await of(lambda email: log_in(email, "not the password of anybody"))
    assert here == there == [here[0], "verify", "refused"]
    here, there = await of(lambda email: register(registration(email)))
    assert here == there and here[0] == "hash"


async def test_passwords_are_hashed_beside_the_loop_and_not_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, go = list[str](), threading.Event()

    class Slow:
        def hash(self, password: str) -> str:
            threads.append(threading.current_thread().name)
            assert go.wait(10)
            return password

    monkeypatch.setattr(credentials, "hasher", Slow())
    monkeypatch.setattr(credentials, "MAX_WAITING", 3)
    waiting = [asyncio.create_task(credentials.hash_password("a")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await credentials.hash_password("one too many")
    go.set()
    assert await asyncio.gather(*waiting) == ["a"] * 3
    assert len(threads) == 3 and all(name.startswith("argon2") for name in threads)
    assert await credentials.hash_password("b") == "b"
