"""Conditional probabilities of one column, row by row, made to agree with pair tables, and even draws from them.

`probabilities` is an N x K matrix: what row n gives to bin k of the column that is drawn next. Raking (iterative proportional
fitting; Deming and Stephan, 1940) multiplies it by one factor for each bin of an earlier column and each bin of the new one until the
expected counts agree with the pair's table. What comes out is, given the earlier columns, the distribution of largest entropy relative
to where it started.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_GOLDEN = 0.6180339887498949
_SOFTENING = 1e-3
_MOST = 1e3
_CLOSE = 3e-3
_SMALLEST_BLOCK = 256
_MOST_BLOCKS = 16
_OWED = 2.0
_MOST_ASKED = 2.0
_MOST_PRODUCT = 1e12
_TINY = np.float32(1e-30)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Which rows are in which bin of one column.

    Args:
        bins: int32[n], the bin of each row.
        number: How many bins there are.
    """

    bins: npt.NDArray[np.int32]
    number: int
    _sums: Any

    @classmethod
    def of(cls, bins: Ints, number: int) -> Members:
        """Prepare the sums over the rows of each bin."""
        from scipy.sparse import csr_matrix

        order = np.argsort(bins.astype(np.min_scalar_type(number)), kind="stable").astype(np.int32)
        ends = np.concatenate([[0], np.cumsum(np.bincount(bins, minlength=number))]).astype(np.int32)
        sums = csr_matrix((np.ones(len(bins), dtype=np.float32), order, ends), shape=(number, len(bins)))
        return cls(bins.astype(np.int32), number, sums)

    def sums(self, matrix: Matrix, weights: Vector) -> Matrix:
        """Return float32[number, k]: the sum of weights * matrix over the rows of each bin."""
        self._sums.data = weights[self._sums.indices]
        return np.asarray(self._sums @ matrix)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """One pair table that the probabilities shall agree with.

    Args:
        members: Rows of each bin of an earlier column.
        table: float32[a, k], wanted rows, on the scale of n.
    """

    members: Members
    table: Matrix


def raked(probabilities: Matrix, agreements: Sequence[Agreement], passes: int) -> list[Matrix]:
    """Rake in place; return the product of each agreement's factors, which makes other rows follow the same distribution.

    Args:
        probabilities: float32[n, k], not negative; its rows sum to one afterwards. What is zero stays zero.
        agreements: Pair tables, the most important last.
        passes: How often each is visited at most; one that agrees already is not visited again.
    """
    factors = [np.ones_like(agreement.table) for agreement in agreements]
    ones, spread = np.ones(probabilities.shape[1], dtype=np.float32), np.empty_like(probabilities)
    open_ones = list(range(len(agreements)))
    for turn in range(passes):
        normalise(probabilities)
        weights = np.ones(len(probabilities), dtype=np.float32)
        for number in open_ones.copy():
            agreement = agreements[number]
            expected = agreement.members.sums(probabilities, weights)
            if turn and np.abs(agreement.table - expected).sum() < _CLOSE * len(probabilities):
                open_ones.remove(number)
                continue
            factor = np.clip((agreement.table + _SOFTENING) / (expected + _SOFTENING), 1 / _MOST, _MOST)
            _multiply(probabilities, factor, agreement.members, spread)
            weights = np.reciprocal(product(probabilities, ones) + _TINY)
            factors[number] = np.clip(factors[number] * factor, 1 / _MOST_PRODUCT, _MOST_PRODUCT)
    normalise(probabilities)
    return factors


def apply_factors(probabilities: Matrix, members: Sequence[Members], factors: Sequence[Matrix]) -> None:
    """Multiply probabilities in place by factors that `raked` found on other rows; the rows sum to one afterwards."""
    spread = np.empty_like(probabilities)
    for each, factor in zip(members, factors, strict=True):
        _multiply(probabilities, factor, each, spread)
        normalise(probabilities)


def _multiply(probabilities: Matrix, factor: Matrix, members: Members, spread: Matrix) -> None:
    np.take(factor, members.bins, axis=0, out=spread, mode="clip")
    np.multiply(probabilities, spread, out=probabilities)


