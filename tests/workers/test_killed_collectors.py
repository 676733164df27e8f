"""Workers that are killed in the middle of collecting: what they had begun is undone, and the next go on where they were."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import pytest

from bench.data import LOAN, made
from bench.servicing_data import NOTES, Book, load
from tests.conftest import Databases
from tests.support.journey import until

BOOK = Book(loans=400, from_wallets=400, lenders=1_000)
PATIENCE_S = 120.0


@pytest.fixture
async def environment(make_database: Databases) -> dict[str, str]:
    """The settings that lead to a database with documents and products."""
    app_url, owner_url = await make_database.make("killed_collectors")
    environment = os.environ | {
        "DATABASE_URL": app_url,
        "KALENDS_MIGRATION_DATABASE_URL": owner_url,
        # Workers of another test's platform, on another database, would take these jobs.
        "REDIS_URL": make_database.servers.redis_url.replace("?db=0", "?db=1"),
    }
    await asyncio.to_thread(run, environment, "migrate")
    return environment


def run(environment: dict[str, str], *arguments: str) -> None:
    """Run a command of the product to its good end."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@asynccontextmanager
async def worker(environment: dict[str, str], ends_by: signal.Signals) -> AsyncIterator[None]:
    """A worker, until it gets a signal."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "work", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.send_signal(ends_by)
        await asyncio.wait_for(process.wait(), PATIENCE_S)


async def test_every_loan_is_collected_once_however_often_workers_are_killed(environment: dict[str, str]) -> None:
    books = await asyncpg.connect(environment["KALENDS_MIGRATION_DATABASE_URL"])
    other = await asyncpg.connect(environment["KALENDS_MIGRATION_DATABASE_URL"])
    today: date = await books.fetchval("select shared.business_today()")
    await load(books, BOOK, today)

    async def collected(at_least: int) -> bool:
        return bool(await books.fetchval("select count(*) >= $1 from lending.repayments", at_least))

    async def nothing_is_due() -> bool:
        return not await books.fetchval(
            "select exists (select from lending.loans where next_collection_on <= $1)", today
        )

    async with other.transaction():
        # Somebody holds one loan, so nobody can be done before being killed.
        await other.execute("select from lending.loans where id = $1 for update", made(LOAN, BOOK.loans - 1))
        for begun in (1, 200):
            async with worker(environment, signal.SIGKILL):
                await until(lambda begun=begun: collected(begun), "collecting to begin", PATIENCE_S)  # type: ignore[misc]
        assert not await nothing_is_due()
    async with worker(environment, signal.SIGTERM), worker(environment, signal.SIGTERM):
        await until(nothing_is_due, "everything to be collected", PATIENCE_S)

    rows = await books.fetch("select loan_id, count(*) from lending.repayments group by loan_id having count(*) = 1")
    assert len(rows) == BOOK.loans
    shares = await books.fetchval("select count(*) from ledger.postings where kind = 'REPAYMENT_SHARE'")
    assert shares == BOOK.loans * NOTES
    assert await books.fetchval("select count(*) from shared.set_aside") == 0
    await asyncio.to_thread(run, environment, "verify-ledger")
    await other.close()
    await books.close()
