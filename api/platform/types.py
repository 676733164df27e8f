"""Types of the platform itself."""

from datetime import date, datetime
from enum import Enum

import strawberry

from api import money
from api.disclosure.platform import DisclosurePlatform
from api.errors import UserError, refusal
from api.scalars import Rate
from domain.shared import clock, policy, sandbox_clock
from domain.shared.settings import settings


@strawberry.enum(description="Whether the sandbox's clock stands where it was asked to.")
class ClockStatus(Enum):
    """Whether the sandbox's clock stands where it was asked to."""

    STANDING = strawberry.enum_value(
        "STANDING",
        description="It is where it was asked to be, that day's work is done, and it flows with real time.",
    )
    WALKING = strawberry.enum_value("WALKING", description="It walks to its target, a day at a time.")


@strawberry.type(description="The sandbox's business clock.")
class SandboxClock:
    """The sandbox's business clock."""

    now: datetime = strawberry.field(description="Business time.")
    target: datetime | None = strawberry.field(description="Where it walks to; null: it is there.")
    status: ClockStatus = strawberry.field(description="Whether it stands or walks.")
    pending_jobs: int = strawberry.field(description="Events, webhooks and instructions that wait for a worker.")

    @classmethod
    def of(cls, state: sandbox_clock.ClockState) -> "SandboxClock":
        """The clock as the domain sees it."""
        status = ClockStatus.WALKING if state.walking else ClockStatus.STANDING
        return cls(now=state.now, target=state.target_at, status=status, pending_jobs=state.pending)


@strawberry.type(description="The regulatory profile the platform works under: limits and periods, as data.")
class Profile:
    """The regulatory profile."""

    code: str = strawberry.field(description="Its code, like `CN_2016`.")
    version: int = strawberry.field(description="Its version; decisions and loans keep theirs.")
    name: str = strawberry.field(description="What it is.")
    currency: money.Currency = strawberry.field(description="The currency of its limits.")
    time_zone: str = strawberry.field(description="The time zone of business dates (IANA).")
    funding_working_days: int = strawberry.field(description="How many working days a loan may collect bids.")
    person_limit: money.Money = strawberry.field(
        description="What a person may owe on the platform; the number itself is allowed."
    )
    organisation_limit: money.Money = strawberry.field(description="What an organisation may owe on the platform.")
    rate_ceiling: Rate | None = strawberry.field(
        description="The highest annual rate of a contract made today, fees included; null: none."
    )
    reflection_hours: int = strawberry.field(description="How long a full loan rests before it closes.")
    bid_revocable_hours: int = strawberry.field(description="How long a bid may be withdrawn; 0: bids are binding.")
    default_after_days: int = strawberry.field(description="Days past due after which a loan is in default.")


@strawberry.type(description="The platform: what everybody may know of it.")
class Platform(DisclosurePlatform):
    """The platform: what everybody may know of it."""

    @strawberry.field(description="The regulatory profile it works under.")
    async def profile(self) -> Profile:
        """The active profile."""
        active = policy.active()
        ceiling = active.ceiling_ppm(await clock.today())
        return Profile(
            code=active.code,
            version=active.version,
            name=active.name,
            currency=money.Currency(active.currency),
            time_zone=active.time_zone,
            funding_working_days=active.funding_working_days,
            person_limit=money.minor(active.borrower_limits.person_minor, active.currency),
            organisation_limit=money.minor(active.borrower_limits.organisation_minor, active.currency),
            rate_ceiling=None if ceiling is None else Rate(ceiling),
            reflection_hours=active.reflection_hours,
            bid_revocable_hours=active.bid_revocable_hours,
            default_after_days=active.default_after_days,
        )

    @strawberry.field(description="The business date.")
    async def today(self) -> date:
        """The business date."""
        return await clock.today()

    @strawberry.field(description="Business time.")
    async def now(self) -> datetime:
        """Business time."""
        return await clock.now()

    @strawberry.field(description="The sandbox's clock; null in production, where business time is real time.")
    async def sandbox(self) -> SandboxClock | None:
        """The sandbox's clock."""
        return SandboxClock.of(await sandbox_clock.state()) if settings().is_sandbox else None


@refusal(sandbox_clock.ClockFixed)
@strawberry.type(description="Only a sandbox's clock can be moved.")
class ClockFixed(UserError):
    """Only a sandbox's clock can be moved."""
