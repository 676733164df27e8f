"""Bids, measured beside the database alone: `python -m bench.run --only bids --rounds 3`.

The product takes bids over GraphQL; pgbench calls a stored function for each bid (`bids.sql`), which takes the same locks,
checks the same rules and writes the same rows. Both work on one copy of the market whose loans never fill, in turn, each
time on loans that have few bids so far. After each run the rows must agree with the answers, and the books must be whole.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import asyncpg
import psutil

from bench import bidders, pgbench
from bench.data import LOAN, USER, made
from bench.machine import OTHER_CORE, ROOT
from bench.rows import KALENDS, Row
from bench.servers import Server, kalends
from bench.stage import Stage

CLIENTS, LOANS, AT_ONCE = 128, 1_000, 50
DATABASE = "bids"
ENDLESS_MINOR = 10**13
COUNTS = """select (select count(*) from marketplace.bids) as bids,
    (select count(*) from ledger.postings where kind = 'HOLD') as holds,
    (select count(*) from shared.outbox where kind = 'bid.placed') as events,
    (select count(*) from shared.idempotency where operation = 'place_bid') as keys"""

TITLE = "Bids"
HOW = """The product takes bids over GraphQL; pgbench calls a stored function for each bid, which takes the same locks, checks
the same rules and writes the same rows: bid, listing, hold through the ledger's trigger, event, idempotency key with its answer.
Both work on a copy of the market whose loans never fill, each time on loans with few bids so far. After each run
the rows agree with the answers, and `kalends verify-ledger` finds the books whole."""
PGBENCH = "pgbench"
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

    def __init__(self, stage: Stage) -> None:
        self.environment = stage.environment
        self.stage = stage
        self._used = 0
        self._runs = 0
        self.document_id = ""

    async def make(self) -> None:
        """Let no loan be filled, and define pgbench's function."""
        owner = await asyncpg.connect(self.environment["KALENDS_MIGRATION_DATABASE_URL"])
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
        return [self.stage.token(lender) for lender in self.lenders(clients)]

    def lenders(self, count: int) -> list[UUID]:
        """So many lenders."""
        return [made(USER, self.stage.size.borrowers + number) for number in range(count)]

    def take_loans(self, count: int) -> list[str]:
        """Loans on which nobody has bid yet but those who came with the data; from the beginning again after the last."""
        numbers = [(self._used + n) % self.stage.size.loans for n in range(count)]
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


def by_kalends(market: Market, server: Server, case: Case, seconds: float, clients: int = CLIENTS) -> Figures:
    """Bid through the product."""
    orders = market.orders(server, clients, case.loans, seconds)
    database_server = psutil.Process(server.pid)
    before = database_server.cpu_times()
    done = subprocess.run(
        ["taskset", "-c", str(OTHER_CORE), sys.executable, "-m", "bench.bidders"],
        input=bidders.encode(orders), cwd=ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    figures: Figures = json.loads(done.stdout)
    after = database_server.cpu_times()
    used = after.user + after.system - before.user - before.system
    return {**figures, "server_us_per_bid": used / figures["bids"] * 1e6}


def by_pgbench(market: Market, case: Case, seconds: float, clients: int = CLIENTS) -> Figures:
    """Bid by a stored function for each bid, from the core that the product has in its turn."""
    lenders = ",".join(map(str, market.lenders(clients)))
    loans = ",".join(market.take_loans(case.loans))
    script = (
        f"\\set loan random(1, {case.loans})\n"
        f"select bench.place_bid(('{{{lenders}}}'::uuid[])[:client_id + 1], gen_random_uuid()::text, "
        f"('{{{loans}}}'::uuid[])[:loan], 10000, 'CNY', array['{market.document_id.removeprefix('document_')}'::uuid]);\n"
    )
    told = pgbench.run(market.stage, [script], clients, seconds, role="none")
    return {"per_s": told.per_s, "bids": told.transactions}


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


def measure(stage: Stage) -> list[Row]:
    """Both cases, interleaved, on a copy of the market; then single bids."""
    found: dict[str, dict[str, list[Figures]]] = {case.name: {KALENDS: [], PGBENCH: []} for case in CASES}
    with stage.copied(DATABASE) as copy:
        market = Market(copy)
        asyncio.run(market.make())
        with kalends(copy) as server:
            for _ in range(stage.rounds):
                for case in CASES:
                    for name, run in (
                        (KALENDS, lambda case=case: by_kalends(market, server, case, stage.seconds)),
                        (PGBENCH, lambda case=case: by_pgbench(market, case, stage.seconds)),
                    ):
                        found[case.name][name].append(proved(market, run))
            alone = proved(market, lambda: by_kalends(market, server, CASES[0], stage.seconds, clients=1))
            proved(market, lambda: one_key(market, server))
    rows = [row for case in CASES for row in _rows(case, found[case.name])]
    note = f"{AT_ONCE} at once under one key came to one bid, and all were told of it"
    return [*rows, Row("`placeBid`, one client", KALENDS, "ms", [1_000 / alone["per_s"]], note=note)]


def _rows(case: Case, found: Mapping[str, Sequence[Figures]]) -> list[Row]:
    ours, theirs = ([one["per_s"] for one in found[name]] for name in (KALENDS, PGBENCH))
    cpu = median(one["server_us_per_bid"] for one in found[KALENDS])
    return [
        Row(case.meaning, KALENDS, "bids/s", ours, note=f"{cpu:.0f} µs of the server's CPU each"),
        Row(case.meaning, PGBENCH, "bids/s", theirs, ratio=median(ours) / median(theirs), at_least=case.goal),
    ]
