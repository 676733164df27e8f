"""Auto-debit and distribution, beside an ORM loop, and the workers' ring: `python -m bench.run --only servicing`.

As many installments as are asked for fall due today, each of a loan with thirty notes; the borrowers have the money in
their wallets. A worker in production settings (`kalends work`) collects and distributes them, everything included: waterfall,
shares, events, next days of collection. An ORM loop does the same row by row for loans of its own in the same database.
Then every loan's shares are compared, theirs with ours, and `kalends verify-ledger` looks at all of it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from bench import rings
from bench.data import LOAN, made
from bench.machine import ROOT, all_cores
from bench.rows import KALENDS, Row
from bench.servicing_data import NOTES, Book, load
from bench.stage import Stage
from cli import postgres
from cli.embedded import EmbeddedServers
from cli.processes import make_secrets
from cli.reference_data import publish
from domain.shared import bell, db, pools
from migrations.run import migrate

TITLE = "Servicing"
HOW = """A worker in production settings collects installments that fall due and distributes them, everything included; an
ORM loop does the same row by row, same postings, for loans of its own in the same database. Afterwards every
loan's shares are equal, theirs and ours, to the cent, and `kalends verify-ledger` finds the books whole. The ring: from a commit until the
job that it woke has marked its event, for commits far apart (quiet) and in bursts. PostgreSQL and the worker have both
cores; PostgreSQL has memory and checkpoints as a server of such books has them (shared_buffers 2 GB)."""
INSTALLMENTS, ORM_SAMPLE, LENDERS = 100_000, 1_000, 20_000
SETTINGS = {
    "track_commit_timestamp": "on",
    "shared_buffers": "2GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "15min",
}
"""Commit timestamps to measure by, and memory and checkpoints as a server of such books has them."""
LOOK_S = 0.1
PATIENCE_S, STOP_S = 600, 60
PER_S, TIMES_ORM, LOCK_MS, RING_MS = 3_500, 35, 100, 10
"""At least, at least, at most, at most."""


def measure(stage: Stage) -> list[Row]:
    """All of it, once, in a home of its own that is gone afterwards."""
    with all_cores():
        found = figures()
    worker, orm = found["worker"], found["orm"]
    case = f"auto-debit and distribution, {INSTALLMENTS:,} installments × {NOTES} notes"
    cpu = f"{worker['python_us_each']} µs of the worker's CPU each"
    ringing = [
        Row(
            f"from commit to the job's mark, {one['workers']} worker{'s' if one['workers'] > 1 else ''}, {one['how']}",
            KALENDS, "ms (p95)", [one["p95"]], at_most=RING_MS,
        )
        for one in found["rings_ms"]
    ]  # fmt: skip
    return [
        Row(case, KALENDS, "installments/s", [worker["per_s"]], at_least=PER_S, note=cpu),
        Row(case, "ORM loop", "installments/s", [orm["per_s"]], ratio=found["ratio"], at_least=TIMES_ORM),
        Row("how long its transactions take", KALENDS, "ms (p99)", [worker["transaction_ms"]["p99"]], at_most=LOCK_MS),
        *ringing,
    ]


def figures(installments: int = INSTALLMENTS, orm_sample: int = ORM_SAMPLE, lenders: int = LENDERS) -> dict[str, Any]:
    """The figures. Raises AssertionError for books that are not whole, or shares that are not equal to the cent."""
    book = Book(installments + orm_sample, installments + orm_sample, lenders)
    with tempfile.TemporaryDirectory(prefix="kb-") as home:
        Path(home).chmod(0o755)
        postgres.SETTINGS.update(SETTINGS)
        with EmbeddedServers(Path(home)) as servers:
            environment = {**servers.environment(), **make_secrets(), "KALENDS_ENVIRONMENT": "production"}
            os.environ.update(environment)
            return asyncio.run(_measure(servers, environment, book, orm_sample))


async def _measure(
    servers: EmbeddedServers, environment: dict[str, str], book: Book, orm_sample: int
) -> dict[str, Any]:
    await migrate(servers.migration_database_url)
    from bench import servicing_orm  # its rows become models of the pool that is opened next

    pools.MODELS.append(servicing_orm.__name__)
    await db.connect(servers.database_url, 4)
    bell.connect(servers.redis_url)
    await publish()
    books = await asyncpg.connect(servers.migration_database_url)
    today: date = await books.fetchval("select shared.business_today()")
    began = time.perf_counter()
    await load(books, book, today)
    sample = [made(LOAN, book.loans - orm_sample + number) for number in range(orm_sample)]
    await books.execute("update lending.loans set next_collection_on = null where id = any($1)", sample)
    loaded_s = time.perf_counter() - began
    ringing = await _rings(books, environment, today)
    servicing = await _worker(books, environment, book.loans - orm_sample, today)
    orm = await _orm(servicing_orm, sample, today)
    await _assert_equal(books, book)
    await books.execute("vacuum analyze")
    await db.disconnect()
    await bell.disconnect()
    await books.close()
    _assert_whole(environment)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": {
            "installments": book.loans - orm_sample,
            "notes_each": NOTES,
            "lenders": book.lenders,
            "loaded_s": round(loaded_s),
        },
        "worker": servicing,
        "orm": orm,
        "ratio": round(servicing["per_s"] / orm["per_s"], 1),
        "rings_ms": ringing,
        "postgres": SETTINGS,
        "books": "whole",
    }


async def _at_rest(books: asyncpg.Connection) -> None:
    """Bring what was loaded to the disk, PostgreSQL's part and the kernel's: a commit measured next waits for none of it."""
    await books.execute("checkpoint")
    await asyncio.to_thread(os.sync)


@asynccontextmanager
async def _work(environment: dict[str, str], count: int = 1) -> AsyncIterator[list[psutil.Process]]:
    """Workers of the product."""
    log = Path(os.environ.get("BENCH_LOGS", tempfile.gettempdir())) / "kalends-bench-worker.log"
    argv = (sys.executable, "-m", "cli.main", "work")
    with log.open("wb") as output:
        workers = [
            await asyncio.create_subprocess_exec(
                *argv, env={**os.environ, **environment}, cwd=ROOT, stdout=output, stderr=output
            )
            for _ in range(count)
        ]
        try:
            yield [psutil.Process(worker.pid) for worker in workers]
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                await asyncio.wait_for(worker.wait(), STOP_S)


async def _rings(books: asyncpg.Connection, environment: dict[str, str], today: date) -> list[dict[str, Any]]:
    """The ring's latency with one worker and with two, while no loan is due, nor anybody to be reminded of one."""
    await _at_rest(books)
    await books.execute("update shared.clock set shift = interval '-20 days'")
    measured = []
    for workers in (1, 2):
        async with _work(environment, workers):
            await rings.answered(books, workers)
            found = await rings.measure(books, workers)
            measured += [{"how": how, **figures} for how, figures in found.items()]
    await books.execute("update shared.clock set shift = interval '0'")
    return measured


