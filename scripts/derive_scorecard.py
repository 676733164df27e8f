"""Derives the points table from recorded outcomes: `python -m scripts.derive_scorecard [--check]`.

Writes `domain/credit/data/scorecard.json` and the derived part of `docs/scorecard.md`. With `--check` writes nothing
and ends with 1 if what is committed differs. Needs numpy (in requirements-dev.txt); the platform does not.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from cli.demo.german_credit import MINOR_PER_MARK, applications
from scripts.scorecard.attributes import ATTRIBUTES, value_of
from scripts.scorecard.model import Rows, fit_model, validate
from scripts.scorecard.page import with_tables
from scripts.scorecard.table import scorecard_json, to_card

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "domain" / "credit" / "data" / "scorecard.json"
PAGE = ROOT / "docs" / "scorecard.md"


def load() -> Rows:
    """The data set as the scorecard sees it."""
    rows = list(applications())
    values = {
        attribute.name: [value_of(row.facts, attribute, MINOR_PER_MARK) for row in rows] for attribute in ATTRIBUTES
    }
    return Rows(values, np.array([row.went_bad for row in rows]))


def derive() -> dict[str, Any]:
    """The points table, from the data set alone; the same on every run."""
    data = load()
    validation = validate(data)
    card = to_card(fit_model(data, np.arange(len(data.bad))), validation)
    return scorecard_json(card, data, validation)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Derive the points table from recorded outcomes.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if the files differ")
    check: bool = parser.parse_args(arguments).check
    table = derive()
    wanted = {
        TABLE: json.dumps(table, indent=2) + "\n",
        PAGE: with_tables(PAGE.read_text(encoding="utf-8"), table),
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not what the data give; run this script without --check")
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
