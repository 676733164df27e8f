"""Measure everybody side by side: `python -m bench.run --only A,C --rounds 3`.

First everybody must answer each document with the same bytes. Then they take turns, round by round; what counts is the
median. Results are kept in `bench/results/` as JSON, and `docs/performance.md` is written from them.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

from bench import report
from bench.cases import CASES, Case
from bench.data import USER, Size, made
from bench.servers import CONTENDERS, NODE, OTHER_CORE, ROOT, Server, database


def token(environment: dict[str, str], user_id: UUID) -> str:
    """A bearer token of a lender, as a login would give it, valid for an hour."""
    os.environ.update(environment, KALENDS_ACCESS_TOKEN_MINUTES="60")  # noqa: S106 - a number of minutes
    from domain.identity.credentials import access_token
    from domain.shared.actor import Scope

    return access_token(user_id, user_id, frozenset({Scope.READ, Scope.LEND})).token


def answer(server: Server, case: Case, bearer: str) -> bytes:
    """The body of one answer."""
    headers = {"content-type": "application/json", "accept": "application/json", "authorization": f"Bearer {bearer}"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/graphql", case.body, headers)
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own address
        body: bytes = response.read()
    return body


def check_equal(servers: Sequence[Server], case: Case, bearer: str) -> None:
    """Everybody answers with the same bytes, and with data. Exits naming who does not."""
    ours, *others = [(server, case.comparable(answer(server, case, bearer))) for server in servers]
    if b'"errors":' in ours[1] or not ours[1].replace(b" ", b"").startswith(b'{"data":{'):
        raise SystemExit(f"case {case.name}: {ours[0].name} answers {ours[1][:300]!r}")
    for server, body in others:
        if body != ours[1]:
            at = next((i for i, (a, b) in enumerate(zip(ours[1], body, strict=False)) if a != b), 0)
            told = f"{ours[1][max(at - 60, 0) : at + 60]!r} and {body[max(at - 60, 0) : at + 60]!r}"
            raise SystemExit(f"case {case.name}: {server.name} answers otherwise: {told}")


def measure(server: Server, case: Case, bearer: str, seconds: float) -> dict[str, float]:
    """Answers a second of one server under load from the other core."""
    options = {"port": server.port, "connections": case.connections, "seconds": seconds}
    argv = ["taskset", "-c", OTHER_CORE, sys.executable, "-m", "bench.load"]
    argv += [part for name, value in options.items() for part in (f"--{name}", str(value))]
    environment = {**os.environ, "BENCH_TOKEN": bearer}  # arguments are for everybody to see
    done = subprocess.run(argv, input=case.body, cwd=ROOT, stdout=subprocess.PIPE, check=True, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Run the cases that were asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default=",".join(CASES), help="cases, by comma")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--scale", type=float, default=1.0, help="times the data")
    options.add_argument("--home", type=Path, help="where the servers keep the data from run to run")
    told = options.parse_args()
    home = told.home or Path(tempfile.gettempdir()) / f"kalends-bench-{told.scale:g}"
    cases = [CASES[name] for name in told.only.split(",")]
    size = Size.scaled(told.scale)
    rounds: dict[str, dict[str, list[dict[str, float]]]] = {}
    with ExitStack() as stack:
        environment = stack.enter_context(database(home, size))
        bearer = token(environment, made(USER, size.users - 1))
        servers = [stack.enter_context(make(environment)) for make in CONTENDERS.values()]
        for case in cases:
            check_equal(servers, case, bearer)
        for _ in range(told.rounds):
            for case in cases:
                for server in servers:
                    found = measure(server, case, bearer, told.seconds)
                    rounds.setdefault(case.name, {}).setdefault(server.name, []).append(found)
    results = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "node": subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip(),
        "loans": size.loans,
        "seconds": told.seconds,
        "rounds": rounds,
        "median_per_s": {
            case: {name: round(median(one["per_s"] for one in found), 1) for name, found in by_server.items()}
            for case, by_server in rounds.items()
        },
    }
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    (ROOT / "bench" / "results" / name).write_text(json.dumps(results, indent=1) + "\n")
    (ROOT / "docs" / "performance.md").write_text(report.page(results))
    print(report.page(results))


if __name__ == "__main__":
    main()
