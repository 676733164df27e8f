"""Transactions and statements.

The public command of a context is the transaction: `@atomic` begins one, a command that calls another joins it. A
transaction runs in a task of its own, so that a caller who goes away (a closed socket, a cancelled job) detaches from it
but never interrupts it: it commits or fails as a whole, and its connection always returns to the pool. Only the end of
the process cuts what takes long (`disconnect`).

What a transaction writes without reading it back (postings, events, answers: `write`) waits for its next statement or its
end, and is then written by one statement.

Lock order everywhere: idempotency key, user, listing, loan, installment, account; within each by id. Calls that are folded into
one transaction (`domain.shared.fold`) take their keys last, sorted; no other transaction takes keys of these operations.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import asyncpg
import structlog
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import DBConnectionError
from tortoise.transactions import in_transaction

from domain.shared import bell, pools
from domain.shared.errors import Busy
from domain.shared.patience import in_time

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()
Row = dict[str, Any]
Record = Any
"""A row as asyncpg gives it: values by place and by name."""

ATTEMPTS = 3
CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)
LOST = (
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    FileNotFoundError,  # the socket of a server that is being restarted
    TimeoutError,
)

LAST_S = 3.0
"""How long a process that ends waits for its transactions: with what the API gives requests, less than 20 s in all."""
ROLLED_BACK_S, CLOSED_S = 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Write:
    """Rows to be written. `sql`: an insert or an update, with `args` from $1 on and without `returning`.

    `rows`: how many it must touch, if that is known; for any other number `missed` is raised.
    """

    name: str
    sql: str
    args: tuple[object, ...]
    rows: int | None = None
    missed: type[Exception] = AssertionError


@dataclass
class Transaction:
    """What one transaction remembers until it ends. `writes`: by name, what waits for the next statement."""

    business_now: datetime | None = None
    ring: bell.Ring = field(default_factory=bell.Ring)
    writes: dict[str, Write] = field(default_factory=dict)


_transaction: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_running: set[asyncio.Task[Any]] = set()


def current() -> Transaction | None:
    """The transaction this task is in, if any."""
    return _transaction.get()


_reads: asyncpg.Pool | None = None


async def connect(database_url: str, pool_size: int = 20) -> None:
    """Open this process's pools, and close those it had; `disconnect` ends them."""
    global _reads
    if _reads is not None:
        await disconnect()
    await Tortoise.init(config=pools.config(database_url, pool_size), _enable_global_fallback=True)
    _reads = await pools.reading(database_url)


async def disconnect() -> None:
    """Wait for the transactions that still run, roll back those that take longer than `LAST_S`, and close the pools.

    A server that does not answer is not waited for: its connections are let go of.
    """
    global _reads
    try:
        async with asyncio.timeout(LAST_S):
            while _running:
                await asyncio.wait(_running)
    except TimeoutError:
        await _cut_short(list(_running))
    reads, _reads = _reads, None
    closing = [Tortoise.close_connections(), *([reads.close()] if reads is not None else [])]
    for ended in await asyncio.gather(*(in_time(one, CLOSED_S) for one in closing), return_exceptions=True):
        if isinstance(ended, BaseException) and not isinstance(ended, TimeoutError):
            raise ended


async def _cut_short(running: Sequence[asyncio.Task[Any]]) -> None:
    log.warning("db.cut_short", transactions=len(running))
    for task in running:
        task.cancel()
    await asyncio.wait(running, timeout=ROLLED_BACK_S)


async def detached(work: Coroutine[Any, Any, R]) -> R:
    """Await work that goes on when the caller is cancelled."""
    return await asyncio.shield(_watched(asyncio.create_task(work)))


