"""Loans as their readers see them."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.identity.queries import MEMBERS
from domain.lending.queries import products
from domain.lending.rules.schedule import Frequency, RepaymentMethod, ScheduledInstallment
from domain.lending.rules.terms import LoanShape, schedule
from domain.shared import clock, policy
from domain.shared.actor import Viewer
from domain.shared.calendar import calendar
from domain.shared.db import Row
from domain.shared.relations import ALL, Relation, plain

AT_ONCE = 20

OF_VISIBLE_LOAN = """exists (select 1 from lending.loans loan where loan.id = {t}.loan_id
    and (loan.listed_at is not null or loan.borrower_id = {viewer} or {staff}))"""

LOANS = Relation(
    "lending.loans",
    visible="""{t}.listed_at is not null or {staff} or {t}.borrower_id = {viewer}
        or exists (select 1 from lending.loan_parties p where p.loan_id = {t}.id and p.user_id = {viewer})""",
    columns=ALL
    | {
        "amount_minor": "coalesce({t}.principal_minor, {t}.asked_minor)",
        "status_reason": "case when {t}.borrower_id = {viewer} or {staff} then {t}.status_reason end",
    },
)
"""A loan is public from its listing on and stays so; before, and if it never was, for its parties and operators. Its amount
is what is lent or, before that is known, what is asked; why it is in its status is for the borrower and operators."""

INSTALLMENTS = Relation("lending.installments", visible=OF_VISIBLE_LOAN)

PARTIES = Relation(
    "lending.loan_parties",
    visible="""{staff} or {t}.user_id = {viewer}
        or exists (select 1 from lending.loans l where l.id = {t}.loan_id and l.borrower_id = {viewer})""",
)
"""Who owes and who guarantees, with their names: for the borrower, for themselves, and for operators."""

BORROWERS = Relation(
    """(select p.loan_id, p.role, p.id as party_id, u.* from lending.loan_parties p
        join identity.users u on u.id = p.user_id where p.role in ('BORROWER', 'CO_BORROWER'))""",
    visible=MEMBERS.visible,
    columns=MEMBERS.columns | plain("loan_id", "role", "party_id"),
)
"""Those who owe a loan and have an account, as rows of `MEMBERS`; by `role` and `party_id` the applicant comes first."""

DECISIONS = Relation(
    "credit.decisions",
    visible="{staff} or exists (select 1 from lending.loans l where l.id = {t}.loan_id and l.borrower_id = {viewer})",
)

CONTRACTS = Relation(
    "identity.documents",
    visible="{t}.kind = 'LOAN_CONTRACT' and {t}.loan_id is not null and ({viewer} = any({t}.readers) or {staff})",
)
"""A loan's contracts, all versions, for those they are made for."""


def shape_of(loan: Row) -> LoanShape:
    """How a loan (its row) is repaid: with what was lent, or, before that is known, with what is asked."""
    return LoanShape(
        principal_minor=loan["principal_minor"] or loan["asked_minor"],
        installment_count=loan["installment_count"],
        frequency=Frequency(loan["frequency"]),
        method=RepaymentMethod(loan["method"]),
    )


async def schedules(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Each loan's installments as rows: the stored ones, or, before closing, those of a payout today; none without a rate."""
    found: dict[UUID, list[Row]] = {id_: [] for id_ in loan_ids}
    for row in await INSTALLMENTS.select(
        viewer, "{t}.loan_id = any($3)", [list(loan_ids)], "order by {t}.loan_id, {t}.number"
    ):
        found[row["loan_id"]].append(row)
    missing = [id_ for id_, rows in found.items() if not rows]
    if missing:
        loans = [loan for loan in await LOANS.by_ids(viewer, missing) if loan["annual_rate_ppm"] is not None]
        terms = await products.terms_of([loan["product_id"] for loan in loans])
        today = await clock.today()
        for number, loan in enumerate(loans):
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)  # a schedule takes about half a millisecond: others have their turn, too
            country = policy.profile(loan["profile_code"]).country
            product, rate = terms[loan["product_id"]], loan["annual_rate_ppm"]
            planned = schedule(shape_of(loan), product, rate, today, calendar(country))
            found[loan["id"]] = [unpaid(loan["id"], installment) for installment in planned]
    return found


def unpaid(loan_id: UUID | None, installment: ScheduledInstallment) -> Row:
    """A planned installment as a row of the table has it."""
    row: dict[str, Any] = {name: getattr(installment, name) for name in ScheduledInstallment.__slots__}
    paid = dict.fromkeys(
        ("paid_principal_minor", "paid_interest_minor", "paid_fees_minor", "paid_late_minor", "late_interest_minor"), 0
    )
    return {"id": None, "loan_id": loan_id, **row, **paid, "settled_on": None}


async def latest_decisions(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The decision that counts for each loan: an operator's comes after the scorecard's."""
    rows = await DECISIONS.select(viewer, "{t}.loan_id = any($3)", [list(loan_ids)], "order by {t}.decided_at, {t}.id")
    return {row["loan_id"]: row for row in rows}


async def latest_contracts(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Each loan's contract, in its latest version."""
    rows = await CONTRACTS.select(viewer, "{t}.loan_id = any($3)", [list(loan_ids)], "order by {t}.version")
    return {row["loan_id"]: row for row in rows}
