"""The statements that the product sends for a request, as PostgreSQL logs them, and pgbench's scripts that send the same."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.servers import kalends
from bench.stage import Stage

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [^\[\n]*\[\d+\] (\w+):  ", re.MULTILINE)
EXECUTED = re.compile(r"execute [^:]*: (.*)", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = (?:NULL|'((?:[^']|'')*)')")
LITERAL = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class Statement:
    """A statement and the values of its parameters."""

    sql: str
    values: Mapping[int, str | None]


def of_requests(stage: Stage, bodies: Sequence[bytes], token: str) -> list[list[Statement]]:
    """The statements of each request, when the product has been asked it before."""
    log = stage.home / "logs" / "postgres.log"
    with _logged(stage), kalends(stage, name="kalends-logged") as server:
        found = []
        for body in [bodies[0], *bodies]:
            before = log.stat().st_size
            server.answer(body, token)
            with log.open("rb") as file:
                file.seek(before)
                found.append(list(_statements(file.read().decode())))
    return found[1:]


@contextmanager
def _logged(stage: Stage) -> Iterator[None]:
    who = "alter role kalends_app in database kalends"
    stage.execute(f"{who} set log_statement = 'all'")
    try:
        yield
    finally:
        stage.execute(f"{who} reset log_statement")


def _statements(log: str) -> Iterator[Statement]:
    parts = ENTRY.split(log)[1:]
    entries = [(kind, text.replace("\n\t", "\n").strip()) for kind, text in zip(parts[::2], parts[1::2], strict=True)]
    for number, (kind, text) in enumerate(entries):
        executed = EXECUTED.fullmatch(text)
        if kind != "LOG" or executed is None:
            continue
        following = entries[number + 1] if number + 1 < len(entries) else ("", "")
        told = following[1] if following[0] == "DETAIL" else ""
        values = {
            int(found[1]): None if found[2] is None else found[2].replace("''", "'")
            for found in PARAMETER.finditer(told)
        }
        yield Statement(executed[1], values)


def scripts(requests: Sequence[Sequence[Statement]]) -> tuple[list[str], dict[str, str]]:
    """A script for each request, and the variables of all of them."""
    variables: dict[str, str] = {}
    made = []
    for r, statements in enumerate(requests):
        lines = []
        for s, statement in enumerate(statements):
            # In a literal pgbench would take what follows a colon for a variable.
            sql = LITERAL.sub(lambda found: _without_colons(found[0]), statement.sql)
            for n, value in sorted(statement.values.items(), reverse=True):
                name = f"v{r}_{s}_{n}"
                sql = re.sub(rf"\${n}(?!\d)", "null" if value is None else f":{name}", sql)
                if value is not None:
                    variables[name] = value
            lines.append(" ".join(sql.split()) + ";\n")
        made.append("".join(lines))
    return made, variables


def _without_colons(literal: str) -> str:
    return "(" + literal.replace(":", "' || chr(58) || '") + ")" if ":" in literal else literal