def spawn(work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
    """Start work that belongs to nobody's request and to no transaction; `disconnect` waits for it."""
    return _watched(asyncio.create_task(work, context=Context()))


def _watched(task: asyncio.Task[R]) -> asyncio.Task[R]:
    _running.add(task)
    task.add_done_callback(_finished)
    return task


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # retrieved here too: the caller may have gone


def atomic(command: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Make a command a transaction, or part of its caller's.

    Deadlocks and lock timeouts are tried again, at most three times. Raises `Busy` when the database goes away: whether
    the transaction was committed is then told by repeating the command with its idempotency key.
    """

    @wraps(command)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if _transaction.get() is not None:
            return await command(*args, **kwargs)

        async def run() -> R:
            for attempt in range(ATTEMPTS):
                try:
                    return await transact(lambda: command(*args, **kwargs))
                except CONFLICTS as conflict:
                    if attempt == ATTEMPTS - 1:
                        raise Busy from conflict
                    await asyncio.sleep(0.02 * 2**attempt)
            raise AssertionError("unreachable")

        return await detached(run())

    return wrapper


async def transact(work: Callable[[], Awaitable[R]]) -> R:
    """Run work as one transaction, once, and ring the bell after its commit; nobody waits for the bell.

    Raises what the work raises, `CONFLICTS`, and `Busy` when the database goes away.
    """
    assert _transaction.get() is None, "a transaction within a transaction would wait for itself"
    transaction = Transaction()
    try:
        async with in_transaction("default"):
            token = _transaction.set(transaction)
            try:
                result = await work()
                await _write_what_waits()
            finally:
                _transaction.reset(token)
    except LOST as lost:
        raise Busy from lost
    if transaction.ring:
        spawn(bell.ring(transaction.ring))
    return result


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """A part of a transaction that can fail alone."""
    transaction = current()
    assert transaction is not None, "a savepoint is a part of a transaction"
    await _write_what_waits()
    async with in_transaction("default"):
        try:
            yield
            await _write_what_waits()
        finally:
            transaction.writes.clear()


async def write(rows: Write) -> None:
    """Write rows in the current transaction: with what else waits, before its next statement or its end.

    What is wrong with them (a constraint, another number of rows than was said) is raised there.
    """
    transaction = current()
    assert transaction is not None, "what waits is written by its transaction"
    if rows.name in transaction.writes:
        await _write_what_waits()
    transaction.writes[rows.name] = rows


async def _write_what_waits() -> None:
    transaction = current()
    if transaction is None or not transaction.writes:
        return
    writes, transaction.writes = list(transaction.writes.values()), {}
    sql = _one_statement(tuple((one.name, one.sql, len(one.args)) for one in writes))
    (counts,) = await fetch(sql, *(argument for one in writes for argument in one.args))
    for one in writes:
        if one.rows is not None and counts[one.name] != one.rows:
            raise one.missed(f"{one.name}: {counts[one.name]} rows instead of {one.rows}")


@lru_cache(maxsize=256)
def _one_statement(writes: tuple[tuple[str, str, int], ...]) -> str:
    """Writes (name, SQL, number of arguments) as one statement, which counts the rows of each.

    Parts that are counted run in the order in which they are; others would run in any.
    """
    parts, before = [], 0
    for name, sql, arguments in writes:
        renumbered = re.sub(r"\$(\d+)", lambda place, before=before: f"${int(place[1]) + before}", sql)  # type: ignore[misc]  # mypy does not see the default
        parts.append(f"{name} as ({renumbered} returning 1)")
        before += arguments
    counts = ", ".join(f"(select count(*) from {name}) as {name}" for name, _, _ in writes)  # noqa: S608 - the writes' own literals
    return f"with {', '.join(parts)} select {counts}"


async def fetch(sql: str, *args: object) -> list[Row]:
    """The rows of a statement, in the current transaction if there is one. A read alone survives one lost connection."""
    await _write_what_waits()
    return await _again_if_lost(lambda: get_connection("default").execute_query_dict(sql, list(args)))


async def fetch_records(sql: str, *args: object) -> Sequence[asyncpg.Record]:
    """As `fetch`, with rows as the driver gives them: by place and by name, not to be changed, and not copied."""
    await _write_what_waits()
    return await _again_if_lost(lambda: _fetch_records(sql, args))


async def _fetch_records(sql: str, args: Sequence[object]) -> Sequence[asyncpg.Record]:
    async with get_connection("default").acquire_connection() as connection:
        found: Sequence[asyncpg.Record] = await connection.fetch(sql, *args)
        return found


async def records(sql: str, *args: object) -> Sequence[asyncpg.Record]:
    """The rows of a read outside transactions as the driver gives them, by place and by name; else as `fetch`."""
    assert _reads is not None, "connected"
    reads = _reads
    return await _again_if_lost(lambda: reads.fetch(sql, *args))


async def _again_if_lost(read: Callable[[], Awaitable[R]]) -> R:
    try:
        return await read()
    except LOST as lost:
        if _transaction.get() is not None:
            raise
        await asyncio.sleep(0.1)
        try:
            return await read()
        except LOST:
            raise Busy from lost


async def fetch_one(sql: str, *args: object) -> Row | None:
    """The first row of a statement, or None."""
    rows = await fetch(sql, *args)
    return rows[0] if rows else None


async def fetch_value(sql: str, *args: object) -> Any:
    """The first column of the first row, or None."""
    row = await fetch_one(sql, *args)
    return next(iter(row.values())) if row else None


async def execute(sql: str, *args: object) -> None:
    """Run a statement whose rows nobody needs."""
    await fetch(sql, *args)


async def without_waiting_for_the_disk() -> None:
    """Let the current transaction's commit not wait until it is on the disk; the next one that waits brings it there, too.

    For work that a crash of the server only puts off: it is found again, and nothing outside has been told of it, as
    that takes a later transaction. Whoever waits for its locks waits for no disk.
    """
    await execute("set local synchronous_commit = off")


async def wait_at_most(seconds: float) -> None:
    """Give up waiting for a lock after so long, until the end of the current transaction; it also learns its business time."""
    transaction = current()
    assert transaction is not None, "outside a transaction it would be forgotten at once"
    transaction.business_now = await fetch_value(
        "select shared.business_now() from set_config('lock_timeout', $1, true)", f"{seconds * 1000:.0f}ms"
    )


async def lock(table: str, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Lock rows of a table `FOR NO KEY UPDATE`, ordered by id so that opposite sets queue instead of deadlocking."""
    assert _transaction.get() is not None, "a lock outside a transaction is released before it is used"
    rows = await fetch(f"select * from {table} where id = any($1) order by id for no key update", list(ids))  # noqa: S608 - table names are literals in our code
    return {row["id"]: row for row in rows}
