"""Models, migrations and the committed schema agree; migrating is safe from several places at once."""

import asyncio
import sys
from typing import Any

import asyncpg
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from migrations.dump import SCHEMA, dump
from migrations.run import tortoise_config
from tests.conftest import Databases


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
