"""The latent normal scale of bins: which stretch of it belongs to which bin in each class, and how columns depend on one another there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal
from privsynth.generators.copula_model import Margins, normal_scores
from privsynth.generators.outside import Asked
from privsynth.generators.pairs import spiked
from privsynth.noise import Noise
from privsynth.table.coded import DataSource, moment_sensitivity

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def grouped(marginal: Marginal, bins: Ints) -> Floats:
    """Return the estimated rows of every bin."""
    return np.bincount(bins, weights=np.append(marginal.counts, marginal.missing)).astype(np.float64)


def ordered_bins(marginal: Marginal, bins: Ints, given: Floats) -> Ints:
    """Return the order of the bins on the latent scale: numbers by value, other labels by their mean class.

    The bin of missing cells goes to the end whose neighbours have the nearest mean class.

    Args:
        marginal: The column.
        bins: int64[g + 1], the bin of every group, missing last.
        given: float64[classes, b], estimated rows.
    """
    number = given.shape[1]
    rate = (given * np.arange(len(given))[:, None]).sum(axis=0) / np.maximum(given.sum(axis=0), 1e-9)
    values = _label_values(marginal)
    if values is None:
        return np.argsort(rate, kind="stable")
    inside = bins[:-1]
    low = np.full(number, np.inf)
    np.minimum.at(low, inside, values)
    order = np.argsort(low, kind="stable")
    if marginal.missing > 0 and number > 1:
        rest = order[order != bins[-1]]
        half = max(len(rest) // 2, 1)
        near_top = abs(rate[rest[-half:]].mean() - rate[bins[-1]]) < abs(rate[rest[:half]].mean() - rate[bins[-1]])
        order = np.append(rest, bins[-1]) if near_top else np.append(bins[-1], rest)
    return order


def _label_values(marginal: Marginal) -> Floats | None:
    """Return a number for every group where the column is ordered by public facts, or None."""
    domain = marginal.domain
    if domain.numeric or domain.field.kind == "ordinal":
        return np.arange(marginal.groups, dtype=np.float64)
    try:
        return np.array([float(label) for label in domain.labels or ()])
    except ValueError:
        return None


def measure_correlations(
    source: DataSource,
    margins: Mapping[str, Margins],
    found: Mapping[str, Marginal],
    given: tuple[str, Asked] | None,
    noise: Noise,
    *,
    noise_multiplier: float,
    score_limit: float,
    radius_factor: float,
    grid: int,
) -> Floats:
    """Measure the second moments of the columns' normal scores in each class; return correlation matrices.

    Guarantee:
        (1 / noise_multiplier)-GDP: one query, whose rows are clipped by their length.

    Args:
        source: The table.
        margins: Column name -> its distribution in each class.
        found: Column name -> its 1-way estimates.
        given: The column of the classes and how it is asked for; None for one class.
        noise: Where the noise comes from.
        noise_multiplier: Of the query.
        score_limit: Scores are clipped at this.
        radius_factor: Rows are clipped at this times the expected length of a row's scores.
        grid: Scores are rounded to 1 / grid.

    Returns:
        float64[classes, m, m].
    """
    names = list(margins)
    scores = {name: np.clip(normal_scores(margins[name]), -score_limit, score_limit) for name in names}
    spread = np.stack([(scores[name] ** 2 * margins[name].share()).sum(axis=1) for name in names], axis=1)
    rows = next(iter(margins.values())).given.sum(axis=1)
    length = math.sqrt(float((spread.sum(axis=1) * rows).sum() / max(rows.sum(), 1e-9)))
    radius = math.ceil(radius_factor * max(length, 0.5) * grid)
    asked = {name: Asked.of(found[name], margins[name].bins) for name in names}
    outside = 0.0 if given is None else given[1].outside
    coded = {name: _coded(np.round(scores[name] * grid), asked[name], outside > 0) for name in names}
    sensitivity = source.unit.max_rows * moment_sensitivity(len(names), radius)
    sums = noise.measure(
        source.moments(coded, radius=radius, given=None if given is None else (given[0], given[1].groups)),
        sensitivity=sensitivity,
        noise_multiplier=noise_multiplier,
    )[: len(rows)]
    scale = grid**2
    inside = np.sqrt(spread) * np.array([1 - asked[name].outside for name in names])
    return correlations(sums / scale, noise_multiplier * sensitivity / scale, rows * (1 - outside), inside)


def _coded(scores: Floats, asked: Asked, apart: bool) -> Ints:
    """Return int64[classes, size + 1], the score of every code; 0 outside the domain, and in a class of what is outside of its own."""
    padded = np.pad(scores, ((0, int(apart)), (0, asked.cells - scores.shape[1])))
    return padded.astype(np.int64)[:, asked.groups]


def correlations(sums: Floats, sigma: float, rows: Floats, spread: Floats) -> Floats:
    """Turn noisy sums of products into correlation matrices, one a class.

    Args:
        sums: float64[classes, pairs], noisy sums of products of scores.
        sigma: Standard deviation of their noise.
        rows: float64[classes], estimated rows.
        spread: float64[classes, m], root mean square of the scores times the share of the rows that have one.
    """
    size = spread.shape[1]
    upper = np.triu_indices(size, k=1)
    total = max(float(rows.sum()), 1.0)
    pooled = sums.sum(axis=0) / total
    pooled = _denoised(pooled, sigma * math.sqrt(len(sums)) / total, size)
    out = np.empty((len(sums), size, size))
    for each in range(len(sums)):
        count = max(float(rows[each]), 1.0)
        gap = _denoised(sums[each] / count - pooled, sigma / count, size) if len(sums) > 1 else 0.0
        product = np.maximum(spread[each][upper[0]] * spread[each][upper[1]], 1e-3)
        matrix = np.eye(size)
        matrix[upper] = np.clip((pooled + gap) / product, -0.999, 0.999)
        out[each] = nearest_correlation(matrix + matrix.T - np.eye(size))
    return out


def _denoised(upper: Floats, sigma: float, size: int) -> Floats:
    """Return an estimate of the upper triangle of a symmetric matrix from a noisy one."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size, k=1)] = upper
    return np.asarray(spiked(matrix + matrix.T, sigma)[np.triu_indices(size, k=1)])


def nearest_correlation(matrix: Floats) -> Floats:
    """Clip negative eigenvalues and restore the unit diagonal."""
    values, vectors = np.linalg.eigh(matrix)
    repaired = (vectors * np.clip(values, 1e-3, None)) @ vectors.T
    scale = np.sqrt(np.diag(repaired))
    return np.asarray(repaired / np.outer(scale, scale))


def pooled_correlation(correlation: Floats, margins: Sequence[Margins]) -> Floats:
    """Return one correlation matrix for all classes: what is within them and what their means add.

    Args:
        correlation: float64[classes, m, m].
        margins: Of the m columns.
    """
    if len(correlation) == 1 or not len(margins):
        return np.asarray(correlation[0])
    share = np.maximum(margins[0].given.sum(axis=1), 1e-9)
    share = share / share.sum()
    all_rows = [Margins(bins=each.bins, order=each.order, given=each.given.sum(axis=0)[None]) for each in margins]
    means = np.stack(
        [(normal_scores(pool)[0] * each.share()).sum(axis=1) for pool, each in zip(all_rows, margins, strict=True)]
    )
    means = means - (means @ share)[:, None]
    within = np.einsum("c,cij->ij", share, correlation)
    scale = np.sqrt(np.clip(1 - (means**2) @ share, 0.05, None))
    return nearest_correlation(np.asarray(within * np.outer(scale, scale) + (means * share) @ means.T))
