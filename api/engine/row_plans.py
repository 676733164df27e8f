"""Plans for rows: what a selection on rows of a relation reads, and how the records become text."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol

from api.engine.calls import Call
from api.engine.connections import Order
from api.engine.declarations import Every
from api.engine.folding import Answers
from api.engine.reads import PageOf
from api.engine.registry import RowType
from api.engine.run import Run
from api.engine.shapes import PageShape, Shape, cursor_of, ends_of
from api.engine.statements import Keys, Level, Question, sql_type
from api.engine.steps import Step, Texts, Values, together
from api.engine.wires import NULL
from domain.shared.relations import Relation

RowsOf = Callable[[Relation, Order], "RowsPlan"]


class Child(Protocol):
    """What rows have that another statement reads."""

    def read(self, run: Run, rows: Sequence[Any]) -> Coroutine[Any, Any, Texts]:
        """What it is for each row. What has to be asked is asked at once, before the answer is awaited."""


class OneChild:
    """Rows of another type that need a statement of their own."""

    def __init__(self, place: int, target: str, plan: "RowsPlan") -> None:
        self._place = place
        self._target = target
        self._plan = plan

    def read(self, run: Run, rows: Sequence[Any]) -> Coroutine[Any, Any, Texts]:
        """The row each refers to, or null."""
        place = self._place
        wanted = list({row[place] for row in rows if row[place] is not None})
        return self._shown(rows, self._plan.of_values(run, self._target, wanted) if wanted else None)

    async def _shown(self, rows: Sequence[Any], reading: Awaitable[dict[Any, str]] | None) -> Texts:
        place = self._place
        found = await reading if reading is not None else {}
        return [found.get(row[place], NULL) for row in rows]


class EveryChild:
    """All rows of another type that belong to rows."""

    def __init__(self, place: int, declared: Every, plan: "RowsPlan") -> None:
        self._place = place
        self._plan = plan
        self._target = declared.target
        self._keys: Keys = tuple((column, "asc") for column in declared.order)

    def read(self, run: Run, rows: Sequence[Any]) -> Coroutine[Any, Any, Texts]:
        """The list of each row."""
        place = self._place
        wanted = list({row[place] for row in rows})
        return self._shown(run, rows, wanted, self._plan.ask(run, self._target, wanted, self._keys))

    async def _shown(self, run: Run, rows: Sequence[Any], wanted: Values, asked: Awaitable[Answers]) -> Texts:
        answers = await asked
        shown = await self._plan.shown(run, [record for records in answers for record in records])
        lists, at = {}, 0
        for value, records in zip(wanted, answers, strict=True):
            end = at + len(records)
            lists[value] = f"[{','.join(shown[at:end])}]"
            at = end
        place = self._place
        return [lists[row[place]] for row in rows]


class ManyChild:
    """The pages of rows. `ask` says which page of a parent is asked for, under a call's arguments."""

    def __init__(self, place: int, call: Call, ask: Callable[..., PageOf], plan: "ConnectionPlan") -> None:
        self._place = place
        self._call = call
        self._ask = ask
        self._plan = plan

    def read(self, run: Run, rows: Sequence[Any]) -> Coroutine[Any, Any, Texts]:
        """The page of each row; of a joined row that is not there, an empty one that nobody sees."""
        arguments = self._call.arguments(run)
        page = self._ask(run.context, None, **arguments)
        return self._plan.read_of_parents(run, page, [row[self._place] for row in rows])


