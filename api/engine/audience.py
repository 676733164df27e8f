"""Who may be answered together: whether what a subscription selects depends on who asks.

A subscription whose source can be watched by many (`SHARED` in its field's metadata) is executed once for all who ask
the same. Strangers are all alike. Members are as strangers only where nothing selected could say otherwise: no predicate
and no column with `{viewer}` or `{staff}` in it, no resolver that sees the context. Everybody else shares with their
other connections only.
"""

from enum import Enum
from typing import cast

from graphql import GraphQLObjectType, GraphQLOutputType, GraphQLSchema, get_named_type, is_leaf_type, is_object_type
from strawberry.types.field import StrawberryField

from api.engine.compiler import BACKREF
from api.engine.declarations import DECLARED, Column, Composed, Every, Many, One
from api.engine.registry import find_row_type, row_type
from api.engine.selections import Selections, Selector
from domain.shared.relations import Relation

SHARED = "engine.shared"
"""The key, in a subscription field's metadata, that says that its source may be watched by many."""
ASKERS = ("{viewer}", "{staff}")


class Sharing(Enum):
    """With whom a subscriber may be answered together."""

    NOBODY = 0
    """Its source makes events for one subscriber."""
    SELF = 1
    """With the same viewer's other subscriptions; strangers with all strangers."""
    EVERYBODY = 2
    """With everybody to whom the source shows the same as to a stranger."""


def sharing(schema: GraphQLSchema, selector: Selector, selections: Selections) -> Sharing:
    """With whom a subscription may be answered together, by its root field. Raises `Uncompilable`."""
    root = schema.subscription_type
    assert root is not None, "validated"
    ((nodes),) = selector.fields(root, selections).values()
    definition = root.fields[nodes[0].name.value]
    field = definition.extensions[BACKREF]
    if SHARED not in field.metadata:
        return Sharing.NOBODY
    inside = [node.selection_set for node in nodes if node.selection_set is not None]
    return Sharing.EVERYBODY if _Audience(selector).is_alike(definition.type, inside) else Sharing.SELF


class _Audience:
    """Looks for what depends on who asks; whatever it does not know does."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector

    def is_alike(self, output: GraphQLOutputType, selections: Selections, relation: Relation | None = None) -> bool:
        """Whether everybody who is shown these objects is shown the same. `relation`: if they are rows of another than their type's."""
        named = get_named_type(output)
        if is_leaf_type(named):
            return True
        if not is_object_type(named):
            return False
        found = find_row_type(named.name)
        rows = relation or (found.relation if found is not None else None)
        for nodes in self._selector.fields(named, selections).values():
            name = nodes[0].name.value
            inside = [node.selection_set for node in nodes if node.selection_set is not None]
            if name != "__typename" and not self._is_field_alike(named, name, inside, rows):
                return False
        return True

    def _is_field_alike(
        self, parent: GraphQLObjectType, name: str, inside: Selections, relation: Relation | None
    ) -> bool:
        definition = parent.fields[name]
        field = definition.extensions.get(BACKREF)
        if not isinstance(field, StrawberryField):
            return False
        declared = field.metadata.get(DECLARED)
        if declared is None:
            if _sees_context(field) or (relation is not None and not _is_open(relation)):
                return False
            return self.is_alike(definition.type, inside)
        assert relation is not None, "what is declared is declared of rows"
        match declared:
            case Column():
                return _is_plain(relation.expression(cast("str", declared.name)))
            case Composed():
                return all(_is_plain(relation.expression(column)) for column in declared.columns)
            case One():
                target = row_type(declared.type_name).relation
                return (
                    _is_plain(relation.expression(declared.column))
                    and _is_shown_alike(target)
                    and self.is_alike(definition.type, inside)
                )
            case Every():
                return _is_shown_alike(declared.relation) and self.is_alike(definition.type, inside, declared.relation)
            case Many():
                target = row_type(declared.type_name).relation
                return declared.where is None and _is_shown_alike(target) and self.is_alike(definition.type, inside)
        return False


def _sees_context(field: StrawberryField) -> bool:
    """Whether a resolver could look who asks."""
    if field.extensions or field.permission_classes:
        return True
    return field.base_resolver is not None and field.base_resolver.info_parameter is not None


def _is_open(relation: Relation) -> bool:
    """Whether rows are the same for everybody, whatever is read of them."""
    return _is_shown_alike(relation) and all(_is_plain(text) for text in relation.columns.values())


def _is_shown_alike(relation: Relation) -> bool:
    """Whether the same rows are there for everybody."""
    return _is_plain(relation.table) and _is_plain(relation.visible)


def _is_plain(sql: str) -> bool:
    return not any(asker in sql for asker in ASKERS)
