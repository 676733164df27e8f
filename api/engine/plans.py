"""Plans: what an operation selects, compiled into steps that each answer a whole level at once.

A step takes all objects of its level and gives what each becomes on the wire, in their order. Objects at hand are asked
field by field (`ObjectPlan`); rows that were only named are read by one statement and shaped by code written for the
selection (`RowsPlan`). Whatever a plan cannot do raises: the executor then lets graphql-core answer.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from strawberry.types.field import StrawberryField

from api.engine.calls import Call
from api.engine.declarations import Every
from api.engine.reads import PageOf, Reference
from api.engine.registry import RowType
from api.engine.run import Run
from api.engine.shapes import Shape, cursors_of
from api.engine.statements import KEY, Keys, Level
from api.engine.steps import Leaf, NonNull, Step, Unanswerable, Values, settled, together
from domain.shared.relations import Relation

RowsOf = Callable[[Relation, Keys], "RowsPlan"]


class Objects:
    """Objects of one type: at hand, or rows that are only named."""

    def __init__(self, at_hand: "ObjectPlan", rows_of: RowsOf) -> None:
        self._at_hand = at_hand
        self._rows_of = rows_of

    async def complete(self, run: Run, values: Values) -> Values:
        """The completed objects."""
        named: dict[tuple[Relation, str], set[object]] = defaultdict(set)
        for value in values:
            if type(value) is Reference:
                named[value.relation, value.column].add(value.value)
        if not named:
            return await self._complete_at_hand(run, values)
        groups = list(named.items())
        found = await together(
            [self._rows_of(relation, ()).of_values(run, column, list(wanted)) for (relation, column), wanted in groups]
        )
        by_group = dict(zip(named, found, strict=True))
        done = [
            by_group[value.relation, value.column].get(value.value) if type(value) is Reference else value
            for value in values
        ]
        rest = [number for number, value in enumerate(values) if value is not None and type(value) is not Reference]
        if rest:
            for number, shown in zip(rest, await self._at_hand.complete(run, [values[n] for n in rest]), strict=True):
                done[number] = shown
        return done

    async def _complete_at_hand(self, run: Run, values: Values) -> Values:
        if None not in values:
            return await self._at_hand.complete(run, values)
        present = iter(await self._at_hand.complete(run, [value for value in values if value is not None]))
        return [None if value is None else next(present) for value in values]


class Pages:
    """Connections: pages that are to be read, or at hand."""

    def __init__(self, at_hand: Objects, connection: "ConnectionPlan") -> None:
        self._at_hand = at_hand
        self._connection = connection

    async def complete(self, run: Run, values: Values) -> Values:
        """The completed pages; those of several parents that differ in nothing else are read together."""
        if all(type(value) is PageOf for value in values):
            return await self._connection.read(run, values)
        if any(type(value) is PageOf for value in values):
            raise Unanswerable("pages of two kinds")
        return await self._at_hand.complete(run, values)


class Typename:
    """The field `__typename`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def start(self, _: Run, sources: Values) -> Values:
        """The name, for each."""
        return [self._name] * len(sources)


class Attribute:
    """A field that is an attribute of its object."""

    def __init__(self, field: StrawberryField, step: Step) -> None:
        self._name = field.python_name
        self._step = step
        self._leaf, self._is_needed = _leaf_of(step)

    def start(self, run: Run, sources: Values) -> Values | Awaitable[Values]:
        """The completed values, at once if that is possible."""
        name = self._name
        values = [getattr(source, name) for source in sources]
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

    async def start(self, run: Run, sources: Values) -> Values:
        """The completed values."""
        return await self.step.complete(run, await settled(self.call.results(run, sources)))


class ObjectPlan:
    """The fields selected on objects that are at hand."""

    def __init__(self, fields: Mapping[str, Typename | Attribute | Resolved]) -> None:
        self.fields = fields
        self._keys = list(fields)

    async def complete(self, run: Run, sources: Values) -> Values:
        """The objects on the wire."""
        if not sources:
            return []
        columns = [field.start(run, sources) for field in self.fields.values()]
        waiting = [number for number, column in enumerate(columns) if not isinstance(column, list)]
        if waiting:
            for number, done in zip(waiting, await together([columns[n] for n in waiting]), strict=True):  # type: ignore[misc]
                columns[number] = done
        if not columns:
            return [{} for _ in sources]
        keys = self._keys
        return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


class Child(Protocol):
    """What rows have that another statement reads."""

    async def read(self, run: Run, rows: Sequence[Any]) -> Values:
        """What it is for each row."""


class OneChild:
    """Rows of another type that need a statement of their own."""

    def __init__(self, place: int, target: str, plan: "RowsPlan") -> None:
        self._place = place
        self._target = target
        self._plan = plan

    async def read(self, run: Run, rows: Sequence[Any]) -> Values:
        """The row each refers to, or null."""
        place = self._place
        wanted = {row[place] for row in rows if row[place] is not None}
        found = await self._plan.of_values(run, self._target, list(wanted)) if wanted else {}
        return [found.get(row[place]) for row in rows]


class EveryChild:
    """All rows of another type that belong to rows."""

    def __init__(self, place: int, declared: Every, plan: "RowsPlan") -> None:
        self._place = place
        self._declared = declared
        self._plan = plan

    async def read(self, run: Run, rows: Sequence[Any]) -> Values:
        """The list of each row."""
        place = self._place
        wanted = list({row[place] for row in rows})
        found = await self._plan.lists_of(run, self._declared.target, wanted, self._declared.order)
        return [found[row[place]] for row in rows]


