"""Turns the fitted model into whole points, grades and the two committed files."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cli.demo.german_credit import MINOR_PER_MARK
from scripts.scorecard.binning import Bin, Binning
from scripts.scorecard.logistic import Floats, auc
from scripts.scorecard.model import FOLDS, Model, Rows, Validation

VERSION = "german-credit-1"
SOURCE = "Statlog (German Credit Data), H. Hofmann, UCI Machine Learning Repository, doi:10.24432/C5NC77, CC BY 4.0"

POINTS, ODDS, DOUBLE = 600, 30, 40
"""600 points stand for 30 good to one bad; 40 more double the odds."""

FACTOR = DOUBLE / math.log(2)
MINOR_PER_UNIT = {"CNY": MINOR_PER_MARK, "EUR": 100}
"""A unit of `amount` is a Deutsche Mark of 1994: 10 CNY by the demo's scale, about one euro of today by prices."""

CUTS = {"A": 540, "B": 510, "C": 480, "D": 455, "E": 430, "F": 395, "G": 0}
"""Where grades begin: chosen by hand, so that each holds over a tenth of the rows and risk rises by about half a grade."""

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Card:
    """Whole points per class: `points[attribute][class]`, the worst class 0; `base` is what everybody has."""

    binnings: tuple[Binning, ...]
    base: int
    points: tuple[tuple[int, ...], ...]

    def totals(self, data: Rows) -> Floats:
        total = np.full(len(data.bad), float(self.base))
        for binning, points in zip(self.binnings, self.points, strict=True):
            total += [points[binning.index(value)] for value in data.values[binning.attribute.name]]
        return total


def to_card(model: Model, validation: Validation) -> Card:
    """Scale calibrated log-odds to points; calibrating shrinks what the fit promised about the rows it had seen."""
    base = POINTS - FACTOR * math.log(ODDS) + FACTOR * (validation.intercept + validation.slope * model.intercept)
    kept, table = [], []
    for binning, coefficient in zip(model.binnings, model.coefficients, strict=True):
        exact = [FACTOR * validation.slope * coefficient * found.woe(binning.average) for found in binning.bins]
        base += min(exact)
        points = tuple(round(value - min(exact)) for value in exact)
        if any(points):
            kept.append(binning)
            table.append(points)
    return Card(tuple(kept), round(base), tuple(table))


def scorecard_json(card: Card, data: Rows, validation: Validation) -> dict[str, Any]:
    """The content of `domain/credit/data/scorecard.json`; all numbers are whole."""
    return {
        "version": VERSION,
        "source": SOURCE,
        "scale": {"points": POINTS, "odds": ODDS, "points_to_double_odds": DOUBLE},
        "base_points": card.base,
        "minor_per_unit": MINOR_PER_UNIT,
        "attributes": [
            {
                "name": binning.attribute.name,
                "reason": binning.attribute.reason,
                "bins": [_bin(binning, found, worth) for found, worth in zip(binning.bins, points, strict=True)],
            }
            for binning, points in zip(card.binnings, card.points, strict=True)
        ],
        "grades": _grades(card, data, validation),
        "validation": {
            "folds": FOLDS,
            "seeds": len(validation.auc_by_seed),
            "auc_ppm": round(1e4 * float(np.mean(validation.auc_by_seed))) * 100,
            "auc_lowest_seed_ppm": round(1e4 * min(validation.auc_by_seed)) * 100,
            "auc_highest_seed_ppm": round(1e4 * max(validation.auc_by_seed)) * 100,
            "auc_spread_ppm": round(1e4 * float(np.std(validation.auc_by_seed, ddof=1))) * 100,
            "auc_of_points_ppm": round(1e4 * auc(card.totals(data), ~data.bad)) * 100,
        },
    }


def _bin(binning: Binning, found: Bin, points: int) -> dict[str, Any]:
    where = {"up_to": found.up_to} if binning.attribute.grid else {"levels": sorted(found.levels)}
    return {**where, "points": points, "good": found.good, "bad": found.bad}


def _grades(card: Card, data: Rows, validation: Validation) -> list[dict[str, Any]]:
    """Each grade's rows and rates; what is observed, also by models that had not seen the row, next to what is said."""
    totals = card.totals(data)
    unseen = POINTS + FACTOR * (validation.log_odds - math.log(ODDS))
    probability = 1 / (1 + ODDS * 2 ** ((totals - POINTS) / DOUBLE))
    amounts = np.array(data.values["amount"], dtype=np.float64)
    months = (np.array(data.values["term_months"], dtype=np.float64) + 1) / 2
    grades, above = [], math.inf
    for grade, cut in CUTS.items():
        rows = (totals >= cut) & (totals < above)
        apart = (unseen >= cut) & (unseen < above)
        grades.append(
            {
                "grade": grade,
                "from_points": cut,
                "rows": int(rows.sum()),
                "bad": int(data.bad[rows].sum()),
                "unseen_rows": int(apart.sum()),
                "unseen_bad": int(data.bad[apart].sum()),
                "pd_ppm": round(1e4 * float(probability[rows].mean())) * 100,
                "average_life_days": round(DAYS_PER_MONTH * float(np.average(months[rows], weights=amounts[rows]))),
            }
        )
        above = cut
    return grades
