"""How two synthetic releases differ, column by column and as a whole, beside chance. Needs no real row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from privsynth.errors import SchemaError
from privsynth.quality.coding import Aligned, Codes, align, encode
from privsynth.quality.discriminator import LEAST_ROWS, MAX_ROWS, chances
from privsynth.quality.learners import Floats

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "privsynth.drift/1"
PERMUTATIONS = 200
QUANTILE = 0.95
FAMILY = 0.05
APART = 0.01  # p-value under which a model tells two releases apart
LIMITS = (
    "These figures were computed from two synthetic tables and no real row. Chance is what two samples of one model differ by; two fits of "
    "the same rows differ by more, because each has its own noise."
)

LIMITS_REAL = (
    "One of the two tables is said to contain real rows, from which these figures were computed: they are for the owner and are not to be "
    "released."
)

Verdict: TypeAlias = Literal["no drift seen", "columns drifted", "relations drifted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """How much one column differs between two tables.

    Args:
        name: The column.
        tvd: Total-variation distance, numbers in 20 bins of the older table.
        chance: Its 95 % quantile when the rows of both are dealt out anew.
        p_value: Share of such deals with at least this distance (the deal that is seen counts too).
        drifted: Whether it differs beyond chance, by Holm over the columns.
    """

    name: str
    tvd: float
    chance: float
    p_value: float
    drifted: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {key: getattr(self, key) for key in ("name", "tvd", "chance", "p_value", "drifted")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How two releases differ.

    Args:
        rows: Row counts of the older and the newer table.
        columns: Largest distance by chance first.
        discriminator_auc: How well boosted trees tell them apart, 0.5 is not at all; None where that could not be measured.
        discriminator_chance: Its 95 % quantile by chance.
        columns_left_out: Columns that one of them lacks.
        verdict: What follows.
        real_rows: Whether one of the tables is known to contain real rows: the figures are not to be released then.
    """

    rows: dict[str, int]
    columns: tuple[ColumnDrift, ...]
    discriminator_auc: float | None
    discriminator_chance: float | None
    columns_left_out: tuple[str, ...]
    verdict: Verdict
    real_rows: bool = False

    @property
    def sentence(self) -> str:
        """What follows, in one sentence."""
        moved = [each.name for each in self.columns if each.drifted]
        if moved:
            named = ", ".join(f"`{name}`" for name in moved[:5]) + (" and more" if len(moved) > 5 else "")
            return f"{len(moved)} of {len(self.columns)} columns differ beyond chance: {named}."
        if self.verdict == "relations drifted":
            return "No single column differs beyond chance, but a model tells the releases apart: relations between columns changed."
        return "The releases differ no more than two samples of one model."

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        rows = [
            [each.name, f"{each.tvd:.3f}", f"{each.chance:.3f}", "yes" if each.drifted else "no"]
            for each in self.columns
        ]
        note = LIMITS_REAL if self.real_rows else self.sentence
        return card(
            f"Drift: {self.verdict}", note=note, table=(("column", "distance", "by chance (95%)", "drifted"), rows)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values (`schemas/drift.schema.json`)."""
        return {
            "format": FORMAT,
            "limits": LIMITS_REAL if self.real_rows else LIMITS,
            "rows": dict(self.rows),
            "columns": [each.to_json() for each in self.columns],
            "discriminator_auc": self.discriminator_auc,
            "discriminator_chance": self.discriminator_chance,
            "columns_left_out": list(self.columns_left_out),
            "verdict": self.verdict,
            "sentence": self.sentence,
        }


def drift_tables(old: pd.DataFrame, new: pd.DataFrame, *, seed: int = 0) -> Drift:
    """Compare two synthetic tables.

    Args:
        old: The earlier release; its bins and labels are used.
        new: The later one.
        seed: Of permutations, halves and trees.

    Raises:
        SchemaError: No column is shared, or a table has no row.
    """
    aligned = align([old, new])
    if not aligned.columns or not len(old) or not len(new):
        raise SchemaError(
            "Two releases were to be compared, but they share no column or one has no row. Check names and tables."
        )
    coded = encode(aligned)
    rng = np.random.default_rng(seed)
    found = [
        (name, *tvd_by_chance(coded.codes[0][name], coded.codes[1][name], coded.sizes[name], rng))
        for name in aligned.columns
    ]
    drifted = holm([p for *_, p in found])
    columns = tuple(
        ColumnDrift(name=name, tvd=tvd, chance=chance, p_value=p, drifted=moved)
        for (name, tvd, chance, p), moved in zip(found, drifted, strict=True)
    )
    told, limit, apart = _apart(aligned, rng, seed)
    moved = any(each.drifted for each in columns)
    return Drift(
        rows={"earlier": len(old), "synthetic": len(new)},
        columns=tuple(sorted(columns, key=lambda each: each.chance - each.tvd)),
        discriminator_auc=told,
        discriminator_chance=limit,
        columns_left_out=aligned.left_out,
        verdict="columns drifted" if moved else "relations drifted" if apart else "no drift seen",
    )


def tvd_by_chance(one: Codes, other: Codes, size: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return a total-variation distance, its 95 % quantile under permutation of the rows, and its p-value.

    Dealing out the rows anew makes the counts of one table multivariate hypergeometric, so counts are drawn and not rows. The
    p-value comes from a normal law fitted to the square roots of these distances where it is smaller than they can resolve.

    Args:
        one: int64[n] codes of a column.
        other: int64[m].
        size: Number of codes.
        rng: Draws the permutations.
    """
    counts = np.array([np.bincount(each, minlength=size) for each in (one, other)])
    tvd = float(0.5 * np.abs(counts[0] / len(one) - counts[1] / len(other)).sum())
    pooled = counts.sum(axis=0)
    pooled = pooled[pooled > 0]
    drawn = rng.multivariate_hypergeometric(pooled, len(one), size=PERMUTATIONS, method="marginals")
    dealt = 0.5 * np.abs(drawn / len(one) - (pooled - drawn) / len(other)).sum(axis=1)
    return tvd, float(np.quantile(dealt, QUANTILE)), _p_value(tvd, dealt)


def _p_value(seen: float, dealt: Floats) -> float:
    from scipy.stats import norm

    share = (1 + int(np.sum(dealt >= seen - 1e-12))) / (1 + len(dealt))
    if share > 2 / (1 + len(dealt)):
        return float(share)
    roots = np.sqrt(dealt)
    spread = float(roots.std())
    tail = float(norm.sf((np.sqrt(seen) - roots.mean()) / spread)) if spread > 0 else share
    return float(min(share, max(tail, 1e-60)))


def holm(p_values: Sequence[float]) -> list[bool]:
    """Say which p-values are significant together, at 5 %.

    Source: Holm 1979, A simple sequentially rejective multiple test procedure.
    """
    order = np.argsort(p_values, kind="stable")
    rejected = [False] * len(p_values)
    for place, at in enumerate(order):
        if p_values[at] > FAMILY / (len(p_values) - place):
            break
        rejected[at] = True
    return rejected


def _apart(aligned: Aligned, rng: np.random.Generator, seed: int) -> tuple[float | None, float | None, bool]:
    """Return the AUC of a discriminator, its 95 % quantile under permutation of the tested rows, and whether chance is excluded.

    It is fitted on half of the rows and tested on the others, so that dealing out their labels anew is exact.
    """
    from scipy.stats import rankdata

    rows = min(MAX_ROWS, *(len(table) for table in aligned.tables))
    if rows < LEAST_ROWS:
        return None, None, False
    parts = [table.sample(rows, random_state=seed) for table in aligned.tables]
    chance, truth = chances(parts[0], parts[1], aligned, seed=seed)[0]
    ranks, inside = rankdata(chance), int(truth.sum())
    sums = np.array([ranks[truth].sum(), *(rng.permutation(ranks)[:inside].sum() for _ in range(PERMUTATIONS))])
    areas = (sums - inside * (inside + 1) / 2) / max(1, inside * (len(truth) - inside))
    return float(areas[0]), float(np.quantile(areas[1:], QUANTILE)), bool(np.mean(areas[1:] >= areas[0]) < APART)
