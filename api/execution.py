"""From parameters to an answer: the one place where operations run, for HTTP and WebSocket alike."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType

from api import engine
from api.context import Context
from api.documents import Documents, Price, Refused
from api.masking import present
from api.params import Params
from api.rate import Allowance, Rates
from api.scalars import WIRES
from api.shape import MAX_COST
from api.trusted import Trusted
from domain.shared import db
from domain.shared.replica import Replica

BYTES_PER_POINT = 1_024
"""A document that is refused costs a point, and one for each KiB: it was parsed, and perhaps validated, for nothing."""
ALL_TRUSTED = Trusted({}, only=False)
Answer = bytes
"""A GraphQL response as JSON: `data`, `errors`, and `extensions` for who asks for them."""
Errors = list[dict[str, Any]]
"""Errors as they are shown."""


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

    @property
    def variables(self) -> bytes:
        """The variables that the operation declares, as given."""
        return self.prepared.declared(self.params.variables)


class Executor:
    """Executes operations of one schema, as far as `rates` let it. `compiled=False`: all by graphql-core, to compare.

    With a `replica`, what strangers ask is read from it.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        rates: Rates | None = None,
        *,
        compiled: bool = True,
        trusted: Trusted = ALL_TRUSTED,
        replica: Replica | None = None,
    ) -> None:
        self._rates = rates or Rates()
        self._trusted = trusted
        self._documents = Documents(schema._schema)
        strangers = replica.records if replica else None
        self._engine = engine.Executor(schema, WIRES, db.records, strangers=strangers, compiled=compiled)

    @property
    def answers(self) -> Mapping[str, int]:
        """How many operations were answered how: "compiled", "introspected", or why by graphql-core."""
        return self._engine.answers

    def attempt(self, address: str) -> Allowance:
        """What an address has left for wrong tokens. Raises `Refused` when nothing is."""
        return self._rates.attempt(address)

    def prepare(self, params: Params, context: Context) -> Operation:
        """Look what the caller has left, parse, limit, validate and count. Raises `Refused`."""
        allowance = self._rates.admit(context.viewer, context.ip_address)
        try:
            document = self._documents.get(self._trusted.text(params))
            prepared, price = document.operation(params.operation_name, params.variables)
        except Refused:
            allowance.spend(1 + len(params.query) // BYTES_PER_POINT)
            raise
        allowance.spend(price.points)
        return Operation(prepared, params, price, allowance)

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """Run a query or a mutation. Raises `Refused` when its variables do not fit."""
        return _answer(operation, await self._engine.execute(operation.prepared, operation.params.variables, context))

    def sharing(self, operation: Operation) -> engine.Sharing:
        """With whom a subscriber may be answered together; what is left to one is nobody else's business."""
        if operation.params.shows_cost:
            return engine.Sharing.NOBODY
        return self._engine.sharing(operation.prepared, operation.params.variables)

    async def begin(self, operation: Operation, context: Context) -> "Begun":
        """Begin a subscription. Raises `Refused` when it cannot."""
        begun = await self._engine.begin(operation.prepared, operation.params.variables, context)
        if isinstance(begun, list):
            raise Refused(begun)
        return Begun(begun, operation)

    async def subscribe(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """Run a subscription for one subscriber. Raises `Refused` when it cannot begin."""
        begun = await self.begin(operation, context)
        async with _closing(begun.source) as events:
            async for event in events:
                yield await begun.answer(event)


class Begun:
    """A subscription that has begun: the events of its source, and how each is answered."""

    def __init__(self, begun: engine.Begun, operation: Operation) -> None:
        self.source = begun.source
        self._answer = begun.answer
        self._operation = operation

    async def answer(self, event: Any) -> Answer:
        """The answer to an event."""
        return _answer(self._operation, await self._answer(event))


@asynccontextmanager
async def _closing(source: AsyncIterable[Any]) -> AsyncIterator[AsyncIterator[Any]]:
    """The events of a source, which is closed at the end if it can be."""
    events = aiter(source)
    try:
        yield events
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def _answer(operation: Operation, result: bytes | ExecutionResult) -> Answer:
    if isinstance(result, bytes):
        if operation.params.shows_cost:
            return b'{"data":%b,%b' % (result, orjson.dumps(_extensions(operation))[1:])
        return b'{"data":%b}' % result
    errors = result.errors
    assert errors, "an answer without errors is text"
    # Only what went wrong before a field was resolved has no path: variables that do not fit.
    if result.data is None and all(error.path is None for error in errors):
        raise Refused(errors)
    told = present(errors, mutation=operation.kind is OperationType.MUTATION)
    return orjson.dumps({"data": result.data, "errors": told} | _extensions(operation))


def _extensions(operation: Operation) -> dict[str, Any]:
    """What the operation cost and what is left, for who asks."""
    if not operation.params.shows_cost:
        return {}
    price = operation.price
    cost = {"fields": price.fields, "maximum": MAX_COST, "points": price.points}
    return {"extensions": {"cost": cost, "rateLimit": operation.allowance.left()}}


def shown(error: BaseException) -> Errors:
    """What ended an operation, as its errors."""
    if isinstance(error, Refused):
        return present(error.errors)
    if isinstance(error, GraphQLError):
        return present([error])
    assert isinstance(error, Exception), "a task ends by an exception, or is cancelled"
    return present([GraphQLError(str(error), original_error=error)])
