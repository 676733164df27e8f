"""The page that is written from results."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.rows import Row

ABOUT = """Written by `make bench` from the results in `bench/results/`; do not edit.

Of each suite the contenders took turns, round by round, on the same machine and data; figures are medians of the rounds,
ratios are of figures of the same run: how many times better Kalends is than the contender, where nothing else is said.

![How many times better Kalends is than each contender](performance.svg)
"""
MISSED = Path(__file__).with_name("missed.md")
HEAD = "| case | contender | figure | ratio | goal | | |\n|---|---|---|---|---|---|---|"


def page(suites: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> str:
    """`docs/performance.md`, of each suite's title, how it was measured, and results."""
    parts = ["# Performance\n", ABOUT]
    parts += [section(title, how, found) for title, how, found in suites.values()]
    parts.append(MISSED.read_text())
    return "\n".join(parts)


def section(title: str, how: str, found: Mapping[str, Any]) -> str:
    """A suite's part of the page."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    lines = [f"## {title}", "", how, "", HEAD]
    lines += [line(Row.from_json(kept)) for kept in found["rows"]]
    when = f"Measured {found['measured_at']}, {found['rounds']} rounds, data × {found['scale']:g}"
    lines += ["", f"{when}, {found['machine']}. {versions}.", ""]
    return "\n".join(lines)


def line(row: Row) -> str:
    """A row of the table."""
    ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
    figure = f"{row.figure:,.0f}" if row.figure >= 100 else f"{row.figure:.3g}"
    return f"| {row.case} | {row.contender} | {figure} {row.unit} | {ratio} | {row.goal} | {row.verdict} | {row.note} |"
