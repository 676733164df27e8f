"""The matrix as a page for people: what answers alike stands in one line, who is answered alike in one column."""

from collections.abc import Iterable, Sequence

from graphql import GraphQLObjectType, GraphQLUnionType

from tests.api.authorisation.matrix import EVERYBODY, Matrix, Row, Section
from tests.api.authorisation.questions import MACHINERY, Path
from tests.api.schema.served import TYPES, refusals

HEAD = """# Who may see and do what

Written by `make authorisation`, never by hand: it builds a world in which every type has rows, asks the running API as
everybody for every field and every mutation, and a test fails when this page says something else. A new field, type or
mutation cannot appear without its line here.

Two households have nothing to do with each other. Each owner borrows and lends; around them are a lender of their loans,
their co-borrower, their guarantor and their debtor, to whom they have lent. *token X* is a personal access token of the
owner with that scope (READ comes with every token), *operator X* an operator with that scope, *operator's token X* a
personal token of an operator with all scopes. The other owner sees the same of this household as this one of theirs.

Each thing was asked for by `node`, `nodes`, `loan` and every path that leads to it; a thing that answered otherwise by one of
them would be a fault. Both executors answer the same.

| answer | means |
|---|---|
| value | it is shown |
| null | the field is null, or what it is in |
| empty | the list is empty |
| absent | the thing does not exist for them: `node` is null, and nothing leads to it |
| done | the mutation did it |
| nothing | the mutation was answered, but did nothing to what is not theirs |
| silent | the subscription tells nothing of it |
| anything else | the refusal, or the code of the error |
"""


def page(matrix: Matrix) -> str:
    """The whole page."""
    transparent = see_through(matrix)
    parts = [HEAD]
    groups = alike(matrix.viewers, [row for section in matrix.sections.values() for row in section.rows.values()])
    parts.append("## What is seen\n")
    parts.append("### Asked of everybody: the fields of `Query`\n")
    parts.append(_section(matrix.sections[EVERYBODY], groups, transparent))
    for name in sorted(matrix.sections.keys() - {EVERYBODY}):
        parts.append(f"### {name[0].upper()}{name[1:]}\n")
        parts.append(_section(matrix.sections[name], groups, transparent))
    parts.append("### Whoever sees one of these sees all of it\n")
    parts.append("".join(f"- {name}: {', '.join(fields)}\n" for name, fields in sorted(transparent.items())))
    parts.append("## What is done\n")
    parts.append(_table("mutation", matrix.viewers, matrix.mutations))
    parts.append("### What a mutation tells whoever may do it\n")
    parts.append("".join(f"- {name}: {told}\n" for name, told in _payloads()))
    parts.append("### What a refusal tells whoever is refused\n")
    parts.append("".join(f"- {name}: {', '.join(type_.fields)}\n" for name, type_ in sorted(refusals().items())))
    parts.append("## What is watched\n")
    parts.append(_table("subscription", matrix.viewers, matrix.subscriptions))
    return "\n".join(parts)


def see_through(matrix: Matrix) -> dict[str, list[str]]:
    """Types all of whose fields are shown to whoever is shown the object: amounts, schedules, offers."""
    occurrences: dict[str, bool] = {}
    for section in matrix.sections.values():
        for path, type_name in section.types.items():
            inner = [other for other in section.types if len(other) == len(path) + 1 and other[:-1] == path]
            if inner:
                told = all(_told(section, path, other) for other in inner)
                occurrences[type_name] = occurrences.get(type_name, True) and told
    return {name: _fields(name) for name, told in occurrences.items() if told and not name.endswith(MACHINERY)}


def _told(section: Section, path: Path, inner: Path) -> bool:
    """Whether everybody is answered alike about an object and a field of it."""
    return all(section.rows[inner][viewer] == answer for viewer, answer in section.rows[path].items())


def _fields(type_name: str) -> list[str]:
    """The fields of a type, or the members of a union."""
    type_ = TYPES[type_name]
    if isinstance(type_, GraphQLUnionType):
        return [member.name for member in type_.types if member.name not in refusals()]
    assert isinstance(type_, GraphQLObjectType), type_name
    return list(type_.fields)


def _payloads() -> Iterable[tuple[str, str]]:
    for name, type_ in sorted(TYPES.items()):
        if isinstance(type_, GraphQLObjectType) and (name.endswith("Payload") or name == "SessionTokens"):
            yield name, ", ".join(type_.fields)


def alike(viewers: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
    """Viewers who are answered alike in all rows, together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for viewer in viewers:
        found.setdefault(tuple(row[viewer] for row in rows), []).append(viewer)
    return list(found.values())


def _section(section: Section, groups: list[list[str]], transparent: dict[str, list[str]]) -> str:
    """A thing's fields, those with the same answers in one line."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for path, row in section.rows.items():
        if not any(section.types.get(path[:end]) in transparent for end in range(1, len(path))):
            lines.setdefault(tuple(row[group[0]] for group in groups), []).append(".".join(path))
    rows = {", ".join(f"`{name}`" for name in names): cells for cells, names in lines.items()}
    heads = ["<br>".join(group) for group in groups]
    return _markdown("fields", heads, rows)


def _table(what: str, viewers: Sequence[str], rows: dict[str, Row]) -> str:
    groups = alike(viewers, list(rows.values()))
    heads = ["<br>".join(group) for group in groups]
    return _markdown(what, heads, {name: tuple(row[group[0]] for group in groups) for name, row in rows.items()})


def _markdown(what: str, heads: Sequence[str], rows: dict[str, tuple[str, ...]]) -> str:
    lines = [f"| {what} | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines) + "\n"
