"""Estimates of true counts from noisy ones whose noise is known: all of it is post-processing, and deterministic.

Cells of a number line (`smoothed_cells`): the mean over every way to cut the line into segments of constant density, each weighed by
how well it explains the noisy counts (a product partition: Barry and Hartigan, "Product partition models for change point problems",
1992). Labels (`smoothed_labels`): the posterior mean under a distribution of rates that the noisy counts of all labels give together
(non-parametric maximum likelihood: Kiefer and Wolfowitz, 1956).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_CUT_CHANCES = np.array([0.03, 0.12, 0.4, 0.9])
_SCALES = 4
_RATES = 60
_ROUNDS = 40
_HEAVY_SIGMAS = 8.0
_LEAST_SHARE = 1e-3
_ROUND = (10, 5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coarse:
    """Noisy counts of groups of neighbouring cells, measured besides the cells themselves.

    Args:
        counts: float64[c], noisy counts of the groups.
        variance: Variance of their noise.
        parent: int64[g], the group of every cell. A group of one cell is passed over: combine its two counts beforehand.
    """

    counts: Floats
    variance: float
    parent: Ints


def smoothed_cells(
    counts: Floats,
    variance: Floats,
    widths: Floats,
    total: float | None = None,
    coarse: Coarse | None = None,
    classes: Ints | None = None,
) -> Floats:
    """Estimate the rows in neighbouring cells of a number line.

    Averages over all segmentations, each time with something else that is constant in a segment: the count of a cell, its density, or
    the count of cells of one class; these are weighed by their likelihood. A cell that stands out becomes a segment of its own,
    a flat stretch shares its noise. A table's own counts scatter around what is constant, as counts do, and each keeps so much of its
    own. What remains uncertain then gives way to the coarse counts and to the total.

    Args:
        counts: float64[g], noisy counts, independent of `coarse`.
        variance: float64[g], variance of their noise, positive.
        widths: float64[g], width of every cell, positive; any unit.
        total: Rows in all cells together, where they are known better than by the sum of the counts.
        coarse: Counts of groups of these cells from another measurement.
        classes: int64[g], a public class of every cell within which neighbours may be alike, such as `round_classes`.

    Returns:
        float64[g], not negative; of sum `total` where it is given.
    """
    if not len(counts):
        return np.zeros(0)
    drawn = variance + _pilot(counts)
    found = [each.segments(counts, drawn) for each in _views(widths / widths.mean(), classes)]
    likelihood = np.array([each.likelihood for _, each in found])
    weight = np.exp(likelihood - likelihood.max())
    mean, give = np.zeros(len(counts)), np.zeros(len(counts))
    for share, (order, each) in zip(weight / weight.sum(), found, strict=True):
        if share > _LEAST_SHARE:
            mean_of, give_of = each.cells()
            mean[order] += share * mean_of
            give[order] += share * give_of
    kept = np.clip(mean, 0.0, None) / (np.clip(mean, 0.0, None) + variance)
    mean, give = mean + kept * (counts - mean), (1 - kept) ** 2 * give + kept * variance
    if coarse is not None:
        mean, give = _agreed(mean, give, coarse)
    return np.clip(mean, 0.0, None) if total is None else onto_total(mean, give, total)


def round_classes(lower: Floats, widths: Floats) -> Ints | None:
    """Return 2 for a cell that is a multiple of 10, 1 for one of 5, 0 for the others; None where cells are not single whole numbers.

    People round what they state, and multiples then stand out from their neighbours, yet not from one another.

    Args:
        lower: float64[g], lower edge of every cell.
        widths: float64[g], its width.
    """
    if len(lower) < 2 * _ROUND[0] or (widths != 1).any() or (lower % 1 != 0).any():
        return None
    return np.asarray(np.sum([lower % step == 0 for step in _ROUND], axis=0, dtype=np.int64))


def smoothed_labels(
    counts: Floats, variance: Floats, parents: Ints | None = None, total: float | None = None
) -> Floats:
    """Estimate the rows of each label of a column with many labels.

    Args:
        counts: float64[g], noisy counts.
        variance: float64[g], variance of their noise, positive.
        parents: int64[g], a public group of every label, from 0; the rates of a group's labels are taken to have a common scale.
        total: Rows of all labels together, where they are known better than by the sum of the counts.

    Returns:
        float64[g], not negative, of sum `total` (or of the counts).
    """
    if not len(counts):
        return np.zeros(0)
    total = max(float(counts.sum()), 0.0) if total is None else max(total, 0.0)
    scale = np.ones(len(counts)) if parents is None else _group_scales(counts, variance, parents, total)
    mean, spread = _posterior_rates(counts / scale, np.sqrt(variance) / scale)
    return onto_total(mean * scale, spread * scale**2, total)


def onto_total(values: Floats, variance: Floats, total: float) -> Floats:
    """Return the non-negative vector of sum `total` nearest to `values`, where those of large variance give way first.

    Args:
        values: float64[g].
        variance: float64[g], how far each may give way; not negative.
        total: The wanted sum, not negative.
    """
    total = max(total, 0.0)
    variance = np.maximum(variance, 1e-9 * max(float(variance.max(initial=0.0)), 1e-9))
    active = np.ones(len(values), dtype=np.bool_)
    for _ in range(len(values)):
        shift = (total - values[active].sum()) / variance[active].sum()
        fitted = np.where(active, values + shift * variance, 0.0)
        keep = active & (fitted > 0)
        if keep.sum() == active.sum():
            return fitted
        if not keep.any():
            break
        active = keep
    return np.full(len(values), total / max(len(values), 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """An order of the cells, and a measure of them, in which neighbours may have equal densities."""

    order: Ints
    measure: Floats

    def segments(self, counts: Floats, variance: Floats) -> tuple[Ints, _Segments]:
        return self.order, _Segments.of(counts[self.order], variance[self.order], self.measure[self.order])


def _views(widths: Floats, classes: Ints | None) -> list[_View]:
    line, even = np.arange(len(widths)), np.ones(len(widths))
    views = [_View(order=line, measure=even)]
    if len(widths) > 1 and np.ptp(widths) > 1e-6 * widths.max():
        views.append(_View(order=line, measure=widths))
    if classes is not None:
        views.append(_View(order=np.argsort(classes, kind="stable"), measure=even))
    return views


def _pilot(counts: Floats) -> Floats:
    """Return a first estimate of the rows in every cell, and so of the variance of their number: the median of five neighbours."""
    around = np.pad(counts, 2, mode="edge")
    return np.clip(np.median(np.lib.stride_tricks.sliding_window_view(around, 5), axis=1), 0.0, None)


def _agreed(mean: Floats, give: Floats, coarse: Coarse) -> tuple[Floats, Floats]:
    """Move each group's cells towards its coarse count by what is uncertain about them."""
    cells = np.bincount(coarse.parent)
    loose = np.maximum(np.bincount(coarse.parent, weights=give), 1e-12)
    gain = np.where(cells > 1, loose / (loose + coarse.variance), 0.0)
    gap = gain * (coarse.counts - np.bincount(coarse.parent, weights=mean))
    return mean + (gap / loose)[coarse.parent] * give, give * (1 - gain)[coarse.parent]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Segments:
    """All ways to cut cells into segments of a constant density, and how well they explain the counts.

    Args:
        widths: float64[g], width of every cell, in the measure in which the density is constant.
        log_fit: float64[g + 1, g + 1], log evidence of the segment from a cell up to another; -inf below the diagonal.
        level: float64[g + 1, g + 1], posterior mean of its density.
        give: float64[g + 1, g + 1], how far its density gives way when the total is corrected.
        ahead: Summed weights of the first cells; see `_summed`.
        ahead_log: Their scale.
    """

    widths: Floats
    log_fit: Floats
    level: Floats
    give: Floats
    ahead: Floats
    ahead_log: Floats

    @classmethod
    def of(cls, counts: Floats, variance: Floats, widths: Floats) -> _Segments:
        size = len(counts)
        start, stop = np.triu_indices(size + 1, 1)
        parts = widths**2 / variance, widths * counts / variance, counts**2 / (2 * variance), widths
        # from each start anew: a difference of two sums would lose cells that are narrow beside those before them
        weight, score, best, mass = (
            np.cumsum(np.triu(np.tile(each, (size, 1))), axis=1)[start, stop - 1] for each in parts
        )
        root = np.sqrt(weight)
        misfit = np.where(stop - start > 1, np.maximum(best - (score / root) ** 2 / 2, 0.0), 0.0)
        evidence, mean, spread = _segment_levels(score / root, root, _level_scales(counts, variance, widths))
        log_fit, level, give = np.full((size + 1, size + 1), -np.inf), *np.zeros((2, size + 1, size + 1))
        log_fit[start, stop], level[start, stop], give[start, stop] = evidence - misfit, mean, spread * mass
        ahead, ahead_log = _summed(log_fit)
        return cls(widths=widths, log_fit=log_fit, level=level, give=give, ahead=ahead, ahead_log=ahead_log)

    @property
    def likelihood(self) -> float:
        """Log likelihood of the counts, over an even choice of `_CUT_CHANCES`."""
        return float(self.ahead_log[-1]) + math.log(float(self.ahead[:, -1].mean()))

    def cells(self) -> tuple[Floats, Floats]:
        """Return the posterior mean of every cell and how far it gives way."""
        chance = self._chances()
        found = []
        for each in (self.level, self.give):
            inside = each * chance
            found.append(np.cumsum(inside.sum(axis=1) - inside.sum(axis=0))[:-1] * self.widths)
        return found[0], np.clip(found[1], 0.0, None)

    def _chances(self) -> Floats:
        """Return float64[g + 1, g + 1]: the posterior chance of every segment."""
        back, back_log = (each[..., ::-1] for each in _summed(self.log_fit[::-1, ::-1].T))
        place = np.arange(len(self.log_fit))
        length = np.maximum(place[None, :] - place[:, None] - 1, 0)
        share = self.ahead[:, -1] / self.ahead[:, -1].sum()
        out = np.zeros_like(self.log_fit)
        for row in np.flatnonzero(share > _LEAST_SHARE):
            cut = _CUT_CHANCES[row]
            before = self.ahead[row] * np.where(place > 0, cut, 1.0) * (share[row] / self.ahead[row, -1])
            after = back[row] * np.where(place < place[-1], cut, 1.0)
            out += before[:, None] * after[None, :] * ((1 - cut) ** place)[length]
        scale = self.ahead_log[:, None] + back_log[None, :] - self.ahead_log[-1]
        return np.asarray(out * np.exp(np.minimum(self.log_fit + scale, 700.0)))


