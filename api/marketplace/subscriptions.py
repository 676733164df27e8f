"""Watching loans fill."""

from collections.abc import AsyncIterable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.enums import describe
from api.errors import Code, top_level
from api.node import parse_id
from api.watch import Look, Watch, shared_subscription
from domain.disclosure.funding import WATCHED, FundingCause, FundingState, cause, with_listing
from domain.shared.actor import Viewer
from domain.shared.errors import InvalidInput

if TYPE_CHECKING:
    from api.loan import Loan

MOST_LOANS = 100

describe(
    FundingCause,
    "Why you hear of a loan; of several things at once, the one that changed most.",
    PRESENT="This is how it stands as you begin to watch.",
    LISTED="Lenders may bid now.",
    BID_PLACED="More is committed.",
    BID_WITHDRAWN="Less is committed.",
    SHORT="The deadline passed; the borrower may take the smaller loan.",
    FULL="It is full, or the borrower took the smaller loan.",
    CLOSED="It closed: bids became notes.",
    CANCELLED="It did not come about: every hold was released.",
    LOAN_STATUS="The loan went on in its life.",
)


@strawberry.type(description="A loan whose funding changed. Changes that follow closely may come as one.")
class FundingUpdate:
    """A loan whose funding changed."""

    loan: Annotated["Loan", strawberry.lazy("api.loan")] = strawberry.field(description="The loan as it is now.")
    cause: FundingCause = strawberry.field(description="Why you hear of it.")
    at: datetime = strawberry.field(description="When this state was read, in business time.")


class FundingWatch(Watch[FundingUpdate]):
    """Loans whose funding is watched by somebody, or by many who see the same."""

    def __init__(self, viewer: Viewer, loan_ids: Sequence[UUID]) -> None:
        super().__init__(loan_ids)
        self._viewer = viewer
        self._known: dict[UUID, FundingState] = {}

    async def look(self, topics: Collection[UUID]) -> Look[FundingUpdate]:
        """Read some of the loans; each is news if its state is another than at the last look."""
        from api.loan import Loan  # `Loan` is assembled from all contexts, also from this one

        rows = {row["id"]: row for row in await WATCHED.by_ids(self._viewer, list(topics))}
        present: list[FundingUpdate] = []
        news: list[FundingUpdate] = []
        for loan_id in (one for one in self.topics if one in rows):
            row, state = rows[loan_id], FundingState.of(rows[loan_id])
            loan = Loan(row=with_listing(row))
            for told, why in (
                (present, cause(None, state, is_first=True)),
                (news, cause(self._known.get(loan_id), state, is_first=False)),
            ):
                if why is not None:
                    told.append(FundingUpdate(loan=loan, cause=why, at=row["read_at"]))
            self._known[loan_id] = state
        return Look(present, news, is_whole=len(rows) == len(topics))


@strawberry.type
class MarketplaceSubscription:
    """Watching loans fill."""

    @shared_subscription(
        description="The present state of loans at once, then every change. Loans that you may not see stay silent, "
        "until you may."
    )
    def loan_funding(
        self,
        info: Info,
        loan_ids: Annotated[list[strawberry.ID], strawberry.argument(description="Which; 1 to 100.")],
    ) -> AsyncIterable[FundingUpdate]:
        """The present state of loans, then every change."""
        return FundingWatch(info.context.viewer, _loans(loan_ids))


def _loans(ids: Sequence[str]) -> list[UUID]:
    if not 1 <= len(ids) <= MOST_LOANS:
        raise top_level(Code.BAD_REQUEST, f"`loanIds` must have 1 to {MOST_LOANS} ids.")
    try:
        return list(dict.fromkeys(parse_id("loan", id_, "loanIds") for id_ in ids))
    except InvalidInput as invalid:
        raise top_level(Code.BAD_REQUEST, f"`loanIds`: {invalid.reason}") from invalid
