# ruff: noqa: S608 - all parts are literals in our code
"""The SQL of a level: one statement for all who ask, with only the columns asked for and its to-one relations joined.

Its parameters are arrays, unnested into rows `asked`: who looks (`$1`), the key or parent (`$2`), and behind the arguments
of a condition (from `$3` on) the values of a cursor. What answers a row of them carries its number, counted from 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.engine.run import MEMBER, STAFF, STRANGER
from domain.shared.relations import Relation

VISIBILITIES = {
    STRANGER: ("null::uuid", "false"),
    MEMBER: ("asked.viewer", "false"),
    STAFF: ("asked.viewer", "true"),
}
"""What `{viewer}` and `{staff}` stand for: as constants where they are, so that the planner drops what they decide."""

NUMBER = "engine.number"
"""The name of the last column, which says which row of arguments a record answers."""
MOST_TEXTS = 64
SQL_TYPES: dict[type, str] = {
    UUID: "uuid",
    str: "text",
    bool: "boolean",
    int: "bigint",
    datetime: "timestamptz",
    date: "date",
}

Keys = tuple[tuple[str, str], ...]


def sql_type(value: object) -> str:
    """The SQL type of a key or of a cursor's value. Raises `TypeError` for what is none."""
    for kind, name in SQL_TYPES.items():
        if isinstance(value, kind):
            return name
    raise TypeError(f"no key is a {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for of each row of arguments.

    Rows whose `column` (of an SQL type, `kind`) is the key, if there is one; that fulfil `where`, which has `args`
    arguments; in the order of `keys`; at most `limit`; behind a cursor whose values have the types `behind`.
    """

    column: str | None = None
    kind: str = "uuid"
    where: str = "true"
    args: int = 0
    keys: Keys = ()
    limit: int | None = None
    behind: tuple[str, ...] = ()


class Level:
    """What is read of one relation, and of those joined to it, for one selection."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.columns: list[str] = []
        self._places: dict[str, int] = {}
        self._joins: list[str] = []
        self._texts: dict[tuple[int, Question], str] = {}

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

    def statement(self, visibility: int, question: Question) -> str:
        """The statement that asks a question for one kind of viewers.

        Rows of arguments are answered one by one by the lateral join, each in the order of its keys.
        """
        known = self._texts.get((visibility, question))
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            viewer, staff = VISIBILITIES[visibility]
            text = self._text(question).replace("{t}", "t").replace("{viewer}", viewer).replace("{staff}", staff)
            known = self._texts[visibility, question] = text
        return known

    def _text(self, question: Question) -> str:
        conditions = [f"({self.relation.visible})"]
        if question.where != "true":
            conditions.append(f"({question.where})")
        if question.column is not None:
            conditions.append(f"{self.relation.expression(question.column)} = asked.key")
        if question.behind:
            columns = ", ".join(f"{{t}}.{column}" for column, _ in question.keys)
            values = ", ".join(f"asked.k{number}" for number in range(len(question.behind)))
            conditions.append(f"({columns}) {'<' if question.keys[0][1] == 'desc' else '>'} ({values})")
        kinds = ["uuid", question.kind, *question.behind]
        places = [1, 2, *(3 + question.args + number for number in range(len(question.behind)))]
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in zip(places, kinds, strict=True))
        names = ", ".join(["viewer", "key", *(f"k{number}" for number in range(len(question.behind)))])
        order = f" order by {_order(question.keys)}" if question.keys else ""
        limit = f" limit {question.limit}" if question.limit is not None else ""
        return (
            f'select page.*, asked.number as "{NUMBER}" from unnest({arrays}) with ordinality asked({names}, number) '
            f"cross join lateral (select {', '.join(self.columns) or '1'} from {self.relation.table} {{t}} "
            f"{' '.join(self._joins)} where {' and '.join(conditions)}{order}{limit}) page"
        )


def _order(keys: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{{t}}.{column} {way}" for column, way in keys)
