"""What one operation knows: who asks, and how rows are loaded together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from api.errors import Code, top_level
from domain.shared.actor import STRANGER, Actor, Viewer
from domain.shared.db import Row
from domain.shared.relations import Relation


@dataclass
class Context:
    """The context of an operation. Loaders batch but do not cache: a long subscription always reads what is true now."""

    viewer: Viewer = STRANGER
    ip_address: str = ""
    _loaders: dict[tuple[Any, ...], DataLoader[Any, Any]] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who acts. Raises the top-level error UNAUTHENTICATED for a stranger."""
        if self.viewer.user_id is None:
            raise top_level(Code.UNAUTHENTICATED, "Log in, or send a valid access token.")
        return Actor(self.viewer.user_id, self.viewer.scopes)

    async def one(self, relation: Relation, id_: UUID | None, column: str = "id") -> Row | None:
        """The visible row of a relation with this id; all that are asked for at once are read by one statement."""
        if id_ is None:
            return None
        rows = await self.many(relation, id_, column)
        return rows[0] if rows else None

    async def many(self, relation: Relation, id_: UUID, column: str) -> list[Row]:
        """The visible rows of a relation whose `column` is `id_`, ordered by id; for lists that do not grow."""
        key = (relation, column)
        if key not in self._loaders:

            async def load(keys: Sequence[UUID]) -> Sequence[list[Row]]:
                found: dict[UUID, list[Row]] = {key: [] for key in keys}
                for row in sorted(
                    await relation.by_ids(self.viewer, list(found), column), key=lambda row: str(row["id"])
                ):
                    found[row[column]].append(row)
                return [found[key] for key in keys]

            self._loaders[key] = DataLoader(load_fn=load, cache=False)
        rows: list[Row] = await self._loaders[key].load(id_)
        return rows

    async def batch(self, name: str, function: Any, key: Any) -> Any:
        """`function(viewer, keys) -> {key: value}`, called once for all keys that are asked for at once."""
        if (name,) not in self._loaders:

            async def load(keys: Sequence[Any]) -> Sequence[Any]:
                found = await function(self.viewer, list(dict.fromkeys(keys)))
                return [found.get(key) for key in keys]

            self._loaders[(name,)] = DataLoader(load_fn=load, cache=False)
        return await self._loaders[(name,)].load(key)


Info = strawberry.Info[Context, None]
