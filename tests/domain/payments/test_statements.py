"""Wallets and statements: what is there, and how it came about, with a running balance."""

import asyncpg
import pytest

from domain.ledger.accounts import AccountKind, platform, user
from domain.payments import queries
from domain.shared import ids
from domain.shared.actor import Scope, Viewer
from domain.shared.errors import NotFound
from tests.domain.payments import bank

AVAILABLE, LEAVING = AccountKind.AVAILABLE, AccountKind.LEAVING


async def test_a_statement_carries_its_balance_over_pages() -> None:
    ada = await bank.person()
    viewer = Viewer(ada.user_id)
    account_id = await bank.account_of(ada)
    for amount in (1_000, 200, 30):
        await bank.pay_in(ada, amount)
        await bank.withdraw(ada, account_id, amount // 10)
    seen: list[tuple[int, int]] = []
    after = None
    while True:
        page = await queries.statement(viewer, ada.user_id, AVAILABLE, "CNY", 2, after)
        seen += [(line.amount_minor, line.balance_after_minor) for line in page.lines]
        after = page.lines[-1].cursor
        if not page.has_next:
            break
        await bank.pay_in(ada, 5)
    assert seen == [(-3, 1_107), (30, 1_110), (-20, 1_080), (200, 1_100), (-100, 900), (1_000, 1_000)]


async def test_a_posting_that_commits_after_a_younger_one_was_read_leaves_the_balance_right(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    ada = await bank.person()
    viewer = Viewer(ada.user_id)
    await bank.pay_in(ada, 1_000)
    early = await owner.fetchval("select nextval(pg_get_serial_sequence('ledger.postings', 'id'))")
    await bank.pay_in(ada, 200)
    page = await queries.statement(viewer, ada.user_id, AVAILABLE, "CNY", 1)
    assert [(line.amount_minor, line.balance_after_minor) for line in page.lines] == [(200, 1_200)]
    custody, wallet = platform(AccountKind.CUSTODY, "CNY"), user(AVAILABLE, ada.user_id, "CNY")
    await owner.execute(
        """insert into ledger.postings (id, entry_id, kind, debit_id, credit_id, currency, amount_minor, effective_on, posted_at)
        overriding system value values ($1, $2, 'TEST', $3, $4, 'CNY', 30, current_date, now())""",
        early, ids.new(), custody.id, wallet.id,
    )  # fmt: skip
    older = await queries.statement(viewer, ada.user_id, AVAILABLE, "CNY", 10, page.lines[-1].cursor)
    assert [(line.amount_minor, line.balance_after_minor) for line in older.lines] == [(30, 1_030), (1_000, 1_000)]


async def test_balances_of_many_wallets() -> None:
    ada, eve = await bank.person(), await bank.person()
    await bank.pay_in(ada, 1_000)
    await bank.withdraw(ada, await bank.account_of(ada), 300)
    keys = [(ada.user_id, "CNY"), (eve.user_id, "CNY"), (ada.user_id, "EUR")]
    staff = await queries.balances(Viewer(ids.new(), frozenset({Scope.OPERATE})), keys)
    assert staff[keys[0]] == {AVAILABLE: 700, LEAVING: 300, AccountKind.HELD: 0, AccountKind.UNSETTLED: 0}
    assert set(staff[keys[1]].values()) == set(staff[keys[2]].values()) == {0}
    assert set(await queries.balances(Viewer(eve.user_id), keys)) == {keys[1]}


async def test_a_wallet_is_nobody_elses_business() -> None:
    ada, eve = await bank.person(), await bank.person()
    with pytest.raises(NotFound):
        await queries.statement(Viewer(eve.user_id), ada.user_id, AVAILABLE, "CNY", 10)
    empty = await queries.statement(Viewer(eve.user_id), eve.user_id, AVAILABLE, "CNY", 10)
    assert (empty.lines, empty.has_next) == ([], False)
