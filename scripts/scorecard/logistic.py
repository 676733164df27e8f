"""Logistic regression by Newton's method with a ridge, and how well a score ranks."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEPS = 50


def fit(features: Floats, target: Flags, ridge: float) -> Floats:
    """Coefficients, the intercept first, of P(target) = 1 / (1 + exp(-x·b)); `ridge` penalises all but the intercept.

    Raises `ArithmeticError` if Newton's method (IRLS) does not converge. Source: Hastie, Tibshirani and Friedman,
    The Elements of Statistical Learning, 4.4.1.
    """
    x = np.column_stack([np.ones(len(features)), features])
    penalty = np.diag([0.0] + [ridge] * features.shape[1])
    coefficients = np.zeros(x.shape[1])
    for _ in range(STEPS):
        probability = 1 / (1 + np.exp(-x @ coefficients))
        gradient = x.T @ (target - probability) - penalty @ coefficients
        weights = probability * (1 - probability)
        step = np.linalg.solve((x * weights[:, None]).T @ x + penalty, gradient)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-10:
            return coefficients
    raise ArithmeticError("the regression does not converge")


def fit_positive(features: Floats, target: Flags, ridge: float) -> Floats:
    """As `fit`, leaving out (coefficient zero) what would count against its own evidence, the worst first."""
    used = list(range(features.shape[1]))
    while True:
        found = fit(features[:, used], target, ridge)
        if not used or found[1:].min() >= 0:
            break
        del used[int(found[1:].argmin())]
    coefficients = np.zeros(features.shape[1] + 1)
    coefficients[[0, *(i + 1 for i in used)]] = found
    return coefficients


def auc(score: Floats, target: Flags) -> float:
    """Area under the ROC curve: the chance that a target row scores above another one, ties counting half."""
    order = np.sort(score[~target])
    above = np.searchsorted(order, score[target], side="left")
    level = np.searchsorted(order, score[target], side="right")
    return float((above + level).sum() / 2 / (len(order) * int(target.sum())))


def stratified_folds(target: Flags, folds: int, seed: int) -> NDArray[np.intp]:
    """The fold of each row, drawn so that each fold has the same share of the target."""
    draw = np.random.default_rng(seed)
    fold = np.empty(len(target), dtype=np.intp)
    for value in (False, True):
        rows = np.flatnonzero(target == value)
        fold[draw.permutation(rows)] = np.arange(len(rows)) % folds
    return fold
