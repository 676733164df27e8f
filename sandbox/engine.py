"""What drives the sandbox: one turn walks the days, executes what is due, packs webhooks and delivers them."""

import asyncio
import sqlite3
import time
from datetime import timedelta
from typing import Any

from sandbox import clock, identity
from sandbox.bank import statement
from sandbox.bank.execution import begin_day, execute_due
from sandbox.store import Store, setting
from sandbox.webhooks import Courier, Round, enqueue

PACE_S = 0.05
"""Between two turns, so that what arrives together leaves in one webhook."""
IDLE_S = 60.0


class Engine:
    """Turns run one after the other, in the background or because the platform drains the day."""

    def __init__(self, store: Store, courier: Courier) -> None:
        """Nothing runs until `run`."""
        self._store, self._courier = store, courier
        self._wake = asyncio.Event()
        self._turn_lock = asyncio.Lock()

    def wake(self) -> None:
        """Something is pending."""
        self._wake.set()

    async def run(self) -> None:
        """Take turns for ever: when woken, when a retry is due, or after IDLE_S to see whether a day has begun."""
        while True:
            self._wake.clear()
            async with self._turn_lock:
                await self._turn(force=False)
            await asyncio.sleep(PACE_S)
            try:
                async with asyncio.timeout(self._rest_s()):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def drain(self) -> dict[str, Any]:
        """One turn that also retries every webhook now; waits for a turn that is under way."""
        async with self._turn_lock:
            executed, delivered = await self._turn(force=True)
        with self._store.transaction() as db:
            undelivered = int(db.execute("SELECT count(*) FROM delivery").fetchone()[0]) + len(statement.unpacked(db))
            now, today = clock.now(db), clock.today(db)
        return {
            "now": now.isoformat(), "today": today.isoformat(), "executed": executed,
            "delivered": delivered, "undelivered": undelivered,
        }  # fmt: skip

    async def reset(self) -> None:
        """Empty everything, between two turns."""
        async with self._turn_lock:
            self._store.reset()

    async def _turn(self, force: bool) -> tuple[int, int]:
        """Steps executed and webhooks delivered; what arrives while it delivers is taken along."""
        executed = delivered = 0
        while True:
            executed += await self._walk()
            packed = self._pack()
            result = Round() if self._paused() else await self._courier.deliver(force, self._paused)
            delivered += result.delivered
            if not packed or result.failed:
                return executed, delivered

    async def _walk(self) -> int:
        """Through each day up to the clock's, each with its incomes and then its steps."""
        executed = 0
        while True:
            with self._store.transaction() as db:
                count = execute_due(db)
                day = clock.today(db)
                if count == 0 and day >= clock.local_date(db):
                    return executed
                if count == 0:
                    begin_day(db, day + timedelta(days=1))
            executed += count
            await asyncio.sleep(0)

    def _paused(self) -> bool:
        with self._store.transaction() as db:
            return setting(db, "webhooks_paused") is not None

    def _pack(self) -> bool:
        """Put what no webhook carries yet into webhooks, unless they are held back; whether there was anything."""
        if self._paused():
            return False
        with self._store.transaction() as db:
            at = clock.now(db)
            checks = identity.take_unpacked(db)
            enqueue(db, "identity", at, "checks", checks)
            rows = statement.unpacked(db)
            repeated = [row for row in rows if row["repeated"]]
            if any(row["reordered"] for row in rows):
                rows.reverse()
            enqueue(db, "bank", at, "entries", statement.as_data(rows))
            enqueue(db, "bank", at, "entries", statement.as_data(repeated))
            db.execute("UPDATE notice SET packed = 1 WHERE packed = 0")
        return bool(checks or rows)

    def _rest_s(self) -> float:
        """Seconds until the next retry, at most IDLE_S."""
        with self._store.transaction() as db:
            if setting(db, "webhooks_paused") is not None:
                return IDLE_S
            next_at = db.execute("SELECT min(next_attempt_at) FROM delivery").fetchone()[0]
        return IDLE_S if next_at is None else min(IDLE_S, max(0.0, next_at - time.time()))


def pause_webhooks(db: sqlite3.Connection, paused: bool) -> None:
    """Hold deliveries back, or let them go again."""
    db.execute("DELETE FROM setting WHERE key = 'webhooks_paused'")
    if paused:
        db.execute("INSERT INTO setting (key, value) VALUES ('webhooks_paused', 'yes')")
