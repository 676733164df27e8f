"""The expanded shape of one operation: how deep, how often the same field, what it may cost.

Only for documents that passed `limits.check`: their expansion has at most 1,000 fields and 1,000 spreads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from api.limits import exceeded
from api.sizes import Sizes

MAX_DEPTH = 15
MAX_INTROSPECTION_DEPTH = 20
MAX_ROOT_FIELDS = 20
MAX_SCHEMAS = 2
MAX_REPEATS = 5_000
MAX_COST = 50_000
COST_CEILING = 10**12


@dataclass
class Place:
    """A path of the response, and how many fields of the operation are merged there."""

    fields: int = 0
    inside: dict[str, "Place"] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A selection set to be looked at, and where it is."""

    selections: SelectionSetNode
    parent: GraphQLNamedType | None
    place: Place
    depth: int
    times: int
    introspection: bool = False


class Shape:
    """One walk over an operation; afterwards `cost` holds what it may cost, in fields resolved, and `root_fields` how many it has.

    Raises LIMIT_EXCEEDED naming depth, introspection depth, root fields or repeats. Repeats are the pairs of fields
    that validation compares because they have the same path: n of one path are n(n-1)/2.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, sizes: Sizes
    ) -> None:
        self.cost = 0
        self._schema = schema
        self._sizes = sizes
        self._repeats = 0
        self.root_fields = 0
        self._schemas = 0
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        root = schema.get_root_type(operation.operation)
        waiting = [Step(operation.selection_set, root, Place(), depth=0, times=1)]
        while waiting:
            step = waiting.pop()
            waiting.extend(filter(None, (self._inside(node, step) for node in step.selections.selections)))

    def _inside(self, node: SelectionNode, step: Step) -> Step | None:
        """What is selected inside a selection."""
        if isinstance(node, FieldNode):
            return self._field(node, step)
        if isinstance(node, FragmentSpreadNode):
            fragment = self._fragments.get(node.name.value)
            return self._on(fragment, step) if fragment is not None else None
        assert isinstance(node, InlineFragmentNode), "there are three kinds of selections"
        return self._on(node, step)

    def _on(self, node: FragmentDefinitionNode | InlineFragmentNode, step: Step) -> Step:
        """A fragment's selections, on the type of its condition."""
        condition = node.type_condition
        parent = step.parent if condition is None else self._schema.get_type(condition.name.value)
        return Step(node.selection_set, parent, step.place, step.depth, step.times, step.introspection)

    def _field(self, node: FieldNode, step: Step) -> Step | None:
        """Count a field; answers with what is selected inside it."""
        name = node.name.value
        introspection = step.introspection or name in ("__schema", "__type")
        depth = step.depth + 1
        if introspection and depth > MAX_INTROSPECTION_DEPTH:
            raise exceeded("introspection depth", MAX_INTROSPECTION_DEPTH, depth)
        if not introspection and depth > MAX_DEPTH:
            raise exceeded("depth", MAX_DEPTH, depth)
        if depth == 1:
            self.root_fields += 1
            if self.root_fields > MAX_ROOT_FIELDS:
                raise exceeded("root fields", MAX_ROOT_FIELDS, self.root_fields)
            self._schemas += name == "__schema"
            if self._schemas > MAX_SCHEMAS:
                raise exceeded("descriptions of the schema", MAX_SCHEMAS, self._schemas)
        place = step.place.inside.setdefault(node.alias.value if node.alias else name, Place())
        self._repeats += place.fields
        place.fields += 1
        if self._repeats > MAX_REPEATS:
            raise exceeded("repeats of a field", MAX_REPEATS, self._repeats)
        definition = self._definition(step.parent, name)
        self.cost = min(self.cost + step.times, COST_CEILING)
        if node.selection_set is None:
            return None
        size = 1 if introspection or definition is None else self._sizes.of(node, definition, step.parent)
        inner = get_named_type(definition.type) if definition is not None else None
        times = min(step.times * size, COST_CEILING)
        return Step(node.selection_set, inner, place, depth, times, introspection)

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        """The field's definition; None where validation will say that there is none."""
        if parent is None or not is_composite_type(parent):
            return None
        composite: GraphQLCompositeType = parent
        return self._schema.get_field(composite, name)
