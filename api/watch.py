"""A state that many may watch: read again when something rings, and told as what is new since the last look."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry

from api.engine import SHARED
from api.live import hub

E = TypeVar("E")


@dataclass(frozen=True)
class Look(Generic[E]):
    """What one reading of the state found.

    `present`: all that was looked at, for who has just come. `news`: what of it is new to who knew the look before.
    `is_whole`: nothing that was looked at is hidden from the viewer; if the viewer is a stranger, from nobody then.
    """

    present: Sequence[E]
    news: Sequence[E]
    is_whole: bool


class Watch(ABC, Generic[E]):
    """A state made of topics: loans or users, by whose id the bell rings. Remembers what its last look found."""

    def __init__(self, topics: Sequence[UUID]) -> None:
        self.topics = tuple(topics)

    @abstractmethod
    async def look(self, topics: Collection[UUID]) -> Look[E]:
        """Read some of the topics."""

    async def __aiter__(self) -> AsyncIterator[E]:
        """The events for one watcher alone."""
        async with hub.waiting_for(self.topics) as waiter:
            for event in (await self.look(self.topics)).present:
                yield event
            while True:
                changed = await waiter.wait(hub.poll_s)
                for event in (await self.look(changed or self.topics)).news:
                    yield event


def shared_subscription(*, description: str) -> Callable[[Callable[..., AsyncIterable[Any]]], Any]:
    """A subscription field whose resolver answers with a `Watch`."""
    declared: Callable[[Callable[..., AsyncIterable[Any]]], Any]
    declared = strawberry.subscription(description=description, metadata={SHARED: True})
    return declared