async def _worker(
    books: asyncpg.Connection, environment: dict[str, str], installments: int, today: date
) -> dict[str, Any]:
    """One worker collects everything; figures from the transactions themselves, as the server remembers them."""
    await _at_rest(books)
    async with _work(environment) as (worker,):
        deadline = time.monotonic() + PATIENCE_S
        while await books.fetchval("select exists (select from lending.loans where next_collection_on <= $1)", today):
            assert time.monotonic() < deadline, "a worker collects what is due"
            await asyncio.sleep(LOOK_S)
        python = worker.cpu_times()
    rows = await books.fetch(
        """select count(*) as repayments, min(posted_at) as began_at, pg_xact_commit_timestamp(xmin) as committed_at
        from lending.repayments group by xmin"""
    )
    assert sum(row["repayments"] for row in rows) == installments, "each installment is collected once"
    took_s = (max(row["committed_at"] for row in rows) - min(row["began_at"] for row in rows)).total_seconds()
    durations = sorted((row["committed_at"] - row["began_at"]).total_seconds() * 1000 for row in rows)
    return {
        "per_s": round(installments / took_s),
        "took_s": round(took_s, 2),
        "python_us_each": round((python.user + python.system) / installments * 1e6),
        "transactions": len(rows),
        "transaction_ms": {
            "p50": round(durations[len(durations) // 2], 1),
            "p99": round(durations[int(len(durations) * 0.99)], 1),
            "max": round(durations[-1], 1),
        },
    }


async def _orm(orm: Any, sample: list[UUID], today: date) -> dict[str, Any]:
    began = time.perf_counter()
    await orm.collect(sample, today)
    took_s = time.perf_counter() - began
    return {"per_s": round(len(sample) / took_s, 1), "took_s": round(took_s, 2), "installments": len(sample)}


async def _assert_equal(books: asyncpg.Connection, book: Book) -> None:
    """All loans of one kind got the same shares, whoever served them, and what was paid was given to lenders and the platform."""
    different = await books.fetch(
        """select pattern, count(distinct shares) from (
            select l.principal_minor || ':' || l.annual_rate_ppm as pattern,
                array_agg((p.amount_minor, p.principal_minor, p.fee_minor) order by p.note_id) as shares
            from ledger.postings p join lending.notes n on n.id = p.note_id join lending.loans l on l.id = n.loan_id
            where p.kind = 'REPAYMENT_SHARE' group by l.id) s
        group by 1 having count(distinct shares) > 1"""
    )
    assert not different, f"equal loans got different shares: {different}"
    row = await books.fetchrow(
        """select (select sum(amount_minor) from lending.repayments) as paid,
            (select sum(amount_minor) from ledger.postings where kind in ('REPAYMENT_SHARE', 'SERVICE_FEE')) as given,
            (select count(*) from lending.repayments) as repayments,
            (select count(*) from ledger.postings where kind = 'REPAYMENT_SHARE') as shares"""
    )
    assert row and row["paid"] == row["given"], "what was paid was given, to the cent"
    assert (row["repayments"], row["shares"]) == (book.loans, book.loans * NOTES)


def _assert_whole(environment: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "cli.main", "verify-ledger"]
    done = subprocess.run(argv, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
