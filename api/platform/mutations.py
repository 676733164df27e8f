"""Moving the sandbox's clock."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Info
from api.errors import Busy, InvalidInput, NotAllowed
from api.mutation import mutation
from api.platform.types import ClockFixed, SandboxClock
from domain.shared import sandbox_clock


@strawberry.input(description="How far to move the sandbox's clock.")
class AdvanceClockInput:
    """How far to move the clock."""

    to: datetime = strawberry.field(description="Business time to walk to: later than now, by at most five years.")


@strawberry.type(description="The clock walks; `platform.sandbox.status` says when it is there.")
class AdvanceClockPayload:
    """The clock walks."""

    clock: SandboxClock = strawberry.field(description="The clock now.")


AdvanceClockResult = Annotated[
    AdvanceClockPayload | ClockFixed | NotAllowed | InvalidInput | Busy,
    strawberry.union("AdvanceClockResult", description="The clock walks, or why not."),
]


@strawberry.type
class PlatformMutation:
    """Moving the sandbox's clock."""

    @mutation(
        "Walk the sandbox's clock forward, day by day, each day's work done before the next. Asynchronous: "
        "`platform.sandbox.status` says when it is there. Operators with the scope CLOCK."
    )
    async def advance_clock(self, info: Info, input: AdvanceClockInput) -> AdvanceClockResult:
        """Walk the clock forward."""
        return AdvanceClockPayload(clock=SandboxClock.of(await sandbox_clock.set_target(info.context.actor, input.to)))
