"""Room for postings: they are kept in partitions by id, and there are always some ahead of the newest."""

import asyncio

import asyncpg

SIZE = 100_000_000
"""So many ids belong to a partition; the first is `ledger.postings_0`."""
AHEAD = 2
"""So many partitions are empty yet. Ids beyond them would go to `ledger.postings_rest`, which only grows too large."""
PATIENCE, ATTEMPTS, PAUSE_S = "500ms", 40, 1.0


async def make_room(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make the partitions that are missing.

    Whoever reads or writes postings waits meanwhile: some milliseconds, if nobody reads them for long and `postings_rest`,
    which is looked through, is empty. A long read is waited for half a second at a time, so that nobody behind it waits longer;
    raises `LockNotAvailableError` when there is no moment without one within a minute.
    """
    newest: int = await connection.fetchval("select max(id) from ledger.postings") or 0
    for number in range(newest // SIZE + 1, newest // SIZE + 1 + AHEAD):
        name = f"ledger.postings_{number}"
        if await connection.fetchval("select to_regclass($1)", name) is None:
            await _make(connection, name, number)


async def _make(connection: "asyncpg.Connection[asyncpg.Record]", name: str, number: int) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await connection.execute(
                f"""set role kalends_owner; set lock_timeout = '{PATIENCE}';
                create table {name} partition of ledger.postings for values from ({number * SIZE}) to ({(number + 1) * SIZE});
                reset lock_timeout; reset role"""
            )
        except asyncpg.LockNotAvailableError:
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            return
