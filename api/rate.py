"""How much may be asked in a while: for each account, each personal token, and each address of strangers.

Counted are points, not requests: an operation has one for each root field, aliases included, and one for each 100 fields that
it may resolve, whichever is more. The decision is made from what this process knows, without a round trip: what it has
counted itself, and what Valkey said last of what all processes counted. Both are brought together in the background, in
one pipeline every `SETTLE_S`; so several processes together may let pass what they admit within that time beyond a limit.
Without Valkey each process keeps to the limits by itself, and tells the others when it is back.
"""

import asyncio
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import ceil

import redis.asyncio as redis
import structlog
from graphql import GraphQLError
from limits import RateLimitItem, parse

from api.documents import Refused
from api.errors import Code, top_level
from domain.shared.actor import Viewer
from domain.shared.addresses import network
from domain.shared.settings import OFF

SETTLE_S = 0.25
IN_ONE_PIPELINE = 200
MOST_SUBJECTS = 100_000
"""Of each kind; beyond, the one that came first is forgotten here. Valkey still knows it."""

log = structlog.get_logger()


@dataclass(slots=True)
class Meter:
    """What one subject has used in the running window: as Valkey knows it, and what it does not know yet."""

    name: str
    ends_at: float
    kept_s: int
    used: int = 0
    untold: int = 0


class Limit:
    """The limit of one kind of subject, and their meters in the running window."""

    def __init__(self, kind: str, item: RateLimitItem) -> None:
        self.amount = item.amount
        self.window_s = item.get_expiry()
        self.ends_at = 0.0
        self._kind = kind
        self._meters: dict[Hashable, Meter] = {}

    def meter(self, subject: Hashable) -> Meter:
        """A subject's meter in the window that is running now; all processes divide time alike."""
        now = time.time()
        if now >= self.ends_at:
            self.ends_at = (now // self.window_s + 1) * self.window_s
            self._meters.clear()
        found = self._meters.get(subject)
        if found is None:
            if len(self._meters) >= MOST_SUBJECTS:
                del self._meters[next(iter(self._meters))]
            number = int(self.ends_at) // self.window_s
            name = f"kalends:rate:{self._kind}:{subject}:{number}"
            found = self._meters[subject] = Meter(name, self.ends_at, kept_s=2 * self.window_s)
        return found


@dataclass(slots=True)
class Allowance:
    """What a caller has left, by each limit they are under."""

    rates: "Rates"
    meters: tuple[tuple[Limit, Meter], ...]

    def spend(self, points: int) -> None:
        """Count an operation."""
        for _, meter in self.meters:
            if not meter.untold and len(self.rates.untold) < MOST_SUBJECTS:
                self.rates.untold.append(meter)
            meter.untold += points

    def left(self) -> dict[str, int | float] | None:
        """The limit that is nearest to its end: how much it is, what is left, and when a new window begins; None: no limit."""
        nearest = min(self.meters, key=lambda one: one[0].amount - one[1].used - one[1].untold, default=None)
        if nearest is None:
            return None
        limit, meter = nearest
        remaining = max(0, limit.amount - meter.used - meter.untold)
        return {
            "limit": limit.amount,
            "windowSeconds": limit.window_s,
            "remaining": remaining,
            "resetSeconds": max(0, round(limit.ends_at - time.time())),
        }


class Rates:
    """The limits of this process, each like `6000/minute` or `off`. `run` settles them in the background."""

    def __init__(self, account: str = OFF, token: str = OFF, address: str = OFF) -> None:
        self._account = _limit("account", account)
        self._token = _limit("token", token)
        self._address = _limit("address", address)
        self._wrong = _limit("wrong", address)
        self.untold: list[Meter] = []
        self._is_alone = False

    def admit(self, viewer: Viewer, address: str) -> Allowance:
        """What a caller may still ask: a stranger by address, others by account and personal token.

        Raises `Refused` with the top-level error RATE_LIMITED when nothing is left.
        """
        asked: tuple[tuple[Limit | None, Hashable], ...]
        if viewer.user_id is None:
            asked = ((self._address, network(address)),)
        elif viewer.token_id is None:
            asked = ((self._account, viewer.user_id),)
        else:
            asked = ((self._account, viewer.user_id), (self._token, viewer.token_id))
        return self._allowance(asked)

    def attempt(self, address: str) -> Allowance:
        """What an address has left for tokens that turn out to be wrong: a point each, as many as strangers have there.

        What strangers ask does not count, so that nobody's token is refused for the curiosity of a neighbour.
        Raises `Refused` as `admit`.
        """
        return self._allowance(((self._wrong, network(address)),))

    def _allowance(self, asked: Sequence[tuple[Limit | None, Hashable]]) -> Allowance:
        meters = []
        for limit, subject in asked:
            if limit is not None:
                meter = limit.meter(subject)
                if meter.used + meter.untold >= limit.amount:
                    raise Refused([refusal(limit)])
                meters.append((limit, meter))
        return Allowance(self, tuple(meters))

    async def run(self, client: redis.Redis) -> None:
        """Tell Valkey what was counted here, and hear what all have counted, every `SETTLE_S`."""
        while True:
            await asyncio.sleep(SETTLE_S)
            try:
                await self._settle(client)
            except (redis.RedisError, OSError, TimeoutError) as error:
                if not self._is_alone:
                    log.warning("rate.alone", error=type(error).__name__)
                self._is_alone = True
            except Exception:
                log.exception("rate.failed")
            else:
                self._is_alone = False

    async def _settle(self, client: redis.Redis) -> None:
        """One round of all meters that were used since the last; what fails is told in the next round of their window."""
        now = time.time()
        waiting, self.untold = [meter for meter in self.untold if meter.ends_at > now], []
        try:
            while waiting:
                await self._tell(client, waiting[:IN_ONE_PIPELINE])
                del waiting[:IN_ONE_PIPELINE]
        finally:
            self.untold += waiting

    async def _tell(self, client: redis.Redis, meters: Sequence[Meter]) -> None:
        told = [meter.untold for meter in meters]
        async with client.pipeline(transaction=False) as pipeline:
            for meter, points in zip(meters, told, strict=True):
                pipeline.incrby(meter.name, points)
                pipeline.expire(meter.name, meter.kept_s)
            answers = await pipeline.execute()
        for meter, points, used in zip(meters, told, answers[::2], strict=True):
            meter.used = used
            meter.untold -= points
            if meter.untold:
                self.untold.append(meter)


def _limit(kind: str, text: str) -> Limit | None:
    return None if text == OFF else Limit(kind, parse(text))


def refusal(limit: Limit) -> GraphQLError:
    """The top-level error of somebody who has nothing left until a new window begins."""
    wait_s = max(1, ceil(limit.ends_at - time.time()))
    error = top_level(
        Code.RATE_LIMITED, f"The limit is {limit.amount:,} points in {limit.window_s:,} s; try again in {wait_s} s."
    )
    assert error.extensions is not None, "top_level gives a code"
    error.extensions |= {"limit": limit.amount, "windowSeconds": limit.window_s, "retryAfterMs": wait_s * 1_000}
    return error
