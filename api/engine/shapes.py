"""Code that shapes rows into what goes over the wire, written for one selection and compiled once."""

from collections.abc import Callable, Sequence
from typing import Any

from api.engine.connections import encode

Shape = Callable[..., list[Any]]


def shape_of_rows(expression: str, children: int) -> Shape:
    """`shape(rows, c0, c1…)`: the objects of rows `r`, with what their children `c0`, `c1`… came to, row by row."""
    names = [f"c{number}" for number in range(children)]
    loop = f"for r, {', '.join(names)} in zip(rows, {', '.join(names)})" if names else "for r in rows"
    return _compiled("shape", f"def shape(rows, {', '.join(names)}):\n    return [{expression} {loop}]\n")


def shape_of_page(entries: Sequence[str]) -> Callable[..., dict[str, Any]]:
    """`shape(nodes, cursors, has_next)`: a connection with these entries of a dict's literal."""
    return _compiled("shape", f"def shape(nodes, cursors, has_next):\n    return {{{', '.join(entries)}}}\n")


def _compiled(name: str, source: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(compile(source, "<engine>", "exec"), namespace)  # noqa: S102 - written here, from the schema's names and places in rows
    made: Callable[..., Any] = namespace[name]
    return made


def cursors_of(rows: Sequence[Any], columns: Sequence[int | str]) -> list[str]:
    """The cursors of rows, from the columns of their order."""
    return [encode([row[column] for column in columns]) for row in rows]
