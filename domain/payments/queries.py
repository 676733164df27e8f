"""Reads of the payments context: relations, and what is in a wallet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.ledger.accounts import USER_KINDS, AccountKind
from domain.shared import db
from domain.shared.actor import Viewer
from domain.shared.errors import NotFound
from domain.shared.relations import Relation, plain

OWN = "{t}.user_id = {viewer} or {staff}"

BANK_ACCOUNTS = Relation(
    "payments.bank_accounts",
    visible=OWN,
    columns=plain("id", "user_id", "holder", "currency", "added_at")
    | {"number": "case when {t}.user_id = {viewer} then {t}.number else '…' || right({t}.number, 4) end"},
)
"""Operators see the last four characters of a number."""

MANDATES = Relation("payments.mandates", visible=OWN)
TRANSFERS = Relation("payments.transfers", visible=OWN)
SUSPENSE_ITEMS = Relation("payments.suspense_items", visible="{staff}")
RECONCILIATIONS = Relation("payments.reconciliations", visible="{staff}")
DIFFERENCES = Relation("payments.reconciliation_differences", visible="{staff}")

WALLET_KINDS = tuple(sorted(USER_KINDS))


async def balances(viewer: Viewer, keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], dict[AccountKind, int]]:
    """What is in wallets, in minor units by kind of account; `keys`: (user, currency). One statement for all.

    Wallets the viewer may not see are left out; LEAVING includes proceeds of loans on their way.
    """
    seen = [key for key in keys if viewer.is_staff or key[0] == viewer.user_id]
    found = {key: dict.fromkeys(WALLET_KINDS, 0) for key in seen}
    rows = await db.fetch(
        """select owner_id, currency, kind, sum(balance_minor)::bigint as balance_minor from ledger.accounts
        where owner_id = any($1) and (owner_id, currency) in (select * from unnest($1::uuid[], $2::text[]))
        group by owner_id, currency, kind""",
        [user_id for user_id, _ in seen],
        [currency for _, currency in seen],
    )
    for row in rows:
        found[row["owner_id"], row["currency"].strip()][AccountKind(row["kind"])] = row["balance_minor"]
    return found


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """A posting as the owner of an account reads it. `amount_minor`: positive into the account, negative out of it."""

    posting_id: int
    kind: str
    amount_minor: int
    balance_after_minor: int
    reference_id: UUID | None
    effective_on: date
    posted_at: datetime

    @property
    def cursor(self) -> tuple[int]:
        """Behind this line."""
        return (self.posting_id,)


@dataclass(frozen=True, kw_only=True)
class StatementPage:
    """Lines of a statement, the latest first."""

    lines: list[StatementLine]
    has_next: bool


LINES = """
    select p.id, p.kind, p.reference_id, p.effective_on, p.posted_at, p.amount_minor, s.sign
    from (select id from ledger.accounts where owner_id = $1 and kind = $2 and currency = $3) a
    cross join lateral (values (-1), (1)) s(sign)
    cross join lateral (
        select * from ledger.postings where s.sign = -1 and debit_id = a.id and ($4::bigint is null or id < $4)
        union all
        select * from ledger.postings where s.sign = 1 and credit_id = a.id and ($4::bigint is null or id < $4)
        order by id desc limit $5) p
    order by p.id desc, s.sign limit $5"""


BALANCE = """
    select coalesce(sum(a.balance_minor), 0)::bigint
        - coalesce((select sum(amount_minor) from ledger.postings where credit_id = a.id and id >= $4), 0)::bigint
        + coalesce((select sum(amount_minor) from ledger.postings where debit_id = a.id and id >= $4), 0)::bigint
    from ledger.accounts a where owner_id = $1 and kind = $2 and currency = $3 group by a.id"""
"""What was there before a posting; without one, what is there. Proceeds of several loans are several accounts."""


async def statement(
    viewer: Viewer, user_id: UUID, kind: AccountKind, currency: str, first: int, after: tuple[int] | None = None
) -> StatementPage:
    """A page of an account's statement with its running balance, the latest posting first.

    `after`: the cursor of the last line read. The balance is that of now less what is newer, so it is right even when a
    posting with a smaller number was committed after a larger one had been read, as distributions may.
    Raises `NotFound` for a wallet the viewer may not see.
    """
    if not viewer.is_staff and viewer.user_id != user_id:
        raise NotFound
    rows = await db.fetch(
        f"""select coalesce((select sum(balance) from ({BALANCE}) b(balance)), 0)::bigint as balance_minor, l.*
        from (select 1) one left join ({LINES}) l on true order by l.id desc, l.sign""",  # noqa: S608 - a constant
        user_id, kind.value, currency, after[0] if after else None, first + 1,
    )  # fmt: skip
    balance: int = rows[0]["balance_minor"]
    lines = []
    for row in rows if rows[0]["id"] is not None else []:
        lines.append(_line(row, balance))
        balance -= lines[-1].amount_minor
    return StatementPage(lines=lines[:first], has_next=len(lines) > first)


def _line(row: db.Row, balance_after_minor: int) -> StatementLine:
    return StatementLine(
        posting_id=row["id"],
        kind=row["kind"],
        amount_minor=row["sign"] * row["amount_minor"],
        balance_after_minor=balance_after_minor,
        reference_id=row["reference_id"],
        effective_on=row["effective_on"],
        posted_at=row["posted_at"],
    )
