"""What was made and can be made again: as much of it as there is room for."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key. While they weigh more than `most` together, or are more than `count`, the least recently used are forgotten.

    `weigh`: what a value weighs, in any unit; values may grow, and are weighed whenever they are used.
    """

    def __init__(self, most: int, weigh: Callable[[V], int], count: int | None = None) -> None:
        self._most = most
        self._weigh = weigh
        self._count = count
        self._values: OrderedDict[K, V] = OrderedDict()
        self._weights: dict[K, int] = {}
        self.weight = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """The value, which is used now; None if it is not kept."""
        value = self._values.get(key)
        if value is None:
            return None
        self._values.move_to_end(key)
        if self._weigh(value) != self._weights[key]:
            self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, in place of the one that was kept under the key."""
        self.weight -= self._weights.pop(key, 0)
        self._values[key] = value
        self._weights[key] = weight = self._weigh(value)
        self.weight += weight
        while self.weight > self._most or (self._count is not None and len(self._values) > self._count):
            forgotten, _ = self._values.popitem(last=False)
            self.weight -= self._weights.pop(forgotten)