class RowsPlan:
    """The rows of a relation, read with what is selected of them.

    With `shape`, code written for the selection turns each record into text; without it a field needs its object: whole
    rows are read, and `objects` completes them. `cursor`: the columns of a record for cursors.
    """

    def __init__(
        self,
        row_type: RowType,
        level: Level,
        *,
        objects: Step | None = None,
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

    def of_values(self, run: Run, column: str, values: Values) -> Awaitable[dict[Any, str]]:
        """The visible row whose column is the value, for each value that has one."""
        return self._by_value(run, values, self.ask(run, column, values))

    async def _by_value(self, run: Run, values: Values, asked: Awaitable[Answers]) -> dict[Any, str]:
        answers = await asked
        found = [(value, records[0]) for value, records in zip(values, answers, strict=True) if records]
        shown = await self.shown(run, [record for _, record in found])
        return {value: text for (value, _), text in zip(found, shown, strict=True)}

    def ask(self, run: Run, column: str, values: Values, keys: Keys = ()) -> Awaitable[Answers]:
        """The records whose column is the value, in the order of keys, for each value."""
        kind = sql_type(values[0]) if values else "uuid"
        return self.answers(run, Question(column, kind, keys=keys), values)

    def answers(
        self, run: Run, question: Question, values: Values, args: Sequence[object] = (), behind: Sequence[object] = ()
    ) -> Awaitable[Answers]:
        """The records that answer a question, for each key; `args` of its condition are no arrays, so nobody shares them."""
        sql = self._level.statement(run.visibility, question)
        columns = [[run.viewer_id] * len(values), values, *([value] * len(values) for value in behind)]
        return run.folding.ask(sql, columns, args)

    async def shown(self, run: Run, records: Sequence[Any]) -> Texts:
        """The records on the wire."""
        if not records:
            return []
        if self._shape is None:
            assert self._objects is not None, "rows are shaped, or completed as objects"
            return await self._objects.complete(run, [self._python_type(row=dict(record)) for record in records])
        if not self._children:
            return self._shape(records)
        return self._shape(records, *await together(self._begun(run, records)))

    def _begun(self, run: Run, records: Sequence[Any]) -> list[Coroutine[Any, Any, Texts]]:
        """What the children are, all of it asked for already."""
        reading: list[Coroutine[Any, Any, Texts]] = []
        try:
            reading.extend(child.read(run, records) for child in self._children)
        except BaseException:
            for begun in reading:
                begun.close()
            raise
        return reading


class ConnectionPlan:
    """Pages of rows, as connections. `rows_of(relation, order)` is the plan for the nodes."""

    def __init__(self, rows_of: RowsOf, shape: PageShape, *, cursors: bool, ends: bool) -> None:
        self._rows_of = rows_of
        self._shape = shape
        self._cursors = cursors
        self._ends = ends

    def read_of_parents(self, run: Run, page: PageOf, parents: Values) -> Coroutine[Any, Any, Texts]:
        """The same page of each parent."""
        return self._shown(run, page, *self._ask(run, page, parents))

    async def read(self, run: Run, pages: Sequence[PageOf]) -> Texts:
        """The pages; those of several parents that differ in nothing else by one statement."""
        if len(pages) == 1:
            (page,) = pages
            return await self.read_of_parents(run, page, [page.parent[1] if page.parent else None])
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for number, page in enumerate(pages):
            alike[page.likeness or (number,)].append(number)
        reading = [
            self.read_of_parents(
                run, pages[numbers[0]], [parent[1] if (parent := pages[n].parent) else None for n in numbers]
            )
            for numbers in alike.values()
        ]
        done: Texts = [NULL] * len(pages)
        for numbers, shown in zip(alike.values(), await together(reading), strict=True):
            for number, text in zip(numbers, shown, strict=True):
                done[number] = text
        return done

    def _ask(self, run: Run, page: PageOf, parents: Values) -> tuple["RowsPlan", Awaitable[Answers]]:
        keys = tuple(page.keys)
        plan = self._rows_of(page.relation, tuple(page.order))
        behind = page.behind or ()
        question = Question(
            page.parent[0] if page.parent is not None else None,
            where=page.where,
            args=len(page.args),
            keys=keys,
            limit=page.first + 1,
            behind=tuple(sql_type(value) for value in behind),
        )
        return plan, plan.answers(run, question, parents, page.args, behind)

    async def _shown(self, run: Run, page: PageOf, plan: "RowsPlan", asked: Awaitable[Answers]) -> Texts:
        """The connections of pages' records; the nodes of all of them are completed together."""
        answers, first = await asked, page.first
        kept = [records[:first] for records in answers]
        nodes = await plan.shown(run, [record for records in kept for record in records])
        connections, at = [], 0
        has_previous = "true" if page.behind is not None else "false"
        for found, records in zip(answers, kept, strict=True):
            end_at = at + len(records)
            cursors = [cursor_of(record, plan.cursor) for record in records] if self._cursors else ()
            start, end = ends_of(records, plan.cursor) if self._ends else (NULL, NULL)
            has_next = "true" if len(found) > first else "false"
            connections.append(self._shape(nodes[at:end_at], cursors, start, end, has_next, has_previous))
            at = end_at
        return connections
