# ruff: noqa: S608 - all parts are literals in our code
"""The SQL of a level: one statement for all of it, with only the columns asked for and its to-one relations joined."""

from collections.abc import Callable, Sequence

from api.engine.run import MEMBER, STAFF, STRANGER
from domain.shared.relations import Relation

VIEWER = "cross join (select $1::uuid as id, $2::boolean as staff) viewer"
VISIBILITIES = {
    STRANGER: ("null::uuid", "false"),
    MEMBER: ("viewer.id", "false"),
    STAFF: ("viewer.id", "true"),
}
"""What `{viewer}` and `{staff}` stand for: as constants where they are, so that the planner drops what they decide."""

KEY = "engine.key"
"""The name of the column that says to which value or parent a row belongs."""
MOST_TEXTS = 64

Keys = tuple[tuple[str, str], ...]


class Level:
    """What is read of one relation, and of those joined to it, for one selection."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.columns: list[str] = []
        self._places: dict[str, int] = {}
        self._joins: list[str] = []
        self._texts: dict[tuple[int, tuple[object, ...]], str] = {}

    def place(self, expression: str) -> int:
        """The place in the row of an expression, which is selected once."""
        if expression not in self._places:
            self._places[expression] = len(self.columns)
            self.columns.append(expression)
        return self._places[expression]

    def expression(self, alias: str, relation: Relation, column: str) -> str:
        """A column of the relation, or of one joined as `alias`."""
        return relation.expression(column).replace("{t}", alias)

    def join(self, relation: Relation, target: str, key: str) -> str:
        """Join the visible row of a relation whose `target` is `key`; the alias it has."""
        alias = f"t{len(self._joins) + 1}"
        visible = relation.visible.replace("{t}", alias)
        found = self.expression(alias, relation, target)
        self._joins.append(f"left join {relation.table} {alias} on {found} = {key} and ({visible})")
        return alias

    def mark(self) -> tuple[int, int]:
        """Where the level is, for `rewind`."""
        return len(self.columns), len(self._joins)

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forget what was added since."""
        for expression in self.columns[mark[0] :]:
            del self._places[expression]
        del self.columns[mark[0] :], self._joins[mark[1] :]

    def of_values(self, visibility: int, column: str, order: tuple[str, ...] = ()) -> str:
        """The rows whose column is one of `$3`, ordered by columns if that is asked; the column comes last, as `KEY`."""
        key = self.relation.expression(column)

        def text() -> str:
            ordered = f" order by {_order([(name, 'asc') for name in order])}" if order else ""
            return (
                f"select {self._selected(key)} from {self._source()} "
                f"where {self._visible()} and {key} = any($3){ordered}"
            )

        return self._text(visibility, ("values", column, order), text)

    def page(self, visibility: int, where: str, args: int, keys: Keys, first: int, *, behind: bool) -> str:
        """A page of the rows that fulfil `where`, which has `args` arguments from `$3` on, then those of the cursor."""

        def text() -> str:
            condition = f"{self._visible()} and ({where})"
            if behind:
                columns = ", ".join(f"{{t}}.{column}" for column, _ in keys)
                values = ", ".join(f"${3 + args + number}" for number in range(len(keys)))
                condition += f" and ({columns}) {'<' if keys[0][1] == 'desc' else '>'} ({values})"
            return (
                f"select {self._selected()} from {self._source()} where {condition} "
                f"order by {_order(keys)} limit {first + 1}"
            )

        return self._text(visibility, ("page", where, args, keys, first, behind), text)

    def pages(self, visibility: int, column: str, where: str, keys: Keys, first: int) -> str:
        """The first page of each parent in `$3`, in their order; the parent's number, counted from 1, comes last, as `KEY`."""

        def text() -> str:
            own = f"{self.relation.expression(column)} = parent.id"
            return (
                f"select {self._selected('parent.number')} from unnest($3::uuid[]) with ordinality parent(id, number) {VIEWER} "
                f"cross join lateral (select {{t}}.* from {self.relation.table} {{t}} where {self._visible()} and ({where}) "
                f"and {own} order by {_order(keys)} limit {first + 1}) {{t}} {' '.join(self._joins)} "
                f"order by parent.number, {_order(keys)}"
            )

        return self._text(visibility, ("pages", column, where, keys, first), text)

    def _selected(self, *keys: str) -> str:
        return ", ".join([*self.columns, *(f'{key} as "{KEY}"' for key in keys)]) or "1"

    def _source(self) -> str:
        return f"{self.relation.table} {{t}} {VIEWER} {' '.join(self._joins)}"

    def _visible(self) -> str:
        return f"({self.relation.visible})"

    def _text(self, visibility: int, key: tuple[object, ...], make: Callable[[], str]) -> str:
        known = self._texts.get((visibility, key))
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            viewer, staff = VISIBILITIES[visibility]
            known = make().replace("{t}", "t").replace("{viewer}", viewer).replace("{staff}", staff)
            self._texts[visibility, key] = known
        return known


def _order(keys: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{{t}}.{column} {way}" for column, way in keys)
