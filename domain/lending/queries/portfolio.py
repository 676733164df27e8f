"""What a lender has lent in all, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.lending.rules.apr import xirr
from domain.shared import clock, db
from domain.shared.db import Row

FLOWS = {
    "LOAN_FUNDED": -1,
    "LOAN_FUNDED_REVERSED": 1,
    "REPAYMENT_SHARE": 1,
    "REPAYMENT_SHARE_REVERSED": -1,
    "LATE_SHARE": 1,
    "LATE_SHARE_REVERSED": -1,
}
"""How the postings of a note count for its lender: 1 received, -1 paid."""

BY_GRADE = """select l.grade, count(*) as notes, sum(n.principal_minor)::bigint as invested_minor,
    sum(n.interest_received_minor)::bigint as interest_minor, sum(n.late_received_minor)::bigint as late_interest_minor,
    sum(n.fees_paid_minor)::bigint as fees_minor,
    sum(case when l.status = 'WRITTEN_OFF' then 0 else n.principal_minor - n.principal_received_minor end)::bigint
        as outstanding_minor,
    sum(case when l.status = 'WRITTEN_OFF' then n.principal_minor - n.principal_received_minor else 0 end)::bigint
        as lost_minor,
    round(sum(n.principal_minor::numeric * l.annual_rate_ppm) / sum(n.principal_minor))::int as promised_ppm
from lending.notes n join lending.loans l on l.id = n.loan_id
where n.lender_id = $1 and l.currency = $2 and n.status <> 'CANCELLED'
group by l.grade order by l.grade"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A lender's notes of one currency; amounts in minor units. `grades`: rows of `BY_GRADE`.

    `annual_return_ppm`: the internal rate of all that was lent and received, with what is outstanding (without what was
    written off) as if it were paid today, in millionths; None: there is none yet.
    """

    currency: str
    grades: Sequence[Row]
    owed_back_minor: int
    annual_return_ppm: int | None

    def total(self, column: str) -> int:
        """The sum of an amount over all grades."""
        return sum(row[column] for row in self.grades)


async def portfolio(lender_id: UUID, currency: str) -> Portfolio:
    """The lender's portfolio in a currency, as of today."""
    grades = await db.fetch(BY_GRADE, lender_id, currency)
    owed = await db.fetch_value(
        """select coalesce(sum(amount_minor - recovered_minor), 0)::bigint from lending.clawbacks
        where user_id = $1 and currency = $2 and recovered_minor < amount_minor""",
        lender_id, currency,
    )  # fmt: skip
    outstanding = sum(row["outstanding_minor"] for row in grades)
    rate = _return_ppm(await _flows(lender_id, currency), outstanding, await clock.today())
    return Portfolio(currency=currency, grades=grades, owed_back_minor=owed, annual_return_ppm=rate)


async def _flows(lender_id: UUID, currency: str) -> list[tuple[date, int]]:
    """What the lender paid (negative) and received, by day."""
    rows = await db.fetch(
        """select p.effective_on, sum(p.amount_minor * f.factor)::bigint as minor
        from lending.notes n join ledger.postings p on p.note_id = n.id
        join unnest($3::text[], $4::int[]) f(kind, factor) on f.kind = p.kind
        where n.lender_id = $1 and p.currency = $2 group by p.effective_on""",
        lender_id, currency, list(FLOWS), list(FLOWS.values()),
    )  # fmt: skip
    return [(row["effective_on"], row["minor"]) for row in rows]


def _return_ppm(flows: Sequence[tuple[date, int]], outstanding_minor: int, today: date) -> int | None:
    try:
        return xirr([*flows, (today, outstanding_minor)])
    except ValueError:  # nothing has come back yet, or no rate balances it
        return None
