"""The sequence of frames that is drawn from one model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from privsynth.errors import UsageError
from privsynth.generators.fitted import Fitted
from privsynth.provenance import MARK
from privsynth.sdv.frames import shaped

if TYPE_CHECKING:
    import pandas as pd


class Draws:
    """Frames of a model, one after the other: each call has a seed of its own, and identifiers do not repeat.

    Args:
        fitted: The model.
        labels: What the columns are called in the frame, where they are not called by texts.
    """

    def __init__(self, fitted: Fitted, labels: Sequence[Any] | None = None) -> None:
        self.fitted = fitted
        self._labels = labels
        self._gaps = _gaps(fitted)
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Begin again; the same seed gives the same frames.

        Raises:
            UsageError: the seed is negative.
        """
        if seed < 0:
            raise UsageError(f"The seed {seed} is negative. Give 0 or more.")
        self._seed, self._calls, self._rows = seed, 0, 0

    def next(self, **wanted: Any) -> pd.DataFrame:
        """Draw a frame.

        Args:
            **wanted: `rows` or `given`, as of `Fitted.sample`.
        """
        digest = hashlib.sha256(f"{self._seed}/{self._calls}".encode()).digest()
        table = self.fitted.sample(seed=int.from_bytes(digest[:8], "little"), **wanted)
        frame = shaped(table, self.fitted.schema, self._gaps, self._rows)
        self._calls, self._rows = self._calls + 1, self._rows + len(frame)
        return frame if self._labels is None else frame.set_axis(list(self._labels), axis=1)

    def marked(self, frame: pd.DataFrame, given: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return a frame of drawn rows that says where they come from.

        Args:
            frame: The rows.
            given: What is said of rows that were completed and are in it (`GivenRows.said`), or None.
        """
        said = replace(self.fitted.provenance(len(frame)), columns=tuple(map(str, frame.columns)))
        if given is not None:
            said = replace(said, given=given, contains_real_rows=True)
        frame.attrs[MARK] = said.to_json()
        return frame


def _gaps(fitted: Fitted) -> dict[str, bool]:
    """Column name -> whether drawn rows may lack a cell of it: a sum lacks one where one of its parts does."""
    totals = fitted.schema.totals
    measured = [each.name for each in fitted.schema.modelled if each.name not in totals]
    found = {name: bool(fitted.model.shares(name)[-1] > 0) for name in measured}
    return found | {name: any(found[part] for part in parts) for name, parts in totals.items()}
