"""How good a synthetic table is, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError
from privsynth.quality import bias, dependence, discriminator, diversity, learners, predict, rare, reports, shapes
from privsynth.quality.coding import Aligned, align, encode
from privsynth.quality.drift import Drift, drift_tables
from privsynth.quality.groups import group_fidelity
from privsynth.quality.marginals import MAX_PAIRS, MAX_TRIPLES, WORST, MarginalError, Marginals, measure_marginals
from privsynth.quality.predict import Learned, Prediction, learn, measure_predictions
from privsynth.quality.subsample import subsample_equivalents

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.privacy import Private

FORMAT = "privsynth.evaluate/1"
LIMITS = "These figures were computed from private rows: they are for the owner and are not to be released."
CAPS = {
    "pairs_of_columns": MAX_PAIRS,
    "triples_of_columns": MAX_TRIPLES,
    "columns_shown_in_pairs": dependence.MAX_COLUMNS,
    "correlation_rows": dependence.MAX_ROWS,
    "targets": predict.MAX_TARGETS,
    "boosted_trees_rows": learners.MAX_FIT_ROWS,
    "other_models_rows": learners.MAX_SLOW_FIT_ROWS,
    "discriminator_rows": discriminator.MAX_ROWS,
    "diversity_rows": diversity.MAX_ROWS,
    "coverage_rows": diversity.COVERED_ROWS,
    "sdmetrics_rows": reports.MAX_ROWS,
    "sdmetrics_columns": reports.MAX_COLUMNS,
    "rare_pairs_of_columns": rare.MAX_PAIRS,
    "chart_bins": shapes.CHART_BINS,
    "chart_labels": shapes.CHART_LABELS,
    "bootstrap_resamples": bias.RESAMPLES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult:
    """What a synthetic table is worth, each figure beside a reference.

    Args:
        rows: Row counts by table.
        marginals: Total-variation distances to train.
        prediction: The first target predicted on the holdout by boosted trees.
        predictions: Every target by every kind of model.
        columns_used: Compared columns.
        columns_left_out: Columns that some table lacks.
        numeric: Names of the columns compared as numbers.
        shapes: By column: its chart, coverage and missing cells.
        sections: Further parts of the JSON document, by key.
        drift: How the synthetic table differs from an earlier one, or None.
    """

    rows: dict[str, int]
    marginals: Marginals
    prediction: Prediction
    predictions: tuple[Prediction, ...]
    columns_used: tuple[str, ...]
    columns_left_out: tuple[str, ...]
    numeric: frozenset[str]
    shapes: Mapping[str, Mapping[str, Any]] = field(repr=False)
    sections: Mapping[str, Any] = field(repr=False)
    drift: Drift | None = None

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        names = {1: "single columns", 2: "pairs", 3: "triples"}
        rows = [
            [names[order], f"{mean.value:.1%}", "no holdout" if mean.reference is None else f"{mean.reference:.1%}"]
            for order, mean in self.marginals.means.items()
            if mean is not None
        ]
        return card("Evaluation", note=LIMITS, table=(("error of", "synthetic", "held-out rows"), rows))

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as plain JSON values (`schemas/evaluate.schema.json`)."""
        marginals = self.marginals
        columns = [self._column(error) for error in marginals.columns]
        return {
            "format": FORMAT,
            "limits": LIMITS,
            "rows": dict(self.rows),
            "marginals": {
                str(order): {"sets": marginals.counted[order], **_pair(mean)} for order, mean in marginals.means.items()
            },
            "columns": [{**column, **self.shapes[column["name"]]} for column in columns],
            "worst_columns": columns[:WORST],
            "worst_pairs": [{"columns": list(error.columns), **_pair(error)} for error in marginals.worst_pairs],
            "prediction": self.prediction.to_json(),
            "predictions": [{**each.to_json(), "model": each.model} for each in self.predictions],
            "columns_used": list(self.columns_used),
            "columns_left_out": list(self.columns_left_out),
            **self.sections,
            "caps": dict(CAPS),
            "drift": None if self.drift is None else self.drift.to_json(),
        }

    def _column(self, error: MarginalError) -> dict[str, Any]:
        kind = "numeric" if error.columns[0] in self.numeric else "categorical"
        return {"name": error.columns[0], "kind": kind, **_pair(error)}


