"""What lending's origination adds to `Me` and to `Operations`."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.connection import After, Connection, First, connect
from api.context import Info
from domain.lending.queries.loans import LOANS
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan


def _make(row: Row) -> "Loan":
    from api.loan import Loan  # `Loan` is assembled from all contexts, also from this one

    return Loan.from_row(row)


@strawberry.type
class LendingMe:
    """One's own loans."""

    row: strawberry.Private[Row]

    @strawberry.field(description="The loans you applied for, the latest first, whatever came of them.")
    async def loans(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Loan", strawberry.lazy("api.loan")]]:
        """One's own loans."""
        return await connect(info, LOANS, _make, first, after, where="{t}.borrower_id = $3", args=[self.row["id"]])


@strawberry.type
class LendingOperations:
    """The queue of applications."""

    @strawberry.field(description="Applications that wait for a decision, the oldest first.")
    async def reviews(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Loan", strawberry.lazy("api.loan")]]:
        """Applications that wait for a decision."""
        return await connect(
            info, LOANS, _make, first, after, where="{t}.status = 'UNDER_REVIEW'", order=(("id", "asc", UUID),)
        )
