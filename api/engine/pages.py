"""Writing a page: the template of a connection, its edges and where it ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from graphql import FieldNode, GraphQLObjectType, get_named_type

from api.engine.registry import find_row_type
from api.engine.row_plans import ConnectionPlan
from api.engine.selections import Grouped, Selections, Uncompilable, inside
from api.engine.shapes import Edge, edges_named, shape_of_page
from api.engine.wires import quoted
from api.engine.writing import Part, json_object, name

if TYPE_CHECKING:
    from api.engine.compiler import Compiler

PARTS = {
    "node": "n",
    "cursor": "c",
    "hasNextPage": "has_next",
    "hasPreviousPage": "has_previous",
    "startCursor": "start",
    "endCursor": "end",
}
"""The fields of an edge and of a page's end, with the variables that have their text."""


def connection_plan(compiler: "Compiler", output: GraphQLObjectType, fields: Grouped) -> ConnectionPlan:
    """The plan for a connection. Raises `Uncompilable` when nodes are selected in more than one place."""
    entries: list[tuple[str, Sequence[Part]]] = []
    edges: list[Edge] = []
    selected: list[Sequence[FieldNode]] = []
    has_ends = False
    for key, nodes in fields.items():
        field_name = nodes[0].name.value
        if field_name == "__typename":
            entries.append((key, [quoted(output.name)]))
            continue
        part = cast("GraphQLObjectType", get_named_type(output.fields[field_name].type))
        inner = compiler.inside_of(part, nodes)
        shown = json_object([(inner_key, _part(part, inner_nodes)) for inner_key, inner_nodes in inner.items()])
        names = {inner_nodes[0].name.value for inner_nodes in inner.values()}
        selected += [inner_nodes for inner_nodes in inner.values() if inner_nodes[0].name.value == "node"]
        has_ends = has_ends or not names.isdisjoint({"startCursor", "endCursor"})
        if field_name == "edges":
            entries.append((key, ["[", edges_named(len(edges)), "]"]))
            edges.append((shown, "cursor" in names))
        else:
            entries.append((key, shown))
    if len(selected) > 1:
        raise Uncompilable("nodes in more than one place of a page")
    node = _node_of(output)
    selections: Selections = inside(selected[0]) if selected else []
    rows_of = compiler.rows_of(find_row_type(node.name), node, selections)
    has_cursors = any(has_cursor for _, has_cursor in edges)
    return ConnectionPlan(rows_of, shape_of_page(json_object(entries), edges), cursors=has_cursors, ends=has_ends)


def _part(of: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Sequence[Part]:
    known = PARTS.get(nodes[0].name.value)
    return [name(known) if known is not None else quoted(of.name)]


def _node_of(output: GraphQLObjectType) -> GraphQLObjectType:
    edge = cast("GraphQLObjectType", get_named_type(output.fields["edges"].type))
    return cast("GraphQLObjectType", get_named_type(edge.fields["node"].type))
