"""Many subscribers to one loan, beside graphql-ws: `python -m bench.run --only live --rounds 3`.

Measured is the time from a commit until the last subscriber has the update (`served_ms`), from the first connection until
all have the present state (`came_s`), and what one who waits takes of the server's memory (`kb_each`). Each has an
account of their own; the peer checks no token. The server has core 0 alone.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any
from uuid import UUID

import psutil

from bench.data import LOAN, USER, Size, made
from bench.machine import OTHER_CORE, ROOT
from bench.rows import KALENDS, Row
from bench.servers import Server, graphql_ws, kalends
from bench.stage import Stage

TITLE = "Live updates"
WATCHERS, COMMITS = 5_000, 20
HOW = f"""{WATCHERS:,} subscribers, each with a token and a connection of their own, watch one loan; {COMMITS} commits change it in
each round. Measured is the time from a commit until the last of them has the update, and what one who waits takes of the
server's memory. The peer checks no token. The server has core 0 alone; everybody sends the same bytes."""
PEER = "graphql-ws"
CONTENDERS = {KALENDS: kalends, PEER: graphql_ws}
WATCHED = 1
SERVED_MS, TIMES_PEER, KB_EACH = 80.0, 1.8, 30.0
"""At most, at least, at most."""


def measure(stage: Stage) -> list[Row]:
    """Everybody in turn, round by round, each started anew."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tokens = [stage.token(lender) for lender in _lenders(stage.size)]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(stage.rounds):
        for name, contender in CONTENDERS.items():
            with contender(stage) as server:
                found[name].append(_watched(server, stage, tokens))
    if len({payload for ones in found.values() for one in ones for payload in one["shapes"]}) != 1:
        raise SystemExit("not everybody sends the same bytes")
    return rows({name: summary(ones) for name, ones in found.items()})


def rows(found: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """What came of it: ours within its limits, theirs beside it."""
    told: list[Row] = []
    for case, key, unit, most in (
        ("until all are served, after the commit", "served_ms", "ms", SERVED_MS),
        ("memory of each who waits", "kb_each", "KB", KB_EACH),
    ):
        ours, theirs = found[KALENDS][key], found[PEER][key]
        slowest = f"p95 {found[KALENDS]['p95_ms']:.0f} ms" if key == "served_ms" else ""
        told.append(Row(case, KALENDS, unit, [ours], at_most=most, note=slowest))
        goal = TIMES_PEER if key == "served_ms" else None
        told.append(Row(case, PEER, unit, [theirs], ratio=theirs / ours, at_least=goal))
    return told


def summary(rounds: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The medians of rounds, the times of all their commits together."""
    times = sorted(ms for one in rounds for ms in one["ms"])
    return {
        "served_ms": round(median(times), 1),
        "p95_ms": round(times[int(len(times) * 0.95)], 1),
        "slowest_ms": round(times[-1], 1),
        "came_s": round(median(one["came_s"] for one in rounds), 2),
        "kb_each": round(median(one["kb_each"] for one in rounds), 1),
        "load_cpu": round(max(one["cpu"] for one in rounds), 2),
    }


def _watched(server: Server, stage: Stage, tokens: Sequence[str]) -> dict[str, Any]:
    """One server with its watchers: the time of each commit, and the memory of each watcher."""
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
        rss = process.memory_info().rss
        crowd.stdin.write("\n")
        crowd.stdin.flush()
        told = [json.loads(line) for line in crowd.stdout]
    if crowd.returncode != 0 or len(told) != COMMITS:
        raise SystemExit(f"{server.name} lost a watcher")
    return {
        "ms": [one["ms"] for one in told],
        "came_s": json.loads(came)["came_s"],
        "cpu": max(one["cpu"] for one in told),
        "kb_each": (rss - before) / len(tokens) / 1024,
        "shapes": {"".join("0" if letter.isdigit() else letter for letter in one["payload"]) for one in told},
    }


def _lenders(size: Size) -> list[UUID]:
    """As many as there shall be watchers."""
    return [made(USER, size.borrowers + n % (size.users - size.borrowers)) for n in range(WATCHERS)]
