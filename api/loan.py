"""`Loan`: one type from application to closing. Each context adds what is its own."""

from typing import Any
from uuid import UUID

import strawberry

from api.activity.types import ActivityLoan
from api.context import Context
from api.disclosure.loans import DisclosureLoan
from api.lending.servicing import ServicingLoan
from api.lending.types import LendingLoan, lending_fields
from api.marketplace.types import MarketLoan
from api.node import Node, node, show_id
from domain.lending.queries.loans import LOANS
from domain.shared.db import Row


@node("loan", LOANS)
@strawberry.type(description="A loan, with one id from application to closing; public from its listing on.")
class Loan(LendingLoan, ServicingLoan, MarketLoan, DisclosureLoan, ActivityLoan, Node):
    """A loan, with one id from application to closing."""

    @classmethod
    def from_row(cls, row: Row) -> "Loan":
        """The loan of a row of `LOANS`."""
        fields: dict[str, Any] = lending_fields(row)
        return cls(id=show_id("loan", row["id"]), **fields)


async def load_loan(context: Context, loan_id: UUID) -> Loan | None:
    """The loan, if the viewer may see it."""
    row = await context.one(LOANS, loan_id)
    return None if row is None else Loan.from_row(row)


async def the_loan(context: Context, loan_id: UUID) -> Loan:
    """The loan that somebody just acted on."""
    loan = await load_loan(context, loan_id)
    assert loan is not None, "who acts on a loan may see it"
    return loan
