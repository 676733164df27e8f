"""Work in chunks that one bad subject cannot stop: it is set aside, and the others go on.

What is due is done many at once. A chunk that fails is split, and its halves are split again, until only what fails alone
is left: that is written down with the time of its next try, and until then nobody takes it up.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog

from domain.shared import clock, db
from domain.shared.errors import Busy

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)

log = structlog.get_logger()


@dataclass
class Chunk:
    """What a step is to do in one transaction: at most `limit` of what is due, or of `only` these subjects.

    The step says in `taken` which it has locked, before it does anything with them.
    """

    limit: int
    only: Sequence[UUID] | None = None
    taken: list[UUID] = field(default_factory=list)


Step = Callable[[Chunk], Awaitable[None]]


def not_aside(step: str, subject: str) -> str:
    """The condition that a subject (an SQL expression) is not set aside from a step; wall time counts."""
    return f"""not exists (select from shared.set_aside aside
        where aside.step = '{step}' and aside.subject_id = {subject} and aside.retry_at > now())"""


async def in_chunk(step: str, limit: int, do: Step) -> int:
    """Do at most `limit` subjects together; returns how many were taken up, 0: none is left. Raises `Busy`."""
    chunk = Chunk(limit)
    await _do(step, chunk, do)
    return len(chunk.taken)


async def _do(step: str, chunk: Chunk, do: Step) -> None:
    try:
        await do(chunk)
    except Busy:
        raise
    except Exception as error:
        if not chunk.taken:
            raise
        if len(chunk.taken) == 1:
            log.exception("step.set_aside", step=step, subject=str(chunk.taken[0]))
            await set_aside(step, chunk.taken[0], error)
            return
        log.warning("step.chunk_failed", step=step, subjects=len(chunk.taken), error=type(error).__name__)
        middle = len(chunk.taken) // 2
        for half in (chunk.taken[:middle], chunk.taken[middle:]):
            await _do(step, Chunk(len(half), half), do)
    else:
        await forget(step, chunk.taken)


async def forget(step: str, subject_ids: Sequence[UUID]) -> None:
    """The step has done these."""
    await db.execute("delete from shared.set_aside where step = $1 and subject_id = any($2)", step, list(subject_ids))


async def set_aside(step: str, subject_id: UUID, error: Exception) -> None:
    """Try again after 1 min, 2 min, 4 min … 6 h. The error's name only: messages may carry personal data."""
    await db.execute(
        """insert into shared.set_aside (step, subject_id, attempts, retry_at, last_error) values ($1, $2, 1, $3::timestamptz + $4::interval, $6)
        on conflict (step, subject_id) do update set attempts = set_aside.attempts + 1, last_error = $6,
            retry_at = $3 + least($4 * power(2, least(set_aside.attempts, 20)), $5::interval)""",
        step,
        subject_id,
        clock.wall(),
        FIRST_RETRY,
        LAST_RETRY,
        type(error).__name__,
    )
