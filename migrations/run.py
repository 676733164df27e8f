"""Migrating a database: roles and schemas, then every migration not yet applied, one process at a time."""

from urllib.parse import urlsplit, urlunsplit

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as tortoise_migrate

from domain.shared import pools
from migrations.postings import make_room

LOCK = 0x6B616C656E6473
SCHEMAS = ("shared", "ledger", "identity", "payments", "credit", "lending", "marketplace", "notifications", "audit")
ROLES = ("kalends_owner", "kalends_app", "kalends_auditor")


def tortoise_config(database_url: str) -> dict[str, object]:
    """Tortoise's configuration for migrating, as the owner of the schemas."""
    return pools.config(database_url, pool_size=2, role="kalends_owner")


async def migrate(database_url: str) -> None:
    """Bring the database up to date. Others that start at the same time wait for the advisory lock and find nothing to do.

    The URL's user must be able to create roles the first time. Afterwards it must be a member of `kalends_owner`.
    """
    connection = await asyncpg.connect(_plain(database_url))
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await _prepare(connection)
        await tortoise_migrate(config=tortoise_config(database_url))
        await Tortoise.close_connections()
        await make_room(connection)
        # So that the application can say whether it has all that it needs (/readyz).
        await connection.execute("grant select on public.tortoise_migrations to kalends_app")
    finally:
        await connection.close()


async def _prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Roles without login that own and serve, and the schemas."""
    for role in ROLES:
        if not await connection.fetchval("select 1 from pg_roles where rolname = $1", role):
            await connection.execute(f"create role {role} nologin")
    superuser = await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
    if not superuser and not await connection.fetchval("select pg_has_role(current_user, 'kalends_owner', 'member')"):
        await connection.execute("grant kalends_owner, kalends_app to current_user")
    await connection.execute("grant create, usage on schema public to kalends_owner")
    await connection.execute("grant create on database " + await _database(connection) + " to kalends_owner")
    for schema in SCHEMAS:
        await connection.execute(f"create schema if not exists {schema} authorization kalends_owner")


async def _database(connection: "asyncpg.Connection[asyncpg.Record]") -> str:
    name: str = await connection.fetchval("select quote_ident(current_database())")
    return name


def _plain(database_url: str) -> str:
    """The URL as asyncpg spells the scheme."""
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(scheme="postgresql"))


TORTOISE_ORM = tortoise_config("postgresql://localhost/kalends")
"""For `tortoise -c migrations.run.TORTOISE_ORM makemigrations`, which compares the models with the migrations offline."""
