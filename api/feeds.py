"""Feeds: what many subscribe to is read, executed and serialised once, and the same bytes go to all.

Who asks the same (operation and variables) and is answered alike belongs to one feed: strangers, and members with them
where nothing selected depends on who asks and everything watched is public; else all subscriptions of one viewer.
Whoever comes is told the present state first, read anew; those who come at the same time share that reading too.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api import engine
from api.context import Context
from api.execution import Begun, Errors, Executor, Operation, shown
from api.live import POLL_AWAY_S, Waiter, hub
from api.watch import Watch
from domain.shared import db
from domain.shared.actor import STRANGER, Viewer
from domain.shared.errors import Busy

SLOW_S = 10.0
"""How long an answer made for one client may wait for a client who does not read."""
WAITED_TOO_LONG = f"Too slow: messages waited for {SLOW_S:.0f} s"
MAX_WAITING_BYTES = 256 * 1024
"""How much of what feeds tell may wait for such a client, beside what the system keeps; what comes then is too much."""
TOO_MUCH_WAITS = f"Too slow: more than {MAX_WAITING_BYTES // 1024} KiB waited"
AT_ONCE = 250
"""How many are served before others have a turn."""
LONGEST_REST_S = 0.5


class Subscriber(ABC):
    """Somebody who is told the answers of a feed."""

    __slots__ = ("feed", "viewer")

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.feed: Feed | None = None

    @abstractmethod
    def deliver(self, answer: bytes) -> None:
        """Take an answer as JSON, at once: who is slow waits for nobody's sake."""

    @abstractmethod
    def fail(self, errors: Errors) -> None:
        """The feed is over, for these reasons."""

    def leave(self) -> None:
        """Be told nothing more."""
        if self.feed is not None:
            self.feed.remove(self)


class Feeds:
    """The feeds of this process."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._feeds: dict[tuple[int, bytes, Viewer], Feed] = {}

    def join(self, operation: Operation, subscriber: Subscriber) -> bool:
        """Subscribe to an operation's feed. False: it has none, its source makes events for one subscriber."""
        sharing = self._executor.sharing(operation)
        if sharing is not engine.Sharing.NOBODY:
            self._join(operation, subscriber, alike=sharing is engine.Sharing.EVERYBODY)
        return sharing is not engine.Sharing.NOBODY

    def _join(self, operation: Operation, subscriber: Subscriber, *, alike: bool) -> None:
        viewer = STRANGER if alike else subscriber.viewer
        key = (id(operation.prepared), operation.variables, viewer)  # a feed keeps its operation
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(self, key, operation)
            db.spawn(feed.run(self._executor))
        feed.add(subscriber)

    def part(self, operation: Operation, subscriber: Subscriber) -> None:
        """Give somebody who does not see what strangers see a feed of their own."""
        subscriber.leave()
        self._join(operation, subscriber, alike=False)

    def forget(self, feed: "Feed") -> None:
        """Nobody listens to it any more."""
        del self._feeds[feed.key]


class Feed:
    """One operation for all who are answered alike."""

    def __init__(self, feeds: Feeds, key: tuple[int, bytes, Viewer], operation: Operation) -> None:
        self.key = key
        self._feeds = feeds
        self._operation = operation
        self._viewer = key[2]
        self._members: set[Subscriber] = set()
        self._coming: set[Subscriber] = set()
        self._waiter: Waiter | None = None

    def add(self, subscriber: Subscriber) -> None:
        """Begin to tell somebody."""
        subscriber.feed = self
        self._coming.add(subscriber)
        self._wake()

    def remove(self, subscriber: Subscriber) -> None:
        """Tell somebody nothing more."""
        subscriber.feed = None
        self._members.discard(subscriber)
        self._coming.discard(subscriber)
        if not self._members and not self._coming:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.wake(())

    async def run(self, executor: Executor) -> None:
        """Tell everybody what is new until nobody listens, or something goes wrong."""
        try:
            begun = await executor.begin(self._operation, Context(self._viewer))
            assert isinstance(begun.source, Watch), "what a shared subscription answers with"
            async with hub.waiting_for(begun.source.topics) as self._waiter:
                await self._watch(begun, begun.source, self._waiter)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who listen are told
            errors = shown(error)
            for subscriber in [*self._members, *self._coming]:
                self.remove(subscriber)
                subscriber.fail(errors)
        finally:
            self._feeds.forget(self)

    async def _watch(self, begun: Begun, watch: Watch[Any], waiter: Waiter) -> None:
        changed: set[UUID] | None = None
        while self._members or self._coming:
            if self._coming or changed is None or changed:
                try:
                    await self._look(begun, watch, None if self._coming else changed)
                except Busy:  # the database is away: who listens does not have to come again when it is back
                    await asyncio.sleep(POLL_AWAY_S)
                    changed = None
                    continue
            changed = await waiter.wait(hub.poll_s)

    async def _look(self, begun: Begun, watch: Watch[Any], changed: set[UUID] | None) -> None:
        """Read what changed, None: everything, and tell it. Raises `Busy`."""
        began = time.monotonic()
        coming = list(self._coming)  # who comes meanwhile is told what is read after that
        look = await watch.look(watch.topics if changed is None else changed)
        if not look.is_whole and self._viewer == STRANGER:
            self._part_members([*self._members, *coming])
        if self._members and look.news:
            await self._tell(list(self._members), await _answers(begun, look.news))
        if coming:
            await self._tell(coming, await _answers(begun, look.present))
            for subscriber in coming:
                if subscriber.feed is self:
                    self._coming.discard(subscriber)
                    self._members.add(subscriber)
        # However many listen, and however often something happens: half of the process's time is for others.
        await asyncio.sleep(min(time.monotonic() - began, LONGEST_REST_S))

    def _part_members(self, subscribers: Sequence[Subscriber]) -> None:
        """Those who are no strangers may see what strangers do not."""
        for subscriber in subscribers:
            if subscriber.feed is self and subscriber.viewer.user_id is not None:
                self._feeds.part(self._operation, subscriber)

    async def _tell(self, subscribers: Sequence[Subscriber], answers: Sequence[bytes]) -> None:
        for at in range(0, len(subscribers), AT_ONCE):
            for subscriber in subscribers[at : at + AT_ONCE]:
                if subscriber.feed is self:
                    for answer in answers:
                        subscriber.deliver(answer)
            await asyncio.sleep(0)


async def _answers(begun: Begun, events: Sequence[Any]) -> list[bytes]:
    return [await begun.answer(event) for event in events]