def product(matrix: Matrix, vector: Vector) -> Vector:
    """Return matrix @ vector.

    BLAS works on whole registers, and what it reads beside a matrix of a few columns may set the flag for invalid numbers although
    none of them is in the result; the flag says nothing here.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(matrix @ vector, dtype=np.float32)


def normalise(probabilities: Matrix) -> None:
    """Make each row sum to one, in place."""
    sums = product(probabilities, np.ones(probabilities.shape[1], dtype=np.float32))
    probabilities *= (1 / (sums + _TINY))[:, None]


def even_draws(probabilities: Matrix, order: Ints, rng: np.random.Generator) -> Ints:
    """Draw one bin a row so that neighbours in `order` share their draws evenly; a bin without probability is never drawn.

    The uniform numbers are a golden-ratio sequence along `order` with a random start: rows that stand together get as many of each
    bin as their probabilities add up to, within a row or two, instead of within the noise of independent draws.

    Args:
        probabilities: float32[n, k]; rows need not sum to one.
        order: int64[n], a permutation of the rows; random among rows that are alike, or columns drawn in one order would depend.
        rng: Source of randomness.
    """
    even = np.empty(len(probabilities), dtype=np.float32)
    even[order] = np.clip((rng.random() + np.arange(len(order)) * _GOLDEN) % 1.0, 1e-7, 1 - 1e-7)
    ends = np.cumsum(probabilities, axis=1)
    return np.asarray((ends < (even * ends[:, -1])[:, None]).sum(axis=1), dtype=np.int64)


def blocks_of(rows: int, rng: np.random.Generator) -> list[Ints]:
    """Return random blocks of rows, each half of what is left, the last ones a few hundred rows or a sixteenth of all."""
    mixed, found, start = rng.permutation(rows), list[Ints](), 0
    smallest = max(_SMALLEST_BLOCK, rows // _MOST_BLOCKS)
    while start < rows:
        left = rows - start
        size = left if left <= smallest else -(-left // 2)
        found.append(mixed[start : start + size])
        start += size
    return found


def balanced_draws(
    probabilities: Matrix,
    key: Ints,
    blocks: Sequence[Ints],
    others: Sequence[Sequence[Members]],
    rng: np.random.Generator,
) -> Ints:
    """Draw one bin a row so that the counts with every other column come near to what the probabilities add up to.

    Rows are drawn block by block. What earlier blocks owe (expected less drawn counts, of every bin of every other column) is asked
    of the next block by raking its probabilities, within a factor of two, so that little is owed in the end.

    Args:
        probabilities: float32[n, k]; rows sum to one.
        key: uint16[n]; within a block, rows of one key share their draws evenly.
        blocks: Rows of each block, in random order.
        others: Of each other column, the rows of each bin in each block.
        rng: Source of randomness.
    """
    number = probabilities.shape[1]
    found = np.empty(len(probabilities), dtype=np.int64)
    debts = [np.zeros((each[0].number, number), dtype=np.float32) for each in others if each]
    for place, block in enumerate(blocks):
        part = probabilities[block]
        members = [each[place] for each in others]
        wanted = _asked(part, members, debts, first=place == 0)
        mixed = rng.permutation(len(block))  # one order for several columns would make them depend on one another
        drawn = even_draws(part, mixed[np.argsort(key[block][mixed], kind="stable")], rng)
        found[block] = drawn
        for debt, each, rows in zip(debts, members, wanted, strict=True):
            counts = np.bincount(each.bins.astype(np.int64) * number + drawn, minlength=debt.size)
            debt += rows - counts.reshape(debt.shape)
    return found


def _asked(probabilities: Matrix, members: Sequence[Members], debts: Sequence[Matrix], *, first: bool) -> list[Matrix]:
    """Rake a block in place to what is expected of it and what is owed; return what is expected."""
    ones, spread = np.ones(probabilities.shape[1], dtype=np.float32), np.empty_like(probabilities)
    weights = np.ones(len(probabilities), dtype=np.float32)
    expected = [each.sums(probabilities, weights) for each in members]
    if first:
        return expected
    for each, wanted, debt in zip(members, expected, debts, strict=True):
        now = each.sums(probabilities, weights)
        factor = np.clip((wanted + debt + _OWED) / (now + _OWED), 1 / _MOST_ASKED, _MOST_ASKED)
        _multiply(probabilities, factor.astype(np.float32), each, spread)
        weights = np.reciprocal(product(probabilities, ones) + _TINY)
    normalise(probabilities)
    return expected
