"""Room for postings: they are kept in partitions by id, and there are always some ahead of the newest."""

import asyncpg

SIZE = 100_000_000
"""So many ids belong to a partition; the first is `ledger.postings_0`."""
AHEAD = 2
"""So many partitions are empty yet. Ids beyond them would go to `ledger.postings_rest`, which only grows too large."""
PATIENCE = "10s"


async def make_room(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Make the partitions that are missing, and return their names.

    Postings wait meanwhile, some milliseconds; whoever has used them for 10 s without end makes this fail (`LockNotAvailableError`).
    """
    newest: int = await connection.fetchval("select max(id) from ledger.postings") or 0
    missing = []
    for number in range(newest // SIZE + 1, newest // SIZE + 1 + AHEAD):
        name = f"ledger.postings_{number}"
        if await connection.fetchval("select to_regclass($1)", name) is None:
            missing.append(name)
            await connection.execute(
                f"""set role kalends_owner; set lock_timeout = '{PATIENCE}';
                create table {name} partition of ledger.postings for values from ({number * SIZE}) to ({(number + 1) * SIZE});
                reset lock_timeout; reset role"""
            )
    return missing
