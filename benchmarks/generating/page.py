"""The page `docs/generators.md`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from .figures import (
    FIGURES,
    QUOTED_EPSILON,
    QUOTED_NOTE,
    Spread,
    epsilons,
    generators,
    of,
    quoted,
    reference,
    shown,
    spread,
    tables,
)
from .peers import LIBRARIES
from .runs import DELTA, Record

DIGITS = {"tvd1": 3, "tvd2": 3, "tvd3": 3, "tstr": 3, "fit_seconds": 1, "sample_seconds": 1, "peak_mib": 0}
HEADS = ("table", "generator", "tvd1", "tvd2", "tvd3", "tstr", "fit s", "sample s", "peak MiB")
EARLIER = "measured earlier on the same tables and scorer"

INTRODUCTION = """# Generators compared

![Error, usefulness and seconds of each generator against epsilon](generators.svg)

Made by `python benchmarks/generators.py`: each fit is a process of its own, with delta {delta}, the unit one row and the domain of each
table's codebook declared, then as many rows are sampled as the train table has and compared with it.

- **tvd1, tvd2, tvd3**: mean total-variation distance to the train table over all one-way, all two-way and 300 random three-way
  marginals, numbers in 20 quantile bins. Lower is better.
- **tstr**: area under the ROC curve, on held-out real rows, of a gradient-boosted classifier trained on the synthetic rows. Higher is
  better.
- **real rows**: held-out real rows scored as if they were synthetic, and the classifier trained on real rows. There are a quarter as many
  held-out rows as synthetic ones, so their own sampling noise is larger and a generator can come out below them.
- **fit s, sample s, peak MiB**: seconds once all modules are loaded (a fit reads the table too), and the largest resident memory.
  They come from {machine}: read their ratios.

{fits}{spread}. **Bold** is the best generator of a table, by what is shown.
"""


def page(records: Sequence[Record]) -> str:
    """The page, from all runs."""
    if not any(record["status"] == "done" for record in records):
        return "# Generators compared\n\nNo run has ended yet.\n"
    parts = [introduction(records)]
    for epsilon in epsilons(records):
        parts += [f"## Epsilon {epsilon:g}", "\n".join(rows_of(records, epsilon))]
    parts.append(peers_said(records))
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def introduction(records: Sequence[Record]) -> str:
    done = [record for record in records if record["status"] == "done"]
    loads, cores = [record["load_average"] for record in done], max(record["cores"] for record in done)
    counts = sorted({sum(record["status"] == "done" for record in cell) for cell in cells(records)} - {0})
    least, most = counts[0], counts[-1]
    fits = (
        "One fit each"
        if most == 1
        else f"Medians of {most} fits"
        if least == most
        else f"Medians of {least} to {most} fits"
    )
    return INTRODUCTION.format(
        delta=f"{DELTA:g}",
        machine=f"{cores} cores at a load of {statistics.median(loads):.1f} (median), one thread for linear algebra",
        fits=fits,
        spread=", the least and greatest in brackets" if most > 1 else "",
    )


def cells(records: Sequence[Record]) -> list[list[Record]]:
    names = {(record["table"], record["generator"], record["epsilon"]) for record in records}
    return [of(records, *name) for name in sorted(names)]


def rows_of(records: Sequence[Record], epsilon: float) -> Iterator[str]:
    """One table of the page."""
    here = [record for record in records if record["epsilon"] == epsilon]
    earlier = quoted() if epsilon == QUOTED_EPSILON else []
    heads = [*HEADS, EARLIER] if earlier else list(HEADS)
    yield row(heads)
    yield "|" + "|".join(["---", "---", *["---:"] * (len(HEADS) - 2), *["---"] * bool(earlier)]) + "|"
    for table in tables(here):
        yield from rows_of_table(
            here, table, epsilon, [entry for entry in earlier if entry["table"] == table], bool(earlier)
        )


def rows_of_table(
    records: Sequence[Record], table: str, epsilon: float, earlier: Sequence[Record], has_earlier: bool
) -> Iterator[str]:
    told = {entry["generator"]: said_earlier(entry) for entry in earlier}
    measured = [name for name in generators(records) if of(records, table, name, epsilon)]
    spreads = {
        name: {figure: spread(of(records, table, name, epsilon), figure) for figure in FIGURES} for name in measured
    }
    for name in measured:
        values = cells_of(name, spreads) or status_cells(of(records, table, name, epsilon))
        yield row([table, shown(name), *values, *[told.pop(name, "")] * has_earlier])
    for name, text in told.items():
        yield row([table, shown(name), *[""] * len(FIGURES), text])
    real = reference(records, table)
    if real:
        values = [f"{real[name]:.3f}" for name in ("floor1", "floor2", "floor3", "trtr")]
        yield row([table, "*real rows*", *(f"*{value}*" for value in values), "", "", "", *[""] * has_earlier])


def cells_of(name: str, spreads: dict[str, dict[str, Spread | None]]) -> list[str]:
    """The figures of one generator on one table; none when no run of it ended."""
    found = []
    for figure in FIGURES:
        mine = spreads[name][figure]
        if mine is None:
            return []
        best = (max if figure == "tstr" else min)(
            text_of(other[figure], figure) for other in spreads.values() if other[figure] is not None
        )
        text = f"{mine.median:,.{DIGITS[figure]}f}"
        is_best = text_of(mine, figure) == best and len(spreads) > 1
        found.append((f"**{text}**" if is_best else text) + brackets(mine, figure))
    return found


def text_of(value: Spread | None, figure: str) -> float:
    assert value is not None
    return round(value.median, DIGITS[figure])


def brackets(value: Spread, figure: str) -> str:
    low, high = (f"{bound:,.{DIGITS[figure]}f}" for bound in (value.low, value.high))
    return "" if value.low == value.high else f" [{low}, {high}]"


def status_cells(cell: Sequence[Record]) -> list[str]:
    status = cell[-1]["status"]
    said = f"did not finish in {cell[-1]['limit_seconds']:,.0f} s" if status == "did not finish" else status
    return [said, *[""] * (len(FIGURES) - 1)]


def said_earlier(entry: Record) -> str:
    if "tvd1" not in entry:
        return f"did not finish in {entry['limit_seconds']:,} s"
    distances = " / ".join(f"{entry[name]:.3f}" for name in ("tvd1", "tvd2", "tvd3"))
    return f"{distances}, tstr {entry['tstr']:.3f}, {entry['fit_seconds']:,} s"


def row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def peers_said(records: Sequence[Record]) -> str:
    """What the other synthesizers were given and took."""
    lines = ["## The other synthesizers", ""]
    for name, library in LIBRARIES.items():
        mine = [record for record in records if record["generator"].startswith(f"{name}-")]
        versions = sorted({record["version"] for record in mine if record["status"] == "done"})
        kind = " ".join([name, *versions]) if mine else f"{name} (not run for this page)"
        lines.append(f"- **{kind}** {library.domain}.")
    lines += [
        "",
        "Ours take the declared categories and bounds too; the number of rows, missing cells and all else that depends on the rows are paid"
        " for out of epsilon.",
        "",
        f'"{EARLIER[0].upper()}{EARLIER[1:]}" is {QUOTED_NOTE}',
    ]
    return "\n".join(lines)
