"""Writing functions that make JSON text: templates become f-strings, compiled once for each selection.

They are built as syntax trees, not as source: names of fields and aliases are constants in them, never code.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from api.engine.wires import NULL, json_text

Part = str | ast.expr
"""Text as it is, or an expression whose value is put in its place."""


def member(place: int) -> ast.expr:
    """A value of the record `r`."""
    return _expression(f"r[{place}]")


def name(of: str) -> ast.expr:
    """A variable."""
    return ast.Name(of, ast.Load())


def call(function: ast.expr, *arguments: ast.expr) -> ast.expr:
    """A call."""
    return ast.Call(function, list(arguments), [])


def or_null(given: ast.expr, parts: Sequence[Part]) -> ast.expr:
    """`null` where a value is None, else text."""
    is_none = ast.Compare(given, [ast.Is()], [ast.Constant(None)])
    return ast.IfExp(is_none, ast.Constant(NULL), text(parts))


def text(parts: Sequence[Part]) -> ast.expr:
    """The parts as one text."""
    values: list[ast.expr] = []
    for is_text, together in groupby(parts, lambda part: isinstance(part, str)):
        if is_text:
            values.append(ast.Constant("".join(part for part in together if isinstance(part, str))))
        else:
            values += [ast.FormattedValue(part, -1) for part in together if isinstance(part, ast.expr)]
    return ast.JoinedStr(values)


def json_object(entries: Sequence[tuple[str, Sequence[Part]]]) -> list[Part]:
    """An object with these members, in this order."""
    parts: list[Part] = ["{"]
    for number, (key, value) in enumerate(entries):
        parts += ["," if number else "", json_text(key), ":", *value]
    return [*parts, "}"]


def function(source: str, names: Mapping[str, ast.expr], namespace: Mapping[str, Any]) -> Callable[..., Any]:
    """The function of a source `def made(…): …` in which names stand for expressions; `namespace`: what these refer to."""
    tree = ast.fix_missing_locations(_Filled(names).visit(ast.parse(source)))
    made: dict[str, Any] = dict(namespace)
    exec(compile(tree, "<engine>", "exec"), made)  # noqa: S102 - built here, from constants and places in rows
    found: Callable[..., Any] = made["made"]
    return found


class _Filled(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression that a name stands for."""
        return self._names.get(node.id, node)


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
