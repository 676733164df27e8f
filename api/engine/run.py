"""What one execution of a plan carries along."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import VariableValues

from api.engine.reads import Reader

if TYPE_CHECKING:
    from api.engine.folding import Folding

Record = Any
"""A row as asyncpg gives it: values by place and by name."""
Fetch = Callable[..., Awaitable[Sequence[Record]]]
"""`fetch(sql, *args)`: the rows of a statement."""

STRANGER, MEMBER, STAFF = range(3)


class _RawInfo:
    __slots__ = ("context",)

    def __init__(self, context: Reader) -> None:
        self.context = context


class Run:
    """What an execution of a plan carries along. `given`: the coerced variables; `coerce` has them as graphql-core keeps them."""

    __slots__ = (
        "_coerce",
        "_info",
        "_variables",
        "arguments",
        "context",
        "folding",
        "given",
        "viewer_id",
        "visibility",
    )

    def __init__(
        self, context: Reader, given: Mapping[str, Any], coerce: Callable[[], VariableValues], folding: "Folding"
    ) -> None:
        viewer = context.viewer
        self.context = context
        self.given = given
        self.folding = folding
        self.viewer_id = viewer.user_id
        self.visibility = STAFF if viewer.is_staff else STRANGER if viewer.user_id is None else MEMBER
        self.arguments: dict[int, dict[str, Any]] = {}
        self._coerce = coerce
        self._variables: VariableValues | None = None
        self._info: Any = None

    @property
    def variables(self) -> VariableValues:
        """The variables as graphql-core keeps them."""
        if self._variables is None:
            self._variables = self._coerce()
        return self._variables

    @property
    def info(self) -> Any:
        """What resolvers get as their `info`; they read the context only."""
        if self._info is None:
            self._info = strawberry.Info(_raw_info=_RawInfo(self.context), _field=None)  # type: ignore[arg-type]  # as said
        return self._info
