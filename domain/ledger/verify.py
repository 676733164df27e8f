"""Recomputing the books: checks as data, each a query whose rows are the breaks.

The ledger's own checks are here; other contexts hold what they keep beside the books against them (`checks.py`). Every
check reads one snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.shared import db

MOST_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """What must be true. `sql` selects one text column: a line for each place where it is not."""

    name: str
    sql: str


@dataclass(frozen=True)
class Verdict:
    """A check's result: how many breaks, and the first of them."""

    check: Check
    breaks: int
    shown: tuple[str, ...]


CHECKS = (
    Check(
        "every balance is the sum of its postings",
        """select format('account %s (%s) says %s, its postings %s', a.id, a.kind, a.balance_minor, coalesce(p.sum, 0))
        from ledger.accounts a left join (
          select id, sum(x) as sum from (select debit_id as id, -amount_minor as x from ledger.postings
            union all select credit_id, amount_minor from ledger.postings) s group by id) p on p.id = a.id
        where a.floor_minor is not null and a.balance_minor <> coalesce(p.sum, 0)""",
    ),
    Check(
        "every posting is between known accounts of its currency",
        """select format('posting %s', p.id) from ledger.postings p
        left join ledger.accounts d on d.id = p.debit_id and d.currency = p.currency
        left join ledger.accounts c on c.id = p.credit_id and c.currency = p.currency
        where d.id is null or c.id is null""",
    ),
    Check(
        "no account is below its floor",
        "select format('account %s has %s', id, balance_minor) from ledger.accounts where balance_minor < floor_minor",
    ),
    Check(
        "principal outstanding of the loans is what the platform shows as lent",
        """select format('%s: loans %s, lent %s', currency, loans, lent) from (
          select a.currency,
            sum(a.balance_minor) filter (where a.kind = 'PRINCIPAL') as loans,
            (select coalesce(sum(case when p.debit_id = l.id then p.amount_minor else -p.amount_minor end), 0)
             from ledger.accounts l join ledger.postings p on l.id in (p.debit_id, p.credit_id)
             where l.kind = 'LENT' and l.currency = a.currency) as lent
          from ledger.accounts a group by a.currency) s where coalesce(loans, 0) <> lent""",
    ),
    Check(
        "the custody bank's money is the clients' money and the platform's fees",
        """select format('%s: custody %s, claims on it %s', currency, custody, claims) from (
          select currency,
            coalesce(sum(-balance) filter (where kind = 'CUSTODY'), 0) as custody,
            coalesce(sum(balance) filter (where kind not in ('CUSTODY', 'LENT', 'PRINCIPAL')), 0) as claims
          from (select a.currency, a.kind, case when a.floor_minor is not null then a.balance_minor else (
                  select coalesce(sum(case when p.credit_id = a.id then p.amount_minor else -p.amount_minor end), 0)
                  from ledger.postings p where a.id in (p.debit_id, p.credit_id)) end as balance
                from ledger.accounts a) b group by currency) s where custody <> claims""",
    ),
)


async def verify(checks: Sequence[Check]) -> list[Verdict]:
    """Run checks in one snapshot and say what they found."""
    return await _in_one_snapshot(tuple(checks))


@db.atomic
async def _in_one_snapshot(checks: Sequence[Check]) -> list[Verdict]:
    await db.execute("set transaction isolation level repeatable read, read only")
    await db.execute("set local statement_timeout = 0")  # years of postings take longer than a request may
    verdicts = []
    for check in checks:
        rows = await db.fetch(check.sql)
        shown = tuple(str(next(iter(row.values()))) for row in rows[:MOST_SHOWN])
        verdicts.append(Verdict(check, len(rows), shown))
    return verdicts
