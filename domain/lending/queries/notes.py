"""What borrowers have paid and what lenders got of it."""

from collections.abc import Sequence
from uuid import UUID

from domain.shared import db
from domain.shared.actor import Viewer
from domain.shared.db import Row
from domain.shared.relations import ALL, Relation

NOTES = Relation(
    "(select n.*, l.currency, l.status as loan_status from lending.notes n join lending.loans l on l.id = n.loan_id)",
    visible="{t}.lender_id = {viewer} or {staff}",
    columns=ALL
    | {
        "outstanding_minor": "case when {t}.status = 'CANCELLED' then 0 else {t}.principal_minor - {t}.principal_received_minor end"
    },
)
"""A lender's part of a loan is for its lender."""

REPAYMENTS = Relation(
    "(select r.*, l.currency, l.borrower_id from lending.repayments r join lending.loans l on l.id = r.loan_id)",
    visible="""{staff} or {t}.borrower_id = {viewer}
        or exists (select 1 from lending.notes n where n.loan_id = {t}.loan_id and n.lender_id = {viewer})
        or exists (select 1 from lending.loan_parties p
            where p.loan_id = {t}.loan_id and p.user_id = {viewer} and p.role = 'CO_BORROWER')""",
)
"""What was paid, for the borrowers and the loan's lenders."""

DISTRIBUTIONS = Relation(
    """(select p.id * 4 + part.place as id, p.reference_id as repayment_id, p.note_id, p.currency, part.kind,
        part.gross_minor * sign.factor as gross_minor, part.fee_minor * sign.factor as fee_minor, sign.factor < 0 as reversal,
        p.effective_on, p.posted_at
    from lending.repayments r join lending.notes n on n.loan_id = r.loan_id
    join ledger.postings p on p.note_id = n.id and p.reference_id = r.id
    cross join lateral (select case when p.kind like '%\\_REVERSED' then -1 else 1 end as factor) sign
    cross join lateral (values
        (1, 'PRINCIPAL', case when p.kind like 'REPAYMENT_SHARE%' then p.principal_minor else 0 end, 0),
        (2, 'INTEREST', case when p.kind like 'REPAYMENT_SHARE%'
            then p.amount_minor - p.principal_minor + p.fee_minor else 0 end, coalesce(p.fee_minor, 0)),
        (3, 'LATE_INTEREST', case when p.kind like 'LATE_SHARE%' then p.amount_minor else 0 end, 0)
    ) part(place, kind, gross_minor, fee_minor)
    where part.gross_minor > 0
        and p.kind in ('REPAYMENT_SHARE', 'REPAYMENT_SHARE_REVERSED', 'LATE_SHARE', 'LATE_SHARE_REVERSED'))""",
    visible="{staff} or exists (select 1 from lending.notes n where n.id = {t}.note_id and n.lender_id = {viewer})",
    columns=ALL | {"net_minor": "{t}.gross_minor - {t}.fee_minor"},
)
"""What notes got of repayments, by kind, from the books; what was taken back with a returned repayment is negative.

A repayment's are found through its loan's notes: shares are indexed by note, not by what caused them too."""


async def allocations(viewer: Viewer, repayment_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """What repayments, which the caller has seen, paid of which installment (its `number`), by kind."""
    rows = await db.fetch(
        """select a.repayment_id, i.number, a.kind, a.amount_minor
        from lending.allocations a join lending.installments i on i.id = a.installment_id
        where a.repayment_id = any($1) order by i.number, a.id""",
        list(repayment_ids),
    )
    found: dict[UUID, list[Row]] = {id_: [] for id_ in repayment_ids}
    for row in rows:
        found[row["repayment_id"]].append(row)
    return found
