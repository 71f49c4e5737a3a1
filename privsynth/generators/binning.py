"""Noisy 1-way counts on a grid that adapts to them, and the estimates that follow from them.

Every numeric column is counted on the coarse cells of its public grid; a second noisy round splits only the cells that the first
one found heavy. All later steps (common total, smoothing, bins) are post-processing of these noisy counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from privsynth.generators.estimates import Coarse, round_classes, smoothed_cells, smoothed_labels
from privsynth.noise import Noise, scale_of
from privsynth.table.coded import DataSource
from privsynth.tableschema.domain import CELL_BY_CELL, Domain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_HEAVY_SIGMAS = 5.0
_MISSING_SIGMAS = 3.3
_MAX_PARTS = 20
_PART_SIGMAS = 6.0
_SPLIT_MASS = 1 / 80
_MAX_SMOOTHED_CELLS = 600
_MANY_LABELS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marginal:
    """What is known, after noise, of one column.

    Args:
        domain: The column's public domain.
        starts: int64[g + 1], the code at which each group of codes starts.
        counts: float64[g], estimated rows of every group, not negative.
        variance: float64[g], variance of the noisy counts behind them.
        missing: Estimated rows that are missing or out of domain; 0 in a required column.
        missing_variance: Variance of the noisy count behind it.
        outside: Estimated rows of a required column that are missing or out of domain; they are shared out over `counts`. Known while
            a fit runs; a stored model does not hold it.
    """

    domain: Domain
    starts: Ints
    counts: Floats
    variance: Floats
    missing: float
    missing_variance: float
    outside: float = 0.0

    @property
    def groups(self) -> int:
        """Number of groups of valid codes."""
        return len(self.counts)

    @property
    def total(self) -> float:
        """Estimated rows of the table."""
        return float(self.counts.sum()) + self.missing

    def group_of_code(self) -> Ints:
        """Return int64[size + 1]: the group of every code; missing is the group after the last."""
        return np.append(np.repeat(np.arange(self.groups), np.diff(self.starts)), self.groups)

    def shares(self) -> Floats:
        """Return float64[size + 1]: the share of every code; missing comes last."""
        parts = np.diff(self.starts)
        mass = np.append(np.repeat(self.counts / parts, parts), self.missing)
        return np.asarray(mass / max(mass.sum(), 1e-300))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalPlan:
    """Noise multipliers of the 1-way counts of one column.

    Args:
        name: Column name.
        first: Noise multiplier of the first round.
        second: Noise multiplier of the second round, or None where one round counts every code.
    """

    name: str
    first: float
    second: float | None = None


def rounds(domain: Domain) -> int:
    """Return how many rounds a column takes: one where each value has a cell of its own."""
    return 2 if domain.numeric and domain.size > CELL_BY_CELL else 1


def plan_marginals(domains: Sequence[Domain], mu_squared: float) -> tuple[MarginalPlan, ...]:
    """Split mu**2 over the columns (more to those with more cells) and over their rounds.

    Args:
        domains: The columns.
        mu_squared: What all 1-way counts together may spend.
    """
    weights = np.array([min(domain.size + 1, 40) ** (2 / 3) for domain in domains])
    shares = mu_squared * weights / weights.sum()
    return tuple(
        MarginalPlan(
            name=domain.name,
            first=math.sqrt(rounds(domain) / share),
            second=math.sqrt(2 / share) if rounds(domain) == 2 else None,
        )
        for domain, share in zip(domains, shares, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answers:
    """The noisy counts of one column.

    Args:
        marginal: All counts of a group combined, as they are.
        finest: float64[g], the counts of the last round (of groups that it did not split, of both), independent of `coarse`.
        finest_variance: float64[g], variance of their noise.
        coarse: The first round's counts of the groups that the second one split, or None.
    """

    marginal: Marginal
    finest: Floats
    finest_variance: Floats
    coarse: Coarse | None = None


def measure_marginals(source: DataSource, plans: Sequence[MarginalPlan], noise: Noise) -> tuple[Marginal, ...]:
    """Measure all 1-way counts and make them agree on one noisy total.

    Guarantee:
        mu**2 = sum over columns of 1 / first**2 + 1 / second**2, for units of up to `source.unit.max_rows` rows.
    """
    domains = {domain.name: domain for domain in source.domains}
    starts = {plan.name: _first_starts(domains[plan.name]) for plan in plans}
    first = _noisy(source, starts, {plan.name: plan.first for plan in plans}, noise)
    split = {plan.name: plan.second for plan in plans if plan.second is not None}
    finer = {name: _split(starts[name], first[name].counts[:-1], first[name].sigma) for name in split}
    second = _noisy(source, {name: each for name, (each, _) in finer.items()}, split, noise)
    answers = [
        _two_rounds(domains[plan.name], *finer[plan.name], first[plan.name], second[plan.name])
        if plan.name in second
        else _one_round(domains[plan.name], starts[plan.name], first[plan.name])
        for plan in plans
    ]
    total = _common_total([each.marginal for each in answers])
    return tuple(_estimated(each, total) for each in answers)


def _first_starts(domain: Domain) -> Ints:
    return np.arange(domain.size + 1) if domain.starts is None else domain.starts


@dataclass(frozen=True, slots=True, eq=False)
class _Round:
    """Noisy counts of the groups of one column, missing last, and the standard deviation of their noise."""

    counts: Floats
    sigma: float


def _noisy(
    source: DataSource, starts: Mapping[str, Ints], multipliers: Mapping[str, float], noise: Noise
) -> dict[str, _Round]:
    """Ask for the counts of the groups of several columns at once."""
    rows = source.unit.max_rows
    groups = {
        name: np.append(np.repeat(np.arange(len(each) - 1), np.diff(each)), len(each) - 1)
        for name, each in starts.items()
    }
    answers = source.counts_many([([name], {name: group}) for name, group in groups.items()])
    found = {}
    for name, answer in zip(groups, answers, strict=True):
        counts = noise.measure(answer, sensitivity=rows, noise_multiplier=multipliers[name])
        found[name] = _Round(counts.astype(np.float64), scale_of(rows, multipliers[name]))
    return found


def _one_round(domain: Domain, starts: Ints, first: _Round) -> _Answers:
    variance = np.full(len(starts) - 1, first.sigma**2)
    return _Answers(
        marginal=_raw(domain, starts, first.counts[:-1], variance, first.counts[-1], first.sigma**2),
        finest=first.counts[:-1],
        finest_variance=variance,
    )


def _two_rounds(domain: Domain, starts: Ints, parent: Ints, first: _Round, second: _Round) -> _Answers:
    v1, v2 = first.sigma**2, second.sigma**2
    counts, variance = _combined(first.counts[:-1], v1, second.counts[:-1], v2, parent)
    missing = (first.counts[-1] / v1 + second.counts[-1] / v2) / (1 / v1 + 1 / v2)
    alone = np.bincount(parent)[parent] == 1
    return _Answers(
        marginal=_raw(domain, starts, counts, variance, missing, 1 / (1 / v1 + 1 / v2)),
        finest=np.where(alone, counts, second.counts[:-1]),
        finest_variance=np.where(alone, variance, v2),
        coarse=Coarse(counts=first.counts[:-1], variance=v1, parent=parent),
    )


def _raw(
    domain: Domain, starts: Ints, counts: Floats, variance: Floats, missing: float, missing_variance: float
) -> Marginal:
    return Marginal(
        domain=domain,
        starts=np.asarray(starts, dtype=np.int64),
        counts=counts,
        variance=variance,
        missing=float(missing) if missing > _MISSING_SIGMAS * math.sqrt(missing_variance) else 0.0,
        missing_variance=missing_variance,
    )


def _split(starts: Ints, counts: Floats, sigma: float) -> tuple[Ints, Ints]:
    """Cut each group whose noisy count is heavy into parts of nearly equal numbers of codes; return starts and parents."""
    total = max(float(counts.sum()), 1.0)
    finer, parent = [], []
    for group, count in enumerate(counts):
        codes = int(starts[group + 1] - starts[group])
        wanted = min(max(2, round(count / total / _SPLIT_MASS)), _MAX_PARTS) if count > _HEAVY_SIGMAS * sigma else 1
        parts = min(wanted, codes, max(1, int(count / (_PART_SIGMAS * sigma))))
        inner = np.round(np.linspace(0, codes, parts + 1)).astype(np.int64)[:-1]
        cuts = starts[group] + (np.unique(np.append(inner, 1)) if 1 < parts < codes else np.unique(inner))
        finer.extend(cuts.tolist())
        parent.extend([group] * len(cuts))
    return np.array([*finer, starts[-1]], dtype=np.int64), np.array(parent, dtype=np.int64)


def _combined(first: Floats, v1: float, second: Floats, v2: float, parent: Ints) -> tuple[Floats, Floats]:
    """Combine a parent's count with its children's by inverse variance (least squares on a two-level tree)."""
    children = np.bincount(parent, minlength=len(first))
    sums = np.bincount(parent, weights=second, minlength=len(first))
    best = (first / v1 + sums / (children * v2)) / (1 / v1 + 1 / (children * v2))
    counts = second + ((best - sums) / children)[parent]
    alone = 1 / (1 / v1 + 1 / v2)
    return counts, np.where(children[parent] > 1, v2, alone)


def _common_total(raw: Sequence[Marginal]) -> float:
    """Return the inverse-variance mean of the columns' noisy totals, at least 0."""
    totals = np.array([each.counts.sum() + each.missing for each in raw])
    variances = np.array([each.variance.sum() + each.missing_variance for each in raw])
    return max(float((totals / variances).sum() / (1 / variances).sum()), 0.0)


