"""The drawing `docs/generators.svg`: a row of panels for each figure, a column for each table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from .figures import QUOTED_EPSILON, epsilons, generators, of, quoted, reference, shown, spread, tables
from .peers import PEERS
from .runs import Record

LEFT, TOP, RIGHT, BOTTOM = 64, 192, 20, 66
WIDTH, HEIGHT, GAP, ROW_GAP = 184, 170, 18, 66
DODGE = 6.5
"""Pixels between peers that stand at the same epsilon."""
PEER_STYLES = ("dpmm", "smartnoise", "dpsynth")
SHAPES = {"mst": "circle", "aim": "diamond", "privbayes": "square"}
STYLE = """
svg { color-scheme: light dark; --paper: #ffffff; --panel: #f5f7f8; --ink: #1b232c; --soft: #56616d; --line: #dce1e6;
  --a: #0e5a6d; --b: #c2621b; --c: #6d5bb0; --dpmm: #a3336b; --smartnoise: #5b6f1f; --dpsynth: #3f5fb5; }
@media (prefers-color-scheme: dark) { svg { --paper: #12171c; --panel: #1a2128; --ink: #e4e9ee; --soft: #a0abb6; --line: #2f3943;
  --a: #74c3d6; --b: #f0a060; --c: #b3a4ee; --dpmm: #f08fbd; --smartnoise: #b9cf72; --dpsynth: #8fabf5; } }
text { font: 12.5px/1 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: var(--soft);
  font-variant-numeric: tabular-nums; }
.paper { fill: var(--paper); } .panel { fill: var(--panel); }
.title { font-size: 19px; font-weight: 650; fill: var(--ink); } .head { font-size: 14px; font-weight: 650; fill: var(--ink); }
.table { font-size: 15.5px; font-weight: 650; fill: var(--ink); } .name { fill: var(--ink); } .grid { stroke: var(--line); }
.real { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 5 4; opacity: .75; }
.line { fill: none; stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; } .band { opacity: .18; }
.mark { stroke-width: 1.8; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of panels: what is drawn and on which axis. `real` names what real rows score, drawn as a dashed line."""

    name: str
    title: str
    ticks: tuple[float, ...]
    low: float
    high: float
    log: bool = False
    real: str = ""

    def height(self, value: float) -> float:
        """Height above the panel's foot, in pixels; what is off the scale stays at its edge."""
        low, high, at = (
            math.log10(number) if self.log else number for number in (self.low, self.high, max(value, 1e-9))
        )
        return HEIGHT * min(max((at - low) / (high - low), 0), 1)


FIGURES = (
    Figure(
        name="tvd2",
        title="Two-way error (tvd2): lower is better",
        ticks=(0, 0.1, 0.2, 0.3),
        low=0,
        high=0.34,
        real="floor2",
    ),
    Figure(
        name="tstr",
        title="Classifier trained on synthetic rows (tstr): higher is better",
        ticks=(0.5, 0.6, 0.7, 0.8, 0.9, 1),
        low=0.5,
        high=1,
        real="trtr",
    ),
    Figure(
        name="fit_seconds",
        title="Seconds of a fit, logarithmic: lower is better",
        ticks=(0.1, 1, 10, 100, 1000),
        low=0.08,
        high=6000,
        log=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Where a panel stands and how epsilon runs along it."""

    left: float
    top: float
    first: float
    last: float

    def x(self, epsilon: float) -> float:
        inset, span = 14, WIDTH - 28
        if self.first == self.last:
            return self.left + WIDTH / 2
        return self.left + inset + span * math.log(epsilon / self.first) / math.log(self.last / self.first)

    def y(self, figure: Figure, value: float) -> float:
        return self.top + HEIGHT - figure.height(value)


def drawing(records: Sequence[Record]) -> str:
    """The whole SVG, readable on light and on dark paper."""
    names, marks = tables(records), epsilons(records)
    width = max(LEFT + len(names) * (WIDTH + GAP) - GAP + RIGHT, 760)
    height = TOP + len(FIGURES) * (HEIGHT + ROW_GAP) - ROW_GAP + BOTTOM
    body = [*heading(records)]
    for number, figure in enumerate(FIGURES):
        top = TOP + number * (HEIGHT + ROW_GAP)
        body.append(text(LEFT, top - 16, figure.title, "head"))
        for place, table in enumerate(names):
            panel = Panel(left=LEFT + place * (WIDTH + GAP), top=top, first=marks[0], last=marks[-1])
            body += [*frame(panel, figure, marks, with_values=place == 0), *panel_of(panel, figure, records, table)]
            if number == 0:
                body += above(panel, records, table)
    last = TOP + len(FIGURES) * (HEIGHT + ROW_GAP) - ROW_GAP
    body.append(text(LEFT + (len(names) * (WIDTH + GAP) - GAP) / 2, last + 44, "epsilon, logarithmic", anchor="middle"))
    label = "Two-way error, usefulness for a classifier and seconds of each generator against epsilon, for each table."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="t d"><title id="t">Generators compared</title><desc id="d">{label} The same figures stand in '
        f'generators.md.</desc><style>{STYLE}</style><rect class="paper" width="{width}" height="{height}"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def ours(records: Sequence[Record]) -> list[str]:
    return [name for name in generators(records) if name not in PEERS]


def colour(records: Sequence[Record], generator: str) -> str:
    own = ours(records)
    return f"var(--{'abc'[own.index(generator) % 3]})" if generator in own else f"var(--{generator.partition('-')[0]})"


def marker(x: float, y: float, generator: str, ink: str, *, filled: bool, size: float = 5) -> str:
    """A point: ours are round, the shape of a peer says its method; hollow means measured earlier."""
    look = f'class="mark" stroke="{ink}" fill="{ink if filled else "var(--paper)"}"'
    shape = SHAPES.get(generator.partition("-")[2], "circle")
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {look}/>'
    if shape == "diamond":
        wide = size * 1.3
        return f'<path d="M{x:.1f},{y - wide:.1f}l{wide:.1f},{wide:.1f}l-{wide:.1f},{wide:.1f}l-{wide:.1f},-{wide:.1f}z" {look}/>'
    return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}" {look}/>'


def heading(records: Sequence[Record]) -> Iterator[str]:
    """Title and legend."""
    yield text(LEFT, 34, "Generators compared at equal epsilon", "title")
    x, y = float(LEFT), 64.0
    for name in ours(records):
        ink = colour(records, name)
        yield f'<path class="line" stroke="{ink}" d="M{x:.1f},{y - 4}h26"/>'
        yield marker(x + 13, y - 4, name, ink, filled=True, size=3.6)
        yield text(x + 33, y, name, "name")
        x += 56 + width_of(name)
    yield f'<path class="real" d="M{x:.1f},{y - 4}h26"/>'
    yield text(x + 33, y, "real rows: the holdout as if synthetic; the classifier trained on real rows", "name")
    x, y = float(LEFT), 89.0
    for name in peers_drawn(records, tables(records)):
        ink = colour(records, name)
        yield marker(x + 6, y - 4, name, ink, filled=True)
        yield text(x + 17, y, shown(name), "name")
        x += 36 + width_of(shown(name))
    if x > LEFT:
        words = "Points are other synthesizers. Filled: run with these; hollow: measured earlier, at epsilon 1; arrow: stopped unfinished."
        yield text(LEFT, 113, words)


def width_of(words: str) -> float:
    """About how wide a text is drawn, in pixels."""
    return sum(10.5 if letter.isupper() or letter in "mw" else 7 for letter in words)


def peers_drawn(records: Sequence[Record], places: Sequence[str]) -> list[str]:
    """The peers that have a point in the panels of some tables, in the order of the legend."""
    ended = ("done", "did not finish")
    found = {record["generator"] for record in records if record["status"] in ended and record["table"] in places}
    if QUOTED_EPSILON in epsilons(records):
        found |= {entry["generator"] for entry in quoted() if entry["table"] in places and is_drawn(entry)}
    names = [name for name in found if name not in ours(records)]
    return sorted(names, key=lambda name: (PEER_STYLES.index(name.partition("-")[0]), name.partition("-")[2] != "mst"))


def dodge(records: Sequence[Record], table: str, name: str) -> float:
    """How far a peer's points stand beside their epsilon, so that peers do not hide each other."""
    names = peers_drawn(records, [table])
    return DODGE * (names.index(name) - (len(names) - 1) / 2)


def is_drawn(entry: Record) -> bool:
    """Whether an earlier figure is drawn: a method with a shape of its own."""
    return entry["generator"].partition("-")[2] in SHAPES


def above(panel: Panel, records: Sequence[Record], table: str) -> Iterator[str]:
    """The table's name over its column."""
    real = reference(records, table)
    size = f" {real['rows']:,} x {real['columns']}" if real else ""
    yield (
        f'<text x="{panel.left}" y="{panel.top - 44}"><tspan class="table">{escape(table)}</tspan>'
        f"<tspan>{size}</tspan></text>"
    )


def frame(panel: Panel, figure: Figure, marks: Sequence[float], *, with_values: bool) -> Iterator[str]:
    """The ground of a panel, its grid and the numbers on its axes."""
    yield f'<rect class="panel" x="{panel.left}" y="{panel.top}" width="{WIDTH}" height="{HEIGHT}" rx="3"/>'
    for tick in figure.ticks:
        y = panel.y(figure, tick)
        yield f'<path class="grid" d="M{panel.left},{y:.1f}h{WIDTH}"/>'
        if with_values:
            yield text(panel.left - 8, y + 4.5, f"{tick:,g}", anchor="end")
    for epsilon in marks:
        yield f'<path class="grid" d="M{panel.x(epsilon):.1f},{panel.top}v{HEIGHT}"/>'
        yield text(panel.x(epsilon), panel.top + HEIGHT + 18, f"{epsilon:g}", anchor="middle")


def panel_of(panel: Panel, figure: Figure, records: Sequence[Record], table: str) -> Iterator[str]:
    """What is drawn inside a panel: real rows, our lines, and the points of others on top."""
    real = reference(records, table)
    if figure.real and real:
        yield f'<path class="real" d="M{panel.left},{panel.y(figure, real[figure.real]):.1f}h{WIDTH}"/>'
    for name in generators(records):
        draw = line_of if name in ours(records) else points_of
        yield from draw(panel, figure, records, table, name)
    if QUOTED_EPSILON in epsilons(records):
        yield from earlier_points(panel, figure, records, table)


def line_of(panel: Panel, figure: Figure, records: Sequence[Record], table: str, name: str) -> Iterator[str]:
    """One of ours: a line through medians, and a band from the least to the greatest."""
    found = [(epsilon, spread(of(records, table, name, epsilon), figure.name)) for epsilon in epsilons(records)]
    points = [(panel.x(epsilon), value) for epsilon, value in found if value]
    if not points:
        return
    ink, y = colour(records, name), lambda value: panel.y(figure, value)
    edge = [(x, y(value.high)) for x, value in points] + [(x, y(value.low)) for x, value in reversed(points)]
    yield f'<path class="band" fill="{ink}" d="{path(edge)}z"/>'
    yield f'<path class="line" stroke="{ink}" d="{path([(x, y(value.median)) for x, value in points])}"/>'
    for x, value in points:
        yield titled(marker(x, y(value.median), name, ink, filled=True, size=3.6), f"{name}: {value.median:g}")


def points_of(panel: Panel, figure: Figure, records: Sequence[Record], table: str, name: str) -> Iterator[str]:
    """A peer that was run: a point at each epsilon."""
    if name not in peers_drawn(records, [table]):
        return
    for epsilon in epsilons(records):
        cell, x = of(records, table, name, epsilon), panel.x(epsilon) + dodge(records, table, name)
        value = spread(cell, figure.name)
        if value:
            y = panel.y(figure, value.median)
            yield titled(marker(x, y, name, colour(records, name), filled=True), f"{shown(name)}: {value.median:g}")
        elif cell and cell[-1]["status"] == "did not finish" and figure.name == "fit_seconds":
            yield stopped(panel, figure, records, cell[-1], x, filled=True)


def earlier_points(panel: Panel, figure: Figure, records: Sequence[Record], table: str) -> Iterator[str]:
    """Hollow points at epsilon 1, of peers that were not run here to the end."""
    for entry in quoted():
        name = entry["generator"]
        measured = spread(of(records, table, name, QUOTED_EPSILON), figure.name)
        if entry["table"] != table or measured or not is_drawn(entry):
            continue
        x = panel.x(QUOTED_EPSILON) + dodge(records, table, name)
        if figure.name in entry:
            y = panel.y(figure, entry[figure.name])
            words = f"{shown(name)}, measured earlier: {entry[figure.name]:g}"
            yield titled(marker(x, y, name, colour(records, name), filled=False), words)
        elif figure.name == "fit_seconds":
            yield stopped(panel, figure, records, entry, x, filled=False)


def stopped(panel: Panel, figure: Figure, records: Sequence[Record], entry: Record, x: float, *, filled: bool) -> str:
    """A peer that did not finish: a point at the limit with an arrow upwards."""
    name, limit = entry["generator"], entry["limit_seconds"]
    ink, y = colour(records, name), panel.y(figure, limit)
    arrow = f'<path class="mark" fill="none" stroke="{ink}" d="M{x:.1f},{y - 6:.1f}v-11m-4,4l4,-4l4,4"/>'
    return titled(arrow + marker(x, y, name, ink, filled=filled), f"{shown(name)}: did not finish in {limit:,.0f} s")


def titled(shape: str, words: str) -> str:
    return f"<g><title>{escape(words)}</title>{shape}</g>"


def path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
