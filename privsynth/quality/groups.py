"""Does synthesis change how groups of people fare? Shares, predictions and selections of the groups of protected attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from privsynth.quality.bias import amplification, half_fits, selected
from privsynth.quality.coding import MISSING, Aligned, labels
from privsynth.quality.learners import Floats
from privsynth.quality.predict import Learned, Mask, Task
from privsynth.quality.shapes import SHOWN_ROWS

LEAST_ROWS = 50
MAX_ATTRIBUTES = 12
BANDS = 4
SMALL = "small groups"
POOLED_LABEL = "missing"
RARE_LABEL = "a class of under ten rows of train"

Labels = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selections:
    """Whom the models select among the held-out rows.

    Args:
        task: The target.
        positive: What is selected, in words.
        synthetic: float64[rows], weights of selection by the model of the synthetic table; None where there is none.
        train: The same by the model of the train table.
        halves: The same by two models of halves of train.
        tables: bool[rows] of train and synthetic: rows with the positive outcome.
    """

    task: Task
    positive: str
    synthetic: Floats | None
    train: Floats | None
    halves: tuple[Floats, ...]
    tables: tuple[Mask, ...]


def group_fidelity(
    aligned: Aligned, protected: Mapping[str, str], learned: Learned, *, seed: int
) -> list[dict[str, Any]]:
    """Compare the groups of each protected attribute in train, synthetic and holdout.

    Args:
        aligned: The tables.
        protected: Attribute -> who names it; the first 12 are looked at.
        learned: What models of both tables said of the held-out rows.
        seed: Of the bootstrap and of the halves.

    Returns:
        One object for each attribute, ``{"column", "source", "target", "positive", "groups", "summary", "reason"}``.
    """
    chosen = dict(list(protected.items())[:MAX_ATTRIBUTES])
    picked = _selections(learned, seed) if chosen else None
    return [_attribute(aligned, name, source, learned, picked, seed) for name, source in chosen.items()]


def _attribute(
    aligned: Aligned, name: str, source: str, learned: Learned, picked: Selections | None, seed: int
) -> dict[str, Any]:
    target = learned.prediction.target
    told = {
        "column": name,
        "source": source,
        "target": None if learned.task is None else target,
        "positive": None if picked is None else picked.positive,
    }
    if name not in aligned.columns:
        return {**told, "groups": [], "summary": None, "reason": f"Column `{name}` is not in every table."}
    if name == target:
        return {**told, "groups": [], "summary": None, "reason": "It is the target itself."}
    columns = grouped(aligned, name)
    names = _ordered(columns[0])
    found = [_group(label, columns, learned, picked) for label in names]
    reason = learned.prediction.reason if learned.task is None else None
    if learned.task is not None and picked is None:
        reason = "The target has more than two classes, so nobody is selected."
    summary = _summary(found, columns, picked, seed)
    return {**told, "groups": found, "summary": summary, "reason": reason}


def grouped(aligned: Aligned, name: str) -> list[Labels]:
    """Return the group of each row of each table; small groups are one, and numbers are in four bands of train.

    A group is small under 50 rows of the holdout, or of train where there is no holdout.
    """
    columns = [table[name] for table in aligned.tables]
    if name in aligned.numeric:
        found = _banded([column.to_numpy(dtype=np.float64) for column in columns])
    else:
        found = [np.where(labels(column) == MISSING, POOLED_LABEL, labels(column)) for column in columns]
    names, counts = np.unique(found[-1 if len(found) > 2 else 0].astype(str), return_counts=True)
    large = set(names[counts >= LEAST_ROWS])
    gone = POOLED_LABEL not in large and any((column == POOLED_LABEL).any() for column in found)
    small = f"{SMALL} and {POOLED_LABEL}" if gone else SMALL
    return [np.array([each if each in large else small for each in column], dtype=object) for column in found]


def _banded(values: Sequence[Floats]) -> list[Labels]:
    known = values[0][~np.isnan(values[0])]
    inner = np.linspace(0, 1, BANDS + 1)[1:-1]
    edges = np.unique(coarse(np.quantile(known, inner), known)) if known.size else np.zeros(0)
    texts = np.array([*_band_names(edges), POOLED_LABEL], dtype=object)
    placed = [np.searchsorted(edges, each, side="right") for each in values]
    return [
        np.asarray(texts[np.where(np.isnan(each), len(edges) + 1, place)], dtype=object)
        for each, place in zip(values, placed, strict=True)
    ]


def _band_names(edges: Floats) -> list[str]:
    """Return the names of the bands between edges; no name tells the smallest or the largest number, which is one person's."""
    if not len(edges):
        return ["all numbers"]
    ends = [f"{edge:.6g}" for edge in edges]
    return [f"under {ends[0]}", *(f"{low} to {high}" for low, high in pairwise(ends)), f"{ends[-1]} and more"]


