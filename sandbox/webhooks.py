"""Telling the platform by signed webhooks (Standard Webhooks): each is stored before it is sent, and sent until 2xx."""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

from sandbox.store import Store

BATCH = 500
TIMEOUT_S = 15.0
BACKOFF_S = (0.1, 0.5, 2.0, 5.0, 15.0, 60.0)


@dataclass(slots=True)
class Round:
    """What one round of deliveries came to, in webhooks."""

    delivered: int = 0
    failed: int = 0


def enqueue(db: sqlite3.Connection, topic: str, at: datetime, name: str, items: list[dict[str, Any]]) -> None:
    """Store webhooks for the items, BATCH each; `at` is the bank's instant, `name` the list's name in the data."""
    for start in range(0, len(items), BATCH):
        data = {name: items[start : start + BATCH]}
        body = json.dumps({"type": f"{topic}.{name}", "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))
        db.execute(
            "INSERT INTO delivery (webhook_id, topic, body, next_attempt_at) VALUES (?, ?, ?, 0)",
            (f"msg_{uuid4().hex}", topic, body),
        )


class Courier:
    """Delivers stored webhooks in order, one at a time; the engine sees to it that only one round runs."""

    def __init__(self, store: Store, webhook_url: str, webhook_secret: str) -> None:
        """Topics are appended to `webhook_url`. Raises ValueError for a secret that is not base64."""
        self._store, self._url = store, webhook_url.rstrip("/")
        self._signer = Webhook(webhook_secret)
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)

    async def deliver(self, force: bool, stop: Callable[[], bool]) -> Round:
        """Try what is due, or with `force` everything, each once; ends early when `stop` says so."""
        result, after, now = Round(), 0, time.time()
        unreachable = False
        while not stop():
            with self._store.transaction() as db:
                row = db.execute(
                    "SELECT * FROM delivery WHERE seq > ? AND (? OR next_attempt_at <= ?) ORDER BY seq LIMIT 1",
                    (after, force, now),
                ).fetchone()
            if row is None:
                break
            after = row["seq"]
            status = None if unreachable else await self._post(row)
            # One lost connection speaks for all: with a long queue each timeout would hold the round up.
            unreachable = status is None
            accepted = status is not None and 200 <= status < 300
            self._note(row, accepted)
            result.delivered += accepted
            result.failed += not accepted
        return result

    async def _post(self, row: sqlite3.Row) -> int | None:
        """The status answered, or None without an answer."""
        at = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": row["webhook_id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(row["webhook_id"], at, row["body"]),
        }
        try:
            answer = await self._client.post(f"{self._url}/{row['topic']}", content=row["body"], headers=headers)
        except httpx.TransportError:
            return None
        return answer.status_code

    def _note(self, row: sqlite3.Row, accepted: bool) -> None:
        with self._store.transaction() as db:
            if accepted:
                db.execute("DELETE FROM delivery WHERE seq = ?", (row["seq"],))
                return
            wait_s = BACKOFF_S[min(row["attempts"], len(BACKOFF_S) - 1)]
            db.execute(
                "UPDATE delivery SET attempts = attempts + 1, next_attempt_at = ? WHERE seq = ?",
                (time.time() + wait_s, row["seq"]),
            )

    async def close(self) -> None:
        """Close the connections; undelivered webhooks stay stored."""
        await self._client.aclose()
