"""What one operation knows: who asks, and how rows are loaded together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from api.errors import Code, top_level
from domain.shared.actor import STRANGER, Actor, Viewer
from domain.shared.db import Row
from domain.shared.relations import Relation

MOST_KEYS = 50
"""So many keys are loaded by one statement: the rows of more would hold the loop for too long at once."""
AT_ONCE = 10


@dataclass
class Context:
    """The context of an operation. Loaders batch but do not cache: a long subscription always reads what is true now."""

    viewer: Viewer = STRANGER
    ip_address: str = ""
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    _resumed: int = 0

    @property
    def actor(self) -> Actor:
        """Who acts. Raises the top-level error UNAUTHENTICATED for a stranger."""
        viewer = self.viewer
        if viewer.user_id is None:
            raise top_level(Code.UNAUTHENTICATED, "Log in, or send a valid access token.")
        return Actor(viewer.user_id, viewer.scopes, viewer.token_id, viewer.session_id)

    async def rows(self, relation: Relation, column: str, value: object) -> list[Row]:
        """The visible rows of a relation whose column has the value, ordered by id; for lists that do not grow."""

        async def load(viewer: Viewer, values: Sequence[Any]) -> dict[Any, list[Row]]:
            found: dict[Any, list[Row]] = {value: [] for value in values}
            for row in sorted(await relation.by_ids(viewer, values, column), key=lambda row: str(row["id"])):
                found[row[column]].append(row)
            return found

        rows: list[Row] = await self.batch((relation, column), load, value)
        return rows

    async def batch(self, name: Hashable, function: Callable[..., Awaitable[Any]], key: Any) -> Any:
        """`function(viewer, keys) -> {key: value}`, called once for all keys that are asked for at once."""
        if name not in self._loaders:

            async def load(keys: Sequence[Any]) -> Sequence[Any]:
                found = await function(self.viewer, list(dict.fromkeys(keys)))
                return [found.get(key) for key in keys]

            self._loaders[name] = DataLoader(load_fn=load, cache=False, max_batch_size=MOST_KEYS)
        found = await self._loaders[name].load(key)
        await self._turn()
        return found

    async def _turn(self) -> None:
        """What was loaded for many goes on in groups of `AT_ONCE`, others' requests in between: one of them is not noticed."""
        if not self._resumed:
            asyncio.get_running_loop().call_soon(self._begin)
        self._resumed += 1
        for _ in range((self._resumed - 1) // AT_ONCE):
            await asyncio.sleep(0)

    def _begin(self) -> None:
        self._resumed = 0


Info = strawberry.Info[Context, None]
