"""The real rows of a shadow audit: one pool of train and held-out rows, coins that split it, and scores of tables made from parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.attacks import NO_DISTANCE
from privsynth.audits.copies import exchangeable_part, find_overlap
from privsynth.audits.encode import Encoding, fit_encoding
from privsynth.audits.exchange import compare_populations
from privsynth.audits.neighbours import NEIGHBOURS, among_themselves, encoded, nearest
from privsynth.audits.shadows.cells import Cells
from privsynth.audits.tables import row_keys
from privsynth.audits.units import one_row_per_unit
from privsynth.errors import UsageError
from privsynth.privacy import Private

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Points = np.ndarray[Any, np.dtype[np.float32]]

LEAST_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one synthetic table shows of the pooled rows: log-nearness (1 and 5 neighbours) float64[2, rows]; shares of cells."""

    nearness: Floats
    shares: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Toss:
    """What a shadow table is made from: bool[all rows]; bool[rows], which of the scored rows; and how many of all."""

    keep: Private[Flags]
    scored: Flags
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPool:
    """Real rows, split by coins and scored, without regard to which were train rows.

    Args:
        rows: The scored rows, one of each unit.
        places: int64[rows]: where they stand in the train table with the holdout below it.
        member: bool[rows]: which are train rows; looked at last.
        comparable: Whether held-out rows are there and look like train rows.
        usable: bool[all rows]: which rows shadow tables may be made from.
        owner: int64[all rows]: number of each row's unit.
        encoding: Of rows as points, from the pooled rows alone.
        points: float32[rows, dimensions].
        real: float64[rows]: mean distance to five other pooled rows.
        cells: Of pairs of columns.
        cell: int32[rows, pairs]: each row's cells.
        seed: Of coins and samples.
        told: What the reader should know, without any cell.
    """

    rows: pd.DataFrame
    places: Ints
    member: Flags
    comparable: bool
    usable: Flags
    owner: Ints
    encoding: Encoding
    points: Points
    real: Floats
    cells: Cells
    cell: np.ndarray[Any, np.dtype[np.int32]]
    seed: int
    told: tuple[str, ...]

    @property
    def fit_rows(self) -> float:
        """How many scored rows a shadow table is made from, on average."""
        return len(self.rows) / 2

    def toss(self, shadow: int) -> Toss:
        """Toss a fair coin of each unit, by the seed and the number of the shadow alone."""
        coins = np.random.default_rng([self.seed, 1, shadow]).random(int(self.owner.max()) + 1) < 0.5
        return self.chosen(coins)

    def chosen(self, units: Flags) -> Toss:
        """Return the rows of some units, bool[units]."""
        keep = self.usable & units[self.owner]
        return Toss(keep=Private(keep), scored=keep[self.places], rows=int(keep.sum()))

    def see(self, table: pd.DataFrame) -> Seen:
        """Hold a synthetic table against the pooled rows; it is searched whole."""
        table = table[list(self.rows.columns)]
        found, _ = nearest(self.points, encoded(table, self.encoding.encode))
        means = np.stack([found[:, :k].mean(axis=1) for k in (1, NEIGHBOURS)])
        return Seen(nearness=-np.log(np.maximum(means, NO_DISTANCE)), shares=self.cells.shares(table))

    def weights(self, shadows: list[Seen]) -> Floats:
        """Return float64[2, cells]: what a row more says in each cell, against the chance of drawing rows and against even noise."""
        rows = self.fit_rows
        mean = np.mean([seen.shares for seen in shadows], axis=0) * rows
        return np.stack([rows / (mean + 1), np.full(len(mean), rows)])

    def scores(self, seen: Seen, weights: Floats) -> Floats:
        """Return float64[4, rows]: nearness of one and of five neighbours, and two weighted counts of the row's cells."""
        counted = [(each * seen.shares)[self.cell].sum(axis=1) for each in weights]
        return np.vstack([seen.nearness, *counted])


