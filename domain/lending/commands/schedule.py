"""Storing a schedule: due dates are stored once and not computed again."""

from collections.abc import Sequence
from uuid import UUID

from domain.lending.rules.schedule import ScheduledInstallment
from domain.shared import db, ids

COLUMNS = ("nominal_on", "due_on", "principal_minor", "interest_minor", "fees_minor", "balance_after_minor")
PLANNED = "unnest($2::int[], $3::date[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])"
NAMES = f"p(number, {', '.join(COLUMNS)})"


def _arrays(installments: Sequence[ScheduledInstallment]) -> list[list[object]]:
    return [[getattr(one, name) for one in installments] for name in ("number", *COLUMNS)]


async def store(loan_id: UUID, installments: Sequence[ScheduledInstallment]) -> None:
    """Write the installments of a loan that closes."""
    await db.execute(
        f"""insert into lending.installments (loan_id, number, {", ".join(COLUMNS)}, id, late_interest_minor,
            paid_principal_minor, paid_interest_minor, paid_fees_minor, paid_late_minor)
        select $1, p.*, n.id, 0, 0, 0, 0, 0 from {PLANNED} {NAMES}
        join unnest($2::int[], $9::uuid[]) n(number, id) on n.number = p.number""",  # noqa: S608 - our own literals
        loan_id,
        *_arrays(installments),
        [ids.new() for _ in installments],
    )


async def rewrite(loan_id: UUID, installments: Sequence[ScheduledInstallment]) -> None:
    """Give the stored installments, of which nothing is paid, other dates and amounts, number by number."""
    changes = ", ".join(f"{name} = p.{name}" for name in COLUMNS)
    await db.execute(
        f"""update lending.installments i set {changes} from {PLANNED} {NAMES}
        where i.loan_id = $1 and i.number = p.number""",  # noqa: S608 - our own literals
        loan_id,
        *_arrays(installments),
    )
