"""Operators decide about others' loans only."""

from uuid import UUID

from domain.shared import db
from domain.shared.actor import Actor
from domain.shared.errors import NotAllowed


async def forbid_own(operator: Actor, loan_id: UUID) -> None:
    """Raises `NotAllowed` if the operator owes or guarantees a loan, applies for it or has lent to it."""
    is_own = await db.fetch_value(
        """select exists (select from lending.loan_parties where loan_id = $1 and user_id = $2)
            or exists (select from lending.notes where loan_id = $1 and lender_id = $2)""",
        loan_id, operator.user_id,
    )  # fmt: skip
    if is_own:
        raise NotAllowed(requirement="another operator: nobody decides about their own money or debt")
