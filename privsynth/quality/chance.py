"""What chance gives: how many values two independent samples of one population share, and how many are too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

LEAST_P = 1e-60  # smaller p-values are given as this one

Floats = npt.NDArray[np.float64]


def excess_by_count(
    train: Mapping[str, int], holdout: Mapping[str, int], met: Mapping[str, int]
) -> tuple[float, float]:
    """Test whether values that only train has are met more often than values that only the holdout has.

    Rows (or units) were split at random, so among values with the same number of occurrences, all on one side, the side is a
    coin of its own: given the hits, those of train are hypergeometric, whatever the synthetic values follow. The counts of
    all numbers of occurrences are added (an exact Cochran-Mantel-Haenszel test).

    Args:
        train: Value -> occurrences in train.
        holdout: The same of the holdout.
        met: The synthetic values.

    Returns:
        The one-sided p-value, and the least one that so many hits could have given (0 when train has no hit: then chance
        explains all).
    """
    hits, total, start, pmf = 0, 0, 0, np.ones(1)
    for inside, outside, inside_hits, outside_hits in _strata(train, holdout, met):
        both = inside_hits + outside_hits
        first, part = _hypergeometric(inside + outside, inside, both)
        hits, total, start, pmf = hits + inside_hits, total + both, start + first, np.convolve(pmf, part)
    if hits == 0:
        return 1.0, 0.0
    return _tail(pmf, hits - start), _tail(pmf, total - start)


def _tail(pmf: Floats, place: int) -> float:
    return float(min(1.0, max(LEAST_P, pmf[max(place, 0) :].sum())))


def _strata(
    train: Mapping[str, int], holdout: Mapping[str, int], met: Mapping[str, int]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield, by number of occurrences, the values of one side only: in train, in the holdout, and those met of each."""
    table: dict[int, list[int]] = {}
    for side, (own, other) in enumerate(((train, holdout), (holdout, train))):
        for value, count in own.items():
            if value not in other:
                row = table.setdefault(count, [0, 0, 0, 0])
                row[side] += 1
                row[2 + side] += value in met
    for row in table.values():
        if row[2] + row[3]:
            yield row[0], row[1], row[2], row[3]


def _hypergeometric(rows: int, inside: int, drawn: int) -> tuple[int, Floats]:
    """Probabilities of the numbers of members among ``drawn`` of ``rows`` of which ``inside`` are members.

    Returns:
        The first number with a probability above ``LEAST_P``, and the probabilities from there on.
    """
    from scipy.special import gammaln

    def log_choose(n: int, k: Floats) -> Floats:
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)

    low, high = max(0, drawn - (rows - inside)), min(drawn, inside)
    members = np.arange(low, high + 1, dtype=np.float64)
    pmf = np.exp(
        log_choose(inside, members)
        + log_choose(rows - inside, drawn - members)
        - log_choose(rows, np.array([float(drawn)]))
    )
    able = np.flatnonzero(pmf > LEAST_P)
    return low + int(able[0]), pmf[able[0] : able[-1] + 1]


def expected_overlap(train: Mapping[str, int], holdout: Mapping[str, int], met: Mapping[str, int]) -> float:
    """Return the share of the synthetic values that would occur in train by chance, from the holdout.

    It is the share of them that occur in the holdout, were it as large as train: a larger holdout is thinned to the cells
    of train; from a smaller one, the ratio to train thinned to its size is carried over.

    Args:
        train: Value -> occurrences in train.
        holdout: The same of the holdout.
        met: The synthetic values, at least one.
    """
    sizes = sum(train.values()), sum(holdout.values())
    cells = min(sizes)
    in_train, in_holdout = (_thinned(own, met, cells) for own in (train, holdout))
    shared = sum(value in train for value in met)
    if in_train > 0:
        in_holdout *= shared / in_train
    return min(1.0, in_holdout / len(met))


def _thinned(own: Mapping[str, int], met: Mapping[str, int], cells: int) -> float:
    """Expected number of values met in a random part of ``cells`` cells (rarefaction).

    Source: Hurlbert 1971, The nonconcept of species diversity.
    """
    from scipy.special import gammaln

    counts = np.array([count for value, count in own.items() if value in met], dtype=np.float64)
    total, left = float(sum(own.values())), float(sum(own.values()) - cells)
    if left <= 0 or not counts.size:
        return float(counts.size)
    small = counts <= left
    with np.errstate(invalid="ignore"):
        log_missed = gammaln(left + 1) - gammaln(left - counts + 1) - gammaln(total + 1) + gammaln(total - counts + 1)
    return float(np.sum(1.0 - np.where(small, np.exp(np.where(small, log_missed, 0.0)), 0.0)))


def gross_chance(train: Mapping[str, int], *, seed: int) -> tuple[float, float]:
    """Return a share of repeated values that chance hardly exceeds, and the share itself, from two halves of the cells.

    The share of one half's values that the other has too is what a second sample would repeat; its upper 99.9 % limit is
    doubled, since a made-up column may hold commoner values than the real one.

    Args:
        train: Value -> occurrences.
        seed: Draws the halves.
    """
    from scipy.stats import beta

    counts = np.array(list(train.values()), dtype=np.int64)
    first = np.random.default_rng(seed).binomial(counts, 0.5)
    here, both = int(np.count_nonzero(first)), int(np.count_nonzero((first > 0) & (first < counts)))
    if here == 0:
        return 1.0, 0.0
    limit = 1.0 if both == here else float(beta.ppf(0.999, both + 1, here - both))
    return min(1.0, 2 * limit), both / here