def evaluate_tables(
    train: Private[pd.DataFrame],
    synthetic: pd.DataFrame,
    holdout: Private[pd.DataFrame] | None,
    *,
    target: str | Sequence[str] | None = None,
    protected: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
    earlier: pd.DataFrame | None = None,
    seed: int = 0,
) -> QualityResult:
    """Compare a synthetic table with the train table, and the holdout with it for reference.

    Args:
        train: Rows the generator was fitted on, without identifiers.
        synthetic: Rows it drew.
        holdout: Rows of the same population that it never saw, or None (then references and predictions are null).
        target: Column to predict, or several, or None.
        protected: Attributes whose groups are compared, each with who names it.
        kinds: Kinds of columns in the schema; charts of dates say so.
        earlier: A former synthetic table, for drift.
        seed: Draws triples of columns, rows for fitting, and the trees.

    Returns:
        The evaluation.

    Raises:
        SchemaError: No column is shared, or a table has no row.
    """
    tables = [train.reveal(), synthetic] + ([] if holdout is None else [holdout.reveal()])
    aligned = align(tables)
    rows = dict(zip(("train", "synthetic", "holdout"), (len(table) for table in tables), strict=False))
    _refuse(aligned, rows)
    targets = [target] if isinstance(target, str) else list(dict.fromkeys(target or ()))
    coded = encode(aligned)
    marginals = measure_marginals(coded, aligned.columns, seed=seed)
    learned = learn(aligned, targets[0] if targets else None, seed=seed)
    shown = dependence.chosen_columns(marginals, aligned.columns)
    sections = {
        "pairs": dependence.pair_errors(marginals, coded, shown, len(aligned.columns)),
        "correlations": dependence.correlations(aligned, coded, shown),
        "rare": rare.rare_groups(aligned, coded, aligned.columns, seed=seed),
        **_sections(aligned, marginals, learned, protected or {}, seed),
    }
    return QualityResult(
        rows=rows,
        marginals=marginals,
        prediction=learned.prediction,
        predictions=measure_predictions(aligned, targets, learned, seed=seed),
        columns_used=aligned.columns,
        columns_left_out=aligned.left_out,
        numeric=aligned.numeric,
        shapes=shapes.column_shapes(aligned, kinds),
        sections=sections,
        drift=None if earlier is None else drift_tables(earlier, synthetic, seed=seed),
    )


def _sections(
    aligned: Aligned, marginals: Marginals, learned: Learned, protected: Mapping[str, str], seed: int
) -> dict[str, Any]:
    """Return the parts that draw rows."""
    by_error = [error.columns[0] for error in marginals.columns]
    return {
        "subsample_equivalent": subsample_equivalents(marginals, learned, seed=seed),
        "sdmetrics": reports.sdmetrics_scores(aligned, by_error, seed=seed),
        "groups": group_fidelity(aligned, protected, learned, seed=seed),
        "groups_method": bias.METHOD,
        "diversity": diversity.diversity(aligned, seed=seed),
    }


def _refuse(aligned: Aligned, rows: Mapping[str, int]) -> None:
    if not aligned.columns:
        raise SchemaError(
            "The tables to evaluate have no column in common, so nothing can be compared. Check the column names."
        )
    if min(rows.values()) == 0:
        empty = ", ".join(name for name, count in rows.items() if count == 0)
        raise SchemaError(f"A table to evaluate has no row: {empty}. Give a table with rows.")


def _pair(error: MarginalError | None) -> dict[str, float | None]:
    return {"value": error.value if error else None, "reference": error.reference if error else None}
