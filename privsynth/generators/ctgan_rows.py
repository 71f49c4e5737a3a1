"""The private rows of a table, unit by unit, as vectors for one step of DP-SGD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.ctgan_layout import Layout
from privsynth.generators.ctgan_model import own_conditions
from privsynth.noise import secret_uniform
from privsynth.privacy import Private
from privsynth.table.coded import RowSource

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


class UnitRows:
    """The rows of a table by unit.

    Args:
        layout: How rows become vectors.
        source: The table.
    """

    def __init__(self, layout: Layout, source: RowSource) -> None:
        self._layout = layout
        self._codes: Mapping[str, npt.NDArray[Any]] = source.rows().reveal()
        self._bins = layout.bins_of(self._codes)
        self._most = source.unit.max_rows
        owners = source.owners().reveal()
        self._order = np.argsort(owners, kind="stable")
        self._ends = (
            np.concatenate([[0], np.cumsum(np.bincount(owners))]) if len(owners) else np.zeros(1, dtype=np.int64)
        )

    @property
    def count(self) -> int:
        """How many units there are: private."""
        return len(self._ends) - 1

    def batch(self, chosen: Private[Ints], encodings: int, key: bytes) -> tuple[Matrix, Matrix, Ints, Matrix]:
        """Return some units' rows, several times each: with another condition and another place within its cells each time.

        What is random about a unit comes from a secret key that serves once, unit by unit: whoever else was chosen does not change
        its law, and nobody can know it.

        Args:
            chosen: int64[u], numbers of units.
            encodings: How often each row occurs; the weights add up to one for a unit with as many rows as it may have.
            key: Secret bytes from `Noise.unit_key`.

        Returns:
            float32[u * r, width] vectors, float32[u * r, numeric] blur in [-1, 1) of their places, int64[u * r] own conditions,
            float32[u, r] weights; r is `max_rows * encodings`, and what a unit lacks has weight 0.
        """
        units = chosen.reveal()
        first, last = self._ends[units], self._ends[units + 1]
        slot = first[:, None] + np.arange(self._most)[None]
        there = slot < last[:, None]
        rows = self._order[np.minimum(slot, max(len(self._order) - 1, 0))] if len(self._order) else slot
        rows, there = np.repeat(rows, encodings, axis=1), np.repeat(there, encodings, axis=1)
        flat = rows.reshape(-1)
        bins = self._bins[flat]
        numeric = len(self._layout.numeric)
        drawn = secret_uniform(key, (len(flat), 1 + 2 * numeric))
        asked = own_conditions(bins, drawn[:, 0])
        places = self._layout.places_of(
            {name: codes[flat] for name, codes in self._codes.items()}, drawn[:, 1 : 1 + numeric]
        )
        blur = (drawn[:, 1 + numeric :] * 2 - 1).astype(np.float32)
        weights = there.astype(np.float32) / np.float32(self._most * encodings)
        return self._layout.vectors(bins, places), blur, asked, weights
