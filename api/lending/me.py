"""What lending's origination adds to `Me` and to `Operations`."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.engine import After, Connection, First
from api.lending.lists import loans_of
from domain.shared.db import Row

if TYPE_CHECKING:
    from api.loan import Loan


@strawberry.type
class LendingMe:
    """One's own loans."""

    row: strawberry.Private[Row]

    @strawberry.field(description="The loans you applied for, the latest first, whatever came of them.")
    def loans(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Loan", strawberry.lazy("api.loan")]]:
        """One's own loans."""
        return loans_of(info, first, after, where="{t}.borrower_id = $3", args=[self.row["id"]])


@strawberry.type
class LendingOperations:
    """The queue of applications."""

    @strawberry.field(description="Applications that wait for a decision, the oldest first.")
    def reviews(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Loan", strawberry.lazy("api.loan")]]:
        """Applications that wait for a decision."""
        return loans_of(info, first, after, where="{t}.status = 'UNDER_REVIEW'", order=(("id", "asc", UUID),))
