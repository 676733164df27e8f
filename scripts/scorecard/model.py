"""Fits the scorecard and measures it on rows it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.scorecard.attributes import ATTRIBUTES, Attribute
from scripts.scorecard.binning import Binning, fit_bins
from scripts.scorecard.logistic import Flags, Floats, auc, fit, fit_positive, stratified_folds

LEAST_INFORMATION = 0.02
"""Attributes with a lower information value say nothing (Siddiqi, Credit Risk Scorecards, ch. 6) and are left out."""

RIDGE = 1.0
FOLDS = 5
SEEDS = tuple(range(10))

DIGITS = 9
"""Scores are compared to so many digits: equal rows stay equal on every machine's linear algebra."""


@dataclass(frozen=True)
class Rows:
    """The data set: for each attribute the values of all rows, and what came of them."""

    values: dict[str, list[int | str]]
    bad: Flags

    def column(self, attribute: Attribute, rows: NDArray[np.intp]) -> list[int | str]:
        values = self.values[attribute.name]
        return [values[row] for row in rows]


@dataclass(frozen=True)
class Model:
    """Log-odds of good = intercept + sum of coefficient x weight of evidence."""

    binnings: tuple[Binning, ...]
    coefficients: Floats
    intercept: float

    def log_odds(self, data: Rows, rows: NDArray[np.intp]) -> Floats:
        return np.round(self.intercept + _evidence(self.binnings, data, rows) @ self.coefficients, DIGITS)


@dataclass(frozen=True)
class Validation:
    """Cross-validated AUC, one mean over the folds per seed, and the calibration of what the folds said."""

    auc_by_seed: tuple[float, ...]
    intercept: float
    slope: float
    log_odds: Floats
    """Calibrated log-odds of each row by models that have not seen it, averaged over the seeds."""


def fit_model(data: Rows, rows: NDArray[np.intp]) -> Model:
    """Classes, choice of attributes and regression from these rows alone."""
    bad = [bool(outcome) for outcome in data.bad[rows]]
    found = [fit_bins(attribute, data.column(attribute, rows), bad) for attribute in ATTRIBUTES]
    used = tuple(binning for binning in found if binning.information_value >= LEAST_INFORMATION)
    coefficients = fit_positive(_evidence(used, data, rows), ~data.bad[rows], RIDGE)
    return Model(used, coefficients[1:], float(coefficients[0]))


def validate(data: Rows, seeds: Sequence[int] = SEEDS) -> Validation:
    """Stratified cross-validation; every fold is scored by a model fitted on the other folds from the raw rows on."""
    means, total = [], np.zeros(len(data.bad))
    for seed in seeds:
        fold = stratified_folds(data.bad, FOLDS, seed)
        found = []
        for number in range(FOLDS):
            unseen = np.flatnonzero(fold == number)
            log_odds = fit_model(data, np.flatnonzero(fold != number)).log_odds(data, unseen)
            found.append(auc(log_odds, ~data.bad[unseen]))
            total[unseen] += log_odds
        means.append(float(np.mean(found)))
    unseen_odds = total / len(seeds)
    intercept, slope = fit(unseen_odds[:, None], ~data.bad, ridge=0.0)
    return Validation(tuple(means), float(intercept), float(slope), intercept + slope * unseen_odds)


def _evidence(binnings: Sequence[Binning], data: Rows, rows: NDArray[np.intp]) -> Floats:
    columns = [
        [weights[binning.index(value)] for value in data.column(binning.attribute, rows)]
        for binning in binnings
        for weights in [[found.woe(binning.average) for found in binning.bins]]
    ]
    return np.array(columns, dtype=np.float64).T