def _estimated(answers: _Answers, total: float) -> Marginal:
    """Return the estimates of one column that sum to the common total."""
    raw = answers.marginal
    values = np.append(raw.counts, raw.missing)
    variance = np.append(raw.variance, raw.missing_variance if raw.missing > 0 else 1e-9)
    fitted = to_simplex(values, variance, total)
    lacking, required = float(fitted[-1]) if raw.missing > 0 else 0.0, raw.domain.field.required
    missing = 0.0 if required else lacking
    counts = _inside(answers, fitted[:-1], max(total - missing, 0.0))
    return replace(raw, counts=counts, missing=missing, outside=lacking - missing)


def _inside(answers: _Answers, projected: Floats, total: float) -> Floats:
    """Return the estimated rows of every group: of numbers and of many labels, by what their noise allows to tell apart."""
    raw, domain = answers.marginal, answers.marginal.domain
    if domain.edges is not None and raw.groups <= _MAX_SMOOTHED_CELLS:
        edges = domain.edges[raw.starts]
        widths = np.maximum(np.diff(edges), np.finfo(np.float64).tiny)
        classes = round_classes(edges[:-1], widths) if answers.coarse is None else None
        return smoothed_cells(answers.finest, answers.finest_variance, widths, total, answers.coarse, classes)
    if domain.labels is not None and raw.groups > _MANY_LABELS:
        return smoothed_labels(raw.counts, raw.variance, domain.parents, total)
    return _shared_out(projected, total - float(projected.sum()))


def _shared_out(counts: Floats, rest: float) -> Floats:
    """Give the rows of cells that cannot be missing to the groups, in proportion."""
    inside = counts.sum()
    return counts * (1 + rest / inside) if inside > 0 else np.full(len(counts), rest / len(counts))


def to_simplex(values: Floats, variance: Floats, total: float) -> Floats:
    """Return the non-negative vector of sum `total` that is nearest to `values` in inverse-variance least squares."""
    active = np.ones(len(values), dtype=np.bool_)
    fitted = values
    for _ in range(len(values)):
        shift = (total - values[active].sum()) / variance[active].sum()
        fitted = np.where(active, values + shift * variance, 0.0)
        if (fitted[active] >= 0).all():
            break
        active &= fitted > 0
        if not active.any():
            return np.full(len(values), total / len(values))
    return np.clip(fitted, 0.0, None)
