"""How columns go together: errors of all pairs, rank correlations of numbers, associations of any two columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from privsynth.quality.coding import Aligned, Coded, Codes
from privsynth.quality.learners import Floats
from privsynth.quality.marginals import Marginals, joint_keys, marginal_error

MAX_COLUMNS = 60
MAX_ROWS = 50_000
MAX_LABELS = 50  # of a column, the others are one, where associations are measured
MEASURE = "Cramer's V, corrected for bias (Bergsma 2013), numbers in 20 bins of train"


def chosen_columns(marginals: Marginals, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are shown in pairs, in the order of the table: all, or the 60 with the largest errors."""
    worst = {error.columns[0] for error in marginals.columns[:MAX_COLUMNS]}
    return tuple(name for name in columns if name in worst)


def pair_errors(marginals: Marginals, coded: Coded, names: Sequence[str], total: int) -> dict[str, Any]:
    """Return the total-variation distance to train of each pair of columns.

    Args:
        marginals: Holds the errors of most pairs already.
        coded: Codes of the tables.
        names: Columns to show.
        total: How many columns are compared.

    Returns:
        ``{"names", "errors", "reference", "columns_total", "reason"}``: n x n lists, None on the diagonal; the reference is the
        holdout, None without one; the reason says that only the worst columns are shown.
    """
    known = {frozenset(error.columns): error for error in marginals.pairs}
    errors, references = _empty(len(names)), _empty(len(names))
    for one, two in combinations(range(len(names)), 2):
        pair = (names[one], names[two])
        found = known.get(frozenset(pair)) or marginal_error(coded, pair)
        for row, column in ((one, two), (two, one)):
            errors[row][column], references[row][column] = found.value, found.reference
    limited = f"The {len(names)} of {total} columns with the largest errors." if len(names) < total else None
    reference = references if len(coded.codes) > 2 else None
    return {"names": list(names), "errors": errors, "reference": reference, "columns_total": total, "reason": limited}


def correlations(aligned: Aligned, coded: Coded, names: Sequence[str]) -> dict[str, Any]:
    """Compare Spearman's correlations of the numeric columns, and associations of all columns, with those of train.

    Args:
        aligned: The tables; the first 50,000 rows of each are used.
        coded: Their codes.
        names: Columns to show.

    Returns:
        ``{"names", "train", "synthetic", "mean_difference", "reference", "rows_at_most", "associations", "reason"}``: matrices hold None
        where a correlation is not defined; differences are means of absolute ones over the pairs that both tables have, the
        reference that of the holdout.

    Source: Spearman 1904; Bergsma 2013, A bias-correction for Cramer's V and Tschuprow's T (also for one number and one label).
    """
    numbers = [name for name in names if name in aligned.numeric]
    ranks = [spearman(table[numbers].to_numpy(dtype=np.float64)[:MAX_ROWS]) for table in aligned.tables]
    return {
        "names": numbers,
        **_beside(ranks),
        "rows_at_most": MAX_ROWS,
        "associations": associations(coded, names),
        "reason": None if len(numbers) > 1 else "There are fewer than two numeric columns.",
    }


def spearman(values: Floats) -> Floats:
    """Return rank correlations, NaN where one is not defined.

    Args:
        values: float64[rows, columns]; NaN where missing. Ranks are those within a column; a pair uses the rows that have both.
    """
    from scipy.stats import rankdata

    known = (~np.isnan(values)).astype(np.float64)
    ranks = np.column_stack([_centred(rankdata(column, nan_policy="omit")) for column in values.T] or [np.empty(0)])
    if not values.shape[1]:
        return np.empty((0, 0))
    pairs, sums = known.T @ known, ranks.T @ known
    squares, products = (ranks**2).T @ known, ranks.T @ ranks
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = products - sums * sums.T / pairs
        spread = squares - sums**2 / pairs
        product = spread * spread.T
        found = np.where(product > 1e-9, covariance / np.sqrt(product), np.nan)
    return np.clip(found, -1.0, 1.0)


def _centred(ranks: Floats) -> Floats:
    """Return ranks around 0 and of size 1, 0 where missing."""
    gone = np.isnan(ranks)
    middle = float(np.mean(ranks[~gone])) if not gone.all() else 0.0
    return np.where(gone, 0.0, (ranks - middle) / max(1, len(ranks)))


def associations(coded: Coded, names: Sequence[str]) -> dict[str, Any]:
    """Return Cramer's V of each pair of columns, in each table; from 0 (independent) to 1."""
    sizes, tables = _lumped(coded, names)
    found = [_cramers(codes, sizes, names) for codes in tables]
    return {"measure": MEASURE, "names": list(names), **_beside(found)}


def _lumped(coded: Coded, names: Sequence[str]) -> tuple[dict[str, int], list[dict[str, Codes]]]:
    """Return codes with at most 50 values a column: those most frequent in train, and all others as one."""
    tables: list[dict[str, Codes]] = [{} for _ in coded.codes]
    sizes = {}
    for name in names:
        counts = np.bincount(coded.codes[0][name], minlength=coded.sizes[name])
        common = np.argsort(-counts, kind="stable")[:MAX_LABELS]
        place = np.full(coded.sizes[name], len(common), dtype=np.int64)
        place[common] = np.arange(len(common))
        sizes[name] = len(common) + 1
        for table, codes in zip(tables, coded.codes, strict=True):
            table[name] = place[codes[name][:MAX_ROWS]]
    return sizes, tables


def _cramers(codes: dict[str, Codes], sizes: dict[str, int], names: Sequence[str]) -> Floats:
    found = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(found, 1.0)
    for one, two in combinations(range(len(names)), 2):
        pair = [names[one], names[two]]
        shape = [sizes[name] for name in pair]
        counts = np.bincount(joint_keys([codes[name] for name in pair], shape), minlength=shape[0] * shape[1])
        found[one, two] = found[two, one] = cramers_v(counts.reshape(shape))
    return found


def cramers_v(counts: Codes) -> float:
    """Return Cramer's V corrected for bias; NaN where one of the columns has a single value.

    Args:
        counts: int64[k, l], the contingency table.

    Source: Bergsma 2013, Journal of the Korean Statistical Society 42.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    rows, (tall, wide) = float(counts.sum()), counts.shape
    if rows < 2 or min(tall, wide) < 2:
        return float("nan")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / rows
    squared = float(np.sum((counts - expected) ** 2 / expected)) / rows
    corrected = max(0.0, squared - (tall - 1) * (wide - 1) / (rows - 1))
    least = min(each - (each - 1) ** 2 / (rows - 1) for each in (tall, wide)) - 1
    return float(min(1.0, np.sqrt(corrected / least))) if least > 0 else float("nan")


def _beside(found: Sequence[Floats]) -> dict[str, Any]:
    """Return the matrices of train and synthetic, and how far the synthetic table and the holdout are from train."""
    return {
        "train": _listed(found[0]),
        "synthetic": _listed(found[1]),
        "mean_difference": _difference(found[0], found[1]),
        "reference": _difference(found[0], found[2]) if len(found) > 2 else None,
    }


def _difference(one: Floats, other: Floats) -> float | None:
    gaps = np.abs(one - other)[np.triu_indices(len(one), k=1)] if len(one) else np.empty(0)
    gaps = gaps[~np.isnan(gaps)]
    return float(gaps.mean()) if gaps.size else None


def _listed(matrix: Floats) -> list[list[float | None]]:
    return [[None if np.isnan(cell) else float(cell) for cell in row] for row in matrix]


def _empty(size: int) -> list[list[float | None]]:
    return [[None] * size for _ in range(size)]