class ManyChild:
    """The pages of rows. `ask` says which page of a parent is asked for, under a call's arguments."""

    def __init__(self, place: int, call: Call, ask: Callable[..., PageOf], plan: "ConnectionPlan") -> None:
        self._place = place
        self._call = call
        self._ask = ask
        self._plan = plan

    async def read(self, run: Run, rows: Sequence[Any]) -> Values:
        """The page of each row; of a joined row that is not there, an empty one that nobody sees."""
        arguments = self._call.arguments(run)
        return await self._plan.read(run, [self._ask(run.context, row[self._place], **arguments) for row in rows])


class RowsPlan:
    """The rows of a relation, read with what is selected of them.

    With `shape`, code written for the selection turns each record into what goes over the wire; without it a field needs
    its object: whole rows are read, and `objects` completes them. `cursor`: the columns of a record for cursors.
    """

    def __init__(
        self,
        row_type: RowType,
        level: Level,
        *,
        objects: "ObjectPlan | None" = None,
        shape: Shape | None = None,
        children: Sequence[Child] = (),
        cursor: Sequence[int | str] = (),
    ) -> None:
        self._python_type = row_type.python_type
        self._level = level
        self._objects = objects
        self._shape = shape
        self._children = children
        self.cursor = cursor

    async def of_values(self, run: Run, column: str, values: Values) -> dict[Any, Any]:
        """The visible rows whose column is one of the values, by that value."""
        sql = self._level.of_values(run.visibility, column)
        records = await run.fetch(sql, run.viewer_id, run.is_staff, values)
        return dict(zip([record[KEY] for record in records], await self.shown(run, records), strict=True))

    async def lists_of(self, run: Run, column: str, values: Values, order: tuple[str, ...]) -> dict[Any, Values]:
        """All visible rows whose column is one of the values, in order, by that value."""
        sql = self._level.of_values(run.visibility, column, order)
        records = await run.fetch(sql, run.viewer_id, run.is_staff, values)
        lists: dict[Any, Values] = {value: [] for value in values}
        for record, shown in zip(records, await self.shown(run, records), strict=True):
            lists[record[KEY]].append(shown)
        return lists

    async def page(self, run: Run, page: PageOf) -> Sequence[Any]:
        """The records of a page and, if there is one, of the row that follows."""
        where, args = page.condition()
        keys, is_behind = tuple(page.keys), page.behind is not None
        sql = self._level.page(run.visibility, where, len(args), keys, page.first, behind=is_behind)
        return await run.fetch(sql, run.viewer_id, run.is_staff, *args, *(page.behind or ()))

    async def pages(
        self, run: Run, column: str, parents: Values, where: str, keys: Keys, first: int
    ) -> list[list[Any]]:
        """The records of each parent's first page and, if there is one, of the row that follows."""
        sql = self._level.pages(run.visibility, column, where, keys, first)
        found: list[list[Any]] = [[] for _ in parents]
        for record in await run.fetch(sql, run.viewer_id, run.is_staff, parents):
            found[record[KEY] - 1].append(record)
        return found

    async def shown(self, run: Run, records: Sequence[Any]) -> Values:
        """The records on the wire."""
        if not records:
            return []
        if self._shape is None:
            assert self._objects is not None, "rows are shaped, or completed as objects"
            return await self._objects.complete(run, [self._python_type(row=dict(record)) for record in records])
        if not self._children:
            return self._shape(records)
        return self._shape(records, *await together([child.read(run, records) for child in self._children]))


class ConnectionPlan:
    """Pages of rows, as connections. `rows_of(relation, keys)` is the plan for the nodes."""

    def __init__(self, rows_of: RowsOf, shape: Callable[..., dict[str, Any]], *, cursors: bool) -> None:
        self._rows_of = rows_of
        self._shape = shape
        self._cursors = cursors

    async def read(self, run: Run, pages: Sequence[PageOf]) -> Values:
        """The pages; those of several parents that differ in nothing else by one statement."""
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for number, page in enumerate(pages):
            alike[page.likeness or (number,)].append(number)
        groups = [[pages[number] for number in numbers] for numbers in alike.values()]
        done: Values = [None] * len(pages)
        for numbers, shown in zip(
            alike.values(), await together([self._of_group(run, group) for group in groups]), strict=True
        ):
            for number, one in zip(numbers, shown, strict=True):
                done[number] = one
        return done

    async def _of_group(self, run: Run, pages: Sequence[PageOf]) -> Values:
        page = pages[0]
        keys = tuple(page.keys)
        plan = self._rows_of(page.relation, keys)
        if page.likeness is None:
            return await self._shown(run, plan, [await plan.page(run, page)], page.first)
        assert page.parent is not None, "pages are alike that differ in their parents"
        parents = [page.parent[1] for page in pages if page.parent is not None]
        found = await plan.pages(run, page.parent[0], parents, page.where, keys, page.first)
        return await self._shown(run, plan, found, page.first)

    async def _shown(self, run: Run, plan: RowsPlan, pages: Sequence[Sequence[Any]], first: int) -> Values:
        """The connections of pages' records; the nodes of all of them are completed together."""
        kept = [records[:first] for records in pages]
        nodes = await plan.shown(run, [record for records in kept for record in records])
        connections, at = [], 0
        for page, records in zip(pages, kept, strict=True):
            end = at + len(records)
            cursors = cursors_of(records, plan.cursor) if self._cursors else ()
            connections.append(self._shape(nodes[at:end], cursors, len(page) > first))
            at = end
        return connections
