"""Events as the API shows them, and what they add to `Loan` and to `Me`."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.activity.facts import ActivityFact, facts
from api.connection import After, Connection, First, connect, encode
from api.context import Info
from api.node import load_node, show_id
from domain.disclosure.timeline import NEWS, TIMELINE
from domain.shared.activity import Activity
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan


@strawberry.type(description="Something that happened.")
class ActivityEvent:
    """Something that happened."""

    loan_id: strawberry.Private[UUID | None]
    cursor: str = strawberry.field(description="Its place among all events; `myEvents(after:)` goes on behind it.")
    kind: str = strawberry.field(description="What happened, as noun.verb: `loan.funded`, `bid.placed`.")
    at: datetime = strawberry.field(description="When, in business time.")
    facts: list[ActivityFact] = strawberry.field(
        description="Amounts, ids and words that tell more, as far as you may know them."
    )

    @strawberry.field(description="The loan it is about; null: none, or it is not yours to see.")
    async def loan(self, info: Info) -> Annotated["Loan", strawberry.lazy("api.loan")] | None:
        """The loan it is about."""
        loan: Loan | None = await load_node(info, show_id("loan", self.loan_id)) if self.loan_id else None
        return loan

    @classmethod
    def from_row(cls, row: Row) -> "ActivityEvent":
        """The event of a row of `TIMELINE` or `NEWS`."""
        return cls(
            loan_id=row["loan_id"],
            cursor=encode([row["place"], row["id"]]),
            kind=row["kind"],
            at=row["happened_at"],
            facts=facts(json.loads(row["payload"])),
        )

    @classmethod
    def of(cls, activity: Activity) -> "ActivityEvent":
        """The event as its audience reads it."""
        return cls(
            loan_id=activity.loan_id,
            cursor=encode([activity.txid, activity.number]),
            kind=activity.kind,
            at=activity.happened_at,
            facts=facts(activity.facts),
        )


@strawberry.type
class ActivityLoan:
    """What happened in a loan's life."""

    row: strawberry.Private[Row]

    @strawberry.field(
        description="What happened in its life, the latest first: all of it for the borrower and operators, its public part for others."
    )
    async def timeline(self, info: Info, first: First = 20, after: After = None) -> Connection[ActivityEvent]:
        """What happened in its life."""
        return await connect(
            info, TIMELINE, ActivityEvent.from_row, first, after,
            where="{t}.loan_id = $3", args=[self.row["id"]], order=(("id", "desc", int),),
        )  # fmt: skip


@strawberry.type
class ActivityMe:
    """What happened to the viewer."""

    row: strawberry.Private[Row]

    @strawberry.field(
        description="What happened to you, the latest first. The cursor of the first event is where `myEvents` goes on."
    )
    async def events(self, info: Info, first: First = 20, after: After = None) -> Connection[ActivityEvent]:
        """What happened to the viewer."""
        return await connect(
            info, NEWS, ActivityEvent.from_row, first, after, order=(("place", "desc", int), ("id", "desc", int))
        )