def coarse(values: Any, known: Floats) -> Any:
    """Return numbers rounded to a hundredth of the spread of the known ones, or less: a quantile is somebody's number."""
    low, high = np.quantile(known, [0.1, 0.9])
    grain = 10.0 ** (np.floor(np.log10(max(float(high - low), 1e-300))) - 1)
    return np.round(values / grain) * grain if low < high and np.isfinite(high - low) else values


def _ordered(column: Labels) -> list[str]:
    """Return the groups, largest first, the small ones last."""
    names, counts = np.unique(column.astype(str), return_counts=True)
    order = sorted(
        zip(names.tolist(), counts.tolist(), strict=True), key=lambda each: (each[0].startswith(SMALL), -each[1])
    )
    return [name for name, _ in order]


def _group(label: str, columns: Sequence[Labels], learned: Learned, picked: Selections | None) -> dict[str, Any]:
    inside = [column == label for column in columns]
    found: dict[str, Any] = {"label": label, "rows_holdout": int(inside[2].sum()) if len(inside) > 2 else None}
    for place, table in enumerate(("train", "synthetic", "holdout")):
        found[f"share_{table}"] = float(inside[place].mean()) if place < len(inside) else None
    keys = ("tstr", "trtr", "positive_rate_train", "positive_rate_synthetic")
    found |= dict.fromkeys((*keys, "selection_rate_tstr", "selection_rate_trtr"))
    task = learned.task
    if task is None:
        return found
    parts = [_of_task(task, column, place) == label for place, column in enumerate(columns)]
    if parts[2].any():
        found |= {"tstr": task.score(learned.synthetic, parts[2]), "trtr": task.score(learned.train, parts[2])}
    if picked is not None:
        found["positive_rate_train"] = _rate(picked.tables[0], parts[0])
        found["positive_rate_synthetic"] = _rate(picked.tables[1], parts[1])
        found["selection_rate_tstr"] = _rate(picked.synthetic, parts[2])
        found["selection_rate_trtr"] = _rate(picked.train, parts[2])
    return found


def _of_task(task: Task, column: Labels, place: int) -> Labels:
    """Return the groups of the rows that have a target value."""
    return np.asarray(column[task.tables[place].index.to_numpy()], dtype=object)


def _rate(chosen: Any, inside: Mask) -> float | None:
    return float(np.mean(chosen[inside])) if chosen is not None and inside.any() else None


def _selections(learned: Learned, seed: int) -> Selections | None:
    """Return whom the models select; None where there is no one class to select for."""
    task = learned.task
    if task is None or task.name == "multiclass":
        return None
    if task.name == "regression":
        known = task.tables[0][task.target].to_numpy(dtype=np.float64)
        middle = float(np.median(known))
        positive = f"above the median of train (about {float(coarse(middle, known)):.6g})"
        outcomes = tuple(task.tables[place][task.target].to_numpy(dtype=float) > middle for place in (0, 1))
    else:
        positive = task.classes[0]
        outcomes = tuple(labels(task.tables[place][task.target]) == positive for place in (0, 1))
        positive = positive if np.sum(outcomes[0]) >= SHOWN_ROWS else RARE_LABEL
    share = float(np.mean(outcomes[0]))
    halves = tuple(selected(outcome, share) for outcome in half_fits(task, seed))
    return Selections(
        task=task,
        positive=positive,
        synthetic=None if learned.synthetic is None else selected(learned.synthetic[:, 0], share),
        train=None if learned.train is None else selected(learned.train[:, 0], share),
        halves=halves,
        tables=outcomes,
    )


def _summary(
    found: Sequence[dict[str, Any]],
    columns: Sequence[Labels],
    picked: Selections | None,
    seed: int,
) -> dict[str, Any]:
    drops = [(each["trtr"] - each["tstr"], each["label"]) for each in found if None not in (each["trtr"], each["tstr"])]
    worst = max(drops, key=lambda each: each[0]) if drops else None
    nothing = {
        "selection_gap_tstr": None,
        "selection_gap_trtr": None,
        "difference": None,
        "interval": None,
        "amplifies": None,
    }
    gaps: Mapping[str, Any] = nothing
    if picked is not None and picked.synthetic is not None and picked.train is not None:
        gaps = amplification(
            _of_task(picked.task, columns[2], 2), picked.synthetic, picked.train, picked.halves, seed=seed
        )
    shifts = [abs(each["share_synthetic"] - each["share_train"]) for each in found]
    return {
        "worst_drop": None if worst is None else {"label": worst[1], "drop": worst[0]},
        "largest_share_difference": max(shifts, default=None),
        **gaps,
    }
