"""Reads as data: a relation is a set of rows with one answer to "who may see this?".

Contexts declare their relations in `queries.py`; the API reads through them only. What a viewer may not see does not
exist for them. In the SQL of a relation `{t}` is the row, `{viewer}` the viewer's user id (null for a stranger) and
`{staff}` whether the viewer is an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.shared import db
from domain.shared.actor import Viewer
from domain.shared.db import Row

MAX_PAGE = 100
ALL: dict[str, str] = {"*": "{t}.*"}
"""The columns of a relation that shows its table as it is."""


def plain(*names: str) -> dict[str, str]:
    """Columns of the table as they are."""
    return {name: f"{{t}}.{name}" for name in names}


@dataclass(frozen=True)
class Page:
    """Rows of a connection, and whether more follow."""

    rows: list[Row]
    has_next: bool


@dataclass(frozen=True, eq=False)
class Relation:
    """Rows of a table or of a query in parentheses. `visible` is the predicate; `columns` has an expression for each column.

    With `ALL` among them every column of the table is one too, and the others come over or beside these.
    """

    table: str
    visible: str
    columns: dict[str, str] = field(default_factory=lambda: ALL)

    def expression(self, column: str) -> str:
        """What a column is in SQL. Raises `KeyError` for one that is not shown."""
        if column in self.columns or "*" not in self.columns:
            return self.columns[column]
        return f"{{t}}.{column}"

    @property
    def selected(self) -> str:
        """All columns, for a `select`."""
        return ", ".join(
            expression if name == "*" else f"{expression} as {name}" for name, expression in self.columns.items()
        )

    def _sql(self, text: str) -> str:
        return text.format(t="t", viewer="viewer.id", staff="viewer.staff")

    async def by_ids(self, viewer: Viewer, ids: Sequence[UUID], column: str = "id") -> list[Row]:
        """The visible rows whose `column` is one of `ids`, in no order: one statement for all of them."""
        return await self.select(viewer, f"{{t}}.{column} = any($3)", [list(ids)])

    async def select(
        self, viewer: Viewer, where: str = "true", args: Sequence[object] = (), tail: str = ""
    ) -> list[Row]:
        """The visible rows that fulfil `where`; its arguments begin at $3."""
        sql = (
            f"select {self.selected} from {self.table} {{t}}, (select $1::uuid as id, $2::boolean as staff) viewer "  # noqa: S608 - all parts are literals in our code
            f"where ({self.visible}) and ({where}) {tail}"
        )
        return await db.fetch(self._sql(sql), viewer.user_id, viewer.is_staff, *args)

    async def page(
        self,
        viewer: Viewer,
        first: int,
        *,
        where: str = "true",
        args: Sequence[object] = (),
        order: Sequence[tuple[str, str]] = (("id", "desc"),),
        after: Sequence[object] | None = None,
    ) -> Page:
        """One page by keyset. `order`: immutable (column, asc|desc) pairs of one direction; `after`: the last row's values of them."""
        args = list(args)
        columns = ", ".join(f"{{t}}.{column}" for column, _ in order)
        if after is not None:
            direction = "<" if order[0][1] == "desc" else ">"
            places = ", ".join(f"${len(args) + 3 + i}" for i in range(len(after)))
            where = f"({where}) and ({columns}) {direction} ({places})"
            args += after
        tail = "order by " + ", ".join(f"{{t}}.{column} {way}" for column, way in order) + f" limit {first + 1}"
        rows = await self.select(viewer, where, args, tail)
        return Page(rows[:first], len(rows) > first)

    async def first_pages(
        self,
        viewer: Viewer,
        column: str,
        parents: Sequence[UUID],
        first: int,
        *,
        where: str = "true",
        order: Sequence[tuple[str, str]] = (("id", "desc"),),
    ) -> dict[UUID, Page]:
        """The first page of each parent's rows, those whose `column` is the parent's id: one statement for all parents."""
        ways = ", ".join(f"{{t}}.{name} {way}" for name, way in order)
        sql = (
            f"select parent.id as parent_id, page.* from unnest($3::uuid[]) parent(id), "  # noqa: S608 - as in `select`
            f"(select $1::uuid as id, $2::boolean as staff) viewer, lateral (select {self.selected} from {self.table} {{t}} "
            f"where ({self.visible}) and ({where}) and {{t}}.{column} = parent.id order by {ways} limit {first + 1}) page"
        )
        found: dict[UUID, list[Row]] = {parent: [] for parent in parents}
        for row in await db.fetch(self._sql(sql), viewer.user_id, viewer.is_staff, list(found)):
            found[row.pop("parent_id")].append(row)
        return {parent: Page(rows[:first], len(rows) > first) for parent, rows in found.items()}
