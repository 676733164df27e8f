"""What one operation may ask for, checked before graphql-core validates it.

graphql-core's validation is quadratic in equal fields, and limits that walk into every fragment spread are exponential
in chained fragments. Here each fragment is counted once and its counts are added where it is spread; only a document
whose expansion is then known to be small is walked in full (`api/shape.py`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
)

from api.errors import Code, top_level

MAX_TOKENS = 5_000
MAX_COMMENTS = 1_000
MAX_OPERATIONS = 50
MAX_FRAGMENTS = 50
MAX_VARIABLES = 100
MAX_FIELDS = 1_000
MAX_SPREADS = 1_000
MAX_ALIASES = 100
MAX_DIRECTIVES = 100
MAX_ARGUMENTS = 500
MAX_VALUES = 500
MAX_NUMBER_DIGITS = 50

COUNTED = {
    "fields": MAX_FIELDS,
    "spreads": MAX_SPREADS,
    "aliases": MAX_ALIASES,
    "directives": MAX_DIRECTIVES,
    "arguments": MAX_ARGUMENTS,
    "values": MAX_VALUES,
}
"""What is counted with fragments expanded. Spreads are fragments, named and inline; values what is in literals' lists and
objects, whose errors print them whole."""

SATURATED = 1_000_000
"""No count grows beyond: 22 chained fragments would be millions, 50 a number of fifteen digits."""


def exceeded(limit: str, maximum: int, actual: int) -> GraphQLError:
    """The refusal of an operation that is too large; `actual` is where counting stopped."""
    error = top_level(Code.LIMIT_EXCEEDED, f"The limit of {limit} is {maximum:,}; this operation has {actual:,}.")
    assert error.extensions is not None, "top_level gives a code"
    error.extensions |= {"limit": limit, "maximum": maximum, "actual": actual}
    return error


@dataclass
class Counts:
    """What a definition holds itself, and which fragments it spreads how often."""

    own: Counter[str] = field(default_factory=Counter)
    spreads: Counter[str] = field(default_factory=Counter)


def check(document: DocumentNode) -> None:
    """Raises LIMIT_EXCEEDED for a document that would be costly to validate.

    Raises BAD_REQUEST for what validation would refuse after much work (fragments in a circle, fragments nobody uses)
    and for literals that nothing accepts.
    """
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    variables = max((len(node.variable_definitions or ()) for node in operations), default=0)
    _bound("operations", MAX_OPERATIONS, len(operations))
    _bound("fragments", MAX_FRAGMENTS, len(fragments))
    _bound("variables", MAX_VARIABLES, variables)
    own = {node.name.value: _counts(node) for node in fragments}
    totals: dict[str, Counter[str]] = {}
    whole: Counter[str] = Counter()
    for node in operations:
        _add(whole, _total(_counts(node), own, totals, frozenset()), 1)
    unused = own.keys() - totals.keys()
    if unused:
        raise top_level(Code.BAD_REQUEST, f"Fragment '{min(unused)}' is never used.")
    for limit, maximum in COUNTED.items():
        _bound(limit, maximum, whole[limit])


def _bound(limit: str, maximum: int, actual: int) -> None:
    if actual > maximum:
        raise exceeded(limit, maximum, actual)


def _total(
    counts: Counts, own: dict[str, Counts], totals: dict[str, Counter[str]], above: frozenset[str]
) -> Counter[str]:
    """The counts with fragments expanded, each fragment counted once (`totals`)."""
    total = Counter(counts.own)
    for name, times in counts.spreads.items():
        if name in above:
            raise top_level(Code.BAD_REQUEST, f"Cannot spread fragment '{name}' within itself.")
        if name in own:
            if name not in totals:
                totals[name] = _total(own[name], own, totals, above | {name})
            _add(total, totals[name], times)
    return total


def _add(total: Counter[str], part: Counter[str], times: int) -> None:
    for limit, count in part.items():
        total[limit] = min(total[limit] + count * times, SATURATED)


def _counts(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Counts:
    """One pass over a definition, without recursion."""
    counts = Counts()
    waiting: list[Node] = [definition]
    while waiting:
        node = waiting.pop()
        directives: Iterable[DirectiveNode] = getattr(node, "directives", None) or ()
        for directive in directives:
            counts.own["directives"] += 1
            _count_arguments(counts, directive.arguments or ())
        if isinstance(node, FieldNode):
            counts.own["fields"] += 1
            counts.own["aliases"] += node.alias is not None
            _count_arguments(counts, node.arguments or ())
        elif isinstance(node, FragmentSpreadNode):
            counts.own["spreads"] += 1
            counts.spreads[node.name.value] += 1
        elif isinstance(node, InlineFragmentNode):
            counts.own["spreads"] += 1
        elif isinstance(node, OperationDefinitionNode):
            variables = node.variable_definitions or ()
            counts.own["directives"] += sum(len(variable.directives or ()) for variable in variables)
            _count_values(counts, [variable.default_value for variable in variables])
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            waiting.extend(selections.selections)
    return counts


def _count_arguments(counts: Counts, arguments: Sequence[ArgumentNode]) -> None:
    if arguments:
        counts.own["arguments"] += len(arguments)
        _count_values(counts, [argument.value for argument in arguments])


def _count_values(counts: Counts, values: Sequence[ValueNode | None]) -> None:
    """Count what is inside values. Python refuses to parse numbers of thousands of digits, PostgreSQL to store NUL characters."""
    waiting = [value for value in values if value is not None]
    while waiting:
        value = waiting.pop()
        if isinstance(value, ListValueNode):
            counts.own["values"] += len(value.values)
            waiting.extend(value.values)
        elif isinstance(value, ObjectValueNode):
            counts.own["values"] += len(value.fields)
            waiting.extend(item.value for item in value.fields)
        elif isinstance(value, IntValueNode | FloatValueNode) and len(value.value) > MAX_NUMBER_DIGITS:
            raise top_level(Code.BAD_REQUEST, f"A number has at most {MAX_NUMBER_DIGITS} digits.")
        elif isinstance(value, StringValueNode) and "\0" in value.value:
            raise top_level(Code.BAD_REQUEST, "Text must not contain NUL characters.")
