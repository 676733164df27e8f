"""From parameters to an answer: the one place where operations run, for HTTP and WebSocket alike.

graphql-core is called directly: strawberry's own `execute` parses again, logs the query's text and mistakes our bugs
for the client's errors.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, TypeGuard, cast

import strawberry
from graphql import ExecutionResult, OperationDefinitionNode, OperationType, execute, subscribe
from strawberry.execution import optimized_is_awaitable

from api.context import Context
from api.documents import Document, Documents, Refused
from api.masking import present
from api.params import Params

Answer = dict[str, Any]
"""A GraphQL response: `data`, `errors`."""


@dataclass(frozen=True)
class Operation:
    """An operation that may run, with its variables."""

    document: Document
    node: OperationDefinitionNode
    params: Params

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation


class Executor:
    """Executes operations of one schema."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        self._documents = Documents(self._schema)

    def prepare(self, params: Params) -> Operation:
        """Parse, limit and validate. Raises `Refused`."""
        document = self._documents.get(params.query)
        return Operation(document, document.operation(params.operation_name, params.variables), params)

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """Run a query or a mutation. Raises `Refused` when its variables do not fit."""
        result = execute(
            self._schema,
            operation.document.node,
            context_value=context,
            is_awaitable=cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable),
            **self._arguments(operation),
        )
        return self._answer(operation, await result if isawaitable(result) else result)

    async def subscribe(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """Run a subscription. Raises `Refused` when it cannot begin."""
        source = subscribe(self._schema, operation.document.node, context_value=context, **self._arguments(operation))
        source = await source if isawaitable(source) else source
        if isinstance(source, ExecutionResult):
            raise Refused(source.errors or [])
        async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", source)) as results:
            async for result in results:
                yield self._answer(operation, result)

    def _arguments(self, operation: Operation) -> dict[str, Any]:
        return {
            "variable_values": operation.params.variables,
            "operation_name": operation.params.operation_name,
            "executor_class": self._strawberry.execution_context_class,
            "operation_extensions": None,
        }

    def _answer(self, operation: Operation, result: ExecutionResult) -> Answer:
        errors = result.errors or []
        # Only what went wrong before a field was resolved has no path: variables that do not fit.
        if result.data is None and errors and all(error.path is None for error in errors):
            raise Refused(errors)
        answer: Answer = {"data": result.data}
        if errors:
            answer["errors"] = present(errors, mutation=operation.kind is OperationType.MUTATION)
        return answer
