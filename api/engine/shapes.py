"""Code that shapes rows into what goes over the wire, written for one selection and compiled once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.engine.connections import encode
from api.engine.wires import NULL
from api.engine.writing import Part, function, name, text

Shape = Callable[..., list[str]]
PageShape = Callable[[Sequence[str], Sequence[str], str, str, str, str], str]
Edge = tuple[Sequence[Part], bool]
"""What an edge has, and whether its cursor is in it."""


def shape_of_rows(parts: Sequence[Part], children: int, namespace: Mapping[str, Any]) -> Shape:
    """`shape(rows, c0, c1…)`: the objects of rows `r`, with what their children `c0`, `c1`… came to, row by row."""
    names = [f"c{number}" for number in range(children)]
    loop = f"for r, {', '.join(names)} in zip(rows, {', '.join(names)})" if names else "for r in rows"
    source = f"def made(rows, {', '.join(names)}): return [ROW {loop}]"
    return function(source, {"ROW": text(parts)}, namespace)


def shape_of_objects(parts: Sequence[Part], columns: int) -> Shape:
    """`shape(c0, c1…)`: the objects whose fields came to `c0`, `c1`…; there is at least one."""
    names = ", ".join(f"c{number}" for number in range(columns))
    loop = f"for {names} in zip({names})" if columns > 1 else "for c0 in c0"
    return function(f"def made({names}): return [ROW {loop}]", {"ROW": text(parts)}, {})


def shape_of_page(parts: Sequence[Part], edges: Sequence[Edge]) -> PageShape:
    """`shape(nodes, cursors, start, end, has_next, has_previous)`: a connection of texts; `e0`, `e1`… in it are the lists of these edges.

    An edge has its node as `n` and its cursor as `c`, cursors with their quotes.
    """
    made = []
    filled = {"PAGE": text(parts)}
    for number, (edge, has_cursor) in enumerate(edges):
        filled[f"EDGE{number}"] = text(edge)
        loop = "for n, c in zip(nodes, cursors)" if has_cursor else "for n in nodes"
        made.append(f" e{number} = ','.join([EDGE{number} {loop}])\n")
    return function(
        f"def made(nodes, cursors, start, end, has_next, has_previous):\n{''.join(made)} return PAGE\n", filled, {}
    )


def edges_named(number: int) -> Part:
    """Where the list of an edge stands in a page."""
    return name(f"e{number}")


def cursor_of(row: Any, columns: Sequence[int | str]) -> str:
    """The cursor of a row as JSON text, from the columns of its order."""
    return f'"{encode([row[column] for column in columns])}"'


def ends_of(rows: Sequence[Any], columns: Sequence[int | str]) -> tuple[str, str]:
    """The cursors of the first and of the last row as JSON text."""
    return (cursor_of(rows[0], columns), cursor_of(rows[-1], columns)) if rows else (NULL, NULL)
