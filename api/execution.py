"""From parameters to an answer: the one place where operations run, for HTTP and WebSocket alike."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import orjson
import strawberry
from graphql import ExecutionResult, OperationType

from api import engine
from api.context import Context
from api.documents import Documents, Refused
from api.masking import present
from api.params import Params
from api.scalars import WIRES
from api.trusted import Trusted
from domain.shared import db

ALL_TRUSTED = Trusted({}, only=False)
Answer = bytes
"""A GraphQL response as JSON: `data`, `errors`."""


@dataclass(frozen=True)
class Operation:
    """An operation that may run, with its variables."""

    prepared: engine.Operation
    params: Params

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.prepared.kind


class Executor:
    """Executes operations of one schema. `compiled=False`: all of them by graphql-core, to compare."""

    @property
    def answers(self) -> Mapping[str, int]:
        """How many operations were answered how: "compiled", "introspected", or why by graphql-core."""
        return self._engine.answers

    def __init__(self, schema: strawberry.Schema, *, compiled: bool = True, trusted: Trusted = ALL_TRUSTED) -> None:
        self._trusted = trusted
        self._documents = Documents(schema._schema)
        self._engine = engine.Executor(schema, WIRES, db.records, compiled=compiled)

    def prepare(self, params: Params) -> Operation:
        """Parse, limit and validate. Raises `Refused`."""
        document = self._documents.get(self._trusted.text(params))
        return Operation(document.operation(params.operation_name, params.variables), params)

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """Run a query or a mutation. Raises `Refused` when its variables do not fit."""
        return _answer(operation, await self._engine.execute(operation.prepared, operation.params.variables, context))

    async def subscribe(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """Run a subscription. Raises `Refused` when it cannot begin."""
        results = self._engine.subscribe(operation.prepared, operation.params.variables, context)
        async with aclosing(results):
            async for result in results:
                yield _answer(operation, result)


def _answer(operation: Operation, result: bytes | ExecutionResult) -> Answer:
    if isinstance(result, bytes):
        return b'{"data":%b}' % result
    errors = result.errors
    assert errors, "an answer without errors is text"
    # Only what went wrong before a field was resolved has no path: variables that do not fit.
    if result.data is None and all(error.path is None for error in errors):
        raise Refused(errors)
    shown = present(errors, mutation=operation.kind is OperationType.MUTATION)
    return orjson.dumps({"data": result.data, "errors": shown})
