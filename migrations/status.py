"""Which migrations a database has, asked with the rights of the application."""

from pathlib import Path

from domain.shared import db

VERSIONS = Path(__file__).parent / "versions"


async def pending() -> list[str]:
    """The names of the migrations that this code has and the connected database has not applied, in order."""
    rows = await db.fetch("select name from public.tortoise_migrations")
    applied = {row["name"] for row in rows}
    return sorted(path.stem for path in VERSIONS.glob("[0-9]*.py") if path.stem not in applied)
