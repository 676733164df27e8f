"""Calling a field's resolver as strawberry would, with its arguments coerced once for all objects of a level."""

from collections.abc import Callable
from typing import Any, cast

from graphql import FieldNode, GraphQLError, GraphQLField, VariableValues
from graphql.execution.values import get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from api.engine.run import Run
from api.engine.selections import Uncompilable, names_variables

NO_VARIABLES = VariableValues({}, {})


class Call:
    """A field's resolver with its arguments."""

    def __init__(self, schema: Schema, field: StrawberryField, definition: GraphQLField, node: FieldNode) -> None:
        resolver = field.base_resolver
        if resolver is None or field.extensions or field.permission_classes:
            raise Uncompilable("a field with extensions")
        self._schema = schema
        self._field = field
        self._definition = definition
        self._node = node
        self._function = cast("Callable[..., Any]", resolver.wrapped_func)
        self._takes_self = resolver.self_parameter is not None
        named = (resolver.root_parameter, resolver.parent_parameter)
        self._source_names = tuple(parameter.name for parameter in named if parameter is not None)
        self._info_name = resolver.info_parameter.name if resolver.info_parameter is not None else None
        self._constant = None if names_variables(node) else self._converted(NO_VARIABLES)

    def _converted(self, variables: VariableValues) -> dict[str, Any]:
        if not self._definition.args:
            return {}
        try:
            given = get_argument_values(self._definition, self._node, variables)
        except GraphQLError as error:
            raise Uncompilable("arguments that do not fit") from error
        converter = self._schema.schema_converter
        return convert_arguments(given, self._field.arguments, converter.scalar_registry, self._schema.config)

    def arguments(self, run: Run) -> dict[str, Any]:
        """The arguments of this execution, by Python name."""
        if self._constant is not None:
            return self._constant
        known = run.arguments.get(id(self))
        if known is None:
            known = run.arguments[id(self)] = self._converted(run.variables)
        return known

    def results(self, run: Run, sources: list[Any]) -> list[Any]:
        """What the resolver answers for each source; it may have to be awaited."""
        arguments = dict(self.arguments(run))
        if self._info_name is not None:
            arguments[self._info_name] = run.info
        function = self._function
        if self._takes_self:
            return [function(source, **arguments) for source in sources]
        if self._source_names:
            return [function(**arguments, **dict.fromkeys(self._source_names, source)) for source in sources]
        return [function(**arguments) for _ in sources]
