"""The same requests at ten times the data."""

from contextlib import ExitStack
from statistics import median

from bench.cases import CASES
from bench.data import USER, Size, made
from bench.reads import variations
from bench.rows import KALENDS, Row
from bench.servers import kalends
from bench.stage import Stage, stage

TITLE = "Growth"
TIMES = 10
HOW = """A second PostgreSQL on the same core has ten times the users, loans and bids (some 10 GB on disk in the temporary
directory, loaded by COPY in minutes and kept for the next run). The product is asked A to C on both in turns, with
variables drawn from the whole of each; the ratio is of ten times the data to once."""
NAMES = ("A", "B", "C")


def measure(small: Stage) -> list[Row]:
    """A to C on both, in turns."""
    size = Size(small.size.users * TIMES, small.size.loans * TIMES)
    found: dict[tuple[str, int], list[float]] = {}
    with ExitStack() as stack:
        home = small.home.with_name(f"{small.home.name}-times-{TIMES}")
        large = stack.enter_context(stage(home, size, small.rounds, small.seconds))
        sides = [
            (
                one.size.loans,
                stack.enter_context(kalends(one)),
                variations(one),
                one.token(made(USER, one.size.users - 1)),
            )
            for one in (small, large)
        ]
        for _ in range(small.rounds):
            for name in NAMES:
                case = CASES[name]
                for loans, server, variables, token in sides:
                    told = server.load(case.bodies(variables[case.varies]), token, case.connections, small.seconds)
                    found.setdefault((name, loans), []).append(told["per_s"])
    return [row for name in NAMES for row in _rows(name, found[name, small.size.loans], found[name, size.loans], size)]


def _rows(name: str, once: list[float], more: list[float], size: Size) -> list[Row]:
    title, ratio = CASES[name].title, median(more) / median(once)
    return [
        Row(title, f"{KALENDS}, {size.loans // TIMES:,} loans", "requests/s", once),
        Row(title, f"{KALENDS}, {size.loans:,} loans", "requests/s", more, ratio=ratio, at_least=0.8),
    ]
