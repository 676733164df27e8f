"""The whole matrix: every viewer's answers about everything, by both executors."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.api.authorisation.asking import API, ROOTS, Viewer
from tests.api.authorisation.cases import CASES
from tests.api.authorisation.questions import ABSENT, VALUE, Path, Seen, everything
from tests.api.authorisation.world import (
    OPERATOR_TOKEN_SCOPES,
    TOKEN_SCOPES,
    Household,
    World,
    personal_token,
    session_token,
)
from tests.api.authorisation.writing import Writing
from tests.api.schema.served import refusals

Row = dict[str, str]
"""An answer for each viewer, by name."""
EVERYBODY = "Query"
ALIKE = tuple(f"token {scope}" for scope in TOKEN_SCOPES[1:]) + tuple(
    f"operator {scope}" for scope in OPERATOR_TOKEN_SCOPES[2:]
)
"""Credentials that see what others see: what they see is asked for, too, but not once more by every path."""


@dataclass
class Section:
    """What there is to see of one thing: a row for each path."""

    rows: dict[Path, Row] = field(default_factory=dict)
    types: dict[Path, str] = field(default_factory=dict)


@dataclass
class Matrix:
    """All of it. `faults`: whatever must not be."""

    viewers: list[str]
    sections: dict[str, Section] = field(default_factory=dict)
    mutations: dict[str, Row] = field(default_factory=dict)
    subscriptions: dict[str, Row] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    """The answers to each `Type.field`, by anybody."""
    faults: list[str] = field(default_factory=list)

    def never_shown(self) -> list[str]:
        """Fields that nobody saw a value of: this world has no row for them."""
        roots = {"Query.node", "Query.nodes", "Query.loan"}
        missing = []
        for name in everything():
            parent = name.partition(".")[0]
            if parent in refusals() or parent in ("Mutation", "Subscription", "FundingUpdate") or name in roots:
                continue
            if VALUE not in self.shown.get(name, set()):
                missing.append(name)
        return missing


async def viewers_of(world: World, home: Household, other: Household) -> list[Viewer]:
    """Everybody who may ask about a household, strangers first."""
    people = {
        "another user": other.owner,
        "their lender": home.lender,
        "their co-borrower": home.co_borrower,
        "their guarantor": home.guarantor,
        "their debtor": home.debtor,
        "the owner": home.owner,
    }
    found = [Viewer("a stranger")]
    found += [Viewer(name, await session_token(user)) for name, user in people.items()]
    found += [Viewer(f"token {scope}", await personal_token(home.owner, scope)) for scope in TOKEN_SCOPES]
    operators = world.operators
    found += [Viewer(f"operator {scope}", await session_token(user)) for scope, user in operators.by_scope.items()]
    for scope in OPERATOR_TOKEN_SCOPES:
        found.append(Viewer(f"operator's token {scope}", await personal_token(operators.all_scopes, scope)))
    return found


async def look(
    api: API, viewers: list[Viewer], home: Household, platform: Mapping[str, str], *, by_every_path: bool
) -> Matrix:
    """What each viewer sees of a household and of the platform."""
    matrix = Matrix([viewer.name for viewer in viewers])
    for viewer in viewers:
        things = {**home.things, **platform}
        reach = by_every_path and viewer.name not in ALIKE
        seen = await asyncio.gather(*(api.thing(viewer, id_, reach=reach) for id_ in things.values()))
        roots = await asyncio.gather(*(api.root(viewer, name, reach=reach) for name in ROOTS))
        for name, what in [*zip(things, seen, strict=True), *((EVERYBODY, root) for root in roots)]:
            _note(matrix, name, viewer.name, what)
    for section in matrix.sections.values():
        for row in section.rows.values():
            for name in matrix.viewers:
                row.setdefault(name, ABSENT)
    matrix.faults += sorted(set(api.disagreements))
    return matrix


def _note(matrix: Matrix, name: str, viewer: str, seen: Seen | None) -> None:
    section = matrix.sections.setdefault(name, Section())
    if seen is None:
        return
    for path in seen.answers:
        section.rows.setdefault(path, {})[viewer] = seen.answer(path)
        section.types[path] = seen.types[path]
    for path, names in seen.fields.items():
        answers = seen.answers.get(path, {VALUE})
        for field_name in names:
            matrix.shown.setdefault(field_name, set()).update(answers)


async def write(matrix: Matrix, writing: Writing, viewers: list[Viewer], home: Household) -> None:
    """What each mutation and subscription answers to each viewer."""
    loans = {
        "loanFunding, a loan of theirs under review": home.things["loan, under review"],
        "loanFunding, a loan of theirs on the market": home.things["loan, listed"],
    }
    for name, loan_id in loans.items():
        row = [await writing.funding(viewer, loan_id, home.things["loan, active"]) for viewer in viewers]
        matrix.subscriptions[name] = dict(zip(matrix.viewers, row, strict=True))
    row = [await writing.events(viewer) for viewer in viewers]
    matrix.subscriptions["myEvents, from the beginning"] = dict(zip(matrix.viewers, row, strict=True))
    other = next(viewer for viewer in viewers if viewer.name == "another user")
    for case in CASES:
        matrix.mutations[f"{case.name}: {case.about}"] = await writing.row(case, viewers)
        difference = await writing.tells_hidden_from_unknown(case, other)
        matrix.faults += [difference] if difference else []
    for path, names in writing.told.fields.items():
        for field_name in names:
            matrix.shown.setdefault(field_name, set()).update(writing.told.answers.get(path, {VALUE}))


def differences(one: Matrix, other: Matrix, what: str) -> list[str]:
    """Where two matrices say different things."""
    found = []
    for name in one.sections.keys() | other.sections.keys():
        here, there = one.sections[name].rows, other.sections[name].rows
        for path in here.keys() | there.keys():
            found += [
                f"{what}: {viewer} sees {name}: {'.'.join(path)}"
                for viewer in other.viewers
                if here.get(path, {}).get(viewer, ABSENT) != there.get(path, {}).get(viewer, ABSENT)
            ]
    for mine, theirs in ((one.mutations, other.mutations), (one.subscriptions, other.subscriptions)):
        for name in mine.keys() & theirs.keys():
            found += [
                f"{what}: {name}: {viewer} is answered {answer} instead of {mine[name][viewer]}"
                for viewer, answer in theirs[name].items()
                if answer != mine[name][viewer]
            ]
    return sorted(found)
