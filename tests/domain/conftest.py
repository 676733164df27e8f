"""A database for the tests of the domain: emptied before each, at 09:00 in Shanghai on Monday, 6 January 2025."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from cli.reference_data import publish
from domain.shared import bell, db
from tests.conftest import Databases

START = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
KEPT = ("ledger.accounts", "shared.clock")


@pytest.fixture(scope="session")
async def owner(make_database: Databases) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The owner's connection to the database of these tests; the application's pool is open beside it."""
    app_url, owner_url = await make_database.make("domain_tests")
    await db.connect(app_url)
    bell.connect(make_database.servers.redis_url)
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()
    await bell.disconnect()
    await db.disconnect()


@pytest.fixture(autouse=True)
async def empty_books(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Before each test: no rows but reference data and platform accounts, and the clock at `START`."""
    tables = await owner.fetch(
        """select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('shared', 'ledger', 'identity', 'payments', 'credit', 'lending', 'marketplace', 'notifications')"""
    )
    names = [
        row["name"] for row in tables if row["name"] not in KEPT and not row["name"].startswith("ledger.postings_")
    ]
    await owner.execute(f"truncate {', '.join(names)} restart identity cascade")
    await owner.execute("delete from ledger.accounts where floor_minor is not null")
    await _set_clock(owner, START)
    await publish()


@pytest.fixture
def set_clock(owner: "asyncpg.Connection[asyncpg.Record]") -> Callable[[datetime], Awaitable[None]]:
    """Set business time to an instant; no jobs run by it."""

    async def set_to(instant: datetime) -> None:
        await _set_clock(owner, instant)

    return set_to


async def _set_clock(owner: "asyncpg.Connection[asyncpg.Record]", instant: datetime) -> None:
    await owner.execute(
        "update shared.clock set shift = $1 - now(), time_zone = 'Asia/Shanghai', target_at = null, moved_by = null, leased_until = null",
        instant,
    )
