"""The bell: after a commit, tell whoever waits that there is something to read.

PostgreSQL is the record; a ring is a hint that may be lost, repeated or late. It carries ids only. Workers wake to
drain the outbox, subscriptions to read the state again.
"""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from uuid import UUID

import redis.asyncio as redis
import structlog

CHANNEL = "kalends:bell"
TIMEOUT_S = 0.5
SILENT_S = 3.0
"""A Valkey that was silent for so long is asked whether it is there, and has as long to answer."""

log = structlog.get_logger()
_client: redis.Redis | None = None


@dataclass
class Ring:
    """What changed in one transaction: loans, people, and whether the outbox has something new, of which kinds."""

    outbox: bool = False
    loan_ids: set[UUID] = field(default_factory=set)
    user_ids: set[UUID] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return self.outbox or bool(self.loan_ids) or bool(self.user_ids)

    def dump(self) -> str:
        """The ring as it goes over the wire; whether there is something for workers comes first."""
        ids = {"loans": [str(i) for i in self.loan_ids], "users": [str(i) for i in self.user_ids]}
        return json.dumps({"outbox": self.outbox, **ids, "kinds": list(self.kinds)})

    @classmethod
    def load(cls, data: str | bytes) -> "Ring":
        """The ring that `dump` wrote."""
        raw = json.loads(data)
        loan_ids, user_ids = ({UUID(i) for i in raw[of]} for of in ("loans", "users"))
        return cls(raw["outbox"], loan_ids, user_ids, set(raw["kinds"]))


def wakes_workers(data: bytes) -> bool:
    """Whether a ring, as it came over the wire, tells of something for workers: they need not read its thousands of ids."""
    return data.startswith(b'{"outbox": true')


def connect(redis_url: str) -> redis.Redis:
    """Choose the Valkey whose bell this process rings."""
    global _client
    _client = redis.Redis.from_url(redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    return _client


async def disconnect() -> None:
    """Let go of the connection."""
    global _client
    if _client is not None:
        await _client.aclose()
        _client = None


async def ring(what: Ring) -> None:
    """Ring, best effort: an absent Valkey delays people, it never fails a command that is committed."""
    if _client is None or not what:
        return
    try:
        await _client.publish(CHANNEL, what.dump())
    except (redis.RedisError, OSError) as error:
        log.warning("bell.lost", error=type(error).__name__)


async def listen(redis_url: str) -> AsyncGenerator[bytes | None, None]:
    """Rings as they come over the wire. None: from here on they are heard, what rang before is not known.

    Raises `RedisError` or `OSError` when Valkey goes away, or has nothing to say when it is asked.
    """
    client = redis.Redis.from_url(redis_url, socket_timeout=SILENT_S, socket_connect_timeout=SILENT_S)
    try:
        async with client.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            is_asked = True  # to subscribe, which it answers
            while True:
                message = await pubsub.get_message(timeout=SILENT_S)
                if message is None and is_asked:
                    raise redis.TimeoutError("Valkey does not answer")
                if message is None:
                    await pubsub.ping()
                is_asked = message is None
                if message is not None and message["type"] == "subscribe":
                    yield None
                elif message is not None and message["type"] == "message":
                    yield message["data"]
    finally:
        await client.aclose()
