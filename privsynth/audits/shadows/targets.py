"""Target rows among synthetic ones: the shadow audit of an attacker who has no real rows but those that he asks about.

Source: Guepin et al. 2023, "Synthetic is all you need: removing the auxiliary data assumption for membership inference attacks
against synthetic data". Their attack fits a meta-classifier for one target; here one table serves all targets, each by its own coin.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from privsynth.audits.encode import fit_encoding
from privsynth.audits.neighbours import among_themselves
from privsynth.audits.shadows.cells import Cells
from privsynth.audits.shadows.pool import LEAST_ROWS, ShadowPool, Toss
from privsynth.errors import UsageError
from privsynth.privacy import Private

REAL, SYNTHETIC = "real", "synthetic"
BASE_PER_TARGET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPool(ShadowPool):
    """A few real rows, each of which shadow tables hold or lack beside rows of the released synthetic table.

    Args:
        base: Synthetic rows that each shadow table is made from.
        released: Synthetic rows that there are; they stand below all real rows.
    """

    base: int
    released: int

    @property
    def fit_rows(self) -> float:
        """How many rows a shadow table is made from, on average."""
        return self.base + len(self.rows) / 2

    def toss(self, shadow: int) -> Toss:
        """Toss a fair coin of each target and draw the rows beside them, by the seed and the number of the shadow alone."""
        rng = np.random.default_rng([self.seed, 1, shadow])
        coins = rng.random(len(self.rows)) < 0.5
        keep = np.zeros(len(self.usable) + self.released, dtype=np.bool_)
        keep[len(self.usable) + rng.choice(self.released, self.base, replace=False)] = True
        keep[self.places[coins]] = True
        return Toss(keep=Private(keep), scored=coins, rows=int(keep.sum()))


def choose_targets(pool: ShadowPool, *, total: int, released: int) -> TargetPool:
    """Choose the rows to attack among the pooled ones, by the seed alone and so of either side about in proportion.

    Rows are held against tables by what the targets alone look like: the attacker knows no other real row.

    Args:
        pool: All real rows that could be attacked.
        total: The model's noisy number of rows: what a shadow table is made from at most.
        released: How many synthetic rows there are.

    Raises:
        UsageError: there are too few synthetic rows for 40 targets.
    """
    most = min(total // (BASE_PER_TARGET + 1), released // BASE_PER_TARGET)
    if most < LEAST_ROWS:
        raise UsageError(
            f"Shadow fits on synthetic rows need {LEAST_ROWS} target rows among {BASE_PER_TARGET} times as many synthetic ones, which "
            "this model or table has not. Use real rows (--shadows-from real), or draw more."
        )
    chosen = np.sort(_shuffled(pool)[:most])
    base = min(total - len(chosen), released)
    kept = _narrowed(pool, chosen)
    sides = min(kept["member"].sum(), (~kept["member"]).sum())
    few = f"Fewer than {LEAST_ROWS // 2} targets are train rows or held-out rows, so the model's own table cannot be tested."
    told = [few] if pool.comparable and sides < LEAST_ROWS // 2 else []
    return TargetPool(
        **kept | {"comparable": pool.comparable and not told, "told": (*pool.told, *told)}, base=base, released=released
    )


def _shuffled(pool: ShadowPool) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.random.default_rng([pool.seed, 7]).permutation(len(pool.rows))


def _narrowed(pool: ShadowPool, chosen: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    """Return the parts of a pool of some of the scored rows, looked at without the others."""
    rows = pool.rows.iloc[chosen].reset_index(drop=True)
    numeric = frozenset(name for name in rows.columns if rows[name].dtype == np.float64)
    encoding = fit_encoding([rows], numeric, seed=pool.seed)
    cells, points = Cells.fitted(rows, numeric, np.random.default_rng([pool.seed, 8])), encoding.encode(rows)
    fewer = replace(
        pool,
        rows=rows,
        places=pool.places[chosen],
        member=pool.member[chosen],
        encoding=encoding,
        points=points,
        real=among_themselves(points, seed=pool.seed)[0].mean(axis=1),
        cells=cells,
        cell=cells.places(rows),
    )
    return {each.name: getattr(fewer, each.name) for each in fields(fewer)}