def _level_scales(counts: Floats, variance: Floats, widths: Floats) -> Floats:
    """Return the means of the exponential distributions that a segment's level is drawn from, small to large."""
    sigma = np.sqrt(variance)
    high = float((np.maximum(counts, sigma) / widths).max())
    low = min(0.02 * float(np.median(sigma / widths)), high / 20)
    return np.geomspace(low, high, _SCALES)


def _segment_levels(height: Floats, root: Floats, scales: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log evidence, posterior mean and variance of the level of every segment.

    The likelihood of a level f is exp(-(f * root - height)**2 / 2); f has an even mixture of exponential distributions.
    """
    from scipy.special import erfcx

    shift = 1 / (scales[:, None] * root)
    z = height - shift
    far = z > 20
    tail = erfcx(np.maximum(z / -math.sqrt(2), -26.0))
    near_mass = 0.5 * math.log(math.pi / 2) + np.log(tail) - height**2 / 2
    evidence = np.log(shift) + np.where(far, 0.5 * math.log(2 * math.pi) + shift * (shift / 2 - height), near_mass)
    hazard = np.where(far, 0.0, math.sqrt(2 / math.pi) / tail)
    below = z < -100
    mean = np.where(below, -1 / np.minimum(z, -1.0), z + hazard)
    spread = np.where(below, mean**2, 1 - hazard * (z + hazard))
    top = evidence.max(axis=0)
    share = np.exp(evidence - top)
    likelihood = top + np.log(share.mean(axis=0))
    share /= share.sum(axis=0)
    level = (share * mean).sum(axis=0)
    variance = np.clip((share * (spread + mean**2)).sum(axis=0) - level**2, 0.0, None)
    return likelihood, level / root, variance / root**2


def _summed(log_fit: Floats) -> tuple[Floats, Floats]:
    """Return the summed weights of all segmentations of the first cells, and the log scale that they are divided by.

    Args:
        log_fit: float64[g + 1, g + 1], log evidence of every segment.

    Returns:
        float64[chances, g + 1], a row for each of `_CUT_CHANCES`, and float64[g + 1].
    """
    size = len(log_fit) - 1
    cut = _CUT_CHANCES[:, None]
    stay = ((1 - cut) ** np.arange(size))[:, ::-1]  # by number of cells less one, longest first
    entered, found, scale = np.zeros((len(cut), size + 1)), np.zeros((len(cut), size + 1)), np.zeros(size + 1)
    entered[:, 0] = found[:, 0] = 1.0
    for stop in range(1, size + 1):
        fit = log_fit[:stop, stop] + scale[:stop]
        high = float(fit.max())
        weight = (entered[:, :stop] * stay[:, size - stop :]) @ np.exp(fit - high)
        top = max(float(weight.max()), 1e-300)
        found[:, stop] = weight / top
        entered[:, stop] = found[:, stop] * _CUT_CHANCES
        scale[stop] = high + math.log(top)
    return found, scale


def _group_scales(counts: Floats, variance: Floats, parents: Ints, total: float) -> Floats:
    """Return the mean rate of a light label in the group of every label, shrunk to the mean of all; heavy labels are left out."""
    heavy = counts > _HEAVY_SIGMAS * np.sqrt(variance)
    members = np.bincount(parents, weights=~heavy)
    sums, noise = (
        np.bincount(parents, weights=np.where(heavy, 0.0, each)).astype(np.float64) for each in (counts, variance)
    )
    rest = max(total - float(counts[heavy].sum()), 1.0)
    overall = rest / max(members.sum(), 1.0)
    each = np.maximum(members, 1.0)
    gap = onto_total(sums, noise, rest) / each - overall
    light = counts[~heavy]
    within = max(float(np.mean((light - overall) ** 2 - variance[~heavy])), 0.0) if len(light) else 0.0
    own = noise / each**2 + within / each
    between = max(float(np.average(gap**2 - own, weights=members + 1e-9)), 0.01 * overall**2)
    rate = np.maximum(overall + gap * between / (between + own), 0.05 * overall)[parents]
    return np.asarray(rate / rate.mean())


def _posterior_rates(counts: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return posterior mean and variance of every label's rate; the prior over a grid of rates is fitted to all of them by EM."""
    typical = float(np.median(sigma))
    high = max(float(counts.max()), 4 * typical)
    rates = np.concatenate([[0.0], np.geomspace(0.02 * typical, high, _RATES - 1)])
    log_fit = -(((counts[:, None] - rates) / sigma[:, None]) ** 2) / 2
    fit = np.exp(log_fit - log_fit.max(axis=1, keepdims=True))
    prior = np.full(_RATES, 1 / _RATES)
    for _ in range(_ROUNDS):
        prior = prior * ((1 / (fit @ prior)) @ fit) / len(counts)
    share = fit * prior
    share /= share.sum(axis=1, keepdims=True)
    mean = share @ rates
    spread = np.maximum(share @ rates**2 - mean**2, 1e-3 * sigma**2)
    heavy = counts > _HEAVY_SIGMAS * sigma
    return np.where(heavy, counts, mean), np.where(heavy, sigma**2, spread)
