"""The page that is written from results."""

from collections.abc import Mapping
from typing import Any

from bench.cases import CASES

HOW = """Written by `make bench` from the results in `bench/results/`; do not edit.

`kalends serve` runs in production settings, with authentication, limits and permissions on; every request carries a
bearer token. Peers check no token, count no costs and write no access log. Everybody reads the same PostgreSQL and
answered each document with the same bytes before anything was measured (of D: all but what
the GraphQL library says of itself). The server under test has core 0 (its peers are idle
meanwhile); PostgreSQL, Valkey and the load (32 connections, for D 4) share core 1. Rounds are interleaved; figures are medians.
"graphql-core" is the product with its plans turned off.

Only these reads are measured so far: not yet PostGraphile, bids, auto-debit, subscribers, two cores, ten times the data.
"""


def page(results: Mapping[str, Any]) -> str:
    """`docs/performance.md`: requests a second, ratios, and whether each goal is reached."""
    lines = [
        "# Performance",
        "",
        HOW,
        f"Measured {results['measured_at']} on {results['machine']}, Node {results['node']}, {results['loans']:,} loans.",
        "",
        "| case | contender | requests/s | Kalends is | goal | |",
        "|---|---|---|---|---|---|",
    ]
    for name, figures in results["median_per_s"].items():
        case = CASES[name]
        for contender, per_s in figures.items():
            ratio, goal = figures["kalends"] / per_s, case.goals.get(contender)
            verdict = "" if goal is None else "reached" if ratio >= goal else "missed"
            told = ("", "") if contender == "kalends" else (f"{ratio:.2f} ×", "" if goal is None else f"≥ {goal:g} ×")
            lines.append(f"| {name}: {case.meaning} | {contender} | {per_s:,.0f} | {told[0]} | {told[1]} | {verdict} |")
    busiest = max(one["cpu"] for by in results["rounds"].values() for found in by.values() for one in found)
    lines += ["", f"The load generator used at most {busiest:.0%} of its core.", ""]
    return "\n".join(lines)
