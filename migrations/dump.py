"""Writes migrations/schema.sql: the schema as PostgreSQL has it after every migration, on a server of its own.

Tortoise's detection of changes sees neither constraints nor triggers nor rights; a test compares this file.
"""

import asyncio
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cli.embedded import EmbeddedServers
from cli.programs import programs
from migrations.run import migrate

SCHEMA = Path("migrations/schema.sql")
PASSING = ("--", "\\restrict", "\\unrestrict", "SET ", "SELECT pg_catalog.set_config")


def dump(servers: EmbeddedServers, database: str = "kalends") -> str:
    """The schema of a migrated database, without what differs from one run to the next."""
    url = urlsplit(servers.migration_database_url)
    host = parse_qs(url.query)["host"][0]
    pg_dump = programs(servers.home, for_other_account=False).initdb.with_name("pg_dump")
    arguments = ["--schema-only", "--no-owner", "--host", host, "--username", url.username or "", database]
    text = subprocess.run([pg_dump, *arguments], check=True, capture_output=True, text=True).stdout
    lines = (line for line in text.splitlines() if line and not line.startswith(PASSING))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Migrate an empty database and write its schema."""
    with tempfile.TemporaryDirectory(prefix="ks-") as home:
        Path(home).chmod(0o755)
        with EmbeddedServers(Path(home), durable=False) as servers:
            asyncio.run(migrate(servers.migration_database_url))
            SCHEMA.write_text(dump(servers))


if __name__ == "__main__":
    main()
