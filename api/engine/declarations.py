"""How a type says what it is made of: rows of a relation, their columns, and what they refer to.

Each helper makes an ordinary strawberry field. Its resolver serves graphql-core, one object at a time; its declaration,
kept in the field's metadata, tells the compiler what to read for all objects of a level at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from api.engine.connections import ORDER_BY_ID, After, First, Order
from api.engine.reads import Reader, page_of, reference
from api.engine.registry import row_type, row_type_of
from api.engine.wires import TEXT, Wire
from domain.shared.relations import Relation

DECLARED = "engine.declared"
"""The key of a field's declaration in its metadata."""


@dataclass(slots=True)
class Column:
    """A column of the row. `prefix`: of the id it shows; empty: of the type's own."""

    name: str | None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a composite: the numbers of the columns it is made of, and how these go over the wire."""

    columns: tuple[int, ...]
    wire: Wire = TEXT


@dataclass(frozen=True, slots=True)
class Composite:
    """An object made of columns: `parts` has its fields by GraphQL name. It is null when its first column is.

    `make` makes the same object for graphql-core.
    """

    make: Callable[..., Any]
    parts: Mapping[str, Part]


@dataclass(slots=True)
class Composed:
    """A field of the row that is a composite of columns."""

    composite: Composite
    columns: tuple[str, ...]


@dataclass(slots=True)
class One:
    """The visible row of another type whose `target` is this row's `column`. `given`: where the row may hold it already."""

    type_name: str
    column: str
    target: str
    given: str | None


@dataclass(frozen=True, slots=True)
class Every:
    """All rows of a relation, as objects of another type, whose `target` is this row's id; for lists that do not grow."""

    type_name: str
    relation: Relation
    target: str
    order: tuple[str, ...]


@dataclass(slots=True)
class Many:
    """A page of the visible rows of another type whose `target` is this row's `column`."""

    type_name: str
    target: str
    order: Order
    where: Callable[..., str] | None

    def ask(self, context: Reader, parent: object, *, first: int, after: str | None, **given: Any) -> Any:
        """The page of a parent (its id). Raises `GraphQLError`."""
        where = "true" if self.where is None else self.where(**given)
        python_type = row_type(self.type_name).python_type
        return page_of(context, python_type, first, after, where=where, order=self.order, parent=(self.target, parent))


class RowField(StrawberryField):
    """A field of a row; a column without a name has the field's."""

    def __set_name__(self, _: type, name: str) -> None:
        declared = self.metadata[DECLARED]
        if isinstance(declared, Column) and declared.name is None:
            declared.name = name


def _field(resolver: Callable[..., Any], declared: object, description: str) -> Any:
    field = RowField(description=description, metadata={DECLARED: declared})
    return field(resolver)


def column(name: str | None = None, *, prefix: str | None = None, description: str) -> Any:
    """A column of the row as it is: text, numbers, booleans, times, enumerations by value; ids with a prefix."""
    declared = Column(name, prefix)

    def resolve(root: Any) -> Any:
        value = root.row[declared.name]
        return value if prefix is None or value is None else f"{prefix}_{value}"

    return _field(resolve, declared, description)


def key(*, description: str) -> Any:
    """The row's id as it goes over the wire, with the prefix of the type."""

    def resolve(root: Any) -> Any:
        return f"{row_type_of(type(root)).prefix}_{root.row['id']}"

    return _field(resolve, Column("id", ""), description)


def composed(composite: Composite, *columns: str, description: str) -> Any:
    """A composite of columns of the row; null when the first one is."""

    def resolve(root: Any) -> Any:
        values = [root.row[name] for name in columns]
        return None if values[0] is None else composite.make(*values)

    return _field(resolve, Composed(composite, columns), description)


def one(type_name: str, column: str, target: str = "id", *, given: str | None = None, description: str) -> Any:
    """The row of a type to which a column refers; null when there is none, or it is not the viewer's to see."""

    def resolve(root: Any, info: strawberry.Info) -> Any:
        if given is not None and given in root.row:
            held = root.row[given]
            return None if held is None else row_type(type_name).python_type(row=held)
        return reference(info.context, row_type(type_name).python_type, root.row[column], target)

    return _field(resolve, One(type_name, column, target, given), description)


def every(type_name: str, relation: Relation, target: str, order: tuple[str, ...], *, description: str) -> Any:
    """All rows of a relation, as objects of a type, whose `target` is this row's id, ordered by text columns."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        found = await info.context.rows(relation, target, root.row["id"])
        found.sort(key=lambda row: [row[name] for name in order])
        return [row_type(type_name).python_type(row=row) for row in found]

    return _field(resolve, Every(type_name, relation, target, order), description)


def many(
    type_name: str,
    target: str,
    *,
    order: Order = ORDER_BY_ID,
    where: Callable[..., str] | None = None,
    description: str,
) -> Any:
    """A page of the rows of a type whose `target` is this row's id. `where` makes their condition of further arguments."""
    declared = Many(type_name, target, order, where)

    def resolve(root: Any, info: strawberry.Info, **given: Any) -> Any:
        return declared.ask(info.context, root.row["id"], **given)

    further: Sequence[Parameter] = list(signature(where).parameters.values()) if where is not None else ()
    own = signature(resolve).parameters
    paging = [
        Parameter("first", Parameter.KEYWORD_ONLY, default=20, annotation=First),
        Parameter("after", Parameter.KEYWORD_ONLY, default=None, annotation=After),
    ]
    parameters = [own["root"], own["info"], *(p.replace(kind=Parameter.KEYWORD_ONLY) for p in further), *paging]
    resolve.__signature__ = signature(resolve).replace(parameters=parameters)  # type: ignore[attr-defined]  # what strawberry reads
    return _field(resolve, declared, description)
