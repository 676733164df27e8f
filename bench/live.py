"""Many subscribers to one loan, beside graphql-ws: `python -m bench.run --only live`."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from statistics import median
from typing import Any

import psutil

from bench.data import LOAN, USER, made
from bench.machine import OTHER_CORE, ROOT
from bench.rows import KALENDS, Row
from bench.servers import Server, graphql_ws, kalends
from bench.stage import Stage

WATCHERS, COMMITS, WATCHED = 5_000, 20, 1
TITLE = "Live updates"
HOW = f"""{WATCHERS:,} WebSockets from one process on core 1 watch one loan by `graphql-transport-ws`; each has the token of
an account of its own, which the peer does not check. The load commits a change of the loan's listing and rings the bell, as a
bid does, {COMMITS} times a round, and measures until the last watcher has the update; everybody must get the same
bytes, numbers aside also from both servers. The peer (graphql-ws on ws) reads the state once for a ring. "There" is from the
first connection until all have the present state; memory is what the server's resident set grew by until then."""
Told = Mapping[str, Any]
CONTENDERS: Mapping[str, Callable[[Stage], AbstractContextManager[Server]]] = {
    KALENDS: kalends,
    "graphql-ws": graphql_ws,
}


def measure(stage: Stage) -> list[Row]:
    """Everybody in turn, each started anew in each round."""
    lenders = [made(USER, number) for number in range(stage.size.borrowers, stage.size.users)]
    tokens = [stage.token(user_id) for user_id in lenders[:WATCHERS]]
    tokens = [tokens[number % len(tokens)] for number in range(WATCHERS)]
    found: dict[str, list[Told]] = {name: [] for name in CONTENDERS}
    for _ in range(stage.rounds):
        for name, contender in CONTENDERS.items():
            with contender(stage) as server:
                found[name].append(watched(server, stage, tokens))
    if len({shape for rounds in found.values() for told in rounds for shape in told["shapes"]}) != 1:
        raise SystemExit("not everybody sends the same bytes")
    return rows(found)


def rows(found: Mapping[str, Sequence[Told]]) -> list[Row]:
    """What was found of Kalends and of its peer."""
    return [
        *_case(found, "the last is served after the commit", "ms", "served_ms", at_most=80, at_least=1.8),
        *_case(found, "everybody is there after", "s", "came_s"),
        *_case(found, "memory of each who waits", "kB", "kb_each", at_most=30),
    ]


def _case(
    found: Mapping[str, Sequence[Told]],
    meaning: str,
    unit: str,
    name: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> list[Row]:
    case, (ours, theirs) = f"{WATCHERS:,} subscribers: {meaning}", found
    figures = {contender: [told[name] for told in rounds] for contender, rounds in found.items()}
    ratio = median(figures[theirs]) / median(figures[ours])
    return [
        Row(case, ours, unit, figures[ours], at_most=at_most),
        Row(case, theirs, unit, figures[theirs], ratio=ratio, at_least=at_least),
    ]


def watched(server: Server, stage: Stage, tokens: Sequence[str]) -> Told:
    """One server with its watchers: the median time of the commits, and the memory of each watcher."""
    options = {"port": server.port, "loan": made(LOAN, WATCHED), "commits": COMMITS}
    argv = ["taskset", "-c", str(OTHER_CORE), sys.executable, "-m", "bench.watchers"]
    argv += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    with subprocess.Popen(
        argv, cwd=ROOT, env=stage.processes, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as crowd:
        assert crowd.stdin is not None and crowd.stdout is not None, "pipes"
        crowd.stdin.write("".join(f"{token}\n" for token in tokens) + "\n")
        crowd.stdin.flush()
        came = crowd.stdout.readline()
        if not came:
            raise SystemExit(f"{server.name} does not serve {len(tokens)} watchers")
        after = process.memory_info().rss
        crowd.stdin.write("\n")
        crowd.stdin.flush()
        told = [json.loads(line) for line in crowd.stdout]
    if crowd.returncode != 0 or len(told) != COMMITS:
        raise SystemExit(f"{server.name} lost a watcher")
    return {
        "served_ms": median(one["ms"] for one in told),
        "came_s": json.loads(came)["came_s"],
        "kb_each": (after - before) / len(tokens) / 1000,
        "shapes": {re.sub(r"\d+", "0", one["payload"]) for one in told},
    }
