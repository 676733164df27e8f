"""Writes of notifications: queue messages with what caused them, send each at least once, give up after ten attempts.

The sending job takes messages under a lease, sends them between transactions and reports; a job that dies lets go when
the lease ends. A repeated message has the same Message-ID. Messages live by the wall clock. An attempt is one at which the
mail server heard of the message: while the server is away, messages wait, however long.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.identity.credentials import HASH_MARK
from domain.notifications import templates
from domain.shared import clock, db, ids

MARK = HASH_MARK.format(hash="u.password_hash")
LEASE_S = 120
MAX_ATTEMPTS = 10
FIRST_PAUSE_S = 60
LONGEST_PAUSE_S = 8 * 3600
"""1, 3, 9, 27 and 81 minutes, 4 hours, and 8 hours three times: ten attempts take thirty hours."""
AWAY_S = 30
"""How long messages rest when the mail server is away; the next sweep finds them."""


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message to a user: a template and its facts, never a secret. `dedupe_key`: what makes it unique."""

    dedupe_key: str
    user_id: UUID
    template: str
    facts: dict[str, str] = field(default_factory=dict)


@db.atomic
async def queue(messages: Sequence[NewMessage]) -> None:
    """Queue messages in the caller's transaction; one whose key is known is left out."""
    for message in messages:
        templates.check(message.template, message.facts)
    now = clock.wall()
    await db.execute(
        """insert into notifications.messages
            (id, dedupe_key, user_id, template, facts, status, attempts, not_before_at, created_at)
        select m.id, m.dedupe_key, m.user_id, m.template, m.facts::jsonb, 'QUEUED', 0, $6, $6
        from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[]) m(id, dedupe_key, user_id, template, facts)
        on conflict (dedupe_key) do nothing""",
        [ids.new() for _ in messages],
        [message.dedupe_key for message in messages],
        [message.user_id for message in messages],
        [message.template for message in messages],
        [json.dumps(message.facts) for message in messages],
        now,
    )


@dataclass(frozen=True, kw_only=True)
class DueMessage:
    """A message to send now, with its addressee. `attempts` counts this one."""

    id: UUID
    user_id: UUID
    email: str
    name: str
    locale: str
    template: str
    facts: dict[str, Any]
    attempts: int
    password_mark: str
    """Tells the password of now from the next one."""


@db.atomic
async def claim_due(limit: int = 100) -> list[DueMessage]:
    """Take the messages that wait the longest, for two minutes; other jobs skip them meanwhile."""
    now = clock.wall()
    rows = await db.fetch(
        f"""with due as (select id from notifications.messages where status = 'QUEUED' and not_before_at <= $2
                        order by not_before_at, id limit $1 for update skip locked)
        update notifications.messages m set attempts = attempts + 1, not_before_at = $3
        from due, identity.users u where m.id = due.id and u.id = m.user_id
        returning m.id, m.user_id, u.email, u.legal_name as name, u.locale, m.template, m.facts, m.attempts,
            {MARK} as password_mark""",  # noqa: S608 - a constant
        limit, now, now + timedelta(seconds=LEASE_S),
    )  # fmt: skip
    rows.sort(key=lambda row: str(row["id"]))
    return [DueMessage(**row | {"facts": json.loads(row["facts"])}) for row in rows]


@db.atomic
async def sent(message_ids: Sequence[UUID]) -> None:
    """The mail server took these messages."""
    await db.execute(
        "update notifications.messages set status = 'SENT', sent_at = $2 where id = any($1) and status = 'QUEUED'",
        list(message_ids), clock.wall(),
    )  # fmt: skip


@db.atomic
async def failed(message_ids: Sequence[UUID], *, for_good: bool = False) -> None:
    """The mail server did not take these: again after 1 min, 3 min, 9 min … 8 h, ten times in all; or never, `for_good`."""
    await db.execute(
        """update notifications.messages set
            status = case when $2 or attempts >= $3 then 'FAILED' else 'QUEUED' end,
            not_before_at = $4::timestamptz + least($5, $6 * 3 ^ (attempts - 1)) * interval '1 second'
        where id = any($1) and status = 'QUEUED'""",
        list(message_ids), for_good, MAX_ATTEMPTS, clock.wall(), LONGEST_PAUSE_S, FIRST_PAUSE_S,
    )  # fmt: skip


@db.atomic
async def put_back(message_ids: Sequence[UUID], *, away: bool) -> None:
    """These were not tried, which is no attempt: they are due at once, or, when the mail server is `away`, with the next sweep."""
    await db.execute(
        """update notifications.messages set attempts = attempts - 1, not_before_at = $2
        where id = any($1) and status = 'QUEUED'""",
        list(message_ids), clock.wall() + timedelta(seconds=AWAY_S if away else 0),
    )  # fmt: skip
