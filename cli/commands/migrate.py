"""kalends migrate"""

from typing import TYPE_CHECKING

from cli.environment import load_settings

if TYPE_CHECKING:
    from domain.shared.settings import Settings


def command() -> None:
    """Bring the database up to date: its schema, the documents and the products.

    Safe to run several times and from several places at once. Uses KALENDS_MIGRATION_DATABASE_URL, whose user may create
    roles, or DATABASE_URL where that is not set.
    """
    import asyncio

    asyncio.run(migrate(load_settings()))
    print("The database is up to date.")


async def migrate(settings: "Settings") -> None:
    """Everything that the API and the workers need of a database."""
    from cli.reference_data import publish
    from domain.shared import db
    from migrations import run

    url = settings.migration_database_url or settings.database_url
    await run.migrate(url.get_secret_value())
    await db.connect(settings.database_url.get_secret_value(), pool_size=2)
    try:
        await publish()
    finally:
        await db.disconnect()
