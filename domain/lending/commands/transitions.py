"""Moving loans through their life: the only writers of a loan's status."""

from collections.abc import Sequence
from uuid import UUID

from domain.lending import events
from domain.lending.models import LoanStatus
from domain.lending.rules import transitions
from domain.shared import clock, db, outbox
from domain.shared.db import Row
from domain.shared.errors import NotFound, WrongState


async def lock_loan(loan_id: UUID) -> Row:
    """Lock a loan and read its row. Raises `NotFound`."""
    row = (await db.lock("lending.loans", [loan_id])).get(loan_id)
    if row is None:
        raise NotFound(path=("loanId",))
    return row


def require(loan: Row, *allowed: LoanStatus) -> None:
    """Raises `WrongState` unless the loan (its row) is in one of the statuses: the refusal for people."""
    if loan["status"] not in allowed:
        raise WrongState(state=loan["status"], allowed=[status.value for status in allowed])


async def move(
    loans: Sequence[Row],
    to: LoanStatus,
    *,
    reason: str | None = None,
    again: str | None = None,
    audience: Sequence[UUID] = (),
    **facts: object,
) -> None:
    """Move locked loans (their rows) to a status, store the instant and record the event of each.

    An illegal transition is an `AssertionError`. `facts` go into the events, which
    the borrower and the `audience` read. A transition that can happen again in one
    life (a default after a cure) says in `again` what tells it from the others (its date), as events are unique.
    """
    for loan in loans:
        transitions.check(LoanStatus(loan["status"]), to)
    changes = "status = $2, status_reason = $3"
    values: list[object] = [[loan["id"] for loan in loans], to.value, reason]
    if to in transitions.STAMP:
        changes += f", {transitions.STAMP[to]} = $4"
        values.append(await clock.now())
    await db.execute(f"update lending.loans set {changes} where id = any($1)", *values)  # noqa: S608 - our own literals
    await outbox.record(
        [events.entered(loan, to, f"{loan['id']}:{again}" if again else None, audience, **facts) for loan in loans]
    )
