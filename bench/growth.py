"""The same requests and the same bids at ten times the data."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from bench import bids
from bench.cases import CASES
from bench.data import USER, Size, made
from bench.reads import variations
from bench.rows import KALENDS, Row
from bench.servers import Server, kalends
from bench.stage import Stage, stage

TITLE = "Growth"
TIMES = 10
HOW = """A second PostgreSQL on the same core has ten times the users, loans and bids (some 6 GB on disk in the temporary
directory, loaded by COPY in minutes and kept for the next run). The product is asked A to C on both in turns, with
variables drawn from the whole of each, then takes bids on a copy of each, as in "Bids"; the ratio is of ten times the data
to once."""
NAMES = ("A", "B", "C")
AT_LEAST = 0.8


class Side:
    """One of the two, and what it did in each round."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._variables = variations(stage)
        self._token = stage.token(made(USER, stage.size.users - 1))
        self.name = f"{KALENDS}, {stage.size.loans:,} loans"
        self.found: dict[str, list[float]] = {}

    def read(self, server: Server, name: str) -> None:
        """Ask for a case as long as a round takes."""
        case = CASES[name]
        bodies = case.bodies(self._variables[case.varies])
        told: dict[str, Any] = server.load(bodies, self._token, case.connections, self._stage.seconds)
        self.found.setdefault(case.title, []).append(told["per_s"])

    def bid(self, market: bids.Market, server: Server, case: bids.Case) -> None:
        """Bid as long as a round takes."""
        told = bids.proved(market, lambda: bids.by_kalends(market, server, case, self._stage.seconds))
        self.found.setdefault(case.meaning, []).append(told["per_s"])


def measure(small: Stage) -> list[Row]:
    """Both, in turns."""
    size = Size(small.size.users * TIMES, small.size.loans * TIMES)
    with ExitStack() as stack:
        home = small.home.with_name(f"{small.home.name}-times-{TIMES}")
        stages = (small, stack.enter_context(stage(home, size, small.rounds, small.seconds)))
        sides = [Side(one) for one in stages]
        _read(stages, sides)
        _bid(stages, sides)
    once, more = sides
    return [row for title in once.found for row in _rows(title, once, more)]


def _read(stages: Sequence[Stage], sides: Sequence[Side]) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(kalends(one)) for one in stages]
        for _ in range(stages[0].rounds):
            for name in NAMES:
                for side, server in zip(sides, servers, strict=True):
                    side.read(server, name)


def _bid(stages: Sequence[Stage], sides: Sequence[Side]) -> None:
    with ExitStack() as stack:
        copies = [stack.enter_context(one.copied(bids.DATABASE)) for one in stages]
        markets = [bids.Market(copy) for copy in copies]
        for market in markets:
            asyncio.run(market.make())
        servers = [stack.enter_context(kalends(copy)) for copy in copies]
        for _ in range(stages[0].rounds):
            for case in bids.CASES:
                for side, market, server in zip(sides, markets, servers, strict=True):
                    side.bid(market, server, case)


def _rows(title: str, once: Side, more: Side) -> list[Row]:
    ratio = median(more.found[title]) / median(once.found[title])
    return [
        Row(title, once.name, "/s", once.found[title]),
        Row(title, more.name, "/s", more.found[title], ratio=ratio, at_least=AT_LEAST),
    ]
