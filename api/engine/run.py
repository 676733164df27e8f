"""One execution of a plan: who reads, with which variables, from where."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import strawberry
from graphql import VariableValues

from api.engine.reads import Reader

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
    """What an execution of a plan carries along."""

    __slots__ = ("arguments", "context", "fetch", "info", "is_staff", "variables", "viewer_id", "visibility")

    def __init__(self, context: Reader, variables: VariableValues, fetch: Fetch) -> None:
        viewer = context.viewer
        self.context = context
        self.variables = variables
        self.fetch = fetch
        self.viewer_id = viewer.user_id
        self.is_staff = viewer.is_staff
        self.visibility = STAFF if self.is_staff else STRANGER if viewer.user_id is None else MEMBER
        self.info: Any = strawberry.Info(_raw_info=_RawInfo(context), _field=None)  # type: ignore[arg-type]  # resolvers read the context only
        self.arguments: dict[int, dict[str, Any]] = {}
