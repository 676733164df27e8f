"""Plans: what an operation selects, compiled into steps that each answer a whole level at once.

A step takes all objects of its level and gives the JSON text of each, in their order. Objects at hand are asked field by
field (`ObjectPlan`); rows that were only named are read by one statement and shaped by code written for the selection
(`api.engine.row_plans`). Whatever a plan cannot do raises: the executor then lets graphql-core answer.
"""

from collections import defaultdict
from collections.abc import Awaitable, Mapping
from typing import Any

from strawberry.types.field import StrawberryField

from api.engine.calls import Call
from api.engine.reads import PageOf, Reference
from api.engine.row_plans import ConnectionPlan, RowsOf
from api.engine.run import Run
from api.engine.shapes import shape_of_objects
from api.engine.steps import Leaf, NonNull, Step, Texts, Unanswerable, Values, settled, together
from api.engine.wires import NULL, quoted
from api.engine.writing import json_object, name
from domain.shared.relations import Relation


class Objects:
    """Objects of one type: at hand, or rows that are only named."""

    def __init__(self, at_hand: "ObjectPlan", rows_of: RowsOf) -> None:
        self._at_hand = at_hand
        self._rows_of = rows_of

    async def complete(self, run: Run, values: Values) -> Texts:
        """The completed objects."""
        if len(values) == 1 and type(values[0]) is Reference:
            (value,) = values
            found = await self._rows_of(value.relation, ()).of_values(run, value.column, [value.value])
            return [found.get(value.value, NULL)]
        named: dict[tuple[Relation, str], set[object]] = defaultdict(set)
        for value in values:
            if type(value) is Reference:
                named[value.relation, value.column].add(value.value)
        if not named:
            return await self._complete_at_hand(run, values)
        return await self._complete_mixed(run, values, named)

    async def _complete_mixed(
        self, run: Run, values: Values, named: Mapping[tuple[Relation, str], set[object]]
    ) -> Texts:
        found = await together(
            [
                self._rows_of(relation, ()).of_values(run, column, list(wanted))
                for (relation, column), wanted in named.items()
            ]
        )
        by_group = dict(zip(named, found, strict=True))
        done = [
            by_group[value.relation, value.column].get(value.value, NULL) if type(value) is Reference else NULL
            for value in values
        ]
        rest = [number for number, value in enumerate(values) if value is not None and type(value) is not Reference]
        if rest:
            for number, shown in zip(rest, await self._at_hand.complete(run, [values[n] for n in rest]), strict=True):
                done[number] = shown
        return done

    async def _complete_at_hand(self, run: Run, values: Values) -> Texts:
        if None not in values:
            return await self._at_hand.complete(run, values)
        present = iter(await self._at_hand.complete(run, [value for value in values if value is not None]))
        return [NULL if value is None else next(present) for value in values]


class Pages:
    """Connections: pages that are to be read, or at hand."""

    def __init__(self, at_hand: Objects, connection: ConnectionPlan) -> None:
        self._at_hand = at_hand
        self._connection = connection

    async def complete(self, run: Run, values: Values) -> Texts:
        """The completed pages; those of several parents that differ in nothing else are read together."""
        if all(type(value) is PageOf for value in values):
            return await self._connection.read(run, values)
        if any(type(value) is PageOf for value in values):
            raise Unanswerable("pages of two kinds")
        return await self._at_hand.complete(run, values)


class Typename:
    """The field `__typename`."""

    def __init__(self, of: str) -> None:
        self._shown = quoted(of)

    def start(self, _: Run, sources: Values) -> Texts:
        """The name, for each."""
        return [self._shown] * len(sources)


class Attribute:
    """A field that is an attribute of its object."""

    def __init__(self, field: StrawberryField, step: Step) -> None:
        self._name = field.python_name
        self._step = step
        self._leaf, self._is_needed = _leaf_of(step)

    def start(self, run: Run, sources: Values) -> Texts | Awaitable[Texts]:
        """The completed values, at once if that is possible."""
        attribute = self._name
        values = [getattr(source, attribute) for source in sources]
        if self._leaf is not None:
            shown = self._leaf.now(values)
            return NonNull.checked(shown) if self._is_needed else shown
        return self._step.complete(run, values)


def _leaf_of(step: Step) -> tuple[Leaf | None, bool]:
    """The leaf of a step, if it is one, and whether it must not be null."""
    inner = step.inner if isinstance(step, NonNull) else step
    return (inner if isinstance(inner, Leaf) else None), isinstance(step, NonNull)


class Resolved:
    """A field with a resolver."""

    def __init__(self, call: Call, step: Step) -> None:
        self.call = call
        self.step = step

    async def start(self, run: Run, sources: Values) -> Texts:
        """The completed values."""
        return await self.step.complete(run, await settled(self.call.results(run, sources)))


Field = Typename | Attribute | Resolved


class ObjectPlan:
    """The fields selected on objects that are at hand."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        entries = [(key, [name(f"c{number}")]) for number, key in enumerate(fields)]
        self._shape = shape_of_objects(json_object(entries), len(fields)) if fields else None

    async def complete(self, run: Run, sources: Values) -> Texts:
        """The objects on the wire."""
        if not sources:
            return []
        if self._shape is None:
            return ["{}"] * len(sources)
        columns: list[Any] = [field.start(run, sources) for field in self.fields.values()]
        waiting = [number for number, column in enumerate(columns) if not isinstance(column, list)]
        if waiting:
            for number, done in zip(waiting, await together([columns[n] for n in waiting]), strict=True):
                columns[number] = done
        return self._shape(*columns)

    def shown(self, fields: Mapping[str, str]) -> str:
        """One object whose fields are on the wire already."""
        return self._shape(*([fields[key]] for key in self.fields))[0] if self._shape is not None else "{}"
