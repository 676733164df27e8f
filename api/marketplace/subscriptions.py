"""Watching loans fill."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.enums import describe
from api.errors import Code, top_level
from api.live import hub
from api.node import parse_id
from domain.disclosure.funding import WATCHED, FundingCause, FundingState, cause, with_listing
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


@strawberry.type
class MarketplaceSubscription:
    """Watching loans fill."""

    @strawberry.subscription(
        description="The present state of loans at once, then every change. Loans that you may not see stay silent, "
        "until you may."
    )
    async def loan_funding(
        self,
        info: Info,
        loan_ids: Annotated[list[strawberry.ID], strawberry.argument(description="Which; 1 to 100.")],
    ) -> AsyncGenerator[FundingUpdate, None]:
        """The present state of loans, then every change."""
        from api.loan import Loan  # `Loan` is assembled from all contexts, also from this one

        wanted = _loans(loan_ids)
        known: dict[UUID, FundingState] = {}
        changed: Sequence[UUID] = wanted
        is_first = True
        async with hub.waiting_for(wanted) as waiter:
            while True:
                rows = {row["id"]: row for row in await WATCHED.by_ids(info.context.viewer, changed)}
                for loan_id in changed:
                    if loan_id not in rows:
                        continue
                    row, state = rows[loan_id], FundingState.of(rows[loan_id])
                    why = cause(known.get(loan_id), state, is_first=is_first)
                    known[loan_id] = state
                    if why is not None:
                        yield FundingUpdate(loan=Loan(row=with_listing(row)), cause=why, at=row["read_at"])
                is_first = False
                changed = list(await waiter.wait(hub.poll_s) or wanted)


def _loans(ids: Sequence[str]) -> list[UUID]:
    if not 1 <= len(ids) <= MOST_LOANS:
        raise top_level(Code.BAD_REQUEST, f"`loanIds` must have 1 to {MOST_LOANS} ids.")
    try:
        return list(dict.fromkeys(parse_id("loan", id_, "loanIds") for id_ in ids))
    except InvalidInput as invalid:
        raise top_level(Code.BAD_REQUEST, f"`loanIds`: {invalid.reason}") from invalid
