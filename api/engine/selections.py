"""What an operation selects, with fragments opened and `@skip` and `@include` decided."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_abstract_type,
)

Selections = Sequence[SelectionSetNode]
Grouped = dict[str, list[FieldNode]]


class Uncompilable(Exception):
    """An operation, or a part of it, that has no plan; the text says why."""


class Selector:
    """Groups selections by response key, as the specification's CollectFields does."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, booleans: Mapping[str, bool]) -> None:
        self._schema = schema
        self._booleans = booleans
        self.opened = 0
        """How many fields were grouped so far: what is made of them grows alike."""
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def fields(self, parent: GraphQLObjectType, selections: Selections) -> Grouped:
        """The fields selected on an object, by response key, in the order of first appearance."""
        grouped: Grouped = {}
        opened: set[str] = set()
        for node in selections:
            for field in self._open(parent, node, opened):
                grouped.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        self.opened += len(grouped)
        return grouped

    def _open(self, parent: GraphQLObjectType, node: SelectionSetNode, opened: set[str]) -> Iterator[FieldNode]:
        for selection in node.selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
                continue
            fragment: FragmentDefinitionNode | InlineFragmentNode
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value in opened:
                    continue
                opened.add(selection.name.value)
                fragment = self._fragments[selection.name.value]
            else:
                assert isinstance(selection, InlineFragmentNode), "there are three kinds of selections"
                fragment = selection
            if self._applies(fragment, parent):
                yield from self._open(parent, fragment.selection_set, opened)

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in ("skip", "include"):
                (condition,) = (argument.value for argument in directive.arguments or ())
                if isinstance(condition, VariableNode):
                    holds = self._booleans[condition.name.value]
                else:
                    assert isinstance(condition, BooleanValueNode), "validated"
                    holds = condition.value
                if holds is (name == "skip"):
                    return False
            else:
                raise Uncompilable(f"directive @{name}")
        return True

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.get_type(fragment.type_condition.name.value)
        return condition is parent or (is_abstract_type(condition) and self._schema.is_sub_type(condition, parent))


def inside(nodes: Sequence[FieldNode]) -> Selections:
    """What is selected inside of fields that are merged."""
    return [node.selection_set for node in nodes if node.selection_set is not None]


def deciding_variables(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """The variables on which `@skip` and `@include` depend in an operation or in any fragment, sorted."""
    names: set[str] = set()
    roots = [node for node in document.definitions if node is operation or isinstance(node, FragmentDefinitionNode)]
    waiting: list[Node] = list(roots)
    while waiting:
        node = waiting.pop()
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value in ("skip", "include"):
                names.update(a.value.name.value for a in directive.arguments if isinstance(a.value, VariableNode))
        selection_set = getattr(node, "selection_set", None)
        if selection_set is not None:
            waiting.extend(selection_set.selections)
    defined = {node.variable.name.value for node in operation.variable_definitions or ()}
    return tuple(sorted(names & defined))


def names_variables(node: FieldNode) -> bool:
    """Whether the arguments of a field depend on variables."""
    return any(names_a_variable(argument.value) for argument in node.arguments or ())


def names_a_variable(given: ValueNode) -> bool:
    """Whether a value is a variable, or has one in it."""
    waiting: list[object] = [given]
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            return True
        waiting.extend(getattr(value, "values", ()))
        waiting.extend(item.value for item in getattr(value, "fields", ()))
    return False
