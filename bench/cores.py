"""Two processes of the API instead of one, on a machine whose second core carries the database and the load."""

from contextlib import ExitStack
from statistics import median

from bench.cases import CASES
from bench.data import USER, made
from bench.reads import Told, variations
from bench.rows import KALENDS, Row
from bench.servers import kalends
from bench.stage import Stage

TITLE = "Two cores"
HOW = """`kalends serve --workers 2` beside one process, each process with 32 connections. This machine has no second core
to spare: PostgreSQL and the load have core 1, so the two processes share core 0. Counted are the processor's seconds:
requests answered while the busiest process of the API works for a second, which is what the API as a whole answers in a
second once each of its processes has a core to itself, and the database and the load have theirs. Unfair sharing of
connections and whatever a second process costs the first count against it; what cores cost each other does not show."""
CONNECTIONS = 32
NAMES = ("A", "B", "C")


def measure(stage: Stage) -> list[Row]:
    """A to C by one process and by two, in turns."""
    token, variables = stage.token(made(USER, stage.size.users - 1)), variations(stage)
    asked = {name: CASES[name].bodies(variables[CASES[name].varies]) for name in NAMES}
    found: dict[tuple[str, int], list[Told]] = {}
    with ExitStack() as stack:
        servers = {
            1: stack.enter_context(kalends(stage, name="kalends-one")),
            2: stack.enter_context(kalends(stage, "--workers", "2", name="kalends-two")),
        }
        for _ in range(stage.rounds):
            for name in NAMES:
                for count, server in servers.items():
                    told = server.load(asked[name], token, CONNECTIONS * count, stage.seconds)
                    found.setdefault((name, count), []).append(told)
    return [row for name in NAMES for row in _rows(name, found[name, 1], found[name, 2])]


def _rows(name: str, one: list[Told], two: list[Told]) -> list[Row]:
    alone, together = ([told["answers"] / max(told["servers_s"]) for told in rounds] for rounds in (one, two))
    title, unit = CASES[name].title, "requests/s of the busiest process"
    ratio = median(together) / median(alone)
    return [
        Row(title, f"{KALENDS}, one process", unit, alone),
        Row(title, f"{KALENDS}, two processes", unit, together, ratio=ratio, at_least=1.8),
    ]
