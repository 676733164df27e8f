"""What happened, as people read it: the outbox by audience or by loan, resumable after a cursor.

Events get their number before they commit, so a reader who only asked for larger numbers would miss one that commits
late. The cursor is (transaction, number), and an event is shown only when no transaction that could still come before it
is running: until then it is unsettled.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.shared import db

SETTLED = "txid < pg_snapshot_xmin(pg_current_snapshot())"


@dataclass(frozen=True)
class Activity:
    """An event as its audience reads it."""

    txid: int
    number: int
    event_id: UUID
    kind: str
    facts: dict[str, Any]
    loan_id: UUID | None
    happened_at: datetime


@dataclass(frozen=True)
class News:
    """Settled events, oldest first, and whether there are unsettled ones: who waits then looks again soon, unasked."""

    events: list[Activity]
    unsettled: bool


def news(rows: Sequence[db.Row]) -> News:
    """Rows of the outbox, with `txid` as a number and whether each is `settled`, as people read them."""
    return News([_activity(row) for row in rows if row["settled"]], any(not row["settled"] for row in rows))


async def of_user(user_id: UUID, after: tuple[int, int], limit: int) -> News:
    """Events a user is the audience of, at most `limit`, behind a cursor (transaction, number)."""
    rows = await db.fetch(
        f"""select txid::text::bigint as txid, id, event_id, kind, payload, loan_id, happened_at, {SETTLED} as settled
        from shared.outbox where audience @> array[$1::uuid] and (txid, id) > ($2::bigint::text::xid8, $3::bigint)
        order by txid, id limit $4""",  # noqa: S608 - a constant
        user_id,
        *after,
        limit,
    )
    return news(rows)


async def latest_of_user(user_id: UUID) -> tuple[int, int]:
    """The cursor behind everything a user can read now."""
    row = await db.fetch_one(
        f"""select txid::text::bigint as txid, id from shared.outbox where audience @> array[$1::uuid] and {SETTLED}
        order by txid desc, id desc limit 1""",  # noqa: S608 - a constant
        user_id,
    )
    return (row["txid"], row["id"]) if row else (0, 0)


def _activity(row: db.Row) -> Activity:
    return Activity(
        txid=row["txid"],
        number=row["id"],
        event_id=row["event_id"],
        kind=row["kind"],
        facts=json.loads(row["payload"]),
        loan_id=row["loan_id"],
        happened_at=row["happened_at"],
    )
