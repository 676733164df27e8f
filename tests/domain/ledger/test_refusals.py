"""Every refusal of the books, tried as the application's own role."""

import re
from uuid import UUID

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from domain.ledger import accounts, commands
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.shared import db, ids

CUSTODY = accounts.platform(AccountKind.CUSTODY, "CNY")


@db.atomic
async def deposit(user_id: UUID, amount_minor: int) -> None:
    """Money from outside into a wallet."""
    wallet = accounts.user(AccountKind.AVAILABLE, user_id, "CNY")
    await commands.post([Posting(kind="DEPOSIT", debit=CUSTODY, credit=wallet, amount_minor=amount_minor)])


@db.atomic
async def move(posting: Posting) -> None:
    """One posting, alone."""
    await commands.post([posting])


async def balance(user_id: UUID) -> int:
    """What is available, in minor units."""
    return (await commands.balance(accounts.user(AccountKind.AVAILABLE, user_id, "CNY"))).amount_minor


async def test_balances_follow_postings() -> None:
    user = ids.new()
    await deposit(user, 1_000)
    await deposit(user, 250)
    assert await balance(user) == 1_250
    assert (await commands.balance(CUSTODY)).amount_minor == -1_250


async def test_an_overdraft_is_refused_and_changes_nothing() -> None:
    poor, rich = ids.new(), ids.new()
    await deposit(poor, 100)
    wallet = accounts.user(AccountKind.AVAILABLE, poor, "CNY")
    other = accounts.user(AccountKind.AVAILABLE, rich, "CNY")
    with pytest.raises(IntegrityError, match="no_overdraft"):
        await move(Posting(kind="TEST", debit=wallet, credit=other, amount_minor=101))
    assert (await balance(poor), await balance(rich)) == (100, 0)


INSERT = """insert into ledger.postings (entry_id, kind, debit_id, credit_id, currency, amount_minor, effective_on, posted_at)
values (gen_random_uuid(), 'TEST', {debit}, {credit}, '{currency}', {amount}, current_date, now())"""


def insert(
    user: UUID, currency: str = "CNY", amount: int = 1, credit: str | None = None, table: str = "postings"
) -> str:
    wallet = accounts.user(AccountKind.AVAILABLE, user, "CNY").id
    sql = INSERT.format(debit=f"'{CUSTODY.id}'", credit=credit or f"'{wallet}'", currency=currency, amount=amount)
    return sql.replace("ledger.postings", f"ledger.{table}")


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        (lambda user: insert(user, credit="gen_random_uuid()"), "unknown account"),
        (lambda user: insert(user, currency="EUR"), "another currency"),
        (lambda user: insert(user, amount=-5), "amount_minor"),
        (lambda user: insert(user, amount=0), "amount_minor"),
        (lambda user: insert(user, credit=f"'{CUSTODY.id}'"), "check"),
        (lambda user: insert(user, table="postings_0"), "permission denied"),
        (lambda _: "update ledger.postings set amount_minor = 1", "permission denied"),
        (lambda _: "delete from ledger.postings", "permission denied"),
        (lambda _: "truncate ledger.postings", "permission denied"),
        (lambda _: "truncate ledger.postings_0", "permission denied"),
        (lambda _: "update ledger.accounts set balance_minor = 1000000", "permission denied"),
        (lambda _: "update ledger.accounts set floor_minor = null", "permission denied"),
        (lambda _: "delete from ledger.accounts", "permission denied"),
        (lambda _: "alter table ledger.postings disable trigger all", "must be owner"),
        (lambda _: "insert into ledger.accounts (id, balance_minor) select id, 5 from ledger.accounts", "permission denied"),
        (lambda _: "insert into ledger.accounts (id, kind, currency) values (gen_random_uuid(), 'FEES', 'CNY')", "owner_fits_kind"),
    ],
)  # fmt: skip
async def test_the_application_cannot_break_the_books(sql, refusal) -> None:  # type: ignore[no-untyped-def]
    user = ids.new()
    await deposit(user, 500)
    with pytest.raises((IntegrityError, OperationalError, asyncpg.PostgresError), match=re.escape(refusal)):
        await db.execute(sql(user))
    assert await balance(user) == 500


async def test_the_owner_cannot_rewrite_the_past_either(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    await deposit(ids.new(), 500)
    for sql in ("update ledger.postings set amount_minor = 1", "delete from ledger.postings"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
            await owner.execute(sql)
