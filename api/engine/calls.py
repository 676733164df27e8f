"""Calling a field's resolver as strawberry would, with its arguments coerced once for all objects of a level."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from graphql import FieldNode, GraphQLError, GraphQLField, VariableNode, VariableValues, is_non_null_type
from graphql.execution.values import get_argument_values
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from api.engine.run import Run
from api.engine.selections import Uncompilable, names_a_variable, names_variables

NO_VARIABLES = VariableValues({}, {})


class Call:
    """A field's resolver with its arguments. `plain`: the variables of the specification's scalars, with their types."""

    def __init__(
        self,
        schema: Schema,
        field: StrawberryField,
        definition: GraphQLField,
        node: FieldNode,
        plain: Mapping[str, str],
    ) -> None:
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
        self._direct = self._directly_given(plain)
        self._template: dict[str, Any] | None = None

    def _converted(self, variables: VariableValues) -> dict[str, Any]:
        if not self._definition.args:
            return {}
        try:
            given = get_argument_values(self._definition, self._node, variables)
        except GraphQLError as error:
            raise Uncompilable("arguments that do not fit") from error
        converter = self._schema.schema_converter
        return convert_arguments(given, self._field.arguments, converter.scalar_registry, self._schema.config)

    def _directly_given(self, plain: Mapping[str, str]) -> dict[str, str]:
        """The arguments whose value is that of a variable as it is, by Python name; empty when some depend on variables otherwise."""
        names = self._schema.config.name_converter
        python_names = {names.from_argument(argument): argument.python_name for argument in self._field.arguments}
        direct: dict[str, str] = {}
        for argument in self._node.arguments or ():
            if not names_a_variable(argument.value):
                continue
            given = argument.value
            expected = self._definition.args[argument.name.value].type
            expected = expected.of_type if is_non_null_type(expected) else expected
            if not isinstance(given, VariableNode) or plain.get(given.name.value) != str(expected):
                return {}
            direct[python_names[argument.name.value]] = given.name.value
        return direct

    def arguments(self, run: Run) -> dict[str, Any]:
        """The arguments of this execution, by Python name."""
        if self._constant is not None:
            return self._constant
        known = run.arguments.get(id(self))
        if known is None:
            known = run.arguments[id(self)] = self._of_this(run)
        return known

    def _of_this(self, run: Run) -> dict[str, Any]:
        """As converted once, with the values of those that are variables as they are."""
        given = {name: run.given.get(variable) for name, variable in self._direct.items()}
        if not given or None in given.values():
            return self._converted(run.variables)  # a null or missing variable has rules of its own
        if self._template is None:
            self._template = self._converted(run.variables)
        return self._template | given

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
