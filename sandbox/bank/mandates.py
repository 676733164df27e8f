"""Permissions to debit a customer's account."""

import sqlite3
from typing import Any

from sandbox.web import Body, Problem, Text


class OpenMandate(Body):
    """A mandate under an id of the platform's."""

    id: Text
    account: Text
    holder: Text


def open_mandate(db: sqlite3.Connection, request: OpenMandate) -> dict[str, Any]:
    """Open the mandate, or answer the one that is there. Raises Problem 422: unknown account, id of another mandate."""
    if db.execute("SELECT 1 FROM account WHERE number = ? AND NOT custody", (request.account,)).fetchone() is None:
        raise Problem(422, "unknown_account", f"there is no account {request.account}")
    db.execute(
        "INSERT INTO mandate (id, account, holder, status) VALUES (?, ?, ?, 'active') ON CONFLICT DO NOTHING",
        (request.id, request.account, request.holder),
    )
    row = db.execute("SELECT * FROM mandate WHERE id = ?", (request.id,)).fetchone()
    if row["account"] != request.account:
        raise Problem(422, "id_conflict", "this id names a mandate of another account")
    return {"id": row["id"], "account": row["account"], "status": row["status"]}


def cancel_mandate(db: sqlite3.Connection, mandate: str) -> None:
    """Cancel it; debits not executed yet will be refused. Raises Problem 404."""
    if db.execute("UPDATE mandate SET status = 'cancelled' WHERE id = ?", (mandate,)).rowcount == 0:
        raise Problem(404, "unknown_mandate", f"there is no mandate {mandate}")
