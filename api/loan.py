"""`Loan`: one type from application to closing. Each context adds what is its own."""

from uuid import UUID

import strawberry

from api.activity.types import ActivityLoan
from api.context import Context
from api.disclosure.loans import DisclosureLoan
from api.engine import existing, rows
from api.lending.servicing import ServicingLoan
from api.lending.types import LendingLoan
from api.marketplace.types import MarketLoan
from api.node import Node
from domain.lending.queries.loans import LOANS


@rows(LOANS, prefix="loan")
@strawberry.type(description="A loan, with one id from application to closing; public from its listing on.")
class Loan(LendingLoan, ServicingLoan, MarketLoan, DisclosureLoan, ActivityLoan, Node):
    """A loan, with one id from application to closing."""


def the_loan(context: Context, loan_id: UUID) -> Loan:
    """The loan that somebody just acted on: who acts on a loan may see it."""
    return existing(context, Loan, loan_id)
