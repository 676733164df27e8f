"""Events as the API shows them, and what they add to `Loan` and to `Me`."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.activity.facts import ActivityFact, facts
from api.context import Info
from api.engine import After, Connection, First, column, encode, one, page_of, rows
from domain.disclosure.timeline import NEWS, TIMELINE
from domain.shared.activity import Activity
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan


@rows(NEWS)
@strawberry.type(description="Something that happened.")
class ActivityEvent:
    """Something that happened."""

    row: strawberry.Private[Row]
    kind: str = column(description="What happened, as noun.verb: `loan.funded`, `bid.placed`.")
    at: datetime = column("happened_at", description="When, in business time.")
    loan: Annotated["Loan", strawberry.lazy("api.loan")] | None = one(
        "Loan", "loan_id", description="The loan it is about; null: none, or it is not yours to see."
    )

    @strawberry.field(
        description="Its place among all events; `myEvents(after:)` or `marketplaceActivity(after:)` goes on behind it."
    )
    def cursor(self) -> str:
        """Its place among all events."""
        return encode([self.row["place"], self.row["id"]])

    @strawberry.field(description="Amounts, ids and words that tell more, as far as you may know them.")
    def facts(self) -> list[ActivityFact]:
        """What tells more."""
        payload = self.row["payload"]
        return facts(json.loads(payload) if isinstance(payload, str) else payload)

    @classmethod
    def of(cls, activity: Activity) -> "ActivityEvent":
        """The event as its audience reads it."""
        row = {
            "id": activity.number,
            "place": activity.txid,
            "kind": activity.kind,
            "loan_id": activity.loan_id,
            "happened_at": activity.happened_at,
            "payload": activity.facts,
        }
        return cls(row=row)


@strawberry.type
class ActivityLoan:
    """What happened in a loan's life."""

    row: strawberry.Private[Row]

    @strawberry.field(
        description="What happened in its life, the latest first: all of it for the borrower and operators, its public part for others."
    )
    def timeline(self, info: Info, first: First = 20, after: After = None) -> Connection[ActivityEvent]:
        """What happened in its life."""
        return page_of(
            info.context, ActivityEvent, first, after,
            relation=TIMELINE, order=(("id", "desc", int),), parent=("loan_id", self.row["id"]),
        )  # fmt: skip


@strawberry.type
class ActivityMe:
    """What happened to the viewer."""

    row: strawberry.Private[Row]

    @strawberry.field(
        description="What happened to you, the latest first. The cursor of the first event is where `myEvents` goes on."
    )
    def events(self, info: Info, first: First = 20, after: After = None) -> Connection[ActivityEvent]:
        """What happened to the viewer."""
        return page_of(info.context, ActivityEvent, first, after, order=(("place", "desc", int), ("id", "desc", int)))
