"""Reads over HTTP, cases A to D: everybody answers the same documents on the same data."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from api.engine import encode
from bench import pgbench, statements
from bench.cases import CASES, Case, Variables
from bench.data import LOAN, USER, made
from bench.rows import KALENDS, Row
from bench.servers import CONTENDERS, Server
from bench.stage import Stage

TITLE = "Reads over HTTP"
HOW = """`kalends serve` runs in production settings, with authentication, limits and permissions on; every request
carries a bearer token. Peers check no token, count no costs and write no access log. Everybody reads the same PostgreSQL.
A asks for another of 1,000 loans with each request, B and C for the page behind another of 1,000 cursors, all drawn
from the whole market; the sequence is the same for everybody, and before anything was measured everybody answered 20 of
them with the same bytes (D: all but what the GraphQL library says of itself). The server under test has core 0 (the
others are idle meanwhile); PostgreSQL, Valkey and the load (32 connections, for D 4) share core 1. "graphql-core" is the
product with its plans turned off. pgbench (8 clients, prepared statements) sends the statements that the product sent
for 16 of the requests of C, taken from PostgreSQL's log, from core 0: what PostgreSQL alone could feed from core 1."""
Told = Mapping[str, Any]
VARIATIONS, COMPARED, SCRIPTS = 1_000, 20, 16
PAGE = 20
"""So many loans must be behind a cursor."""
PGBENCH_CLIENTS = 8
PGBENCH = "pgbench"


def measure(stage: Stage) -> list[Row]:
    """All cases, their contenders in turns."""
    token, variables = stage.token(made(USER, stage.size.users - 1)), variations(stage)
    asked = {name: case.bodies(variables[case.varies]) for name, case in CASES.items()}
    fed = statements.scripts(statements.of_requests(stage, asked["C"][:SCRIPTS], token))
    found: dict[str, dict[str, list[Told]]] = {name: {} for name in CASES}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(make(stage)) for name, make in CONTENDERS.items()}
        for name, case in CASES.items():
            check_equal(_contenders(case, servers), case, asked[name][:COMPARED], token)
        for _ in range(stage.rounds):
            for name, case in CASES.items():
                for server in _contenders(case, servers):
                    told = server.load(asked[name], token, case.connections, stage.seconds)
                    found[name].setdefault(server.name, []).append(told)
                if PGBENCH in case.goals:
                    fed_by = pgbench.run(stage, fed[0], PGBENCH_CLIENTS, stage.seconds, fed[1])
                    found[name].setdefault(PGBENCH, []).append({"per_s": fed_by.per_s})
    return [row for name, case in CASES.items() for row in _rows(case, found[name])]


def _contenders(case: Case, servers: Mapping[str, Server]) -> list[Server]:
    return [server for name, server in servers.items() if name == KALENDS or name in case.goals]


def _rows(case: Case, found: Mapping[str, Sequence[Told]]) -> list[Row]:
    per_s = {name: [told["per_s"] for told in rounds] for name, rounds in found.items()}
    ours = median(per_s[KALENDS])
    return [
        Row(
            case.title,
            name,
            "requests/s",
            rounds,
            ratio=None if name == KALENDS else ours / median(rounds),
            at_least=case.goals.get(name),
            note="" if name == PGBENCH else _busy(found[name]),
        )
        for name, rounds in per_s.items()
    ]


def _busy(rounds: Sequence[Told]) -> str:
    busy = median(sum(told["servers_s"]) / told["seconds"] for told in rounds)
    other = median(told["other_core_busy"] for told in rounds)
    return f"its core {busy:.0%} busy, the other {other:.0%}"


def variations(stage: Stage) -> dict[str, list[Variables]]:
    """By what varies, the variables of the requests, one after the other; the same in every run on the same data."""
    draw = random.Random(20)
    loans = [made(LOAN, draw.randrange(PAGE, stage.size.loans)) for _ in range(VARIATIONS)]
    listed = asyncio.run(_listed(stage, loans))
    return {
        "": [{}],
        "id": [{"id": f"loan_{loan}"} for loan in loans],
        "after": [{"after": encode([listed[loan], loan])} for loan in loans],
    }


async def _listed(stage: Stage, loans: Sequence[UUID]) -> dict[UUID, datetime]:
    """When loans were listed, by id."""
    connection = await asyncpg.connect(stage.environment["KALENDS_MIGRATION_DATABASE_URL"])
    rows = await connection.fetch("select id, listed_at from lending.loans where id = any($1)", loans)
    await connection.close()
    return {row["id"]: row["listed_at"] for row in rows}


def check_equal(servers: Sequence[Server], case: Case, bodies: Sequence[bytes], token: str) -> None:
    """Everybody answers with the same bytes, and with data. Exits naming who does not."""
    for body in bodies:
        ours, *others = [(server, case.comparable(server.answer(body, token))) for server in servers]
        if b'"errors":' in ours[1] or not ours[1].replace(b" ", b"").startswith(b'{"data":{'):
            raise SystemExit(f"case {case.name}: {ours[0].name} answers {ours[1][:300]!r}")
        for server, answer in others:
            if answer != ours[1]:
                at = next((i for i, (a, b) in enumerate(zip(ours[1], answer, strict=False)) if a != b), 0)
                told = f"{ours[1][max(at - 60, 0) : at + 60]!r} and {answer[max(at - 60, 0) : at + 60]!r}"
                raise SystemExit(f"case {case.name}: {server.name} answers otherwise: {told}")
