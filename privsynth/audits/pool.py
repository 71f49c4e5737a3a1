"""What every test of an audit reads: train and held-out rows in one pool, and the synthetic table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.audits.encode import Encoding, fit_encoding
from privsynth.audits.neighbours import Neighbours, find_neighbours
from privsynth.audits.tables import Tables

if TYPE_CHECKING:
    import pandas as pd

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Points = np.ndarray[Any, np.dtype[np.float32]]


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
        encoding: Of rows as points.
        points: float32[rows, dimensions].
        found: Distances to real and to synthetic rows.
        seed: Of everything that draws.
    """

    rows: pd.DataFrame
    member: Flags
    places: np.ndarray[Any, np.dtype[np.int64]]
    synthetic: pd.DataFrame
    numeric: frozenset[str]
    encoding: Encoding
    points: Points
    found: Neighbours
    seed: int


def assemble(tables: Tables, *, seed: int, max_rows: int) -> Pool:
    """Draw the rows to attack and measure them.

    Args:
        tables: Aligned tables with a holdout.
        seed: Draws the rows, and the codes of columns with very many labels.
        max_rows: Most rows of each side.
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    sides = [table for table in (tables.train, tables.holdout) if table is not None]
    places = [_places(len(table), max_rows, rng) for table in sides]
    rows = pd.concat([table.iloc[at] for table, at in zip(sides, places, strict=True)], ignore_index=True)
    encoding = fit_encoding([rows, tables.synthetic], tables.numeric, seed=seed)
    points = encoding.encode(rows)
    return Pool(
        rows=rows,
        member=np.arange(len(rows)) < len(places[0]),
        places=places[0],
        synthetic=tables.synthetic,
        numeric=tables.numeric,
        encoding=encoding,
        points=points,
        found=find_neighbours(points, tables.synthetic, encoding.encode),
        seed=seed,
    )


def _places(rows: int, most: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.arange(rows) if rows <= most else np.sort(rng.choice(rows, most, replace=False))
