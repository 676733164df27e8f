"""From an operation to its plan."""

from collections.abc import Mapping, Sequence
from typing import cast

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry import Schema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from api.engine import plans, steps
from api.engine.calls import Call
from api.engine.connections import Connection
from api.engine.declarations import DECLARED, Column, Composed, Every, Many, One
from api.engine.plans import ConnectionPlan, ObjectPlan, RowsPlan
from api.engine.registry import RowType, find_row_type, row_type
from api.engine.selections import Grouped, Selections, Selector, Uncompilable
from api.engine.shapes import shape_of_page, shape_of_rows
from api.engine.statements import Keys, Level
from api.engine.steps import Step
from domain.shared.relations import Relation

BACKREF = "strawberry-definition"
"""Where strawberry keeps its own definition in graphql-core's."""


class NeedsObjects(Exception):
    """A selection on rows that has a field of the object itself."""


class Compiler:
    """Compiles the selections of one operation. `wires`: by scalar, the SQL of its wire format, of an expression `{0}`."""

    def __init__(self, schema: Schema, selector: Selector, wires: Mapping[str, str]) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        self._selector = selector
        self._wires = wires

    def objects(self, graphql_type: GraphQLObjectType, selections: Selections) -> ObjectPlan:
        """The plan for objects at hand."""
        fields: dict[str, plans.Typename | plans.Attribute | plans.Resolved] = {}
        for key, nodes in self._selector.fields(graphql_type, selections).items():
            name = nodes[0].name.value
            if name == "__typename":
                fields[key] = plans.Typename(graphql_type.name)
                continue
            definition, field = self._field(graphql_type, name)
            step = self._step(definition.type, _inside(nodes))
            if field.base_resolver is None:
                fields[key] = plans.Attribute(field, step)
            else:
                fields[key] = plans.Resolved(Call(self._strawberry, field, definition, nodes[0]), step)
        return ObjectPlan(fields)

    def _field(self, graphql_type: GraphQLObjectType, name: str) -> tuple[GraphQLField, StrawberryField]:
        definition = graphql_type.fields.get(name)
        field = definition.extensions.get(BACKREF) if definition is not None else None
        if definition is None or not isinstance(field, StrawberryField):
            raise Uncompilable(f"the field {name}")
        return definition, field

    def _step(self, output: GraphQLOutputType, selections: Selections) -> Step:
        if is_non_null_type(output):
            return steps.NonNull(self._step(output.of_type, selections))
        if is_list_type(output):
            return steps.ListOf(self._step(output.of_type, selections))
        if is_leaf_type(output):
            return steps.Leaf(output.coerce_output_value)
        if is_abstract_type(output):
            possible = {member.name: member for member in self._schema.get_possible_types(output)}
            return steps.Abstract(possible, lambda member: self._objects(member, selections))
        assert is_object_type(output), "the kinds of output types"
        return self._objects(output, selections)

    def _objects(self, output: GraphQLObjectType, selections: Selections) -> Step:
        at_hand = self.objects(output, selections)
        found = find_row_type(output.name)
        step = plans.Objects(at_hand, self._rows_of(found, output, selections))
        if _is_connection(output):
            return plans.Pages(step, self.connection(output, selections))
        return step

    def _rows_of(self, found: RowType | None, output: GraphQLObjectType, selections: Selections) -> plans.RowsOf:
        """The plans for rows of a type by relation and order, each made when it is first needed."""
        made: dict[tuple[Relation, Keys], RowsPlan] = {}

        def rows_of(relation: Relation, keys: Keys) -> RowsPlan:
            assert found is not None, "only rows are referred to"
            known = made.get((relation, keys))
            if known is None:
                known = made[relation, keys] = self.rows(found, relation, output, selections, keys)
            return known

        return rows_of

    def rows(
        self, found: RowType, relation: Relation, output: GraphQLObjectType, selections: Selections, keys: Keys = ()
    ) -> RowsPlan:
        """The plan for rows of a relation as objects of a type; `keys`: the order that cursors tell."""
        writer = _Writer(self, relation)
        try:
            expression = writer.object("t", found, relation, output, self._selector.fields(output, selections))
        except NeedsObjects:
            level = Level(relation)
            level.columns.append(relation.selected)
            return RowsPlan(
                found, level, objects=self.objects(output, selections), cursor=[column for column, _ in keys]
            )
        cursor = [writer.level.place(f"{{t}}.{column}") for column, _ in keys]
        shape = shape_of_rows(expression, len(writer.children))
        return RowsPlan(found, writer.level, shape=shape, children=writer.children, cursor=cursor)

    def connection(self, output: GraphQLObjectType, selections: Selections) -> ConnectionPlan:
        """The plan for pages. Raises `Uncompilable` when nodes are selected in more than one place."""
        entries: list[str] = []
        cursors = False
        places: list[tuple[str, str]] = []
        node_type, inside = None, []
        for key, nodes in self._selector.fields(output, selections).items():
            name = nodes[0].name.value
            if name == "__typename":
                entries.append(f"{key!r}: {output.name!r}")
                continue
            part = cast("GraphQLObjectType", get_named_type(output.fields[name].type))
            fields = self._selector.fields(part, _inside(nodes))
            shown: list[str] = []
            for inner, inner_nodes in fields.items():
                inner_name = inner_nodes[0].name.value
                shown.append(f"{inner!r}: {_PAGE_PARTS.get(inner_name, repr(part.name))}")
                cursors = cursors or inner_name in ("cursor", "endCursor")
                if inner_name == "node":
                    places.append((key, inner))
                    inside = list(_inside(inner_nodes))
            if name == "edges":
                node_type = get_named_type(part.fields["node"].type)
                with_cursor = any(n[0].name.value == "cursor" for n in fields.values())
                loop = "for n, c in zip(nodes, cursors)" if with_cursor else "for n in nodes"
                entries.append(f"{key!r}: [{{{', '.join(shown)}}} {loop}]")
            else:
                entries.append(f"{key!r}: {{{', '.join(shown)}}}")
        if len(places) > 1:
            raise Uncompilable("nodes in more than one place of a page")
        if node_type is None:
            edge = cast("GraphQLObjectType", get_named_type(output.fields["edges"].type))
            node_type = get_named_type(edge.fields["node"].type)
        node = cast("GraphQLObjectType", node_type)
        found = find_row_type(node.name)
        rows_of = self._rows_of(found, node, inside)
        return ConnectionPlan(rows_of, shape_of_page(entries), cursors=cursors)

    def wire(self, output: GraphQLOutputType, declared: Column, owner: RowType, expression: str) -> str:
        """What a column is on the wire, in SQL. Raises `NeedsObjects` where SQL cannot say it."""
        named = get_named_type(output)
        inner = output.of_type if is_non_null_type(output) else output
        if isinstance(named, GraphQLEnumType):
            if any(name != value.value for name, value in named.values.items()):
                raise NeedsObjects
            return expression
        if named.name == "ID":
            if is_list_type(inner):
                raise NeedsObjects
            prefix = owner.prefix if declared.prefix == "" else declared.prefix
            return f"{expression}::text" if prefix is None else f"'{prefix}_' || {expression}"
        wire = self._wires.get(named.name)
        if wire is None:
            return expression
        if is_list_type(inner):
            raise NeedsObjects
        return wire.format(expression)

    def inside_of(self, output: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Grouped:
        """The fields selected inside a field."""
        return self._selector.fields(output, _inside(nodes))

    def call(self, field: StrawberryField, definition: GraphQLField, node: FieldNode) -> Call:
        """A field's call, for its arguments."""
        return Call(self._strawberry, field, definition, node)

    def declared(self, output: GraphQLObjectType, name: str) -> tuple[GraphQLField, StrawberryField, object]:
        """A field with what it declares. Raises `NeedsObjects` when that is nothing."""
        definition, field = self._field(output, name)
        declared = field.metadata.get(DECLARED)
        if declared is None:
            raise NeedsObjects
        return definition, field, declared


class _Writer:
    """Writes the code that shapes the rows of one level, and notes what has to be selected for it."""

    def __init__(self, compiler: Compiler, relation: Relation) -> None:
        self.level = Level(relation)
        self.children: list[plans.Child] = []
        self._compiler = compiler

    def object(self, alias: str, found: RowType, relation: Relation, output: GraphQLObjectType, fields: Grouped) -> str:
        """An object of the rows of `alias`, as a dict's literal over the record `r`. Raises `NeedsObjects`."""
        alias = "{t}" if alias == "t" else alias
        entries = []
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name == "__typename":
                entries.append(f"{key!r}: {output.name!r}")
                continue
            definition, field, declared = self._compiler.declared(output, name)
            match declared:
                case Column():
                    assert declared.name is not None, "named when its class was made"
                    raw = self.level.expression(alias, relation, declared.name)
                    value = f"r[{self.level.place(self._compiler.wire(definition.type, declared, found, raw))}]"
                case Composed():
                    value = self._composed(alias, relation, definition, declared, nodes)
                case One():
                    value = self._one(alias, relation, definition, declared, nodes)
                case Every():
                    value = self._every(alias, relation, definition, declared, nodes)
                case Many():
                    call = self._compiler.call(field, definition, nodes[0])
                    value = self._many(alias, relation, definition, declared, call, nodes)
                case _:
                    raise NeedsObjects
            entries.append(f"{key!r}: {value}")
        return f"{{{', '.join(entries)}}}"

    def _composed(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: Composed, nodes: list[FieldNode]
    ) -> str:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        raw = [self.level.expression(alias, relation, name) for name in declared.columns]
        entries = []
        for key, inner in self._compiler.inside_of(output, nodes).items():
            name = inner[0].name.value
            if name == "__typename":
                entries.append(f"{key!r}: {output.name!r}")
            else:
                entries.append(f"{key!r}: r[{self.level.place(declared.composite.sql[name].format(*raw))}]")
        made = f"{{{', '.join(entries)}}}"
        if is_non_null_type(definition.type):
            return made
        return f"None if r[{self.level.place(f'{raw[0]} is null')}] else {made}"

    def _one(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: One, nodes: list[FieldNode]
    ) -> str:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        found = row_type(declared.type_name)
        key = self.level.expression(alias, relation, declared.column)
        joined = _Writer(self._compiler, relation)
        joined.level, joined.children = self.level, self.children
        mark = self.level.mark(), len(self.children)
        other = self.level.join(found.relation, declared.target, key)
        try:
            made = joined.object(other, found, found.relation, output, self._compiler.inside_of(output, nodes))
        except NeedsObjects:
            self.level.rewind(mark[0])
            del self.children[mark[1] :]
            plan = self._compiler.rows(found, found.relation, output, _inside(nodes))
            return self._child(plans.OneChild(self.level.place(key), declared.target, plan))
        target = self.level.expression(other, found.relation, declared.target)
        return f"None if r[{self.level.place(f'{target} is null')}] else {made}"

    def _every(
        self, alias: str, relation: Relation, definition: GraphQLField, declared: Every, nodes: list[FieldNode]
    ) -> str:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        place = self.level.place(self.level.expression(alias, relation, "id"))
        plan = self._compiler.rows(row_type(declared.type_name), declared.relation, output, _inside(nodes))
        return self._child(plans.EveryChild(place, declared, plan))

    def _many(
        self,
        alias: str,
        relation: Relation,
        definition: GraphQLField,
        declared: Many,
        call: Call,
        nodes: list[FieldNode],
    ) -> str:
        output = cast("GraphQLObjectType", get_named_type(definition.type))
        place = self.level.place(self.level.expression(alias, relation, "id"))
        plan = self._compiler.connection(output, _inside(nodes))
        return self._child(plans.ManyChild(place, call, declared.ask, plan))

    def _child(self, child: plans.Child) -> str:
        self.children.append(child)
        return f"c{len(self.children) - 1}"


_PAGE_PARTS = {"node": "n", "cursor": "c", "hasNextPage": "has_next", "endCursor": "cursors[-1] if cursors else None"}


def _inside(nodes: Sequence[FieldNode]) -> Selections:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _is_connection(output: GraphQLObjectType) -> bool:
    definition = output.extensions.get(BACKREF)
    return (
        isinstance(definition, StrawberryObjectDefinition)
        and definition.concrete_of is not None
        and (definition.concrete_of.origin is Connection)
    )
