"""A shelf of books in a database of its own."""

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.shared import db
from domain.shared.actor import STRANGER, Scope, Viewer
from tests.conftest import Databases
from tests.engine.library import MOMENT, TABLES

OWNER = UUID(int=77)
VIEWERS = {
    "stranger": STRANGER,
    "owner": Viewer(OWNER, frozenset({Scope.READ})),
    "operator": Viewer(UUID(int=78), frozenset({Scope.OPERATE})),
}


@pytest.fixture(scope="session")
async def shelf(make_database: Databases) -> AsyncIterator[None]:
    """Twelve authors with up to nine books each; some hidden, some without a price, a mentor, a date."""
    app_url, owner_url = await make_database.make("shelf")
    draw = random.Random(7)
    connection = await asyncpg.connect(owner_url)
    await connection.execute(TABLES)
    for n in range(12):
        await connection.execute(
            "insert into shelf.authors values ($1, $2, $3, $4, $5)",
            UUID(int=n), f"Author {n} \u3002\"quoted\"", date(1900, 1, 1) + timedelta(days=1_000 * n) if n % 3 else None,
            UUID(int=n - 2) if n > 1 else None, n in (3, 4),
        )  # fmt: skip
        for m in range(n % 10):
            await connection.execute(
                "insert into shelf.books values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                UUID(int=1000 + 20 * n + m), UUID(int=n), f"Title {draw.randrange(30)}", draw.choice(["NOVEL", "ATLAS"]),
                draw.choice([None, 0, 5, -5, 12345, 10**12]), "CNY", ["a", "b"][: m % 3],
                MOMENT + timedelta(microseconds=draw.randrange(10**9)) if m % 2 else None, OWNER if m == 5 else None,
            )  # fmt: skip
    await connection.close()
    await db.connect(app_url)
    yield
    await db.disconnect()
