"""Writes the derived part of docs/scorecard.md."""

from typing import Any

BEGIN = "<!-- derived: written by scripts/derive_scorecard.py, not by hand -->"
END = "<!-- end of the derived part -->"


def with_tables(page: str, card: dict[str, Any]) -> str:
    """The page with its derived part replaced. Raises `ValueError` if the page has no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN!r} ... {END!r}")
    return f"{before}{BEGIN}\n\n{_validation(card['validation'])}\n{_points(card)}\n{_grades(card['grades'])}\n{END}{after}"


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.1f} %"


def _validation(found: dict[str, int]) -> str:
    def auc(name: str) -> str:
        return f"{found[name] / 1e6:.4f}"

    return (
        "## How well it ranks\n\n"
        "| measure | AUC |\n|---|---|\n"
        f"| {found['folds']}-fold cross-validation, mean over {found['seeds']} seeds | **{auc('auc_ppm')}** |\n"
        f"| spread (standard deviation) of the seeds' means | {auc('auc_spread_ppm')} |\n"
        f"| lowest and highest seed | {auc('auc_lowest_seed_ppm')}, {auc('auc_highest_seed_ppm')} |\n"
        f"| the shipped points on all rows, which they were fitted on | {auc('auc_of_points_ppm')} |\n"
    )


def _points(card: dict[str, Any]) -> str:
    lines = [
        f"## The points\n\nEverybody has {card['base_points']} points to begin with.\n",
        "| attribute | class | points | good | bad |",
        "|---|---|---:|---:|---:|",
    ]
    for attribute in card["attributes"]:
        below: int | None = None
        for found in attribute["bins"]:
            name = ", ".join(found["levels"]) if "levels" in found else _range(below, found["up_to"])
            below = found.get("up_to")
            lines.append(f"| {attribute['name']} | {name} | {found['points']} | {found['good']} | {found['bad']} |")
    return "\n".join(lines) + "\n"


def _range(above: int | None, up_to: int | None) -> str:
    if up_to is None:
        return f"over {above:,}"
    return f"up to {up_to:,}" if above is None else f"over {above:,} to {up_to:,}"


def _grades(grades: list[dict[str, Any]]) -> str:
    lines = [
        "## The grades\n",
        "| grade | from points | rows | went bad | went bad, unseen rows | said (mean PD) | average life |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in grades:
        observed = _percent(round(1e6 * row["bad"] / row["rows"]))
        unseen = _percent(round(1e6 * row["unseen_bad"] / row["unseen_rows"]))
        lines.append(
            f"| {row['grade']} | {row['from_points']} | {row['rows']} | {observed} | {unseen} "
            f"| {_percent(row['pd_ppm'])} | {row['average_life_days']} days |"
        )
    return "\n".join(lines) + "\n"
