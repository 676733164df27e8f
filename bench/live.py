"""Many subscribers to one loan, beside graphql-ws: `python -m bench.live --watchers 5000 --rounds 3`.

Measured is the time from a commit until the last subscriber has the update (`served_ms`), from the first connection until
all have the present state (`came_s`), and what one who waits takes of the server's memory (`kb_each`). Each has an
account of their own; the peer checks no token. The server has core 0 alone.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.data import LOAN, USER, Size, made
from bench.servers import OTHER_CORE, ROOT, Server, database, graphql_ws, kalends

CONTENDERS = {"kalends": kalends, "graphql-ws": graphql_ws}
WATCHERS = 5_000
COMMITS = 20
WATCHED = 1
GOALS = {"served_ms": 80.0, "times_graphql_ws": 1.8, "kb_each": 30.0}
"""At most, at least, at most."""


def measure(environment: Mapping[str, str], size: Size, *, watchers: int, rounds: int, commits: int) -> dict[str, Any]:
    """Everybody in turn, round by round, each started anew. `environment`: as `bench.servers.database` gives it."""
    tokens = _tokens(environment, size, watchers)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name, contender in CONTENDERS.items():
            with contender(dict(environment)) as server:
                found[name].append(_watched(server, environment, tokens, commits))
    if len({payload for ones in found.values() for one in ones for payload in one["shapes"]}) != 1:
        raise SystemExit("not everybody sends the same bytes")
    results: dict[str, Any] = {name: summary(ones) for name, ones in found.items()}
    ratio = results["graphql-ws"]["served_ms"] / results["kalends"]["served_ms"]
    return {"watchers": watchers, "commits": rounds * commits, "times_graphql_ws": round(ratio, 2), **results}


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


def _watched(server: Server, environment: Mapping[str, str], tokens: Sequence[str], commits: int) -> dict[str, Any]:
    """One server with its watchers: the time of each commit, and the memory of each watcher."""
    options = {"port": server.port, "loan": made(LOAN, WATCHED), "commits": commits}
    argv = ["taskset", "-c", OTHER_CORE, sys.executable, "-m", "bench.watchers"]
    argv += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    with subprocess.Popen(
        argv, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    if crowd.returncode != 0 or len(told) != commits:
        raise SystemExit(f"{server.name} lost a watcher")
    return {
        "ms": [one["ms"] for one in told],
        "came_s": json.loads(came)["came_s"],
        "cpu": max(one["cpu"] for one in told),
        "kb_each": (rss - before) / len(tokens) / 1024,
        "shapes": {"".join("0" if letter.isdigit() else letter for letter in one["payload"]) for one in told},
    }


def _tokens(environment: Mapping[str, str], size: Size, count: int) -> list[str]:
    """Bearer tokens of lenders, as logins would give them, valid for an hour."""
    os.environ.update(environment, KALENDS_ACCESS_TOKEN_MINUTES="60")  # noqa: S106 - a number of minutes
    from domain.identity.credentials import access_token
    from domain.shared.actor import Scope

    lenders = [made(USER, n) for n in range(size.borrowers, size.users)]
    scopes = frozenset({Scope.READ, Scope.LEND})
    return [access_token(lenders[n % len(lenders)], made(USER, n), scopes).token for n in range(count)]


def main() -> None:
    """Measure, and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--watchers", type=int, default=WATCHERS)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--commits", type=int, default=COMMITS)
    options.add_argument("--scale", type=float, default=0.1, help="times the data")
    options.add_argument("--home", type=Path, help="where the servers keep the data from run to run")
    told = options.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    size = Size.scaled(told.scale)
    with database(told.home or Path(tempfile.gettempdir()) / f"kalends-bench-{told.scale:g}", size) as environment:
        found = measure(environment, size, watchers=told.watchers, rounds=told.rounds, commits=told.commits)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
