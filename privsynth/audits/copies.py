"""Rows that were carried over whole, counted for train rows and for held-out rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.audits.statistics import bonferroni, excess_p, share_interval

Keys = np.ndarray[Any, np.dtype[np.uint64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

OVERLAP_LEVEL = 0.001
COPY_LEVEL_ALONE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Train and held-out rows that the synthetic table repeats exactly.

    Args:
        train: Train rows repeated (of `train_rows`); `train_unique`: those that occur once among all real rows.
        holdout: The same for the holdout (0 of 0 without one).
        expected: Train copies expected by chance, from the holdout's share (or, without a holdout, from repeats
            within the synthetic and the train table).
        p_value: Chance of so many copies of unique train rows, were train and holdout rows alike to the generator.
        synthetic: Synthetic rows that equal some train row.
    """

    train: int
    train_rows: int
    train_unique: int
    train_unique_rows: int
    holdout: int
    holdout_rows: int
    holdout_unique: int
    holdout_unique_rows: int
    synthetic: int
    expected: float
    p_value: float


def count_copies(train: Keys, synthetic: Keys, holdout: Keys) -> Copies:
    """Count exact copies and test the excess over the holdout among rows that occur once.

    Args:
        train: uint64[rows] keys of the train rows.
        synthetic: Keys of the synthetic rows.
        holdout: Keys of the held-out rows.

    Returns:
        The census.
    """
    pool = np.concatenate([train, holdout])
    member = np.arange(len(pool)) < len(train)
    hit, unique = np.isin(pool, synthetic), _unique(pool)
    both = hit & unique
    rate = float(hit[~member].mean()) if len(holdout) else 0.0
    return Copies(
        train=int(hit[member].sum()),
        train_rows=len(train),
        train_unique=int(both[member].sum()),
        train_unique_rows=int(unique[member].sum()),
        holdout=int(hit[~member].sum()),
        holdout_rows=len(holdout),
        holdout_unique=int(both[~member].sum()),
        holdout_unique_rows=int(unique[~member].sum()),
        synthetic=int(np.isin(synthetic, train).sum()),
        expected=rate * len(train),
        p_value=excess_p(
            member_hits=int(both[member].sum()),
            hits=int(both.sum()),
            members=int(unique[member].sum()),
            rows=int(unique.sum()),
        ),
    )


def count_copies_alone(train: Keys, synthetic: Keys, *, alike: float = 0.0) -> Copies:
    """Count copies without a holdout; chance is judged by how often rows repeat within each table.

    If the synthetic rows came from the population, a train row would be met among them about as often as a synthetic
    row is met among the other synthetic rows, or a train row among the other train rows. The larger rate counts, its
    upper 99.9% limit doubled; so only a gross excess is found. Where repeats were taken out of the tables, `alike` is the chance
    that two rows of the population are equal (`chance_alike`).
    """
    from scipy.stats import binom

    hit, unique = np.isin(train, synthetic), _unique(train)
    repeats = [int((~_unique(keys)).sum()) for keys in (synthetic, train)]
    growth = [max(1.0, len(train) / max(len(synthetic), 1)), max(1.0, len(synthetic) / max(len(train), 1))]
    sizes = (len(synthetic), len(train))
    rate = max(r / max(n, 1) * g for r, n, g in zip(repeats, sizes, growth, strict=True))
    upper = max(share_interval(r, n, level=0.998)[1] * g for r, n, g in zip(repeats, sizes, growth, strict=True))
    rate, upper = (max(each, alike * len(synthetic)) for each in (rate, upper))
    p = float(binom.sf(int(hit.sum()) - 1, len(train), min(1.0, 2 * upper))) if len(train) else 1.0
    return Copies(
        train=int(hit.sum()),
        train_rows=len(train),
        train_unique=int((hit & unique).sum()),
        train_unique_rows=int(unique.sum()),
        holdout=0,
        holdout_rows=0,
        holdout_unique=0,
        holdout_unique_rows=0,
        synthetic=int(np.isin(synthetic, train).sum()),
        expected=min(1.0, rate) * len(train),
        p_value=min(1.0, p),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Held-out rows that are train rows too, beyond what repeats in the population explain.

    Args:
        holdout_rows_in_train: Held-out rows that equal some train row.
        expected: The number that repeats within the holdout explain.
        p_value: Of the excess.
        dropped: Held-out rows that were left out of the audit for it.
        same_table: Train and holdout hold the same rows.
    """

    holdout_rows_in_train: int
    expected: float
    p_value: float
    same_table: bool
    dropped: int = 0

    @property
    def found(self) -> bool:
        """Whether rows are shared beyond chance."""
        return self.same_table or self.p_value < OVERLAP_LEVEL


def find_overlap(train: Keys, holdout: Keys, *, seed: int) -> Overlap:
    """Compare how many held-out rows recur in train with how many recur in an equally large part of the holdout.

    Args:
        train: uint64[rows] keys.
        holdout: uint64[rows] keys.
        seed: Splits the holdout.
    """
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(holdout)
    first, second = shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]
    size = min(len(second), len(train))
    drawn = rng.choice(train, size, replace=False) if size else train[:0]
    in_train, in_holdout = (int(np.isin(first, other).sum()) for other in (drawn, second[:size]))
    total = int(np.isin(holdout, train).sum())
    scale = total / in_train if in_train else 1.0
    return Overlap(
        holdout_rows_in_train=total,
        expected=min(float(len(holdout)), in_holdout * scale),
        p_value=excess_p(
            member_hits=in_train, hits=in_train + in_holdout, members=len(first), rows=max(2 * len(first), 1)
        ),
        same_table=len(train) == len(holdout) > 0 and bool(np.array_equal(np.sort(train), np.sort(holdout))),
    )


def exchangeable_part(train: Keys, holdout: Keys) -> tuple[Flags, Flags]:
    """Rows to keep when train and holdout overlap: held-out rows not in train, train rows that occur once in train.

    Either rule asks of a row that no other train row equals it, so what is left can still be compared. But where rows recur in
    what is left of the holdout, they do so in this population: of two equal rows drawn apart, one of a pair across would stay in
    train and seem to be alone, and a pair within the holdout would not. Then rows that no other real row equals are kept.
    """
    theirs = ~np.isin(holdout, train)
    if _unique(holdout[theirs]).all():
        return _unique(train), theirs
    alone = _unique(np.concatenate([train, holdout]))
    return alone[: len(train)], alone[len(train) :]


def uneven_repeats(train: Keys, holdout: Keys) -> tuple[Flags, Flags] | None:
    """Rows to keep when rows recur on one side beyond chance, as in a file with a part pasted twice; None where they do not.

    In draws from one population the recurring rows are train rows as often as all rows are (Fisher's exact test, both
    sides). Where they are not, every row that recurs is left out, in whichever table: its twin would be its nearest real
    row, and the rows of one table would look better hidden than those of the other.
    """
    recurs, member = ~_unique(np.concatenate([train, holdout])), np.arange(len(train) + len(holdout)) < len(train)
    tails = [
        excess_p(member_hits=int(recurs[side].sum()), hits=int(recurs.sum()), members=int(side.sum()), rows=len(member))
        for side in (member, ~member)
    ]
    return None if bonferroni(tails) >= OVERLAP_LEVEL else (~recurs[member], ~recurs[~member])


def _unique(keys: Keys) -> Flags:
    """bool[rows]: rows whose key occurs once."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] == 1, dtype=bool)
