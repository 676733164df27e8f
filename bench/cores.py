"""Two processes of the API instead of one, on both cores of a machine whose cores also carry the database and the load."""

from contextlib import ExitStack
from statistics import median

from bench.cases import CASES
from bench.data import USER, made
from bench.machine import OTHER_CORE, SERVER_CORE
from bench.reads import Told, variations
from bench.rows import KALENDS, Row
from bench.servers import kalends
from bench.stage import Stage

TITLE = "Two cores"
HOW = """`kalends serve --workers 2` on both cores, beside one process on core 0; both are asked by twice 32 connections.
This machine has no cores left for PostgreSQL and the load, so requests a second would say how four programs share two
cores. Counted are the processor's seconds instead: what is shown is how many requests are answered while the busiest
process of the API works for a second, which is what the API as a whole answers in a second once each of its processes has
a core to itself. Unfair sharing of connections, and whatever two processes cost each other, count against it."""
CONNECTIONS = 64
NAMES = ("A", "B", "C")


def measure(stage: Stage) -> list[Row]:
    """A to C by one process and by two, in turns."""
    token, variables = stage.token(made(USER, stage.size.users - 1)), variations(stage)
    asked = {name: CASES[name].bodies(variables[CASES[name].varies]) for name in NAMES}
    found: dict[tuple[str, int], list[Told]] = {}
    with ExitStack() as stack:
        one = stack.enter_context(kalends(stage, name="kalends-one"))
        cores = f"{SERVER_CORE},{OTHER_CORE}"
        two = stack.enter_context(kalends(stage, "--workers", "2", name="kalends-two", cores=cores))
        for _ in range(stage.rounds):
            for name in NAMES:
                for count, server in ((1, one), (2, two)):
                    found.setdefault((name, count), []).append(
                        server.load(asked[name], token, CONNECTIONS, stage.seconds)
                    )
    return [row for name in NAMES for row in _rows(name, found[name, 1], found[name, 2])]


def _rows(name: str, one: list[Told], two: list[Told]) -> list[Row]:
    alone, together = ([told["answers"] / max(told["servers_s"]) for told in rounds] for rounds in (one, two))
    title, unit = CASES[name].title, "requests/s of the busiest process"
    reached = median(told["per_s"] for told in two)
    return [
        Row(title, f"{KALENDS}, one process", unit, alone),
        Row(
            title,
            f"{KALENDS}, two processes",
            unit,
            together,
            ratio=median(together) / median(alone),
            at_least=1.8,
            note=f"with the database and the load on the same two cores {reached:,.0f} requests/s",
        ),
    ]
