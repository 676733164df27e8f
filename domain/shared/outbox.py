"""The outbox: events written in the transaction that caused them, so that neither can exist without the other.

Workers hand each event to its handlers and then mark it dispatched; people read those they are the audience of. An
event's key makes it unique: recording it again changes nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.shared import clock, db, ids


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


async def record(events: Sequence[Event]) -> None:
    """Write events, in order, in the current transaction, and ring the bell after its commit."""
    transaction = db.current()
    assert transaction is not None, "events belong to the transaction that caused them"
    if not events:
        return
    happened_at = await clock.now()
    await db.execute(
        """insert into shared.outbox (event_id, kind, dedupe_key, payload, loan_id, audience, happened_at)
        select e.event_id, e.kind, e.dedupe_key, e.payload::jsonb, e.loan_id,
               coalesce(array(select jsonb_array_elements_text(e.audience::jsonb)::uuid), '{}'), $7
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[])
             with ordinality e(event_id, kind, dedupe_key, payload, loan_id, audience, n) order by n
        on conflict (dedupe_key) do nothing""",
        [ids.new() for _ in events],
        [event.kind for event in events],
        [f"{event.kind}:{event.key}" for event in events],
        [json.dumps(event.payload, default=str) for event in events],
        [event.loan_id for event in events],
        [json.dumps([str(user) for user in event.audience]) for event in events],
        happened_at,
    )
    transaction.ring.outbox = True
    for event in events:
        transaction.ring.kinds.add(event.kind)
        if event.loan_id is not None:
            transaction.ring.loan_ids.add(event.loan_id)
        transaction.ring.user_ids.update(event.audience)
