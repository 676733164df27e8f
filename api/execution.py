"""From parameters to an answer: the one place where operations run, for HTTP and WebSocket alike."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import ExecutionResult, OperationType

from api import engine
from api.context import Context
from api.documents import Documents, Price, Refused
from api.masking import present
from api.params import Params
from api.rate import Allowance, Rates
from api.scalars import WIRES
from api.shape import MAX_COST
from domain.shared import db

BYTES_PER_POINT = 1_024
"""A document that is refused costs a point, and one for each KiB: it was parsed, and perhaps validated, for nothing."""
Answer = dict[str, Any]
"""A GraphQL response: `data`, `errors`."""


@dataclass(frozen=True)
class Operation:
    """An operation that may run, with its variables."""

    prepared: engine.Operation
    params: Params
    price: Price
    allowance: Allowance

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.prepared.kind


class Executor:
    """Executes operations of one schema, as far as `rates` let it. `compiled=False`: all by graphql-core, to compare."""

    def __init__(self, schema: strawberry.Schema, rates: Rates | None = None, *, compiled: bool = True) -> None:
        self._rates = rates or Rates()
        self._documents = Documents(schema._schema)
        self._engine = engine.Executor(schema, WIRES, db.records, compiled=compiled)

    def prepare(self, params: Params, context: Context) -> Operation:
        """Look what the caller has left, parse, limit, validate and count. Raises `Refused`."""
        allowance = self._rates.admit(context.viewer, context.ip_address)
        try:
            document = self._documents.get(params.query)
            prepared, price = document.operation(params.operation_name, params.variables)
        except Refused:
            allowance.spend(1 + len(params.query) // BYTES_PER_POINT)
            raise
        allowance.spend(price.points)
        return Operation(prepared, params, price, allowance)

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """Run a query or a mutation. Raises `Refused` when its variables do not fit."""
        return _answer(operation, await self._engine.execute(operation.prepared, operation.params.variables, context))

    async def subscribe(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """Run a subscription. Raises `Refused` when it cannot begin."""
        results = self._engine.subscribe(operation.prepared, operation.params.variables, context)
        async with aclosing(results):
            async for result in results:
                yield _answer(operation, result)


def _answer(operation: Operation, result: ExecutionResult) -> Answer:
    errors = result.errors
    if not errors:
        return {"data": result.data} | _extensions(operation)
    # Only what went wrong before a field was resolved has no path: variables that do not fit.
    if result.data is None and all(error.path is None for error in errors):
        raise Refused(errors)
    shown = present(errors, mutation=operation.kind is OperationType.MUTATION)
    return {"data": result.data, "errors": shown} | _extensions(operation)


def _extensions(operation: Operation) -> Answer:
    """What the operation cost and what is left, for who asks."""
    if not operation.params.shows_cost:
        return {}
    price = operation.price
    cost = {"fields": price.fields, "maximum": MAX_COST, "points": price.points}
    return {"extensions": {"cost": cost, "rateLimit": operation.allowance.left()}}
