"""Estimates of tables from noisy counts: bins of one column from all that was measured of it, pairs from residuals against a model."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import to_simplex

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_CLEAR_SIGMAS = 3.0


@dataclass(slots=True, eq=False)
class Evidence:
    """Independent noisy counts of the bins of one column.

    Args:
        precision: float64[k], sum of the inverse variances.
        weighted: float64[k], sum of the counts over their variances.
    """

    precision: Floats
    weighted: Floats = field(repr=False)

    @classmethod
    def of(cls, counts: Floats, variance: Floats) -> Evidence:
        """Begin with one measurement."""
        return cls(1 / variance, counts / variance)

    def add(self, counts: Floats, variance: float) -> None:
        """Add a measurement of equal variances."""
        self.precision = self.precision + 1 / variance
        self.weighted = self.weighted + counts / variance

    def mass(self, total: float) -> Floats:
        """Return float64[k]: estimated rows of every bin, not negative, of sum `total`."""
        return to_simplex(self.weighted / self.precision, 1 / self.precision, total)


def shrunk(residual: Floats, sigma: float) -> Floats:
    """Return the matrix with its singular values shrunk by what noise of this size would make of zero.

    Source: Gavish and Donoho, "Optimal shrinkage of singular values", 2017, equation 7 (Frobenius loss).
    """
    if min(residual.shape) < 2:
        return residual
    if residual.shape[0] > residual.shape[1]:
        return shrunk(residual.T, sigma).T
    ratio = residual.shape[0] / residual.shape[1]
    left, values, right = np.linalg.svd(residual, full_matrices=False)
    scale = sigma * math.sqrt(residual.shape[1])
    y = values / scale
    above = y > 1 + math.sqrt(ratio)
    kept = np.sqrt(np.clip((y**2 - ratio - 1) ** 2 - 4 * ratio, 0.0, None)) / np.maximum(y, 1e-9)
    return np.asarray((left * (np.where(above, kept, 0.0) * scale)) @ right)


def denoised(noisy: Floats, model: Floats, sigma: float) -> Floats:
    """Return an estimate of a table: the model, corrected where the noisy counts clearly depart from it."""
    return np.clip(model + spiked(noisy - model, sigma), 0.0, None)


def spiked(noisy: Floats, sigma: float) -> Floats:
    """Return an estimate of a matrix that is about of low rank, but for a few cells, from one with noise."""
    smooth = shrunk(noisy, sigma)
    rest = noisy - smooth
    return smooth + np.where(np.abs(rest) > _CLEAR_SIGMAS * sigma, rest, 0.0)


def merged_fit(noisy: Floats, model: Floats, merged: Ints, sigma: float, *, axis: int) -> Floats:
    """Return the model, scaled where the sums over merged bins of one axis clearly depart from it.

    What a few rows in each of many bins cannot show, all of them together may.

    Args:
        noisy: float64[a, b].
        model: float64[a, b].
        merged: int64, the merged bin of every bin of the axis.
        sigma: Standard deviation of the noise of a cell.
        axis: Of the merged bins.
    """
    turned, counts = (each if axis == 0 else each.T for each in (model, noisy))
    sums, wanted = np.zeros((2, int(merged.max()) + 1, turned.shape[1]))
    np.add.at(sums, merged, turned)
    np.add.at(wanted, merged, counts)
    noise = sigma * np.sqrt(np.bincount(merged))[:, None]
    departs = np.abs(wanted - sums) > noise
    factor = np.where(departs, np.clip(wanted, 0.0, None) / np.maximum(sums, 1e-9), 1.0)
    found = turned * factor[merged]
    return found if axis == 0 else found.T


def agreed(table: Floats, rows: Floats, columns: Floats, *, passes: int, possible: Bools | None = None) -> Floats:
    """Rake a table to both margins; what is not possible is zero."""
    fitted = np.clip(table, 1e-6, None)
    if possible is not None:
        fitted = fitted * possible
    for _ in range(passes):
        fitted *= (rows / np.maximum(fitted.sum(axis=1), 1e-12))[:, None]
        fitted *= columns / np.maximum(fitted.sum(axis=0), 1e-12)
    return fitted


def independent(rows: Floats, columns: Floats) -> Floats:
    """Return the table of two columns that have nothing to do with each other."""
    return np.outer(rows, columns) / max(float(rows.sum()), 1e-9)


def sampling_distance(expected: Floats, ratio: float) -> float:
    """Return about how far, in rows, a sample of a table is from another sample of it, because both are samples.

    Args:
        expected: Expected rows.
        ratio: Rows of the first sample for each row of the second, whose counts were scaled up to them.
    """
    smooth = 0.5 * (expected + independent(expected.sum(axis=1), expected.sum(axis=0)))
    return float(np.minimum(2 * smooth, np.sqrt((1 + ratio) * 2 / math.pi * smooth)).sum())


def worthwhile(excess: Floats, blur: float, cost: Floats, most: int) -> list[int]:
    """Return the pairs whose measurement pays, the best first: what it mends, less what the noise of so many tables does.

    A budget that k tables share makes the noise of each grow with sqrt(k). The noisy distances are first shrunk towards their mean
    by what their own noise explains of their spread (James and Stein, 1961).

    Args:
        excess: float64[n], noisy distance of each pair from the model beyond what sampling explains, in rows.
        blur: Standard deviation of that noise.
        cost: float64[n], rows by which a table would be wrong if it alone were measured.
        most: Most pairs.

    Returns:
        At least one number.
    """
    spread = float(excess.var())
    kept = max(1 - blur**2 / spread, 0.0) if spread > 0 else 0.0
    shrunken = excess.mean() + kept * (excess - excess.mean())
    best, chosen = -math.inf, [int(np.argmax(shrunken))]
    for number in range(1, min(most, len(excess)) + 1):
        gains = shrunken - cost * math.sqrt(number)
        order = np.argsort(-gains, kind="stable")[:number]
        worth = float(gains[order].sum())
        if worth > best:
            best, chosen = worth, order.tolist()
    return chosen
