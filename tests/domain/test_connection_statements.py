"""A page of fifty costs the database as many statements as a page of one, in every list that the schema has."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from api import context
from api.context import Context
from api.execution import Executor
from api.params import Params
from api.schema import schema
from cli.embedded import EmbeddedServers
from domain.shared import db
from domain.shared.actor import STRANGER, Viewer
from tests.domain import fifty
from tests.domain.fifty import Fifty, Owner
from tests.domain.lending.serving import SetClock

EXECUTED = re.compile(
    r"LOG:  (?:execute [^:]*|statement): (?!WITH RECURSIVE typeinfo_tree|\s+SELECT current_setting\('jit'\))"
)
"""A statement, but for those by which the driver learns of a type once for each connection."""
SCHEMA = schema._schema
NEEDED = {("Loan", "previewBid"): '(amount: {amount: "100.00", currency: CNY})'}
"""Arguments that fields cannot do without."""
DEPTH = 2
"""So far from a node it is looked for what is read row by row."""


def connections() -> Iterator[tuple[str, str]]:
    """Every field that is a connection: the type that has it, and its name."""
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType):
            for field, definition in kind.fields.items():
                if get_named_type(definition.type).name.endswith("Connection"):
                    yield name, field


def around(kind: str, field: str, have: Fifty) -> tuple[Viewer, str]:
    """Who sees a connection full, and the operation around it. A type that is not here has got its first connection."""
    loan = have.wanted if field == "bids" else have.paid
    of_me = have.borrower if field == "loans" else have.lender if field in ("notes", "entries") else have.bidder
    where = {
        "Query": (STRANGER, "{ %s }"),
        "Me": (of_me, "{ me { %s } }"),
        "Wallet": (of_me, "{ me { wallet { %s } } }"),
        "Loan": (have.operator, f'{{ loan(id: "loan_{loan}") {{ %s }} }}'),
        "Servicing": (have.operator, f'{{ loan(id: "loan_{have.paid}") {{ servicing {{ %s }} }} }}'),
        "Note": (have.operator, f'{{ node(id: "note_{have.note}") {{ ...on Note {{ %s }} }} }}'),
        "Repayment": (have.operator, f'{{ node(id: "repayment_{have.repayment}") {{ ...on Repayment {{ %s }} }} }}'),
        "Operations": (have.operator, "{ operations { %s } }"),
    }
    return where[kind]


def chains(kind: GraphQLNamedType, depth: int = DEPTH) -> Iterator[str]:
    """All leaves of a type, and for each other field, so many levels deep, the chains of what it leads to.

    One at a time: what two fields ask for at once is read together or not as their answers come.
    """
    if is_abstract_type(kind):
        yield "__typename"
        return
    assert isinstance(kind, GraphQLObjectType), "what has fields"
    inner = {name: get_named_type(field.type) for name, field in kind.fields.items()}
    called = {name: f"{name}{arguments(kind, name)}" for name in inner}
    yield " ".join(["__typename", *(called[name] for name, of in inner.items() if is_leaf_type(of))])
    for name, of in inner.items():
        if depth and not is_leaf_type(of):
            for chain in chains(node_of(of), depth - 1):
                yield page(called[name], chain) if of.name.endswith("Connection") else f"{called[name]} {{ {chain} }}"


def arguments(kind: GraphQLObjectType, field: str) -> str:
    """Those without which a field cannot be asked for; of connections one element."""
    if get_named_type(kind.fields[field].type).name.endswith("Connection"):
        return "(first: 1)"
    needed = any(map(is_required_argument, kind.fields[field].args.values()))
    return NEEDED[kind.name, field] if needed else ""


def node_of(kind: GraphQLNamedType) -> GraphQLNamedType:
    """What a connection is of; other types as they are."""
    if not kind.name.endswith("Connection"):
        return kind
    return field_of(field_of(kind, "edges"), "node")


def field_of(kind: GraphQLNamedType, field: str) -> GraphQLNamedType:
    """What a field of a type is or holds."""
    assert isinstance(kind, GraphQLObjectType), "what has fields"
    return cast("GraphQLNamedType", get_named_type(kind.fields[field].type))


def page(called: str, selection: str) -> str:
    """A connection with a selection of its nodes."""
    return f"{called} {{ edges {{ cursor node {{ {selection} }} }} pageInfo {{ hasNextPage endCursor }} }}"


@pytest.fixture
async def log(servers: EmbeddedServers, owner: Owner) -> AsyncIterator[Path]:
    """PostgreSQL's log, in which it notes every statement that the application sends from now on."""

    async def connect_anew() -> None:
        await db.disconnect()
        await db.connect(
            servers.database_url.replace("/kalends?", f"/{await owner.fetchval('select current_database()')}?")
        )

    await owner.execute("alter role kalends_app set log_statement = 'all'")
    await connect_anew()
    yield servers.home / "logs" / "postgres.log"
    await owner.execute("alter role kalends_app reset log_statement")
    await connect_anew()


def edges(answer: Any, field: str) -> list[Any]:
    """The elements of a connection, wherever it is in an answer."""
    while field not in answer:
        (answer,) = answer.values()
    found: list[Any] = answer[field]["edges"]
    return found


@pytest.fixture
async def have(owner: Owner, set_clock: SetClock) -> Fifty:
    """The rows."""
    return await fifty.make(owner, set_clock)


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(
    log: Path, have: Fifty, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Objects of a page go on in groups, others' requests in between; how many statements those share is left to chance.
    monkeypatch.setattr(context, "AT_ONCE", 1_000)
    executor, sizes, costs = Executor(schema), {}, {}

    async def asked(viewer: Viewer, text: str) -> tuple[Any, int]:
        """What is answered, and by how many statements."""
        before = log.stat().st_size
        answer = orjson.loads(await executor.execute(executor.prepare(Params(text), Context(viewer)), Context(viewer)))
        assert "errors" not in answer, (text, answer["errors"])
        with log.open("rb") as file:
            file.seek(before)
            return answer["data"], len(EXECUTED.findall(file.read().decode()))

    for kind, field in connections():
        viewer, around_it = around(kind, field, have)
        for chain in chains(node_of(field_of(SCHEMA.type_map[kind], field))):
            for first in (1, 1, 50):  # the first time, for what a process reads once
                data, statements = await asked(viewer, around_it % page(f"{field}(first: {first})", chain))
                sizes[kind, field, chain, first] = len(edges(data, field))
                costs[kind, field, chain, first] = statements
    assert len(costs) > 2 * 400, "every chain of every connection"
    assert {at: size for at, size in sizes.items() if size != at[-1]} == {}
    assert {at: (costs[at], costs[*at[:-1], 50]) for at in costs if costs[at] != costs[*at[:-1], 50]} == {}
