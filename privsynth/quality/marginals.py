"""Errors of 1-, 2- and 3-way marginals, each beside what an honest second sample scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from privsynth.quality.coding import Coded, Codes

MAX_PAIRS = 5_000
MAX_TRIPLES = 300
DENSE_CELLS = 2_000_000
WORST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginalError:
    """Total-variation distance to the train table of one marginal, or the mean of several.

    Args:
        columns: Names of the columns; empty for a mean.
        value: Of the synthetic table, from 0 (equal) to 1.
        reference: Of the holdout, as if it were the synthetic table; None without one.
    """

    columns: tuple[str, ...]
    value: float
    reference: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """How often the cells of several marginals occur in train: all that the error of a subsample depends on.

    Args:
        counts: int64[k], numbers of rows that a cell of some marginal has, each once, ascending.
        cells: int64[k], how many cells have that number, over all marginals.
        sets: Number of marginals.
        rows: Rows of train.
    """

    counts: Codes
    cells: Codes
    sets: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginals:
    """Means by order, and the single errors worth showing.

    Args:
        means: By order 1, 2, 3: the mean error (None when the tables have too few columns).
        counted: By order: number of marginals behind the mean.
        columns: 1-way errors of all columns, largest first.
        pairs: 2-way errors of all compared pairs.
        worst_pairs: The five largest of them.
        spectra: By order: how often the cells occur in train.
    """

    means: dict[int, MarginalError | None]
    counted: dict[int, int]
    columns: tuple[MarginalError, ...]
    pairs: tuple[MarginalError, ...]
    worst_pairs: tuple[MarginalError, ...]
    spectra: dict[int, Spectrum]


def measure_marginals(coded: Coded, columns: Sequence[str], *, seed: int) -> Marginals:
    """Compare the synthetic table (second) and the holdout (third, if any) with the train table (first).

    Args:
        coded: Codes of the tables.
        columns: Names to compare; all pairs are taken (a random 5,000 of more), and up to 300 random triples.
        seed: Draws those pairs and triples.
    """
    rng = np.random.default_rng(seed)
    sets: dict[int, list[tuple[str, ...]]] = {
        1: [(name,) for name in columns],
        2: _drawn(list(combinations(columns, 2)), MAX_PAIRS, rng),
        3: _triples(columns, rng),
    }
    errors, spectra = {}, {}
    for order, chosen in sets.items():
        compared = [_compared(coded, names) for names in chosen]
        errors[order] = [error for error, _ in compared]
        spectra[order] = _spectrum([counts for _, counts in compared], len(next(iter(coded.codes[0].values()))))
    ranked = {order: sorted(found, key=lambda error: -error.value) for order, found in errors.items()}
    return Marginals(
        means={order: _mean(found) for order, found in errors.items()},
        counted={order: len(found) for order, found in errors.items()},
        columns=tuple(ranked[1]),
        pairs=tuple(errors[2]),
        worst_pairs=tuple(ranked[2][:WORST]),
        spectra=spectra,
    )


def marginal_error(coded: Coded, names: tuple[str, ...]) -> MarginalError:
    """Compare one marginal of the synthetic table (second) and the holdout (third, if any) with that of train (first)."""
    return _compared(coded, names)[0]


def _compared(coded: Coded, names: tuple[str, ...]) -> tuple[MarginalError, Codes]:
    """Return the error of a marginal, and how many of its cells have 1, 2, .. rows of train (int64[most + 1])."""
    sizes = [coded.sizes[name] for name in names]
    keys = [joint_keys([codes[name] for name in names], sizes) for codes in coded.codes]
    counts = joint_counts(keys, prod(sizes))
    shares = [count / len(key) for count, key in zip(counts, keys, strict=True)]
    distances = [float(0.5 * np.abs(shares[0] - other).sum()) for other in shares[1:]]
    reference = distances[1] if len(distances) > 1 else None
    return MarginalError(columns=names, value=distances[0], reference=reference), np.bincount(counts[0])


def _spectrum(counted: Sequence[Codes], rows: int) -> Spectrum:
    cells = np.zeros(rows + 1, dtype=np.int64)
    for found in counted:
        cells[: len(found)] += found
    counts = np.flatnonzero(cells[1:]) + 1
    return Spectrum(counts=counts, cells=cells[counts], sets=len(counted), rows=rows)


def joint_keys(codes: Sequence[Codes], sizes: Sequence[int]) -> Codes:
    """Return int64[rows], the cell of each row in the table of several columns."""
    keys = codes[0]
    for other, size in zip(codes[1:], sizes[1:], strict=True):
        keys = keys * size + other
    return keys


def joint_counts(keys: Sequence[Codes], cells: int) -> list[Codes]:
    """Return the rows in each cell, by table; only the cells that occur when there are very many."""
    if cells > DENSE_CELLS:
        _, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        keys = np.split(inverse, np.cumsum([len(k) for k in keys])[:-1])
        cells = int(inverse.max()) + 1
    return [np.bincount(k, minlength=cells) for k in keys]


def _mean(errors: Sequence[MarginalError]) -> MarginalError | None:
    if not errors:
        return None
    references = [error.reference for error in errors if error.reference is not None]
    return MarginalError(
        columns=(),
        value=float(np.mean([error.value for error in errors])),
        reference=float(np.mean(references)) if references else None,
    )


def _drawn(sets: list[tuple[str, ...]], most: int, rng: np.random.Generator) -> list[tuple[str, ...]]:
    if len(sets) <= most:
        return sets
    return [sets[i] for i in rng.choice(len(sets), most, replace=False)]


def _triples(columns: Sequence[str], rng: np.random.Generator) -> list[tuple[str, ...]]:
    """All triples of few columns, else distinct random ones (never a list of all triples of very many)."""
    if len(columns) <= 60:
        return _drawn(list(combinations(columns, 3)), MAX_TRIPLES, rng)
    found: set[tuple[int, ...]] = set()
    while len(found) < MAX_TRIPLES:
        found.add(tuple(sorted(rng.choice(len(columns), 3, replace=False).tolist())))
    return [tuple(columns[i] for i in triple) for triple in sorted(found)]
