"""How soon the API answers after it was started, and how much memory a process has after load."""

import time

import psutil

from bench.cases import CASES
from bench.data import USER, made
from bench.reads import variations
from bench.rows import KALENDS, Row
from bench.servers import kalends
from bench.stage import Stage

TITLE = "Start and memory"
HOW = """From the start of `kalends serve` to its first answer over HTTP (`{__typename}`), on one core, PostgreSQL and Valkey
running, Python's byte code kept from an earlier start; and the proportional set size of the process after A to D were
asked of it for as long as a round takes."""
MB = 1_000_000


def measure(stage: Stage) -> list[Row]:
    """Start it `stage.rounds` times."""
    token, variables = stage.token(made(USER, stage.size.users - 1)), variations(stage)
    took, used = [], []
    with kalends(stage):
        pass
    for _ in range(stage.rounds):
        began = time.perf_counter()
        with kalends(stage) as server:
            took.append(time.perf_counter() - began)
            for case in CASES.values():
                server.load(case.bodies(variables[case.varies]), token, case.connections, stage.seconds)
            used.append(psutil.Process(server.pid).memory_full_info().pss / MB)
    return [
        Row("`kalends serve` answers after", KALENDS, "s", took, at_most=1.5),
        Row("memory of a process of the API", KALENDS, "MB", used, at_most=150),
    ]
