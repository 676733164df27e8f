"""The outbox: events written in the transaction that caused them, so that neither can exist without the other.

Workers hand each event to its handlers and then mark it dispatched; people read those they are the audience of. An
event's key makes it unique: recording it again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from domain.shared import clock, db, ids
from domain.shared.db import Write


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. `kind` reads noun.verb (`loan.funded`); the payload carries ids and facts, never secrets."""

    kind: str
    key: str
    """What makes it unique, within its kind: `loan.funded:<key>` can be recorded once."""
    payload: dict[str, Any] = field(default_factory=dict)
    loan_id: UUID | None = None
    audience: tuple[UUID, ...] = ()
    """The users whose activity feed shows it."""
    for_readers: bool = False
    """Whether nobody handles it: it counts as dispatched from the start, and workers are not woken."""


RECORD = """insert into shared.outbox
        (event_id, kind, dedupe_key, payload, loan_id, audience, happened_at, dispatched_at)
    select event_id, kind, dedupe_key, payload::jsonb, loan_id, audience::uuid[], $8,
        case when for_readers then clock_timestamp() end
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bool[]) with ordinality
        e(event_id, kind, dedupe_key, payload, loan_id, audience, for_readers, n)
    order by n on conflict (dedupe_key) do nothing"""


async def record(events: Sequence[Event]) -> None:
    """Write events, in order, in the current transaction, and ring the bell after its commit."""
    transaction = db.current()
    assert transaction is not None, "events belong to the transaction that caused them"
    if not events:
        return
    columns = (
        ids.several(len(events)),
        [event.kind for event in events],
        [f"{event.kind}:{event.key}" for event in events],
        [orjson.dumps(event.payload, default=str).decode() for event in events],
        [event.loan_id for event in events],
        [f"{{{','.join(map(str, event.audience))}}}" for event in events],
        [event.for_readers for event in events],
    )
    await db.write(Write("events", RECORD, (*columns, await clock.now())))
    transaction.ring.outbox |= not all(event.for_readers for event in events)
    for event in events:
        transaction.ring.kinds.add(event.kind)
        if event.loan_id is not None:
            transaction.ring.loan_ids.add(event.loan_id)
        transaction.ring.user_ids.update(event.audience)
