"""How many elements a field may answer with, as far as the request tells."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLUnionType,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from domain.shared.relations import MAX_PAGE

DEFAULT_PAGE = 20
LIST_SIZE = 10
"""What a list without a page size is taken for: products, verifications, figures."""
LONG_LISTS = {"schedule": 100}
"""Fields whose lists are longer."""


class Sizes:
    """The sizes of an operation's fields under its variables; `used` names the variables that a size depends on."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self.used: set[str] = set()
        self._bounded = _bounded(schema)
        self._variables = variables
        self._defaults = {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}

    def of(self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType | None) -> int:
        """How often what is selected inside the field may be resolved for one value of its parent.

        A page counts by `first`; a field that takes a list, by the elements given; another list of objects for 10,
        except inside what was already counted so (the `edges` of a page).
        """
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "first" in definition.args:
            size = self._page(given["first"]) if "first" in given else definition.args["first"].default_value
            return (
                max(0, min(int(size), MAX_PAGE)) if isinstance(size, int | float) and isfinite(size) else DEFAULT_PAGE
            )
        elements = sum(self._elements(value) for value in given.values())
        if elements:
            return elements
        if _is_list(definition.type) and (parent is None or parent.name not in self._bounded):
            return LONG_LISTS.get(node.name.value, LIST_SIZE)
        return 1

    def _page(self, literal: ValueNode | None) -> Any:
        """The page size that was asked for, if it is a number; 100.0 is one."""
        if isinstance(literal, VariableNode):
            name = literal.name.value
            self.used.add(name)
            return self._variables[name] if name in self._variables else self._page(self._defaults.get(name))
        return int(literal.value) if isinstance(literal, IntValueNode) else None

    def _elements(self, literal: ValueNode) -> int:
        """The elements of the lists in an argument; lists inside lists do not count."""
        waiting, count = [literal], 0
        while waiting:
            value = waiting.pop()
            if isinstance(value, ListValueNode):
                count += len(value.values)
            elif isinstance(value, ObjectValueNode):
                waiting.extend(item.value for item in value.fields)
            elif isinstance(value, VariableNode):
                name = value.name.value
                self.used.add(name)
                default = self._defaults.get(name)
                if name in self._variables:
                    count += elements(self._variables[name])
                elif default is not None:
                    waiting.append(default)
        return count


def elements(value: Any) -> int:
    """The elements of the lists in a variable's value; lists inside lists do not count."""
    waiting, count = [value], 0
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, list):
            count += len(inner)
        elif isinstance(inner, dict):
            waiting.extend(inner.values())
    return count


def _is_list(graphql_type: Any) -> bool:
    inner = graphql_type.of_type if is_non_null_type(graphql_type) else graphql_type
    return is_list_type(inner) and is_composite_type(get_named_type(inner))


@lru_cache(maxsize=8)
def _bounded(schema: GraphQLSchema) -> frozenset[str]:
    """Types whose lists the request has already counted: pages, and payloads of what takes lists."""
    names: set[str] = set()
    for parent in schema.type_map.values():
        if is_object_type(parent):
            for definition in parent.fields.values():
                answer = get_named_type(definition.type)
                takes_list = _takes_list(arg.type for arg in definition.args.values())
                if "first" in definition.args or (takes_list and not _is_list(definition.type)):
                    members = answer.types if isinstance(answer, GraphQLUnionType) else (answer,)
                    names.update(member.name for member in members if not is_interface_type(member))
    return frozenset(names)


def _takes_list(types: Iterable[GraphQLInputType]) -> bool:
    waiting, seen = list(types), set[str]()
    while waiting:
        current: Any = waiting.pop()
        current = current.of_type if is_non_null_type(current) else current
        if is_list_type(current):
            return True
        if isinstance(current, GraphQLInputObjectType) and current.name not in seen:
            seen.add(current.name)
            waiting.extend(item.type for item in current.fields.values())
    return False
