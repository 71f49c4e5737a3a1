"""What a page and a drawing are made from: medians over runs, and figures measured earlier."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .peers import PEERS
from .runs import Record

FIGURES = ("tvd1", "tvd2", "tvd3", "tstr", "fit_seconds", "sample_seconds", "peak_mib")
ORDER = ("census", "credit", "bank", "diabetes", "support2")
QUOTED_EPSILON = 1.0
QUOTED_NOTE = (
    "one run each, on 2 busy cores, at epsilon 1 and delta 1e-5: tvd1 / tvd2 / tvd3, tstr, seconds of the fit. They were not measured "
    "with this page, and what a peer is handed matters: with whole numbers as decimals, which come back unrounded, dpmm MST scores "
    "0.058 / 0.134 / 0.209 on census here, and smartnoise MST with 20 equal bins 0.128 / 0.304 / 0.474, not far from the earlier figures. "
    "Rows measured here use whole numbers and finer bins. The drawing leaves DPCTGAN out."
)
NAMES = {
    "dpmm": "dpmm",
    "smartnoise": "smartnoise",
    "dpsynth": "dpsynth",
    "mst": "MST",
    "aim": "AIM",
    "dpctgan": "DPCTGAN",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median, least and greatest of a figure over the fits of one cell."""

    median: float
    low: float
    high: float


def shown(generator: str) -> str:
    """A generator's name for a reader."""
    return " ".join(NAMES.get(part, part) for part in generator.split("-"))


def quoted() -> list[Record]:
    """Figures of others at epsilon 1, measured earlier on the same tables with the same scorer, one run each."""
    found: list[Record] = json.loads(Path(__file__).with_name("quoted.json").read_text())
    return found


def of(records: Sequence[Record], table: str, generator: str, epsilon: float) -> list[Record]:
    asked = (table, generator, epsilon)
    return [record for record in records if (record["table"], record["generator"], record["epsilon"]) == asked]


def spread(cell: Sequence[Record], figure: str) -> Spread | None:
    """The figure over the runs that ended, `None` when there is none."""
    values = [record[figure] for record in cell if record["status"] == "done"]
    return Spread(median=statistics.median(values), low=min(values), high=max(values)) if values else None


def tables(records: Sequence[Record]) -> list[str]:
    found = {record["table"] for record in records}
    return sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def generators(records: Sequence[Record]) -> list[str]:
    """Ours first, then the peers."""
    found = {record["generator"] for record in records}
    return [*sorted(found - set(PEERS), reverse=True), *(name for name in PEERS if name in found)]


def epsilons(records: Sequence[Record]) -> list[float]:
    return sorted({record["epsilon"] for record in records})


def reference(records: Sequence[Record], table: str) -> Record | None:
    """A record of the table that holds what real rows score: floors, `trtr`, rows, columns."""
    return next((record for record in records if record["table"] == table and record["status"] == "done"), None)
