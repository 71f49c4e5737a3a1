"""What every test of an audit reads: train and held-out rows in one pool, and the synthetic table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.carried import Carried, Grades, find_carried, joint_codes
from privsynth.audits.encode import Encoding, fit_encoding
from privsynth.audits.neighbours import CHUNK_ROWS, Neighbours, among_themselves, encoded, nearest
from privsynth.audits.pace import Pace
from privsynth.audits.tables import Tables
from privsynth.audits.unusual import most_unusual

if TYPE_CHECKING:
    import pandas as pd

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Points = np.ndarray[Any, np.dtype[np.float32]]
Found = tuple[np.ndarray[Any, np.dtype[np.float64]], Ints]

OUTLIERS = 20_000
OUTLIER_SHARE = 0.10
REFERENCE_ROWS = 200_000
SMALLER = (20_000, 10_000, 5_000, 2_000, 1_000)
TRIAL_ROWS = 512
SHARE_OF_TIME = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Real rows of both kinds, measured without regard to their kind.

    A score is a function of everything here but `member`: were the generator blind to who was in train, members and
    non-members would then be alike to it, and each p-value is exact.

    Args:
        rows: Attacked train rows over attacked held-out rows.
        member: bool[rows]: which are train rows; looked at last.
        places: int64[train rows]: where the attacked train rows stand in the train table that was compared.
        synthetic: The whole synthetic table.
        numeric: Names of the numeric columns.
        encoding: Of rows as points, fitted on all rows of all tables.
        points: float32[rows, dimensions].
        found: Distances to real and to synthetic rows. The real ones are those of this pool; in `outlying`, its own rows
            and 200,000 others (where there are no more, all).
        carried: Values that one real row alone has and the synthetic table shows, over all rows.
        grades: int8[all train rows, then all held-out rows]: how strongly a value carried over points at each.
        seed: Of everything that draws.
        outlying: The most unusual of all real rows, drawn or not, where only a sample is attacked; None where all rows are. Its
            `index` counts through all train rows, then all held-out rows. Tests of all rows read this pool, tests of outliers
            that one.
        share: Of all real rows, how many are in this pool.
        told: What was left out for want of time.
        pace: What is left of the time, and whom to tell.
    """

    rows: pd.DataFrame
    member: Flags
    places: Ints
    synthetic: pd.DataFrame
    numeric: frozenset[str]
    encoding: Encoding
    points: Points
    found: Neighbours
    carried: Carried
    grades: Grades
    seed: int
    outlying: Pool | None = None
    share: float = 1.0
    told: tuple[str, ...] = ()
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class _Targets:
    """Rows to attack: int64[rows] where they stand among all real rows (train over holdout), ascending."""

    at: Ints
    rows: pd.DataFrame
    points: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """All that targets are measured against; `real` are all real rows, train over holdout."""

    tables: Tables
    real: pd.DataFrame
    encoding: Encoding
    carried: Carried
    grades: Grades
    seed: int
    pace: Pace
    told: tuple[str, ...] = ()

    def targets(self, at: Ints) -> _Targets:
        rows = self.real if len(at) == len(self.real) else self.real.iloc[at].reset_index(drop=True)
        return _Targets(at, rows, self.encoding.encode(rows))

    def chunks(self, table: pd.DataFrame, text: str) -> Iterator[Points]:
        return self.pace.watched(encoded(table, self.encoding.encode), text, -(-len(table) // CHUNK_ROWS))

    def pool(self, block: _Targets, real: Found, made: Found, outlying: Pool | None) -> Pool:
        member = block.at < len(self.tables.train)
        return Pool(
            rows=block.rows,
            member=member,
            places=block.at[member],
            synthetic=self.tables.synthetic,
            numeric=self.tables.numeric,
            encoding=self.encoding,
            points=block.points,
            found=Neighbours(real=real[0], index=real[1], synthetic=made[0], synthetic_index=made[1]),
            carried=self.carried,
            grades=self.grades,
            seed=self.seed,
            outlying=outlying,
            share=len(block.at) / len(self.real),
            told=self.told,
            pace=self.pace,
        )


def assemble(tables: Tables, *, seed: int, max_rows: int, pace: Pace | None = None) -> Pool:
    """Draw the rows to attack and measure them.

    Where there are more real rows than are drawn, the most unusual of them all are measured too: up to 20,000 and a tenth.

    Args:
        tables: Aligned tables with a holdout.
        seed: Draws the rows, and the codes of columns with very many labels.
        max_rows: Most rows of each side.
        pace: How long it may take: fewer rows are drawn when time is short, and never fewer synthetic ones searched.
    """
    pace = pace or Pace()
    pace.tell("looking for values carried over")
    codes = joint_codes(tables)
    carried, grades = find_carried(tables, codes)
    real, sides = _real(tables)
    encoding = fit_encoding([real, tables.synthetic], tables.numeric, seed=seed)
    most, told = _affordable(max_rows, sides, real, tables.synthetic, encoding, pace)
    ground = _Ground(
        tables=tables, real=real, encoding=encoding, carried=carried, grades=grades, seed=seed, pace=pace, told=told
    )
    rng, train = np.random.default_rng(seed), sides[0]
    drawn = ground.targets(np.concatenate([_places(train, most, rng), train + _places(sides[1], most, rng)]))
    if len(drawn.at) == len(real):
        return _measured(ground, drawn, None)
    count = min(OUTLIERS, most, round(OUTLIER_SHARE * len(real)))
    unusual = most_unusual(real, codes, tables.numeric, encoding, count, pace, seed=seed)
    return _measured(ground, drawn, ground.targets(unusual))


def _measured(ground: _Ground, drawn: _Targets, far: _Targets | None) -> Pool:
    """Take the distances of both kinds of targets; the synthetic table is read once."""
    targets = drawn.points if far is None else np.concatenate([drawn.points, far.points])
    made = nearest(targets, ground.chunks(ground.tables.synthetic, "distances to the synthetic rows"))
    ground.pace.tell("distances to real rows")
    among = among_themselves(drawn.points, seed=ground.seed)
    first, outlying = len(drawn.at), None
    if far is not None:
        held = _reference(len(ground.real), far.at, ground.seed)
        chunks = ground.chunks(ground.real.iloc[held], "distances of unusual rows to real rows")
        apart, index = nearest(far.points, chunks, itself=np.searchsorted(held, far.at))
        outlying = ground.pool(far, (apart, held[index]), (made[0][first:], made[1][first:]), None)
    return ground.pool(drawn, among, (made[0][:first], made[1][:first]), outlying)


def _reference(rows: int, far: Ints, seed: int) -> Ints:
    """Return the unusual rows and 200,000 others, or all that there are: int64, ascending."""
    if rows <= REFERENCE_ROWS:
        return np.arange(rows)
    return np.union1d(far, np.random.default_rng([seed, 2]).choice(rows, REFERENCE_ROWS, replace=False)).astype(
        np.int64
    )


def _real(tables: Tables) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Return all real rows, train over holdout, and how many of each there are."""
    import pandas as pd

    sides = [table for table in (tables.train, tables.holdout) if table is not None]
    return pd.concat(sides, ignore_index=True), (len(sides[0]), sum(map(len, sides[1:])))


def _places(rows: int, most: int, rng: np.random.Generator) -> Ints:
    return np.arange(rows) if rows <= most else np.sort(rng.choice(rows, most, replace=False))


def _affordable(
    max_rows: int, sides: tuple[int, int], real: pd.DataFrame, synthetic: pd.DataFrame, encoding: Encoding, pace: Pace
) -> tuple[int, tuple[str, ...]]:
    """Return how many rows of each side can be attacked in half of the time that is left, and what to tell of it.

    The number is one of a few, so that the same budget on the same machine nearly always draws the same rows.
    """
    wanted = min(max_rows, max(sides))
    if pace.seconds is None:
        return max_rows, ()
    begun = time.monotonic()
    trial = encoding.encode(synthetic.iloc[:CHUNK_ROWS])
    nearest(encoding.encode(real.iloc[:TRIAL_ROWS]), [trial])
    pair_seconds = (time.monotonic() - begun) / (len(trial) * min(TRIAL_ROWS, len(real)))

    def seconds(most: int) -> float:
        drawn = sum(min(side, most) for side in sides)
        far = min(OUTLIERS, most, round(OUTLIER_SHARE * len(real))) if drawn < len(real) else 0
        return pair_seconds * ((drawn + far) * len(synthetic) + drawn**2 + far * min(len(real), REFERENCE_ROWS + far))

    choices = [wanted, *(fewer for fewer in SMALLER if fewer < wanted)]
    most = next((some for some in choices if seconds(some) <= SHARE_OF_TIME * pace.left_seconds), choices[-1])
    if most == wanted:
        return max_rows, ()
    return most, (
        f"The time budget of {pace.seconds:g} seconds sufficed to attack {most:,} rows of each side where {wanted:,} would have "
        "been. They were held against every synthetic row, and copies were counted over all rows.",
    )
