"""Moving business time, which only a sandbox may do: forward, day by day, by one worker at a time.

`set_target` says how far; a worker takes the lease, and moves the clock one step after the other, draining each day
before the next. Leases count in wall time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.shared import clock, db, ids, policy
from domain.shared.actor import Actor, Scope
from domain.shared.errors import DomainError, InvalidInput
from domain.shared.settings import settings

LEASE = timedelta(seconds=20)
MORNING = timedelta(hours=8)
"""A day is walked in one step, to the morning of the next."""
FURTHEST = timedelta(days=366 * 5)


@dataclass(eq=False, kw_only=True)
class ClockFixed(DomainError):
    """Only a sandbox's clock can be moved."""

    text: ClassVar[str] = "This is production: business time is real time."


@dataclass(frozen=True)
class ClockState:
    """Business time, where it is moving to, and how much work waits before it can move on.

    `walking`: a worker moves it, or still does the work of the day it has reached.
    """

    now: datetime
    target_at: datetime | None
    pending: int
    walking: bool


@db.atomic
async def set_target(actor: Actor, target_at: datetime) -> ClockState:
    """Ask for business time to move to an instant. Raises `ClockFixed`, `NotAllowed`, `InvalidInput` for the past or more than five years."""
    if not settings().is_sandbox:
        raise ClockFixed
    actor.require(Scope.CLOCK)
    now = await clock.now()
    if not now < target_at <= now + FURTHEST:
        raise InvalidInput(reason="The target must be later than now, by at most five years.", path=("to",))
    await db.execute("update shared.clock set target_at = greatest($1, coalesce(target_at, $1))", target_at)
    transaction = db.current()
    assert transaction is not None
    transaction.ring.outbox = True
    return await state()


async def state() -> ClockState:
    """Where the clock is, and how many events, webhooks and instructions wait for a worker (those that failed apart)."""
    row = await db.fetch_one(
        """select shared.business_now() as now, target_at, coalesce(leased_until > now(), false) as walking,
            (select count(*) from shared.outbox where dispatched_at is null and attempts = 0)
          + (select count(*) from payments.webhooks where applied_at is null and attempts < 3)
          + (select count(*) from payments.instructions where status = 'CREATED') as pending
        from shared.clock"""
    )
    assert row is not None, "the clock's row is made by the migration"
    ahead = row["target_at"] is not None and row["target_at"] > row["now"]
    return ClockState(row["now"], row["target_at"] if ahead else None, row["pending"], ahead or row["walking"])


async def start_at(instant: datetime) -> None:
    """Set a sandbox's clock before anything has happened, to any instant, past ones included. Raises `ClockFixed`."""
    if not settings().is_sandbox or await db.fetch_value("select exists (select from shared.outbox)"):
        raise ClockFixed
    await db.execute("update shared.clock set shift = $1 - now(), target_at = null", instant)


async def set_time_zone() -> None:
    """Write the profile's time zone where SQL finds it."""
    await db.execute("update shared.clock set time_zone = $1 where time_zone <> $1", policy.active().time_zone)


async def is_walking() -> bool:
    """Whether a worker holds the lease."""
    walking: bool = await db.fetch_value("select coalesce(leased_until > now(), false) from shared.clock")
    return walking


class Walk:
    """A worker's walk to the target."""

    def __init__(self) -> None:
        self.id: UUID = ids.new()
        self.resumed = False

    async def take(self) -> bool:
        """Take or renew the lease; False if there is nothing to walk to, or another worker walks.

        `resumed` then says whether it was left behind by a walker that died, perhaps in the middle of a day.
        """
        row = await db.fetch_one(
            """with before as (select moved_by from shared.clock)
            update shared.clock set moved_by = $1, leased_until = now() + $2
            where target_at > shared.business_now() and (moved_by = $1 or leased_until is null or leased_until < now())
            returning coalesce((select moved_by from before) <> $1, false) as resumed""",
            self.id,
            LEASE,
        )
        self.resumed = row is not None and row["resumed"]
        return row is not None

    async def renew(self) -> None:
        """Keep the lease through a long day, also the last one, after which there is nothing left to walk to."""
        await db.execute(
            "update shared.clock set leased_until = now() + $2 where moved_by = $1 and leased_until > now()",
            self.id,
            LEASE,
        )

    async def step(self) -> datetime:
        """Move business time to the next morning, or to the target if that comes first; returns it."""
        state_now = await state()
        assert state_now.target_at is not None, "a walk has a target"
        today = clock.on(state_now.now)
        morning = clock.start_of(today) + MORNING
        if morning <= state_now.now:
            morning = clock.start_of(today + timedelta(days=1)) + MORNING
        moved: datetime | None = await db.fetch_value(
            """update shared.clock set shift = $2 - now() where moved_by = $1 and shift < $2 - now()
            returning now() + shift""",
            self.id,
            min(morning, state_now.target_at),
        )
        return moved or state_now.now

    async def leave(self) -> None:
        """Give the lease back."""
        await db.execute("update shared.clock set moved_by = null, leased_until = null where moved_by = $1", self.id)
