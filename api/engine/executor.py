"""Executes operations: by their plan where there is one, by graphql-core where not.

A query whose plan raises is answered by graphql-core from the beginning, so that every error is told as the
specification says. A mutation's root fields run once: what they came to is handed to graphql-core, which completes it.
"""

from collections import Counter
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, TypeGuard, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    MiddlewareManager,
    OperationDefinitionNode,
    OperationType,
    VariableValues,
    get_variable_values,
)
from graphql.execution import Executor as CoreExecutor
from graphql.execution import create_source_event_stream
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from api.engine.audience import Sharing, sharing
from api.engine.compiler import Compiler
from api.engine.folding import Folding
from api.engine.kept import Kept
from api.engine.plans import ObjectPlan, Resolved, Typename
from api.engine.reads import Reader
from api.engine.run import Fetch, Run
from api.engine.selections import Selector, Uncompilable, deciding_variables
from api.engine.steps import settled
from api.engine.variables import Variables
from api.engine.wires import Wire

MOST_DECIDING = 5
"""An operation whose shape depends on more variables than these has too many plans."""
MOST_PLANNED = 12_000
"""So many fields are planned at once; a planned field takes 2.4 kB, measured. Of others, plans are made anew."""
MOST_INTROSPECTED = 4 * 1024 * 1024
"""Bytes of descriptions of the schema that are kept."""
Answer = bytes | ExecutionResult
"""The data of an answer as JSON text, if it has no errors."""
is_awaitable = cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable)


@dataclass
class Operation:
    """An operation of a document. `key`: under which the executor keeps what it makes of it."""

    document: DocumentNode
    node: OperationDefinitionNode
    deciding: tuple[str, ...] = field(init=False)
    variables: Variables = field(init=False)
    is_introspection: bool = field(init=False)
    sharing: dict[tuple[bool, ...], Sharing] = field(default_factory=dict)
    key: object = field(default_factory=object)

    def __post_init__(self) -> None:
        self.deciding = deciding_variables(self.document, self.node)
        self.variables = Variables(self.node)
        self.is_introspection = _is_introspection(self.node)

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation

    def declared(self, variables: Mapping[str, Any]) -> bytes:
        """The variables that the operation declares, as given: others mean nothing to it."""
        names = {node.variable.name.value for node in self.node.variable_definitions or ()}
        given = {name: value for name, value in variables.items() if name in names}
        return orjson.dumps(given, option=orjson.OPT_SORT_KEYS)

    def decided_by(self, variables: Mapping[str, Any]) -> tuple[bool, ...] | None:
        """The values its `@skip`s and `@include`s depend on; None if one of them is no boolean."""
        given = [variables.get(name) for name in self.deciding]
        key = tuple(value for value in given if isinstance(value, bool))
        return key if len(key) == len(given) else None


