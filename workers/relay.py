"""The relay hands events from the outbox to their handlers, then marks them dispatched, in one transaction.

Handlers take lists. When one fails, its events are tried each alone, so that only the guilty one waits for its retry.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from domain.shared import clock, db

CHUNK = 32
UNHANDLED = 1_000
"""How many events without a handler are marked by one statement."""
FIRST_RETRY = timedelta(seconds=1)
LAST_RETRY = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """An event as its handler gets it."""

    id: int
    event_id: UUID
    kind: str
    payload: dict[str, Any]
    loan_id: UUID | None
    audience: tuple[UUID, ...]
    happened_at: datetime
    attempts: int

    def uuid(self, name: str) -> UUID:
        """An id of the payload."""
        return UUID(self.payload[name])


Handler = Callable[[Sequence[Delivery]], Awaitable[None]]
Handlers = dict[str, Sequence[Handler]]


async def relay(handlers: Handlers) -> int:
    """Dispatch what waits, once through; returns how many events were dispatched."""
    rows = await db.fetch("select distinct kind from shared.outbox where dispatched_at is null")
    kinds = [row["kind"] for row in rows]
    done = await _nobody_waits_for([kind for kind in kinds if kind not in handlers])
    for kind in kinds:
        if kind not in handlers:
            continue
        while count := await _dispatch(kind, handlers[kind]):
            done += count
            if count < CHUNK:
                break
    return done


async def _nobody_waits_for(kinds: list[str]) -> int:
    """Events without a handler are for readers only."""
    done = 0
    while kinds:
        rows = await db.fetch(
            """with due as (select id from shared.outbox where dispatched_at is null and kind = any($1)
                            order by id limit $2 for update skip locked)
            update shared.outbox o set dispatched_at = clock_timestamp() from due where o.id = due.id returning o.id""",
            kinds, UNHANDLED,
        )  # fmt: skip
        done += len(rows)
        if len(rows) < UNHANDLED:
            break
    return done


async def _dispatch(kind: str, handlers: Sequence[Handler]) -> int:
    """Dispatch up to `CHUNK` events of a kind together; each alone if that fails."""
    try:
        return len(await _together(kind, handlers, CHUNK, None))
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the other events must go on
        log.warning("relay.chunk_failed", kind=kind, error=type(error).__name__)
    done = 0
    for id_ in await _waiting(kind):
        try:
            done += len(await _together(kind, handlers, 1, id_))
        except Exception as error:
            log.exception("relay.event_failed", kind=kind, outbox_id=id_)
            await _postpone(id_, error)
    return done


@db.atomic
async def _together(kind: str, handlers: Sequence[Handler], limit: int, only: int | None) -> list[int]:
    rows = await db.fetch(
        """select id, event_id, kind, payload, loan_id, audience, happened_at, attempts from shared.outbox
        where kind = $1 and dispatched_at is null and (retry_at is null or retry_at <= now()) and ($2::bigint is null or id = $2)
        order by id limit $3 for update skip locked""",
        kind,
        only,
        limit,
    )
    if not rows:
        return []
    deliveries = [
        Delivery(**{**row, "payload": json.loads(row["payload"]), "audience": tuple(row["audience"])}) for row in rows
    ]
    for handler in handlers:
        await handler(deliveries)
    ids = [delivery.id for delivery in deliveries]
    await db.execute("update shared.outbox set dispatched_at = clock_timestamp() where id = any($1)", ids)
    return ids


async def _waiting(kind: str) -> list[int]:
    rows = await db.fetch(
        """select id from shared.outbox where kind = $1 and dispatched_at is null and (retry_at is null or retry_at <= now())
        order by id limit $2""",
        kind,
        CHUNK,
    )
    return [row["id"] for row in rows]


async def _postpone(id_: int, error: Exception) -> None:
    """Try again later: after 1 s, 2 s, 4 s … 10 min. The error's name only: messages may carry personal data."""
    row = await db.fetch_one("select attempts from shared.outbox where id = $1", id_)
    assert row is not None, "events are never deleted"
    delay = min(FIRST_RETRY * 2 ** min(row["attempts"], 12), LAST_RETRY)
    await db.execute(
        "update shared.outbox set attempts = attempts + 1, retry_at = $2, last_error = $3 where id = $1",
        id_,
        clock.wall() + delay,
        type(error).__name__,
    )
