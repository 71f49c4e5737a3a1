"""What a page is made of: sections of paragraphs, lists, facts, tables and charts, without any HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from privsynth.report.charts import Heatmap, Spreads

Tone: TypeAlias = Literal["", "plain", "good", "warn", "bad"]
MAX_ROWS = 400
_NAME_ENDS = 142


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with an optional mark, both as shares of the full width, and the same in words."""

    value: float
    mark: float | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table.

    Args:
        text: What it says; `code` between backticks.
        note: A second, smaller line.
        numeric: Align to the right.
        code: Set the whole text as code (a column name).
        tone: Colour; the text says the same.
        bar: A bar instead of text.
    """

    text: str = ""
    note: str = ""
    numeric: bool = False
    code: bool = False
    tone: Tone = ""
    bar: Bar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first cell of each row names the row."""

    kind: ClassVar[str] = "table"
    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    legend: bool = False

    @property
    def shown(self) -> Sequence[Sequence[Cell]]:
        """The rows that fit on a page."""
        return self.rows[:MAX_ROWS]

    @property
    def left_out(self) -> int:
        """How many rows do not."""
        return max(0, len(self.rows) - MAX_ROWS)

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers."""
        return tuple(bool(self.rows) and self.rows[0][i].numeric for i in range(len(self.headers)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph; with a tone it is set apart."""

    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Tone = ""
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A list; each point has a short name and one or more texts."""

    kind: ClassVar[str] = "points"
    points: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names with values."""

    kind: ClassVar[str] = "facts"
    caption: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """The best attacker against pure guessing: shares of true alarms by share of false alarms."""

    kind: ClassVar[str] = "tradeoff"
    curve: Sequence[tuple[float, float]]
    label: str

    @property
    def named(self) -> tuple[float, float, str]:
        """Where the curve's name stands: left of the curve's middle, or inside where there is no room."""
        x, y = min(self.curve, key=lambda point: abs(point[0] + point[1] - 1))
        if x <= 0.345:
            return 46 + x * 240 + 7, 254 - y * 240 + 17, "start"
        end = max(46 + x * 240 - 8, _NAME_ENDS)  # further left it would cross the axis
        near = min(self.curve, key=lambda point: abs(46 + point[0] * 240 - end))
        return end, 254 - near[1] * 240 - 6, "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One attack: its name, and shares of true alarms by share of false alarms, in rising order."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roc:
    """True alarms by false alarms on two log axes, beside what chance gives and what a guarantee allows.

    Args:
        curves: Drawn as steps: between two points nothing is interpolated.
        bound: The most that any attacker reaches under the guarantee; empty where there is none.
        chance: Per share of false alarms the ends of what chance gives; empty where that is unknown.
        decades: Powers of ten below 100% on both axes.
        title: Name for those who do not see the drawing.
        label: The same in words.
        axes: What is counted across and down.
        remark: What the reader should know.
    """

    kind: ClassVar[str] = "roc"
    side: ClassVar[int] = 320
    left: ClassVar[int] = 62
    top: ClassVar[int] = 12
    curves: Sequence[Curve]
    bound: Sequence[tuple[float, float]]
    chance: Sequence[tuple[float, float, float]]
    decades: int
    title: str
    label: str
    axes: tuple[str, str] = ("False alarms among held-out rows", "Train rows recognised")
    remark: str = ""

    @property
    def ticks(self) -> list[tuple[float, float, str]]:
        """Places across and down, and the share in words, of each power of ten."""
        shares = [10.0**-power for power in range(self.decades, -1, -1)]
        return [(self._across(share), self._down(share), f"{share * 100:.6g}%") for share in shares]

    @property
    def steps(self) -> list[str]:
        """The path of each curve."""
        return [self._step(curve.points) for curve in self.curves]

    @property
    def bound_path(self) -> str:
        """The path of the guarantee's bound; empty where there is none."""
        inside = [point for point in self.bound if point[0] >= 10.0**-self.decades]
        return self._joined(inside) if len(inside) > 1 else ""

    @property
    def bound_named(self) -> tuple[float, float] | None:
        """Where the bound's name ends: left of it, on the upper side."""
        inside = [(x, y) for x, y in self.bound if x >= 10.0**-self.decades and y < 0.9]
        if len(inside) < 2:
            return None
        x, y = min(inside, key=lambda point: abs(self._place(point[0]) - 0.55))
        return self._across(x) - 6, self._down(y) - 6

    @property
    def chance_path(self) -> str:
        """The outline of what chance gives; empty where that is unknown."""
        if not self.chance:
            return ""
        low, high = [(x, y) for x, y, _ in self.chance], [(x, y) for x, _, y in self.chance]
        return f"{self._joined(high)} {self._joined(low[::-1]).replace('M', 'L', 1)}Z"

    def _step(self, points: Sequence[tuple[float, float]]) -> str:
        path = ""
        for x, y in points:
            across, down = self._across(x), self._down(y)
            path += f"H{across:.1f}V{down:.1f}" if path else f"M{self.left},{down:.1f}H{across:.1f}"
        return path

    def _joined(self, points: Sequence[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self._across(x):.1f},{self._down(y):.1f}" for x, y in points)

    def _across(self, share: float) -> float:
        return self.left + self.side * self._place(share)

    def _down(self, share: float) -> float:
        return self.top + self.side * (1 - self._place(share))

    def _place(self, share: float) -> float:
        """0 at the lowest power of ten and below, 1 at 100%."""
        floor = 10.0**-self.decades
        return 1 + math.log10(min(1.0, max(floor, share))) / self.decades


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A table and a drawing of the same, side by side where there is room."""

    kind: ClassVar[str] = "beside"
    table: Table
    drawing: TradeOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Lines to be filled in by hand."""

    kind: ClassVar[str] = "signature"
    lines: Sequence[str]


Block: TypeAlias = Table | Paragraph | Points | Facts | TradeOff | Beside | Roc | Spreads | Heatmap | Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter of the page; `key` is its anchor."""

    key: str
    title: str
    lead: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The summary on top: one sentence, why, and a few figures with what they mean."""

    tone: Tone
    word: str
    reason: str
    facts: Sequence[tuple[str, str, str]]
    remark: str = ""


def named(name: str, note: str = "", tone: Tone = "") -> Cell:
    """Return the cell of a column's name."""
    from privsynth.report.wording import visible

    return Cell(text=visible(name), note=note, code=True, tone=tone)


def figure(text: str, note: str = "", tone: Tone = "") -> Cell:
    """Return the cell of a number."""
    return Cell(text=text, note=note, numeric=True, tone=tone)
