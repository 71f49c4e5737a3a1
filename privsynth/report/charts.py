"""Drawings of how two tables are distributed: one small chart a column, and a map of the errors of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

STEPS = 6
_NAMED_CELLS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One column: shares of the synthetic table as bars, those of the train table as an outline.

    Args:
        name: Of the column.
        said: Error and reference in words.
        places: What the bars stand for, from left to right (or from above).
        real: Shares of the train rows.
        synthetic: Shares of the synthetic rows, as many.
        ends: What the first and the last bar of a number begin and end at; empty for labels.
    """

    width: ClassVar[int] = 240
    height: ClassVar[int] = 84
    row_height: ClassVar[int] = 17
    bar_left: ClassVar[int] = 92
    name: str
    said: str
    places: Sequence[str]
    real: Sequence[float]
    synthetic: Sequence[float]
    ends: tuple[str, str] | None = None

    @property
    def drawn_height(self) -> int:
        """Height of the drawing: that of its rows for labels."""
        return self.height + 16 if self.ends is not None else self.row_height * len(self.places) + 2

    @property
    def bars(self) -> list[tuple[float, float, float, float]]:
        """Place and size of each bar: across, down, width, height."""
        if self.ends is None:
            reach = self.width - self.bar_left - 4
            return [
                (self.bar_left, 2 + self.row_height * at, reach * share / self._top, self.row_height - 6)
                for at, share in enumerate(self.synthetic)
            ]
        step = self.width / len(self.synthetic)
        return [
            (step * at + 0.5, self._down(share), step - 1, self.height - self._down(share))
            for at, share in enumerate(self.synthetic)
        ]

    @property
    def outline(self) -> str:
        """Path of the train rows' shares: a staircase for numbers, a stroke across each bar for labels."""
        if self.ends is None:
            reach = self.width - self.bar_left - 4
            return "".join(
                f"M{self.bar_left + reach * share / self._top:.1f},{self.row_height * at + 0.5:.1f}v{self.row_height - 3}"
                for at, share in enumerate(self.real)
            )
        step = self.width / len(self.real)
        path = f"M0,{self._down(self.real[0]):.1f}"
        for at, share in enumerate(self.real):
            path += f"V{self._down(share):.1f}H{step * (at + 1):.1f}"
        return path

    @property
    def rows(self) -> list[tuple[float, str]]:
        """Baseline and text of each label; none for numbers."""
        if self.ends is not None:
            return []
        return [(11.5 + self.row_height * at, _short(place)) for at, place in enumerate(self.places)]

    @property
    def _top(self) -> float:
        return max([*self.real, *self.synthetic, 1e-9])

    def _down(self, share: float) -> float:
        return self.height - (self.height - 4) * share / self._top


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """Small charts of many columns, side by side."""

    kind: ClassVar[str] = "spreads"
    caption: str
    charts: Sequence[Spread]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap:
    """Errors of all pairs of columns, as shades: below the diagonal the synthetic table, above it the reference.

    Args:
        caption: What it shows.
        names: Of the columns.
        errors: One list a column; None where nothing was computed.
        reference: The same of held-out rows, or None.
        largest: The error of the darkest shade.
        label: The same in words.
        note: What the reader should know.
    """

    kind: ClassVar[str] = "heatmap"
    side: ClassVar[int] = 440
    left: ClassVar[int] = 168
    top: ClassVar[int] = 20
    caption: str
    names: Sequence[str]
    errors: Sequence[Sequence[float | None]]
    reference: Sequence[Sequence[float | None]] | None
    largest: float
    label: str
    note: str = ""

    @property
    def step(self) -> float:
        """Width of a cell."""
        return self.side / max(len(self.names), 1)

    @property
    def cells(self) -> list[tuple[float, float, int, str]]:
        """Place across and down, shade from 0 to `STEPS`, and words (empty where there are many) of each cell."""
        found = []
        worded = len(self.names) <= _NAMED_CELLS
        for down in range(len(self.names)):
            for across in range(len(self.names)):
                value = self._error_at(down, across)
                if value is not None:
                    place = self.left + across * self.step, self.top + down * self.step
                    said = self._said(down, across, value) if worded else ""
                    found.append((*place, min(STEPS, round(value / self.largest * STEPS)), said))
        return found

    @property
    def labels(self) -> list[tuple[float, str]]:
        """Baseline and name of each row."""
        return [(self.top + (at + 0.5) * self.step + 3, _short(name, 24)) for at, name in enumerate(self.names)]

    @property
    def letter_size(self) -> float:
        """Size of the names: no larger than their rows."""
        return min(11.0, max(5.0, self.step * 0.9))

    @property
    def shades(self) -> list[tuple[int, str]]:
        """Each shade with the error that it stands for."""
        return [(shade, f"{shade / STEPS * self.largest * 100:.3g}%") for shade in range(STEPS + 1)]

    def _error_at(self, down: int, across: int) -> float | None:
        if down == across:
            return None
        if across < down:
            return self.errors[down][across]
        return None if self.reference is None else self.reference[down][across]

    def _said(self, down: int, across: int, value: float) -> str:
        who = "synthetic" if across < down else "held-out"
        return f"{self.names[down]} × {self.names[across]}: {value * 100:.2g}% ({who})"


def _short(name: str, most: int = 15) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
