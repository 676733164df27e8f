"""Posting: the only way money moves."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from domain.ledger.accounts import Account
from domain.shared import clock, db, ids
from domain.shared.db import Write
from domain.shared.money import Money


class Posting(NamedTuple):
    """An amount (minor units, positive) that moves from `debit` to `credit`.

    `reference_id` is what caused it (a bid, a transfer, a repayment). A lender's share of a repayment names its `note_id`,
    how much of it is principal, and the fee that was kept from it. `entry_id` names its entry when `post` writes several
    entries at once.
    """

    kind: str
    debit: Account
    credit: Account
    amount_minor: int
    reference_id: UUID | None = None
    note_id: UUID | None = None
    principal_minor: int | None = None
    fee_minor: int | None = None
    entry_id: UUID | None = None


POST = """insert into ledger.postings (entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, note_id,
        principal_minor, fee_minor, effective_on, posted_at)
    select entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, note_id, principal_minor, fee_minor, $11, $12
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::uuid[], $8::uuid[],
        $9::bigint[], $10::bigint[]) with ordinality
        p(entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, note_id, principal_minor, fee_minor, n)
    order by n"""


async def lock(accounts: Iterable[Account]) -> dict[Account, int]:
    """Lock the accounts of users and loans and read their balances in minor units; open those that do not exist.

    Ordered by id, so that opposite transfers queue instead of deadlocking. Platform accounts have no row to lock.
    """
    wanted = {account.id: account for account in accounts if not account.is_platform}
    balances = await _lock(wanted)
    if len(balances) < len(wanted):
        await open_accounts(wanted.values())
        balances = await _lock(wanted)
    return {account: balances[id_] for id_, account in wanted.items()}


async def read(accounts: Iterable[Account]) -> dict[Account, int]:
    """The balances of the accounts of users and loans in minor units, as they are now: nobody is kept from changing them."""
    wanted = {account.id: account for account in accounts}
    rows = await db.fetch("select id, balance_minor from ledger.accounts where id = any($1)", list(wanted))
    found = {row["id"]: row["balance_minor"] for row in rows}
    return {account: found.get(id_, 0) for id_, account in wanted.items()}


async def _lock(wanted: dict[UUID, Account]) -> dict[UUID, int]:
    """All or none: whoever locked those that exist and opened the rest then would hold them out of order."""
    rows = await db.fetch_records(
        """select id, balance_minor from ledger.accounts
        where id = any($1) and (select count(*) from ledger.accounts where id = any($1)) = $2
        order by id for no key update""",
        list(wanted),
        len(wanted),
    )
    return {row["id"]: row["balance_minor"] for row in rows}


async def open_accounts(accounts: Iterable[Account]) -> None:
    """Open accounts of users and loans, with nothing in them; those that exist stay as they are."""
    ordered = sorted(accounts, key=lambda account: account.id)
    await db.execute(
        """insert into ledger.accounts (id, owner_id, kind, currency, reference_id)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[]) on conflict do nothing""",
        [account.id for account in ordered],
        [account.owner_id for account in ordered],
        [account.kind.value for account in ordered],
        [account.currency for account in ordered],
        [account.reference_id for account in ordered],
    )


async def post(
    postings: Sequence[Posting],
    *,
    entry_id: UUID | None = None,
    effective_on: date | None = None,
    locked: bool = False,
) -> UUID:
    """Write postings as one entry (those that name none of their own); returns its id. Postings of zero are left out.

    The database refuses an overdraft (`IntegrityError`): commands lock and check first, so this is a bug, not an answer.
    `effective_on`: the business date, today unless told. `locked`: the caller has locked all these accounts already.
    """
    entry = entry_id or ids.new()
    postings = [posting for posting in postings if posting.amount_minor]
    if not postings:
        return entry
    if not locked:
        await lock(account for posting in postings for account in (posting.debit, posting.credit))
    now = await clock.now()
    columns = (
        [posting.entry_id or entry for posting in postings],
        [posting.kind for posting in postings],
        [posting.debit.id for posting in postings],
        [posting.credit.id for posting in postings],
        [_currency(posting) for posting in postings],
        [posting.amount_minor for posting in postings],
        [posting.reference_id for posting in postings],
        [posting.note_id for posting in postings],
        [posting.principal_minor for posting in postings],
        [posting.fee_minor for posting in postings],
    )
    await db.write(Write("postings", POST, (*columns, effective_on or clock.on(now), now), rows=len(postings)))
    return entry


def _currency(posting: Posting) -> str:
    assert posting.debit.currency == posting.credit.currency, "a posting has one currency"
    return posting.debit.currency


def mirror(posting: Posting, kind: str) -> Posting:
    """The posting that undoes another."""
    return posting._replace(kind=kind, debit=posting.credit, credit=posting.debit, entry_id=None)


async def balance(account: Account) -> Money:
    """The balance of one account; a platform account's is summed from its postings."""
    if account.is_platform:
        minor = await db.fetch_value(
            """select coalesce((select sum(amount_minor) from ledger.postings where credit_id = $1), 0)::bigint
                    - coalesce((select sum(amount_minor) from ledger.postings where debit_id = $1), 0)::bigint""",
            account.id,
        )
    else:
        minor = await db.fetch_value("select balance_minor from ledger.accounts where id = $1", account.id) or 0
    return Money(minor, account.currency)
