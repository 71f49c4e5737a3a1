"""What a page is made of: sections of paragraphs, lists, facts, tables and charts, without any HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

Tone: TypeAlias = Literal["", "plain", "good", "warn", "bad"]
MAX_ROWS = 400


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
        left, down = 46 + x * 240, 254 - y * 240
        return (left - 8, down - 6, "end") if x > 0.345 else (left + 7, down + 17, "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A table and a drawing of the same, side by side where there is room."""

    kind: ClassVar[str] = "beside"
    table: Table
    drawing: TradeOff


Block: TypeAlias = Table | Paragraph | Points | Facts | TradeOff | Beside


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
