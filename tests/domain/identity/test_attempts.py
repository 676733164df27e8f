"""Wrong passwords make whoever tries them wait, and nobody else; mails are not sent by the hundred."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
import redis.asyncio as redis

from cli.embedded import EmbeddedServers
from cli.processes import free_port
from domain.identity import attempts, credentials
from domain.identity.attempts import Client
from domain.identity.commands import confirm_email, log_in, register, request_email_confirmation, request_password_reset
from domain.identity.errors import InvalidCredentials, TooManyAttempts
from domain.shared import db
from domain.shared.settings import settings
from tests.domain.identity.people import PASSWORD, join, registration, user_id_of

WRONG = "not the password of anybody"
LIMIT, ADDRESS_LIMIT, MAIL_LIMIT = 3, 6, 2


@pytest.fixture(autouse=True)
async def low_limits(servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Counters in Valkey, from nothing, that end soon."""
    monkeypatch.setattr(settings(), "rate_limit_login", f"{LIMIT}/hour;5/day")
    monkeypatch.setattr(settings(), "rate_limit_login_address", f"{ADDRESS_LIMIT}/hour")
    monkeypatch.setattr(settings(), "rate_limit_mail", f"{MAIL_LIMIT}/hour")
    async with redis.Redis.from_url(servers.redis_url) as client:
        for key in await client.keys(f"{attempts.PREFIX}*"):
            await client.delete(key)
        attempts.connect(client)
        yield
        attempts.connect(None)


def at(number: int, device: str | None = None) -> Client:
    return Client(f"192.0.2.{number}", device)


async def guess(email: str, client: Client, password: str = WRONG) -> str:
    """How a log-in ends."""
    try:
        await log_in(email, password, client)
    except (InvalidCredentials, TooManyAttempts) as refusal:
        return refusal.code
    return "in"


async def test_wrong_passwords_are_refused_before_they_are_looked_at() -> None:
    await join()
    for _ in range(LIMIT):
        assert await guess("ada@example.com", at(1)) == "InvalidCredentials"
    with pytest.raises(TooManyAttempts) as refused:
        await log_in("ada@example.com", PASSWORD, at(1))
    assert 3_590_000 < refused.value.retry_after_ms <= 3_600_000


async def test_nobody_locks_out_somebody_at_another_address() -> None:
    await join()
    for number in range(1, 30):
        await asyncio.gather(*(guess("ada@example.com", at(number)) for _ in range(LIMIT + 1)))
    assert await guess("ada@example.com", at(100), PASSWORD) == "in"


async def test_whoever_has_logged_in_on_a_device_is_not_locked_out_by_a_neighbour() -> None:
    await join()
    tokens = await log_in("ada@example.com", PASSWORD, at(1))
    for _ in range(ADDRESS_LIMIT + 1):
        await guess("ada@example.com", at(1))
    assert await guess("ada@example.com", at(1), PASSWORD) == "TooManyAttempts", "nobody knows who that is"
    assert await guess("ada@example.com", at(1, tokens.device_token), PASSWORD) == "in"


async def test_a_device_has_its_own_limit_and_is_good_for_its_user_only() -> None:
    await join()
    await join("eve@example.com")
    device = (await log_in("ada@example.com", PASSWORD, at(1))).device_token
    assert device is not None
    again = await log_in("ada@example.com", PASSWORD, at(2, device))
    assert credentials.device_of(again.device_token or "") == credentials.device_of(device), "the same device"
    ends = [await guess("ada@example.com", at(1, device)) for _ in range(LIMIT + 1)]
    assert ends == ["InvalidCredentials"] * LIMIT + ["TooManyAttempts"]
    assert await guess("ada@example.com", at(1), PASSWORD) == "in", "its address was not counted"
    for _ in range(LIMIT):
        await guess("eve@example.com", at(3, device))
    assert await guess("eve@example.com", at(3, device)) == "TooManyAttempts"
    assert await guess("ada@example.com", at(3), PASSWORD) == "in"


async def test_a_right_password_forgets_the_wrong_ones() -> None:
    await join()
    for _ in range(2):
        for _ in range(LIMIT - 1):
            assert await guess("ada@example.com", at(1)) == "InvalidCredentials"
        assert await guess("ada@example.com", at(1), PASSWORD) == "in"


async def test_an_address_that_tries_many_accounts_waits_for_all() -> None:
    await join()
    for number in range(ADDRESS_LIMIT):
        assert await guess(f"{number}@example.com", at(1)) == "InvalidCredentials"
    assert await guess("ada@example.com", at(1), PASSWORD) == "TooManyAttempts"
    assert await guess("ada@example.com", at(2), PASSWORD) == "in"


async def test_the_wait_grows_with_what_was_tried_not_with_what_was_refused(servers: EmbeddedServers) -> None:
    await join()
    for _ in range(LIMIT + 5):
        await guess("ada@example.com", at(1))
    async with redis.Redis.from_url(servers.redis_url) as client:
        [day] = await client.keys(f"{attempts.PREFIX}*login*day")
        assert await client.llen(day) == LIMIT


async def test_parallel_guesses_do_not_slip_through() -> None:
    await join()
    ends = await asyncio.gather(*(guess("ada@example.com", at(1)) for _ in range(20)))
    assert sorted(ends) == ["InvalidCredentials"] * LIMIT + ["TooManyAttempts"] * (20 - LIMIT)


async def test_confirming_is_guessing_too() -> None:
    await register(registration(), at(9))
    token = credentials.confirmation_token(await user_id_of("ada@example.com"), "ada@example.com")
    for _ in range(LIMIT):
        with pytest.raises(InvalidCredentials):
            await confirm_email(token, WRONG, at(1))
    with pytest.raises(TooManyAttempts):
        await confirm_email(token, PASSWORD, at(1))
    assert await confirm_email(token, PASSWORD, at(2)) is not None


@pytest.mark.parametrize("ask", [request_email_confirmation, request_password_reset])
async def test_an_address_has_few_mails_sent(ask: Callable[[str, Client], Awaitable[None]]) -> None:
    for number in range(MAIL_LIMIT):
        await ask(f"{number}@example.com", at(1))
    with pytest.raises(TooManyAttempts):
        await register(registration("another@example.com"), at(1))
    assert await db.fetch_value("select count(*) from identity.users") == 0
    await register(registration("another@example.com"), at(2))


async def test_without_valkey_the_process_counts_by_itself() -> None:
    await join()
    email, place = "ada@example.com", Client(f"192.0.2.77/{uuid4()}")
    async with redis.Redis.from_url(f"redis://127.0.0.1:{free_port()}/0") as nowhere:
        attempts.connect(nowhere)
        ends = [await guess(email, place) for _ in range(LIMIT + 1)]
    assert ends == ["InvalidCredentials"] * LIMIT + ["TooManyAttempts"]
