"""Writing a level: what has to be selected of its rows, and the template of what they are on the wire."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type, is_non_null_type

from api.engine import row_plans
from api.engine.calls import Call
from api.engine.declarations import Column, Composed, Every, Many, One
from api.engine.registry import RowType, row_type
from api.engine.selections import Grouped, inside
from api.engine.statements import Level
from api.engine.wires import UUID_TEXT, Wire, quoted
from api.engine.writing import Part, call, json_object, member, name, or_null
from domain.shared.relations import Relation

if TYPE_CHECKING:
    from api.engine.compiler import Compiler


class NeedsObjects(Exception):
    """A selection on rows that has a field of the object itself."""


class LevelWriter:
    """Writes the template of the rows of one level, over the record `r`, and notes what has to be selected for it."""

    def __init__(self, compiler: "Compiler", relation: Relation) -> None:
        self.level = Level(relation)
        self.children: list[row_plans.Child] = []
        self.namespace: dict[str, Any] = {}
        self._compiler = compiler

    def object(
        self, alias: str, found: RowType, relation: Relation, output: GraphQLObjectType, fields: Grouped
    ) -> list[Part]:
        """An object of the rows of `alias`. Raises `NeedsObjects`."""
        entries: list[tuple[str, Sequence[Part]]] = []
        for key, nodes in fields.items():
            field_name = nodes[0].name.value
            if field_name == "__typename":
                entries.append((key, [quoted(output.name)]))
                continue
            definition, field, declared = self._compiler.declared(output, field_name)
            match declared:
                case Column():
                    value = self._column(alias, found, relation, definition, declared)
                case Composed():
                    value = self._composed(alias, relation, definition, declared, nodes)
                case One():
                    value = self._one(alias, relation, definition, declared, nodes)
                case Every():
                    value = self._every(alias, relation, definition, declared, nodes)
                case Many():
                    asking = self._compiler.call(field, definition, nodes[0])
                    value = self._many(alias, relation, definition, declared, asking, nodes)
                case _:
                    raise NeedsObjects
            entries.append((key, value))
        return json_object(entries)

    def _column(
        self, alias: str, found: RowType, relation: Relation, definition: GraphQLField, declared: Column
    ) -> list[Part]:
        assert declared.name is not None, "named when its class was made"
        prefix = found.prefix if declared.prefix == "" else declared.prefix
        wire = self._compiler.wire(definition.type, prefix)
        raw = self.level.expression(alias, relation, declared.name)
        place = self.level.place(wire.sql.format(raw))
        shown = self._shown(wire, [place], f"{prefix}_" if prefix is not None else "")
        return shown if is_non_null_type(definition.type) else [or_null(member(place), shown)]

    def _shown(self, wire: Wire, places: Sequence[int], prefix: str = "") -> list[Part]:
        """The JSON text of a value that is not null."""
        if wire.show is None:
            return [f'"{prefix}', *map(member, places), '"']
        return [call(self._function(wire.show), *map(member, places))]

    def _function(self, function: Callable[..., str]) -> Any:
        known = f"f{id(function)}"
        self.namespace[known] = function
        return name(known)

    def _composed(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: Composed, nodes: list[FieldNode]
    ) -> list[Part]:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        raw = [self.level.expression(alias, relation, column) for column in declared.columns]
        entries: list[tuple[str, Sequence[Part]]] = []
        for key, inner in self._compiler.inside_of(output, nodes).items():
            field_name = inner[0].name.value
            if field_name == "__typename":
                entries.append((key, [quoted(output.name)]))
                continue
            part = declared.composite.parts[field_name]
            places = [self.level.place(part.wire.sql.format(raw[number])) for number in part.columns]
            entries.append((key, self._shown(part.wire, places)))
        made = json_object(entries)
        if is_non_null_type(definition.type):
            return made
        return [or_null(member(self.level.place(raw[0])), made)]

    def _one(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: One, nodes: list[FieldNode]
    ) -> list[Part]:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        found = row_type(declared.type_name)
        key = self.level.expression(alias, relation, declared.column)
        mark = self.level.mark(), len(self.children)
        other = self.level.join(found.relation, declared.target, key)
        try:
            made = self.object(other, found, found.relation, output, self._compiler.inside_of(output, nodes))
        except NeedsObjects:
            self.level.rewind(mark[0])
            del self.children[mark[1] :]
            plan = self._compiler.rows(found, found.relation, output, inside(nodes))
            return self._child(row_plans.OneChild(self.level.place(key), declared.target, plan))
        target = self.level.expression(other, found.relation, declared.target)
        return [or_null(member(self.level.place(UUID_TEXT.sql.format(target))), made)]

    def _every(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: Every, nodes: list[FieldNode]
    ) -> list[Part]:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        place = self.level.place(self.level.expression(alias, relation, "id"))
        plan = self._compiler.rows(row_type(declared.type_name), declared.relation, output, inside(nodes))
        return self._child(row_plans.EveryChild(place, declared, plan))

    def _many(
        self,
        alias: str,
        relation: Relation,
        definition: GraphQLField,
        declared: Many,
        asking: Call,
        nodes: list[FieldNode],
    ) -> list[Part]:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        place = self.level.place(self.level.expression(alias, relation, "id"))
        plan = self._compiler.connection(output, inside(nodes))
        return self._child(row_plans.ManyChild(place, asking, declared.ask, plan))

    def _child(self, child: row_plans.Child) -> list[Part]:
        self.children.append(child)
        return [name(f"c{len(self.children) - 1}")]
