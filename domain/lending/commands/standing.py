"""What follows for a loan from what is open of it: closed, cured, open again, and when to collect next."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.lending.commands.desk import Desk
from domain.lending.commands.transitions import move
from domain.lending.models import LoanStatus, NoteStatus
from domain.lending.rules.collecting import next_collection_on
from domain.shared import db
from domain.shared.db import Write

COLLECTED = frozenset({LoanStatus.ACTIVE, LoanStatus.DEFAULTED})
"""Written-off loans are left to the collectors."""


async def settle_standing(desk: Desk, on: date, causes: Mapping[UUID, UUID]) -> None:
    """Draw the consequences for every loan on the desk. `causes`: by loan, what tells this change from earlier ones."""
    for loan_id in desk.loans:
        status = LoanStatus(desk.rows[loan_id]["status"])
        to = _standing(desk, loan_id, on)
        if to is not status:
            await _enter(desk, loan_id, to, on, str(causes[loan_id]))
    await _write(desk, on)


def _standing(desk: Desk, loan_id: UUID, on: date) -> LoanStatus:
    """The status that what is open asks for; a default is left only by paying, and declared elsewhere."""
    row = desk.rows[loan_id]
    oldest = desk.loans[loan_id].oldest_unpaid_on()
    if oldest is None:
        return LoanStatus.CLOSED
    if row["written_off_on"] is not None:
        return LoanStatus.WRITTEN_OFF
    if row["defaulted_on"] is not None and oldest < on:
        return LoanStatus.DEFAULTED
    return LoanStatus.ACTIVE


async def _enter(desk: Desk, loan_id: UUID, to: LoanStatus, on: date, again: str) -> None:
    row = desk.rows[loan_id]
    was = row["status"]
    await move([row], to, again=again, audience=desk.notes[loan_id].lender_ids, was=was)
    row["status"] = to.value
    notes = {LoanStatus.CLOSED: NoteStatus.REPAID, LoanStatus.WRITTEN_OFF: NoteStatus.WRITTEN_OFF}
    row["repaid_on"] = on if to is LoanStatus.CLOSED else None
    if to is LoanStatus.ACTIVE:
        row["defaulted_on"] = None
    if to is LoanStatus.CLOSED or was == LoanStatus.CLOSED:
        await db.execute(
            "update lending.notes set status = $2 where loan_id = $1 and status <> $3",
            loan_id, notes.get(to, NoteStatus.ACTIVE).value, NoteStatus.CANCELLED.value,
        )  # fmt: skip


async def _write(desk: Desk, on: date) -> None:
    rows: Sequence[dict[str, object]] = list(desk.rows.values())
    columns = (
        list(desk.rows),
        [row["repaid_on"] for row in rows],
        [row["defaulted_on"] for row in rows],
        [desk.loans[id_].accrued_from_on for id_ in desk.rows],
        [_next(desk, id_, on) for id_ in desk.rows],
    )
    await db.write(Write("loans", STANDING, columns, rows=len(rows)))


STANDING = """update lending.loans l set repaid_on = c.repaid_on, defaulted_on = c.defaulted_on,
        accrued_from_on = c.accrued_from_on, next_collection_on = c.next_on
    from unnest($1::uuid[], $2::date[], $3::date[], $4::date[], $5::date[])
        c(id, repaid_on, defaulted_on, accrued_from_on, next_on)
    where l.id = c.id"""


def _next(desk: Desk, loan_id: UUID, on: date) -> date | None:
    if desk.rows[loan_id]["status"] not in COLLECTED:
        return None
    return next_collection_on(desk.loans[loan_id], on, loan_id in desk.mandates, desk.calendar(loan_id))
