"""Guessing passwords and having mails sent: how often, before one has to wait longer and longer.

Failed guesses are counted for an account together with the address they come from, and for that address over all accounts;
never for the account alone, because then anybody could lock its owner out. Whoever has logged in on a device before shows
its device token: they are counted by the device, and no neighbour at the same address makes them wait. Counters live in
Valkey, or in this process while Valkey is away.
"""

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import TypeVar
from uuid import UUID

import redis.asyncio as redis
import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from domain.identity import credentials
from domain.identity.errors import TooManyAttempts
from domain.shared.addresses import network
from domain.shared.settings import OFF, settings

R = TypeVar("R")
PREFIX = "kalends:attempts"

log = structlog.get_logger()
_here = MovingWindowRateLimiter(MemoryStorage())
_shared: MovingWindowRateLimiter | None = None


@dataclass(frozen=True)
class Client:
    """Where a request comes from. Without an address (the command line) nothing is counted. `device`: its token, if any."""

    address: str = ""
    device: str | None = None


LOCAL = Client()


@dataclass(frozen=True)
class Tally:
    """A counter with its limits, from the short ones to the long ones."""

    limits: Sequence[RateLimitItem]
    names: tuple[str, ...]


def connect(client: redis.Redis | None) -> None:
    """Choose the Valkey that the processes of an installation count in; None: this process alone."""
    global _shared
    if client is None:
        _shared = None
        return
    storage = RedisStorage(
        "async+redis://",
        implementation="redispy",
        key_prefix=PREFIX,
        connection_pool=client.connection_pool,  # type: ignore[arg-type]  # the library takes one, and types options as plain
    )
    _shared = MovingWindowRateLimiter(storage)


class Guess:
    """One guess of an account's password: made by `begin`, ended by `failed` or `succeeded`."""

    def __init__(self, own: Tally | None = None, of_address: Tally | None = None) -> None:
        self._own, self._of_address = own, of_address

    @classmethod
    async def begin(cls, email: str, user_id: UUID | None, client: Client) -> "Guess":
        """Count a guess at the account of an e-mail (`user_id`: None if there is none) before anything is looked at.

        Raises `TooManyAttempts`, known or unknown e-mails alike.
        """
        if not client.address:
            return cls()
        rules = settings()
        account = hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        owner, device = credentials.device_of(client.device or "")
        if device is not None and owner == user_id:
            own, of_address = Tally(_limits(rules.rate_limit_login), ("device", account, str(device))), None
        else:
            place = network(client.address)
            own = Tally(_limits(rules.rate_limit_login), ("login", account, place))
            of_address = Tally(_limits(rules.rate_limit_login_address), ("address", place))
            await _require(of_address)
        await _take(own)
        return cls(own, of_address)

    async def failed(self) -> None:
        """It was wrong."""
        if self._of_address is not None:
            for item in self._of_address.limits:
                await _hit(item, self._of_address.names)

    async def succeeded(self) -> None:
        """It was right: earlier ones from there were its owner's."""
        if self._own is not None:
            for item in self._own.limits:
                await _clear(item, self._own.names)


async def ask_for_mail(client: Client) -> None:
    """Count a request that has a mail sent to an address anybody may name. Raises `TooManyAttempts`."""
    if client.address:
        await _take(Tally(_limits(settings().rate_limit_mail), ("mail", network(client.address))))


async def _take(tally: Tally) -> None:
    """Count in each limit, the short ones first: what they refuse does not count in the long ones."""
    for item in tally.limits:
        if not await _hit(item, tally.names):
            raise await _refusal(item, tally.names)


async def _require(tally: Tally) -> None:
    for item in tally.limits:
        if not await _test(item, tally.names):
            raise await _refusal(item, tally.names)


async def _refusal(item: RateLimitItem, names: tuple[str, ...]) -> TooManyAttempts:
    stats = await _asked(lambda limiter: limiter.get_window_stats(item, *names))
    return TooManyAttempts(retry_after_ms=max(1_000, ceil((stats.reset_time - time.time()) * 1_000)))


async def _hit(item: RateLimitItem, names: tuple[str, ...]) -> bool:
    return await _asked(lambda limiter: limiter.hit(item, *names))


async def _test(item: RateLimitItem, names: tuple[str, ...]) -> bool:
    return await _asked(lambda limiter: limiter.test(item, *names))


async def _clear(item: RateLimitItem, names: tuple[str, ...]) -> None:
    await _asked(lambda limiter: limiter.clear(item, *names))


async def _asked(ask: Callable[[MovingWindowRateLimiter], Awaitable[R]]) -> R:
    """What the shared counters say, or, while Valkey is away, those of this process."""
    if _shared is not None:
        try:
            return await ask(_shared)
        except (redis.RedisError, OSError) as error:
            log.warning("attempts.alone", error=type(error).__name__)
    return await ask(_here)


@lru_cache(maxsize=16)
def _limits(text: str) -> tuple[RateLimitItem, ...]:
    """The limits of a setting, the short ones first."""
    return () if text == OFF else tuple(sorted(parse_many(text), key=lambda item: item.get_expiry()))
