"""What a curation leaves: a table, what was put aside of it, and what every stage did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.curation.bench import Bench
from privsynth.curation.lot import ORIGINS, REAL, Lot, StepResult
from privsynth.curation.mixing import NO_GUARANTEE
from privsynth.curation.recipe import Recipe
from privsynth.errors import UsageError
from privsynth.provenance import Provenance, Step, with_provenance
from privsynth.table.frames import as_form
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "privsynth.curate/1"
OTHER_SHARES = "Shares in this table are no longer those of the population: take none from it."
Said = Callable[[Lot, Sequence[StepResult]], Provenance]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curated:
    """A curated table.

    Args:
        lot: Its rows.
        schema: What all of them satisfy.
        steps: What each stage did, in order.
        provenance: What is said about the table wherever it goes.
        held: The holdout, or None.
        held_provenance: What is said about the holdout.
        seed: Of all that was random but the choice of real rows, or None.
        origin: Name of a further column that says where each row comes from, or None.
        had_real_rows: Whether the table that was curated is known to contain real rows already.
    """

    lot: Lot
    schema: Schema
    steps: tuple[StepResult, ...]
    provenance: Provenance
    held: Lot | None = None
    held_provenance: Provenance | None = None
    seed: int | None = None
    origin: str | None = None
    had_real_rows: bool = False

    def __repr__(self) -> str:
        void = f", {NO_GUARANTEE}" if self.contains_real_rows else ""
        return f"Curated({self.lot.count:,} rows, {len(self.steps)} steps{void})"

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        rows = [[step.stage, f"{step.rows_in:,}", f"{step.rows_out:,}", step.why] for step in self.steps]
        void = self.contains_real_rows
        return card(
            f"Curated: {self.lot.count:,} rows{f', {NO_GUARANTEE}' if void else ''}",
            tone="bad" if void else "",
            note=self.provenance.note,
            table=(("stage", "rows before", "after", "why"), rows),
        )

    @property
    def table(self) -> Any:
        """The rows as a `pyarrow.Table` in the form of the table that was curated; its metadata `privsynth` is the provenance."""
        return with_provenance(self._with_origin(self.lot), self.provenance)

    @property
    def holdout(self) -> Any:
        """The holdout as a `pyarrow.Table`, or None."""
        if self.held is None or self.held_provenance is None:
            return None
        return with_provenance(self._with_origin(self.held), self.held_provenance)

    @property
    def spot_check(self) -> StepResult | None:
        """The step that picked rows for a person to look at, or None."""
        return next((step for step in self.steps if step.places is not None), None)

    @property
    def contains_real_rows(self) -> bool:
        """Whether real rows are in it: no guarantee holds then."""
        return self.had_real_rows or bool((self.lot.origins == REAL).any())

    @property
    def changed_shares(self) -> bool:
        """Whether a stage changed which shares classes of rows have."""
        return any(_changed(step) for step in self.steps)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a data frame; its `attrs["privsynth"]` is the provenance."""
        frame: pd.DataFrame = self._with_origin(self.lot).to_pandas()
        frame.attrs["privsynth"] = replace(self.provenance, columns=tuple(frame.columns)).to_json()
        return frame

    def to_polars(self) -> Any:
        """Return the rows as a frame of polars, which cannot carry the provenance: keep it by itself.

        Raises:
            UsageError: polars is not installed.
        """
        return as_form(self.table, "polars")

    def to_json(self) -> dict[str, Any]:
        """Return what was done as JSON values, without rows; see `schemas/curate.schema.json`."""
        picked = self.spot_check
        return {
            "format": FORMAT,
            "rows": {
                "in": self.steps[0].rows_in,
                "out": self.lot.count,
                "holdout": None if self.held is None else self.held.count,
                "spot_check": None if picked is None or picked.aside is None else picked.aside.count,
            },
            "origins": {name: int((self.lot.origins == at).sum()) for at, name in enumerate(ORIGINS)},
            "contains_real_rows": self.contains_real_rows,
            "changed_shares": self.changed_shares,
            "covered_by_the_guarantee": self.provenance.covered,
            "note": self.provenance.note,
            "seed": self.seed,
            "steps": [step.to_json() for step in self.steps],
        }

    def _with_origin(self, lot: Lot) -> Any:
        import pyarrow as pa

        if self.origin is None:
            return lot.table
        names = pa.array(ORIGINS).take(pa.array(lot.origins))
        return lot.table.append_column(self.origin, names)


def curated(
    lot: Lot, recipe: Recipe, bench: Bench, said: Said, *, progress: Callable[[str], None], **values: Any
) -> Curated:
    """Run the stages of a recipe.

    Args:
        lot: The rows of the table; `values` may be empty, as the first stage reads them.
        recipe: What to do.
        bench: What the stages work with.
        said: Returns what is said about rows after some steps.
        progress: Told what each stage did.
        **values: Further fields of `Curated`.

    Raises:
        UsageError, SchemaError: a stage cannot do what is asked of it, or leaves no row.
    """
    steps: list[StepResult] = []
    held = held_said = None
    for stage in recipe.stages:
        lot, step = stage.apply(lot, bench)
        steps.append(step)
        progress(step.sentence())
        if stage.name == "holdout":
            held, held_said = step.aside, said(lot, _with_warning(steps))
        if stage.name == "edge_cases" or stage.name == "at_least":
            _check_balance(lot, recipe, bench, stage.name)
    if any(_changed(step) for step in steps):
        progress(OTHER_SHARES)
    steps = _with_warning(steps)
    return Curated(
        lot=lot,
        schema=bench.schema,
        steps=tuple(steps),
        provenance=said(lot, steps),
        held=held,
        held_provenance=None if held is None or held_said is None else replace(held_said, rows=held.count),
        **values,
    )


def _with_warning(steps: Sequence[StepResult]) -> list[StepResult]:
    """Return the steps, of which the last one that changed shares says so: it goes wherever the table goes."""
    last = max((at for at, step in enumerate(steps) if _changed(step)), default=None)
    return [replace(step, why=f"{step.why} {OTHER_SHARES}") if at == last else step for at, step in enumerate(steps)]


def _changed(step: StepResult) -> bool:
    other = step.rows_added > 0 or step.rows_kept < step.rows_in
    return other and step.stage not in ("validate", "holdout", "spot_check")


def _check_balance(lot: Lot, recipe: Recipe, bench: Bench, stage: str) -> None:
    """Refuse a stage that undoes the shares that were asked for."""
    off = {} if recipe.balance is None else recipe.balance.reached(lot, bench)
    if off:
        says, gap = max(off.items(), key=lambda each: abs(each[1]))
        raise UsageError(
            f"The rows that `{stage}` added moved the share of {says} by {gap:+.1%}, and `balance` asks for it within 1%. Leave one of "
            "the two out, or add fewer rows."
        )


def steps_said(steps: Sequence[StepResult]) -> tuple[Step, ...]:
    """Return steps as a provenance says them: with the rows after each."""
    return tuple(Step(stage=step.stage, rows_in=step.rows_in, rows_kept=step.rows_out, why=step.why) for step in steps)


def blank(table: Any, values: Any) -> Lot:
    """Return the rows of a table that no stage has seen yet."""
    return Lot(table=table, values=values, origins=np.zeros(table.num_rows, dtype=np.uint8))
