"""Variables of an operation that need no coercion: those whose value is one of the specification's scalars as it is."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import NamedTypeNode, NonNullTypeNode, OperationDefinitionNode

MOST_INT = 2**31


def _is_int(value: Any) -> bool:
    return type(value) is int and -MOST_INT <= value < MOST_INT


FITS: Mapping[str, Callable[[Any], bool]] = {
    "ID": lambda value: type(value) is str,
    "String": lambda value: type(value) is str,
    "Int": _is_int,
    "Boolean": lambda value: type(value) is bool,
}
"""Whether a value of a scalar is what it is coerced to. A number for an `ID` is not."""


class Variables:
    """The variables that an operation defines. `plain`: those of the specification's scalars, with their types."""

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.plain: dict[str, str] = {}
        self._are_all_plain = True
        for definition in operation.variable_definitions or ():
            node = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
            if isinstance(node, NamedTypeNode) and node.name.value in FITS:
                self.plain[definition.variable.name.value] = node.name.value
            else:
                self._are_all_plain = False
        self._fits = {name: FITS[kind] for name, kind in self.plain.items()}

    def as_given(self, raw: Mapping[str, Any]) -> dict[str, Any] | None:
        """The coerced variables, where each is given and fits as it is; None where graphql-core has to coerce them."""
        if not self._are_all_plain:
            return None
        given: dict[str, Any] = {}
        for name, fits in self._fits.items():
            value = raw.get(name)
            if not fits(value):
                return None
            given[name] = value
        return given
