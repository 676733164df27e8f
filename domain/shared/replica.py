"""Reads that may lag: a hot standby answers them for as long as it is known to be no further behind than is allowed.

Four times within the lag that is allowed, and at least every second, the primary says where its log ends on the disk, and the
standby up to where it has replayed it. The standby has, then, all that the primary had on its disk when it last named an end that
is replayed by now (what commits without waiting for the disk gets there within a second); nobody's clock is compared with
another's. A standby that lags, is away, was promoted, or follows another history than this primary's is not asked, and
neither is one that has just failed: the primary answers instead.
"""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Sequence

import asyncpg
import structlog

from domain.shared import db, pools
from domain.shared.db import Record
from domain.shared.patience import in_time

MOST_BETWEEN_LOOKS_S = 1.0
PATIENCE_S = 2.0
"""A standby that takes longer is not waited for: the primary is asked instead, which has its own patience."""
REST_S = 30.0
"""A standby that let a read wait for so long is left alone for a while: its disk may be what is busy, not its log."""
MOST_ENDS = 600
"""So many of the primary's ends are remembered: a standby that is further behind has no known lag."""
HISTORY = "(select (system_identifier, timeline_id)::text from pg_control_system(), pg_control_checkpoint())"
ENDED = f"select {HISTORY}, (pg_current_wal_flush_lsn() - '0/0')::bigint"
REPLAYED = f"select {HISTORY}, case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint end"

log = structlog.get_logger()


class NotAStandby(Exception):
    """The server does not follow this primary: it was promoted, or belongs to another history or another cluster."""


class Replica:
    """One standby, and how far behind it is at most."""

    def __init__(self, database_url: str, most_lag_s: float) -> None:
        self._database_url = database_url
        self._most_lag_s = most_lag_s
        self._ends: deque[tuple[float, int]] = deque(maxlen=MOST_ENDS)
        self._as_of = -math.inf
        self._rests_until = -math.inf
        self._pool: asyncpg.Pool | None = None
        self._watching: asyncio.Task[None] | None = None
        self.answers: Counter[str] = Counter()
        """How many reads were answered by whom: "replica" or "primary"."""

    @property
    def lag_s(self) -> float:
        """It has all that the primary had so many seconds ago; infinite while that is not known."""
        return time.monotonic() - self._as_of

    @property
    def is_usable(self) -> bool:
        """Whether it may be asked."""
        return self.lag_s <= self._most_lag_s and time.monotonic() >= self._rests_until

    async def records(self, sql: str, *args: object) -> Sequence[Record]:
        """The rows of a read, as `db.records`: from the standby if it may be asked, else from the primary. Raises `Busy`."""
        if self.is_usable:
            try:
                found = await self._ask(sql, *args)
            except Exception as error:  # noqa: BLE001 - whatever it is (a read in the way of what is replayed), the primary says what is so
                if isinstance(error, db.LOST):
                    self._as_of = -math.inf  # until the next look
                if isinstance(error, TimeoutError):
                    self._rests_until = time.monotonic() + REST_S
                log.info("replica.read_failed", error=type(error).__name__)
            else:
                self.answers["replica"] += 1
                return found
        self.answers["primary"] += 1
        return await db.records(sql, *args)

    async def start(self) -> None:
        """Begin to look how far behind it is; it need not be there yet."""
        self._pool = await pools.reading(self._database_url)
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ask it no more, and let go of its connections."""
        assert self._watching is not None and self._pool is not None, "started"
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        self._as_of = -math.inf
        self._pool.terminate()

    async def _watch(self) -> None:
        told = None
        while True:
            why = "it lags"
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - a wrong password, a database of another name: it is only not used
                why = type(error).__name__
            found = "" if self.is_usable else why
            if found != told:
                told = found
                log.warning("replica.left", why=why) if found else log.info("replica.used")
            await asyncio.sleep(min(MOST_BETWEEN_LOOKS_S, self._most_lag_s / 4))

    async def _look(self) -> None:
        """Learn how far behind it is. Raises what the two databases do."""
        asked = time.monotonic()
        ((history, end),) = await db.records(ENDED)
        self._ends.append((asked, end))
        ((replica_history, replayed),) = await self._ask(REPLAYED)
        if replayed is None or replica_history != history:
            self._ends.clear()
            self._as_of = -math.inf
            raise NotAStandby
        while self._ends and self._ends[0][1] <= replayed:
            self._as_of = self._ends.popleft()[0]

    async def _ask(self, sql: str, *args: object) -> Sequence[Record]:
        assert self._pool is not None, "started"
        found: Sequence[Record] = await in_time(self._pool.fetch(sql, *args), PATIENCE_S)
        return found
