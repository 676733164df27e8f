"""kalends migrate"""

from cli.environment import load_settings


def command() -> None:
    """Bring the database up to date. Safe to run several times and from several places at once.

    Uses KALENDS_MIGRATION_DATABASE_URL, whose user may create roles, or DATABASE_URL where that is not set.
    """
    import asyncio

    from migrations.run import migrate

    settings = load_settings()
    url = settings.migration_database_url or settings.database_url
    asyncio.run(migrate(url.get_secret_value()))
    print("The database is up to date.")