def assemble_pool(
    train: Private[pd.DataFrame],
    holdout: Private[pd.DataFrame] | None,
    *,
    train_units: Private[pd.Series[Any]] | None = None,
    holdout_units: Private[pd.Series[Any]] | None = None,
    seed: int = 0,
    max_rows: int = 20_000,
) -> ShadowPool:
    """Pool train and held-out rows.

    Args:
        train: Typed rows of the model's columns: float64 for numbers, text or None for all else.
        holdout: Held-out rows of the same columns, or None.
        train_units: The unit of each train row, where a unit may have several rows.
        holdout_units: The unit of each held-out row.
        seed: Of coins and samples.
        max_rows: Most rows of either side that are scored; all take part in the fits.

    Raises:
        UsageError: there are fewer than 40 rows or no column.
    """
    import pandas as pd

    inside, outside = train.reveal(), None if holdout is None else holdout.reveal()
    units = [each.reveal() for each in (train_units, holdout_units) if each is not None]
    kept = _kept(inside, outside, units, seed)
    rng = np.random.default_rng([seed, 0])
    sides = [_sampled(each, max_rows, rng) for each in (kept.train, kept.holdout) if each is not None]
    rows = pd.concat(sides, ignore_index=True)
    if len(rows) < LEAST_ROWS or not len(rows.columns):
        raise UsageError(
            f"Shadow fits need at least {LEAST_ROWS} rows and one modelled column. Give a larger table, or leave the model out."
        )
    numeric = frozenset(name for name in rows.columns if rows[name].dtype == np.float64)
    member = np.arange(len(rows)) < len(sides[0])
    encoding, cells = fit_encoding([rows], numeric, seed=seed), Cells.fitted(rows, numeric, rng)
    points = encoding.encode(rows)
    real, index = among_themselves(points, seed=seed)
    problem = _incomparable(rows, numeric, member, index, seed)
    return ShadowPool(
        rows=rows,
        places=np.concatenate([np.asarray(each.index) + at for each, at in zip(sides, (0, len(inside)), strict=False)]),
        member=member,
        comparable=problem is None,
        usable=kept.usable,
        owner=np.arange(len(kept.usable)) if not units else _numbered(units, len(kept.usable)),
        encoding=encoding,
        points=points,
        real=real.mean(axis=1),
        cells=cells,
        cell=cells.places(rows),
        seed=seed,
        told=(*kept.told, *([] if problem is None else [problem])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Rows to score, their index the place in the table that was given; and which of all rows fits may use."""

    train: pd.DataFrame
    holdout: pd.DataFrame | None
    usable: Flags
    told: tuple[str, ...]


def _kept(train: pd.DataFrame, holdout: pd.DataFrame | None, units: list[pd.Series[Any]], seed: int) -> _Kept:
    """Keep one row of each unit, and of train and holdout no row that both have; neither rule asks which row is whose."""
    every = len(train) + (0 if holdout is None else len(holdout))
    usable, told = np.ones(every, dtype=np.bool_), tuple[str, ...]()
    scored, held = train, holdout
    if units:
        their = units[1] if len(units) > 1 else None
        scored, held, told = one_row_per_unit(train, units[0], holdout, their, seed=seed)
        if their is not None:
            usable[len(train) :] = ~np.asarray(their.isin(units[0].dropna()))
    if held is None or not len(held):
        return _Kept(train=scored, holdout=None, usable=usable, told=told)
    numeric = frozenset(name for name in scored.columns if scored[name].dtype == np.float64)
    keys = row_keys(scored, numeric), row_keys(held, numeric)
    if not find_overlap(*keys, seed=seed).found:
        return _Kept(train=scored, holdout=held, usable=usable, told=told)
    mine, theirs = exchangeable_part(*keys)
    usable[np.asarray(scored.index)[~mine]] = usable[np.asarray(held.index)[~theirs] + len(train)] = False
    more = (
        "Held-out rows that are also train rows took no part in the shadow fits, nor did train rows that occur twice."
    )
    return _Kept(train=scored[mine], holdout=held[theirs] if theirs.any() else None, usable=usable, told=(*told, more))


def _incomparable(rows: pd.DataFrame, numeric: frozenset[str], member: Flags, index: Ints, seed: int) -> str | None:
    """Say why the model's own table cannot be tested, or nothing."""
    if member.all():
        return (
            "Without held-out rows, shadow fits tell of the generator; the model's own table cannot be tested by them."
        )
    if min(member.sum(), (~member).sum()) < LEAST_ROWS // 2:
        return f"Fewer than {LEAST_ROWS // 2} rows of train or holdout are left, so the model's own table cannot be tested."
    if compare_populations(rows, numeric, member, index, seed=seed).differs:
        return (
            "Train and holdout are not from one population, so the model's own table cannot be tested by shadow fits."
        )
    return None


def _numbered(units: list[pd.Series[Any]], every: int) -> Ints:
    """Return int64[all rows]: a number of each row's unit; a row without a unit, or past the given ones, has its own."""
    import pandas as pd

    given = pd.concat(units, ignore_index=True)
    codes, names = given.factorize()
    owner = len(names) + np.arange(every)
    owner[: len(codes)] = np.where(codes >= 0, codes, owner[: len(codes)])
    return np.asarray(owner, dtype=np.int64)


def _sampled(table: pd.DataFrame, rows: int, rng: np.random.Generator) -> pd.DataFrame:
    return table if len(table) <= rows else table.iloc[np.sort(rng.choice(len(table), rows, replace=False))]
