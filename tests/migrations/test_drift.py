"""Models, migrations and the committed schema agree; migrating is safe from several places at once."""

import asyncio
import sys
from typing import Any

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from migrations.dump import SCHEMA, dump
from migrations.run import migrate, tortoise_config
from tests.conftest import Databases
from tests.support.journey import until


async def test_the_migrated_schema_is_the_committed_one(make_database: Databases) -> None:
    assert dump(make_database.servers, make_database.template) == SCHEMA.read_text(), "run `make schema`"


async def test_the_migrations_say_what_the_models_say() -> None:
    config: dict[str, Any] = tortoise_config("postgresql://nobody@nowhere/none")
    async with TortoiseContext() as context:
        await context.init(config=config)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, config["apps"]).changes()
    assert changes == [], "run tortoise's makemigrations: see migrations/README.md"


async def test_four_migrations_at_once_do_the_work_once(make_database: Databases) -> None:
    await make_database.connection.execute("create database at_once")
    url = make_database.servers.migration_database_url.replace("/kalends?", "/at_once?")
    script = "import asyncio, sys; from migrations.run import migrate; asyncio.run(migrate(sys.argv[1]))"
    runs = [await asyncio.create_subprocess_exec(sys.executable, "-c", script, url) for _ in range(4)]
    assert [await run.wait() for run in runs] == [0, 0, 0, 0]
    connection = await asyncpg.connect(url)
    applied = await connection.fetchval("select count(*) = count(distinct name) from tortoise_migrations")
    await connection.close()
    assert applied is True


async def test_there_is_room_for_postings_ahead_of_the_newest(make_database: Databases) -> None:
    _, url = await make_database.make("room")
    owner = await asyncpg.connect(url)
    names = """select array_agg(name order by name) from (
        select inhrelid::regclass::text as name from pg_inherits where inhparent = 'ledger.postings'::regclass) partitions"""
    assert await owner.fetchval(names) == [f"ledger.postings_{part}" for part in (0, 1, 2, "rest")]
    await owner.execute(
        "set session_replication_role = replica; alter sequence ledger.postings_id_seq restart 199999999"
    )
    await owner.execute(
        """insert into ledger.postings (entry_id, kind, debit_id, credit_id, currency, amount_minor, effective_on, posted_at)
        select gen_random_uuid(), 'HOLD', gen_random_uuid(), gen_random_uuid(), 'CNY', 1, '2025-01-06', now()
        from generate_series(1, 2)"""
    )
    assert await owner.fetchval("select array_agg(tableoid::regclass::text order by id) from ledger.postings") == [
        "ledger.postings_1", "ledger.postings_2",
    ]  # fmt: skip
    async with owner.transaction():  # somebody reads for long
        await owner.execute("select from ledger.postings limit 1")
        migrating = asyncio.create_task(migrate(url))
        await _waits_for_a_lock(owner)
    await migrating
    assert await owner.fetchval(names) == [f"ledger.postings_{part}" for part in (0, 1, 2, 3, 4, "rest")]
    owners = (
        "select distinct relowner::regrole::text from pg_class where oid::regclass::text like 'ledger.postings\\__'"
    )
    assert [row[0] for row in await owner.fetch(owners)] == ["kalends_owner"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never changed"):
        await owner.execute("set session_replication_role = origin; update ledger.postings_2 set amount_minor = 2")
    await owner.close()


async def _waits_for_a_lock(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Return when somebody has waited for a lock in vain, twice."""

    async def waits() -> bool:
        return bool(await owner.fetchval("select exists (select from pg_locks where not granted)"))

    async def waits_no_more() -> bool:
        return not await waits()

    for _ in range(2):
        await until(waits, "somebody to wait for a lock")
        await until(waits_no_more, "them to give up")
