"""Questions made from the schema: everything there is to ask of a type, and what came of each field.

A question selects every field of a type, through objects that are no nodes as deep as they go. Where it meets a node it
asks for its id, and, in a question with `reach`, for all of its fields, too: the same node must say the same by
whatever path it is reached.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from tests.api.schema.served import SCHEMA, TYPES, refusals
from tests.domain.lending.applying import PERSONAL

Path = tuple[str, ...]
VALUE, NULL, EMPTY, ABSENT = "value", "null", "empty", "absent"
PAGE = "first: 5"
MOST_FIELDS = 900
MACHINERY = ("Connection", "Edge", "PageInfo")
PLAIN_MACHINERY = {"edges", "pageInfo", "node", "cursor", "hasNextPage", "endCursor"}
"""What every page has; anything else that a page came to have would be asked for by name."""

QUOTE = f"""{{ productId: "product_{PERSONAL}", amount: {{ amount: "12000.00", currency: CNY }}, installmentCount: 12,
    frequency: MONTHLY, method: EQUAL_INSTALLMENTS, grade: B }}"""
VARIANTS: Mapping[str, tuple[str, ...]] = {
    "Loan.previewBid": ('amount: {amount: "100.00", currency: CNY}',),
    "Loan.bids": (PAGE, f"mine: true, {PAGE}"),
    "Me.nextSteps": ("goal: LEND", "goal: GIVE_MANDATE"),
    "Operations.identityChecks": (f"status: VERIFIED, {PAGE}", f"status: REVIEW, {PAGE}"),
    "Operations.suspense": (f"status: ASSIGNED, {PAGE}", f"status: OPEN, {PAGE}"),
    "Query.node": ('id: ""',),
    "Query.nodes": ("ids: []",),
    "Query.loan": ('id: ""',),
    "Query.quoteLoan": (f"input: {QUOTE}",),
    "Query.loans": (PAGE, f"filter: {{status: [LISTED]}}, {PAGE}"),
}
"""Arguments to ask with, where the defaults do not do or several answers differ."""


@dataclass(frozen=True)
class Asked:
    """A field that is asked for."""

    key: str
    label: str
    """How the table names it; empty for what only leads on (`edges`, `node`)."""
    name: str
    """`Type.field`."""
    type_name: str
    arguments: str = ""
    is_node: bool = False
    inner: tuple["Asked", ...] | None = None
    reached: tuple["Asked", ...] | None = None
    """For a node: its own fields, when the question reaches into it."""
    on: str = ""
    """For a member of a union or interface: which."""


def is_node(type_: GraphQLNamedType) -> bool:
    """Whether a type has ids that are unique in the schema."""
    return is_object_type(type_) and any(interface.name == "Node" for interface in type_.interfaces)


def fields_of(type_name: str, *, reach: bool = False) -> tuple[Asked, ...]:
    """Everything there is to ask of a type. Raises `KeyError` for a field with arguments nobody has thought of."""
    type_ = TYPES[type_name]
    assert isinstance(type_, GraphQLObjectType), type_name
    return tuple(
        asked
        for name, definition in type_.fields.items()
        for number, arguments in enumerate(variants(f"{type_name}.{name}", definition))
        for asked in [ask(type_name, name, definition, arguments, number, reach)]
    )


def variants(name: str, definition: GraphQLField) -> tuple[str, ...]:
    """The arguments to ask a field with, once each."""
    if name in VARIANTS:
        return VARIANTS[name]
    required = [argument for argument, given in definition.args.items() if is_required_argument(given)]
    if required == ["first"] or (not required and "first" in definition.args):
        return (PAGE,)
    if required:
        raise KeyError(f"{name} needs {required}: say in VARIANTS with what to ask it")
    return ("",)


def ask(parent: str, name: str, definition: GraphQLField, arguments: str, number: int, reach: bool) -> Asked:
    """A field with what is inside it."""
    type_ = get_named_type(definition.type)
    machinery = parent.endswith(MACHINERY) and name in PLAIN_MACHINERY
    shown = arguments.replace(PAGE, "").strip(", ")
    label = "" if machinery else f"{name}({shown})" if number else name
    inner: tuple[Asked, ...] | None = None
    reached = None
    if is_node(type_):
        reached = fields_of(type_.name) if reach else None
    elif is_abstract_type(type_):
        inner = _members(type_, reach)
    elif not is_leaf_type(type_):
        inner = fields_of(type_.name, reach=reach)
    return Asked(
        key=f"{name}{number or ''}",
        label=label,
        name=f"{parent}.{name}",
        type_name=type_.name,
        arguments=arguments,
        is_node=is_node(type_),
        inner=inner,
        reached=reached,
    )


def _members(type_: GraphQLNamedType, reach: bool) -> tuple[Asked, ...]:
    """Each member of a union, unless it is a refusal, with its fields under names of their own."""
    if type_.name == "UserError":
        return ()
    members = SCHEMA.get_possible_types(type_)  # type: ignore[arg-type]  # is_abstract_type narrows nothing
    return tuple(
        Asked(
            key=f"{member.name}_{asked.key}",
            label=f"{member.name}.{asked.label}",
            name=asked.name,
            type_name=asked.type_name,
            arguments=asked.arguments,
            is_node=asked.is_node,
            inner=asked.inner,
            reached=asked.reached,
            on=member.name,
        )
        for member in members
        if member.name not in refusals()
        for asked in fields_of(member.name, reach=reach)
    )


def text(asked: tuple[Asked, ...]) -> str:
    """The selection as GraphQL."""
    parts = ["__typename"]
    for one in asked:
        name = one.name.partition(".")[2]
        alias = "" if one.key == name else f"{one.key}: "
        arguments = f"({one.arguments})" if one.arguments else ""
        selection = ""
        if one.is_node:
            selection = f" {{ id {text(one.reached) if one.reached else '__typename'} }}"
        elif one.inner is not None:
            selection = f" {{ {text(one.inner)} }}"
        field_text = f"{alias}{name}{arguments}{selection}"
        parts.append(f"...on {one.on} {{ {field_text} }}" if one.on else field_text)
    return " ".join(parts)


def size(asked: tuple[Asked, ...]) -> int:
    """How many fields a selection has."""
    return sum(2 + size(one.inner or ()) + size(one.reached or ()) for one in asked)


def portions(asked: tuple[Asked, ...]) -> list[tuple[Asked, ...]]:
    """The same fields in as few selections as the limits of an operation allow."""
    found: list[tuple[Asked, ...]] = [()]
    for one in asked:
        if found[-1] and size((*found[-1], one)) > MOST_FIELDS:
            found.append(())
        found[-1] = (*found[-1], one)
    return found


@dataclass
class Seen:
    """What came of a question: an answer for each path of labels, and the nodes that were met."""

    answers: dict[Path, set[str]] = field(default_factory=dict)
    fields: dict[Path, set[str]] = field(default_factory=dict)
    """`Type.field` of each path; several where pages lead on."""
    types: dict[Path, str] = field(default_factory=dict)
    met: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    """(`Type.field`, id, what was reached of it)."""

    def look(
        self,
        asked: tuple[Asked, ...],
        value: Any,
        errors: Mapping[Path, str],
        at: Path = (),
        by: Path = (),
        instead: str = ABSENT,
    ) -> None:
        """Note the answers of fields in an object, or, where there is none (`value` is None), what was there `instead`."""
        for one in asked:
            where = (*by, one.key)
            if one.on and value is not None and value["__typename"] != one.on:
                continue
            found = None if value is None else value.get(one.key)
            answer = errors.get(where) or (instead if value is None else judged(found))
            path = (*at, one.label) if one.label else at
            self.fields.setdefault(path, set()).add(one.name)
            if one.label:
                self.answers.setdefault(path, set()).add(answer)
                self.types[path] = one.type_name
            self._inside(one, found, errors, path, where, answer)

    def _inside(self, one: Asked, found: Any, errors: Mapping[Path, str], path: Path, where: Path, answer: str) -> None:
        elements = found if isinstance(found, list) else [found]
        if one.is_node:
            self.met.extend((one.name, node["id"], node) for node in elements if node is not None and one.reached)
        elif one.inner is not None:
            for element in elements or [None]:
                self.look(one.inner, element, errors, path, where, answer)

    def answer(self, path: Path) -> str:
        """The one answer of a path: that there is a value in any of its places says the most."""
        answers = self.answers[path]
        for strong in (VALUE, EMPTY, NULL):
            if strong in answers:
                return strong
        return max(answers)


def judged(value: Any) -> str:
    """What a field came to."""
    if value is None:
        return NULL
    if value == [] or (isinstance(value, dict) and value.get("edges") == []):
        return EMPTY
    return VALUE


def own(asked: tuple[Asked, ...], value: Any) -> Any:
    """An answer without what was reached in other nodes, to compare it with the same node reached elsewhere."""
    if isinstance(value, list):
        return [own(asked, element) for element in value]
    if value is None:
        return None
    kept = {"__typename": value["__typename"]}
    for one in asked:
        if one.key not in value:
            continue
        found = value[one.key]
        if one.is_node:
            found = _ids(found)
        elif one.inner is not None:
            found = own(one.inner, found)
        kept[one.key] = found
    return kept


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(element) for element in value]
    return None if value is None else value["id"]


def everything() -> Iterator[str]:
    """Every field of an object that the schema has, as `Type.field`."""
    for name, type_ in TYPES.items():
        if isinstance(type_, GraphQLObjectType):
            yield from (f"{name}.{field_name}" for field_name in type_.fields)
