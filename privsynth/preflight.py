"""What a fit will cost each column, said before it begins: from the schema and the budget alone, never from the table.

The noise of a count depends on the budget and not on the table, so it is known beforehand how many rows a label must have to be
told from none. Columns with many cells spread their rows thinly: they are named, with what would help.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from privsynth.tableschema.domain import Domain
from privsynth.tableschema.hierarchy import OTHER, group_names, parents_of
from privsynth.tableschema.model import Schema

MOST_NAMED = 5
_SIGMAS = 3.0
_MANY_LABELS = 50
_MANY_CELLS = 150
_WIDE = 100
_MOST_LOST = 0.02
_MORE = "spend more epsilon"


class Measured(Protocol):
    """The noise of one column's counts; the plans of the generators are."""

    @property
    def name(self) -> str:
        """Column name."""
        ...

    @property
    def first(self) -> float:
        """Noise multiplier of the first round."""
        ...

    @property
    def second(self) -> float | None:
        """Noise multiplier of the second round, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one column costs.

    Args:
        name: Column name.
        cells: Cells that are counted at first: labels, or coarse cells of numbers; missing is one more.
        noise: Standard deviation of the noise of one cell's count, in rows.
        least_rows: Rows that a cell needs to be told from none.
        advice: What would help, in words; empty where the column is small.
    """

    name: str
    cells: int
    noise: float
    least_rows: int
    advice: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the cost as JSON values."""
        return {
            "column": self.name,
            "cells": self.cells,
            "noise_rows": float(f"{self.noise:.4g}"),
            "least_rows": self.least_rows,
            "advice": list(self.advice),
        }

    def says(self) -> str:
        """Return the cost in a few words."""
        return f"`{self.name}` ({self.cells:,} cells; fewer than about {self.least_rows:,} rows are not seen)"


def costs(domains: Sequence[Domain], plans: Sequence[Measured], *, max_rows: int = 1) -> tuple[Cost, ...]:
    """Return what the columns cost, those with the most cells first.

    Args:
        domains: Domains of the modelled columns.
        plans: The noise of their 1-way counts.
        max_rows: Rows of a unit: the noise grows with them.
    """
    by_name = {domain.name: domain for domain in domains}
    wide = len(domains) > _WIDE
    found = [_cost(by_name[plan.name], plan, max_rows, wide) for plan in plans if plan.name in by_name]
    return tuple(sorted(found, key=lambda cost: (-cost.cells, -cost.noise, cost.name)))


def most_costly(found: Sequence[Cost]) -> tuple[Cost, ...]:
    """Return at most five columns for which there is something to advise."""
    return tuple(cost for cost in found if cost.advice)[:MOST_NAMED]


def lost_target(schema: Schema) -> str | None:
    """Return what to say where a budget could learn one label only of the target; the schema of a release shows it too."""
    named = [field for field in schema.modelled if field.name == schema.target]
    if not named or named[0].source("enum") != "dp" or len(named[0].enum or ()) != 1:
        return None
    return (
        f"of the target `{named[0].name}` only one label was frequent enough to be learned, so that no model can learn from the synthetic "
        "table to predict it. Declare its labels, which costs nothing (--declare or --schema), or spend more epsilon or more rows."
    )


def note(found: Sequence[Cost]) -> str | None:
    """Return what to say of the costliest columns before a fit, or None where there is nothing to do better."""
    named = most_costly(found)
    if not named:
        return None
    advice = dict.fromkeys(each for cost in named for each in cost.advice if each != _MORE)
    return f"columns that cost most: {', '.join(cost.says() for cost in named)}. To do better: {'; '.join([*advice, _MORE])}."


def _cost(domain: Domain, plan: Measured, max_rows: int, wide: bool) -> Cost:
    cells = domain.size if domain.starts is None else len(domain.starts) - 1
    precision = 1 / plan.first**2 + (1 / plan.second**2 if plan.second is not None else 0.0)
    noise = max_rows / math.sqrt(precision)
    return Cost(
        name=domain.name,
        cells=cells,
        noise=noise,
        least_rows=math.ceil(_SIGMAS * noise),
        advice=_advice(domain, cells, wide),
    )


def _advice(domain: Domain, cells: int, wide: bool) -> tuple[str, ...]:
    field = domain.field
    if cells <= (_MANY_CELLS if domain.numeric else _MANY_LABELS):
        return ()
    if domain.numeric:
        found = ["narrow its bounds" if field.source("minimum") != "public" else "", _coarser(field.kind)]
    else:
        found = [
            "declare a `hierarchy`, so that rare labels are counted with their group" if domain.parents is None else "",
            "list fewer labels, and put the rare ones together" if field.source("enum") != "dp" else "",
            _shorter(domain),
        ]
    found.append("set `action: drop` if nobody needs it" if wide or not domain.numeric else "")
    found.append(_MORE)
    return tuple(each for each in found if each)


def _shorter(domain: Domain) -> str:
    """Advise to keep the first letters of labels, where that leaves less than a third of them and hardly one is too short."""
    if domain.field.rule is not None or domain.parents is not None:
        return ""
    for length in (4, 3, 2):
        cut = replace(domain.field, hierarchy=f"prefix:{length}", enum=domain.labels)
        names, parents = group_names(cut), parents_of(cut)
        lost = 0 if parents is None or names[-1] != OTHER else int((parents == len(names) - 1).sum())
        if 1 < len(names) < domain.size / 3 and lost <= _MOST_LOST * domain.size:
            return f"set `action: generalise` with `rule: prefix:{length}` on `{domain.name}`"
    return ""


def _coarser(kind: str) -> str:
    rule: Mapping[str, str] = {"date": "year", "datetime": "year", "integer": "band:K", "number": "grid:S"}
    return f"set `action: generalise` with `rule: {rule[kind]}`"
