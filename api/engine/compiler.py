"""From an operation to its plan."""

from collections.abc import Mapping, Sequence
from uuid import UUID

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
from api.engine.connections import Connection, Order
from api.engine.declarations import DECLARED
from api.engine.levels import LevelWriter, NeedsObjects
from api.engine.pages import connection_plan
from api.engine.plans import ObjectPlan
from api.engine.registry import RowType, find_row_type
from api.engine.row_plans import ConnectionPlan, RowsOf, RowsPlan
from api.engine.selections import Grouped, Selections, Selector, Uncompilable, inside
from api.engine.shapes import shape_of_rows
from api.engine.statements import Level
from api.engine.steps import Step
from api.engine.wires import OTHER, PLAIN, TEXT, UUID_TEXT, Wire, quoted
from domain.shared.relations import Relation

BACKREF = "strawberry-definition"
"""Where strawberry keeps its own definition in graphql-core's."""


class Compiler:
    """Compiles the selections of one operation.

    `wires`: the schema's own scalars on the wire, by name. `variables`: those of the specification's scalars, with their
    types.
    """

    def __init__(
        self, schema: Schema, selector: Selector, wires: Mapping[str, Wire], variables: Mapping[str, str]
    ) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        self._selector = selector
        self._wires: dict[str, Wire] = {**PLAIN, **wires}
        self._variables = variables

    def objects(self, graphql_type: GraphQLObjectType, selections: Selections) -> ObjectPlan:
        """The plan for objects at hand."""
        fields: dict[str, plans.Field] = {}
        for key, nodes in self._selector.fields(graphql_type, selections).items():
            name = nodes[0].name.value
            if name == "__typename":
                fields[key] = plans.Typename(graphql_type.name)
                continue
            definition, field = self._field(graphql_type, name)
            step = self._step(definition.type, inside(nodes))
            if field.base_resolver is None:
                fields[key] = plans.Attribute(field, step)
            else:
                fields[key] = plans.Resolved(self.call(field, definition, nodes[0]), step)
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
        step = plans.Objects(at_hand, self.rows_of(found, output, selections))
        if _is_connection(output):
            return plans.Pages(step, self.connection(output, selections))
        return step

    def rows_of(self, found: RowType | None, output: GraphQLObjectType, selections: Selections) -> RowsOf:
        """The plans for rows of a type by relation and order, each made when it is first needed."""
        made: dict[tuple[Relation, Order], RowsPlan] = {}

        def rows_of(relation: Relation, order: Order) -> RowsPlan:
            assert found is not None, "only rows are referred to"
            known = made.get((relation, order))
            if known is None:
                known = made[relation, order] = self.rows(found, relation, output, selections, order)
            return known

        return rows_of

    def rows(
        self, found: RowType, relation: Relation, output: GraphQLObjectType, selections: Selections, order: Order = ()
    ) -> RowsPlan:
        """The plan for rows of a relation as objects of a type; `order`: what cursors tell."""
        writer = LevelWriter(self, relation)
        try:
            parts = writer.object("{t}", found, relation, output, self._selector.fields(output, selections))
        except NeedsObjects:
            level = Level(relation)
            level.columns.append(relation.selected)
            return RowsPlan(
                found, level, objects=self.objects(output, selections), cursor=[column for column, _, _ in order]
            )
        cursor = [
            writer.level.place((UUID_TEXT.sql if kind is UUID else "{0}").format(f"{{t}}.{column}"))
            for column, _, kind in order
        ]
        shape = shape_of_rows(parts, len(writer.children), writer.namespace)
        return RowsPlan(found, writer.level, shape=shape, children=writer.children, cursor=cursor)

    def connection(self, output: GraphQLObjectType, selections: Selections) -> ConnectionPlan:
        """The plan for pages. Raises `Uncompilable` when nodes are selected in more than one place."""
        return connection_plan(self, output, self._selector.fields(output, selections))

    def wire(self, output: GraphQLOutputType, prefix: str | None) -> Wire:
        """How a column goes over the wire; `prefix`: of the id it is, if it has one. Raises `NeedsObjects` where it cannot be said."""
        named = get_named_type(output)
        is_list = is_list_type(output.of_type if is_non_null_type(output) else output)
        if isinstance(named, GraphQLEnumType):
            if any(name != value.value for name, value in named.values.items()):
                raise NeedsObjects
            return OTHER if is_list else TEXT
        if named.name == "ID":
            if is_list:
                raise NeedsObjects
            return Wire("{0}::text", quoted) if prefix is None else UUID_TEXT
        if is_list:
            if named.name in self._wires and named.name not in PLAIN:
                raise NeedsObjects
            return OTHER
        return self._wires.get(named.name, OTHER)

    def inside_of(self, output: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Grouped:
        """The fields selected inside a field."""
        return self._selector.fields(output, inside(nodes))

    def call(self, field: StrawberryField, definition: GraphQLField, node: FieldNode) -> Call:
        """A field's call, for its arguments."""
        return Call(self._strawberry, field, definition, node, self._variables)

    def declared(self, output: GraphQLObjectType, name: str) -> tuple[GraphQLField, StrawberryField, object]:
        """A field with what it declares. Raises `NeedsObjects` when that is nothing."""
        definition, field = self._field(output, name)
        declared = field.metadata.get(DECLARED)
        if declared is None:
            raise NeedsObjects
        return definition, field, declared


def _is_connection(output: GraphQLObjectType) -> bool:
    definition = output.extensions.get(BACKREF)
    return (
        isinstance(definition, StrawberryObjectDefinition)
        and definition.concrete_of is not None
        and (definition.concrete_of.origin is Connection)
    )
