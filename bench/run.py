"""Measure everything side by side: `python -m bench.run --only reads --rounds 3`.

A suite's contenders take turns, round by round; what counts is the median. Each suite's latest results are kept in
`bench/results/` as JSON, and `docs/performance.md` is written from all of them.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import bids, cores, growth, live, machine, plot, reads, report, servicing, start
from bench.data import Size
from bench.rows import Row
from bench.stage import Stage, stage

RESULTS = machine.ROOT / "bench" / "results"
PAGE = machine.ROOT / "docs" / "performance.md"
PLOT = PAGE.with_suffix(".svg")


@dataclass(frozen=True)
class Suite:
    """A measurement: a title and how it was done, for the page, and the function that does it."""

    title: str
    how: str
    measure: Callable[[Stage], list[Row]]

    @classmethod
    def of(cls, module: ModuleType) -> "Suite":
        """The suite that a module of `bench` is, by its `TITLE`, `HOW` and `measure`."""
        return cls(module.TITLE, module.HOW, module.measure)


MODULES = (reads, bids, servicing, live, cores, growth, start)
SUITES = {module.__name__.removeprefix("bench."): Suite.of(module) for module in MODULES}


def keep(name: str, rows: list[Row], told: argparse.Namespace) -> None:
    """Write a suite's results down."""
    found = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.described(),
        "versions": machine.versions(),
        "scale": told.scale,
        "rounds": told.rounds,
        "seconds": told.seconds,
        "rows": [row.to_json() for row in rows],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def kept() -> dict[str, dict[str, Any]]:
    """The latest results of each suite that has some, in the order of the page."""
    files = {name: RESULTS / f"{name}.json" for name in SUITES}
    return {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}


def main() -> None:
    """Run the suites that were asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default=",".join(SUITES), help="suites, by comma")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--scale", type=float, default=1.0, help="times the data")
    options.add_argument("--home", type=Path, help="where the servers keep the data from run to run")
    told = options.parse_args()
    home = told.home or Path(tempfile.gettempdir()) / f"kalends-bench-{told.scale:g}"
    with stage(home, Size.scaled(told.scale), told.rounds, told.seconds) as ready:
        for name in told.only.split(","):
            keep(name, SUITES[name].measure(ready), told)
    write(kept())
    print(PAGE.read_text())


def write(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the page and its plot from results."""
    PAGE.write_text(report.page({name: (SUITES[name].title, SUITES[name].how, told) for name, told in found.items()}))
    PLOT.write_text(plot.plot([Row.from_json(row) for told in found.values() for row in told["rows"]]))


if __name__ == "__main__":
    main()