@dataclass(frozen=True)
class Begun:
    """A subscription: the events of its source, and how each is answered."""

    source: AsyncIterable[Any]
    answer: Callable[[Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, None where there can be none, and what has grouped the fields it was made of, and goes on as it is used."""

    plan: ObjectPlan | None
    selector: Selector

    @property
    def weight(self) -> int:
        """How many fields are planned."""
        return 1 + self.selector.opened


@dataclass(frozen=True)
class Outcome:
    """What a mutation's root field came to."""

    value: Any = None
    error: Exception | None = None


class Executor:
    """Executes operations of one schema. `answers` counts how: "compiled", "introspected", or why by graphql-core.

    An answer without errors is its data as JSON text, an answer with errors graphql-core's result. `strangers`: what fetches
    for the queries of strangers, if they may be answered from elsewhere.
    """

    def __init__(
        self,
        schema: Schema,
        wires: Mapping[str, Wire],
        fetch: Fetch,
        *,
        strangers: Fetch | None = None,
        compiled: bool = True,
    ) -> None:
        self._schema = schema
        self._core_schema = schema._schema
        self._wires = wires
        self._folding = Folding(fetch)
        self._strangers = Folding(strangers) if strangers else self._folding
        self._compiled = compiled
        self._plans = Kept[tuple[object, tuple[bool, ...]], Planned](MOST_PLANNED, lambda planned: planned.weight)
        self._introspected = Kept[tuple[object, bytes], bytes](MOST_INTROSPECTED, len)
        self.answers: Counter[str] = Counter()

    async def execute(self, operation: Operation, variables: dict[str, Any], context: Reader) -> Answer:
        """Answer a query or a mutation."""
        if operation.is_introspection:
            return await self._introspect(operation, variables, context)
        run, plan = self._prepared(operation, variables, context)
        if plan is None or run is None:
            return _told(await self._by_core(operation, variables, context))
        if operation.kind is OperationType.MUTATION:
            return await self._mutate(operation, variables, context, run, plan)
        try:
            (data,) = await plan.complete(run, [None])
        except Exception:  # noqa: BLE001 - whatever it is, graphql-core says where and why
            self.answers["error"] += 1
            return _told(await self._by_core(operation, variables, context))
        self.answers["compiled"] += 1
        return data.encode()

    def sharing(self, operation: Operation, variables: dict[str, Any]) -> Sharing:
        """With whom a subscriber may be answered together."""
        given = self._given(operation, variables)
        deciding = operation.decided_by(given) if given is not None else None
        if given is None or deciding is None or self._plan(operation, given) is None:
            return Sharing.NOBODY
        if deciding not in operation.sharing:
            selector = Selector(
                self._core_schema, operation.document, dict(zip(operation.deciding, deciding, strict=True))
            )
            operation.sharing[deciding] = sharing(self._core_schema, selector, [operation.node.selection_set])
        return operation.sharing[deciding]

    async def begin(
        self, operation: Operation, variables: dict[str, Any], context: Reader
    ) -> "Begun | list[GraphQLError]":
        """Begin a subscription; errors when it cannot."""
        core = self._core(operation, variables, context)
        if isinstance(core, list):
            return core
        source = create_source_event_stream(core)
        source = await source if isawaitable(source) else source
        if isinstance(source, ExecutionResult):
            return list(source.errors or ())
        run, plan = self._prepared(operation, variables, context)
        return Begun(source, lambda event: self._event(core, run, plan, event))

    async def _event(self, core: CoreExecutor[Any], run: Run | None, plan: ObjectPlan | None, event: Any) -> Answer:
        if plan is not None and run is not None:
            try:
                ((key, root),) = plan.fields.items()
                assert isinstance(root, Resolved), "the root field of a subscription"
                (text,) = await root.step.complete(run, [event])
            except Exception:  # noqa: BLE001 - as in `execute`
                self.answers["error"] += 1
            else:
                self.answers["compiled"] += 1
                return plan.shown({key: text}).encode()
        result = core.build_per_event_executor(event).execute_operation(False)
        return _told(cast("ExecutionResult", await result if isawaitable(result) else result))

    def _prepared(
        self, operation: Operation, variables: dict[str, Any], context: Reader
    ) -> tuple[Run | None, ObjectPlan | None]:
        """An execution and its plan; None where graphql-core has to answer."""
        given = self._given(operation, variables)
        if given is None:
            if self._compiled:
                self.answers["variables"] += 1
            return None, None
        plan = self._plan(operation, given)
        if plan is None:
            self.answers["uncompilable"] += 1
            return None, None

        def coerce() -> VariableValues:
            coerced = self._coerced(operation, variables)
            assert coerced is not None, "they fitted as they were given"
            return coerced

        is_public = context.viewer.user_id is None and operation.kind is OperationType.QUERY
        return Run(context, given, coerce, self._strangers if is_public else self._folding), plan

    def _given(self, operation: Operation, variables: dict[str, Any]) -> Mapping[str, Any] | None:
        """The coerced variables of an operation that may be compiled; None where they do not fit."""
        if not self._compiled:
            return None
        given = operation.variables.as_given(variables)
        if given is None:
            coerced = self._coerced(operation, variables)
            given = coerced.coerced if coerced is not None else None
        return given

    def _coerced(self, operation: Operation, variables: dict[str, Any]) -> VariableValues | None:
        definitions = operation.node.variable_definitions or ()
        coerced = get_variable_values(self._core_schema, definitions, variables, max_errors=1)
        return coerced if isinstance(coerced, VariableValues) else None

    def _plan(self, operation: Operation, variables: Mapping[str, Any]) -> ObjectPlan | None:
        deciding = operation.decided_by(variables)
        if deciding is None:
            return None  # null, or given to no condition of this operation: graphql-core says which
        key = (operation.key, deciding)
        planned = self._plans.get(key)
        if planned is None:
            planned = self._compile(operation, dict(zip(operation.deciding, deciding, strict=True)))
            self._plans.keep(key, planned)
        return planned.plan

    def _compile(self, operation: Operation, booleans: Mapping[str, bool]) -> Planned:
        selector = Selector(self._core_schema, operation.document, booleans)
        if len(booleans) > MOST_DECIDING:
            return Planned(None, selector)
        root = self._core_schema.get_root_type(operation.kind)
        assert root is not None, "validated"
        try:
            compiler = Compiler(self._schema, selector, self._wires, operation.variables.plain)
            return Planned(compiler.objects(root, [operation.node.selection_set]), selector)
        except Uncompilable:
            return Planned(None, selector)

    async def _mutate(
        self, operation: Operation, variables: dict[str, Any], context: Reader, run: Run, plan: ObjectPlan
    ) -> Answer:
        """Run root fields one after the other; what goes wrong is told by graphql-core, which runs none of them again."""
        outcomes: dict[str, Outcome] = {}
        data: dict[str, str] = {}
        try:
            for root in plan.fields.values():
                if isinstance(root, Resolved):
                    root.call.arguments(run)
        except Exception:  # noqa: BLE001 - as in `execute`; nothing was done yet
            self.answers["variables"] += 1
            return _told(await self._by_core(operation, variables, context))
        for key, root in plan.fields.items():
            if isinstance(root, Typename):
                (data[key],) = root.start(run, [None])
                continue
            assert isinstance(root, Resolved), "the root fields of a mutation"
            try:
                (value,) = await settled(root.call.results(run, [None]))
                outcomes[key] = Outcome(value)
            except Exception as error:  # noqa: BLE001 - graphql-core says where
                outcomes[key] = Outcome(error=error)
                break
            try:
                (data[key],) = await root.step.complete(run, [value])
            except Exception:  # noqa: BLE001 - as in `execute`
                break
        else:
            self.answers["compiled"] += 1
            return plan.shown(data).encode()
        self.answers["error"] += 1
        return _told(await self._by_core(operation, variables, context, outcomes))

    async def _by_core(
        self,
        operation: Operation,
        variables: dict[str, Any],
        context: Reader,
        outcomes: Mapping[str, Outcome] | None = None,
    ) -> ExecutionResult:
        core = self._core(operation, variables, context, outcomes)
        if isinstance(core, list):
            return ExecutionResult(None, core)
        result = core.execute_operation()
        return cast("ExecutionResult", await result if isawaitable(result) else result)

    def _core(
        self,
        operation: Operation,
        variables: dict[str, Any],
        context: Reader,
        outcomes: Mapping[str, Outcome] | None = None,
    ) -> Any:
        """graphql-core's executor, or the errors of a request that does not fit."""
        return self._schema.execution_context_class.build(
            self._core_schema,
            operation.document,
            context_value=context,
            raw_variable_values=variables,
            operation_name=operation.node.name.value if operation.node.name else None,
            middleware=MiddlewareManager(_already(outcomes)) if outcomes else None,
            is_awaitable=is_awaitable,
        )

    async def _introspect(self, operation: Operation, variables: dict[str, Any], context: Reader) -> Answer:
        """The schema is the same for everybody: its description is serialised once per document and variables."""
        key = (operation.key, operation.declared(variables))
        known = self._introspected.get(key)
        if known is None:
            answer = _told(await self._by_core(operation, variables, context))
            if isinstance(answer, ExecutionResult):
                return answer
            known = answer
            self._introspected.keep(key, known)
        self.answers["introspected"] += 1
        return known


def _told(result: ExecutionResult) -> Answer:
    return result if result.errors else orjson.dumps(result.data)


def _is_introspection(node: OperationDefinitionNode) -> bool:
    return node.operation is OperationType.QUERY and all(
        isinstance(selected, FieldNode) and selected.name.value in ("__schema", "__type")
        for selected in node.selection_set.selections
    )


def _already(outcomes: Mapping[str, Outcome]) -> Callable[..., Any]:
    """A middleware that answers root fields with what they came to."""

    def answer(resolve: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.path.prev is None and info.path.key in outcomes:
            outcome = outcomes[str(info.path.key)]
            if outcome.error is not None:
                raise outcome.error
            return outcome.value
        return resolve(source, info, **arguments)

    return answer
