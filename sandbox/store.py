"""All state of the sandbox, in one SQLite file: what was acknowledged survives kill -9 at any moment."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql").read_text()
TABLES = (
    "delivery", "entry", "notice", "step", "movement", "request", "mandate", "behaviour", "account", "identity_check",
    "mail", "setting",
)  # fmt: skip


class DataDirectoryInUseError(Exception):
    """Another sandbox works on the same data directory."""


class Store:
    """The one connection to the sandbox's file; the event loop's single thread is its only user."""

    def __init__(self, data_dir: Path) -> None:
        """Open or create the file. Raises DataDirectoryInUseError if another process holds it."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(data_dir / "sandbox.sqlite3", timeout=1.0, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        try:
            # Exclusive: two sandboxes on one file would both deliver. The lock dies with the process, also by kill -9.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            # A commit is in the operating system's hands before it is acknowledged; only a power cut could lose it.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            if "locked" in str(error):
                raise DataDirectoryInUseError(f"another sandbox works in {data_dir}") from error
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One atomic step; must not await inside, so that nobody else's statements join it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def reset(self) -> None:
        """Empty everything; the next account numbers and webhook ids differ from all earlier ones."""
        with self.transaction() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608  (names of our own)

    def close(self) -> None:
        """Close the file; pending work stays in it."""
        self._db.close()


def setting(db: sqlite3.Connection, key: str) -> str | None:
    """A stored setting, or None."""
    row = db.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def save_setting(db: sqlite3.Connection, key: str, value: str) -> None:
    """Store a setting over its former value."""
    db.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def book_secret(db: sqlite3.Connection) -> str:
    """A random value of this book's life, from one reset to the next."""
    value = setting(db, "book_secret")
    if value is None:
        value = secrets.token_hex(16)
        save_setting(db, "book_secret", value)
    return value
