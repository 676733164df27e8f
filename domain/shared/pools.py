"""How connections to PostgreSQL are made: for commands by Tortoise, and for statements that only read."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

MODELS = [
    "domain.identity.models",
    "domain.payments.models",
    "domain.credit.models",
    "domain.lending.models",
    "domain.marketplace.models",
    "domain.notifications.models",
]


async def _nothing_to_reset(_: object) -> None:
    """Connections go back to the pool as they came: transactions are ended, and nothing else here outlives them.

    asyncpg's own reset costs a round trip for every statement outside a transaction.
    """


def config(database_url: str, pool_size: int = 20, role: str = "kalends_app") -> dict[str, Any]:
    """Tortoise's configuration for a PostgreSQL URL; sockets as `?host=/directory`."""
    url = urlsplit(database_url)
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    credentials: dict[str, Any] = {
        "host": query.get("host") or url.hostname or "localhost",
        "port": int(query.get("port") or url.port or 5432),
        "user": unquote(url.username) if url.username else None,
        "password": unquote(url.password) if url.password else None,
        "database": url.path.lstrip("/"),
        "minsize": 1,
        "maxsize": pool_size,
        "reset": _nothing_to_reset,
        "server_settings": {
            "role": role,
            "application_name": "kalends",
            "timezone": "UTC",
            "lock_timeout": "10s",
            "statement_timeout": "60s",
            "idle_in_transaction_session_timeout": "120s",
            "jit": "off",
        },
    }
    if "sslmode" in query:
        credentials["ssl"] = query["sslmode"]
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"kalends": {"models": MODELS, "default_connection": "default", "migrations": "migrations.versions"}},
        "use_tz": True,
        "timezone": "UTC",
    }


READING = {
    "default_transaction_read_only": "on",
    "datestyle": "ISO",
    "enable_memoize": "off",  # levels look hundreds of rows up by their key: remembering each costs more than looking
}
"""What connections for reads are set to beside the others' settings."""
READ_POOL_SIZE = 8
"""Reads that wait share statements (`api.engine.folding`), so a process needs few connections for them."""


async def reading(database_url: str) -> asyncpg.Pool:
    """A pool for statements that only read, at this address; it connects when it is asked."""
    credentials = config(database_url)["connections"]["default"]["credentials"]
    credentials |= {"min_size": 0, "max_size": READ_POOL_SIZE, "statement_cache_size": 1_000}
    credentials["server_settings"] |= READING
    del credentials["minsize"], credentials["maxsize"]
    return await asyncpg.create_pool(**credentials)
