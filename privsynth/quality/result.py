"""How good a synthetic table is, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from privsynth.errors import SchemaError
from privsynth.quality.coding import align, encode
from privsynth.quality.marginals import WORST, MarginalError, Marginals, measure_marginals
from privsynth.quality.predict import Prediction, measure_prediction

if TYPE_CHECKING:
    import pandas as pd

    from privsynth.privacy import Private

FORMAT = "privsynth.evaluate/1"
LIMITS = "These figures were computed from private rows: they are for the owner and are not to be released."


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult:
    """Errors of marginals and of prediction, each beside a reference.

    Args:
        rows: Row counts by table.
        marginals: Total-variation distances to train.
        prediction: A target predicted on the holdout.
        columns_used: Compared columns.
        columns_left_out: Columns that some table lacks.
        numeric: Names of the columns compared as numbers.
    """

    rows: dict[str, int]
    marginals: Marginals
    prediction: Prediction
    columns_used: tuple[str, ...]
    columns_left_out: tuple[str, ...]
    numeric: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as plain JSON values (`schemas/evaluate.schema.json`)."""
        marginals, prediction = self.marginals, self.prediction
        columns = [
            {
                "name": error.columns[0],
                "kind": "numeric" if error.columns[0] in self.numeric else "categorical",
                "value": error.value,
                "reference": error.reference,
            }
            for error in marginals.columns
        ]
        return {
            "format": FORMAT,
            "limits": LIMITS,
            "rows": dict(self.rows),
            "marginals": {
                str(order): {"sets": marginals.counted[order], **_pair(mean)} for order, mean in marginals.means.items()
            },
            "columns": columns,
            "worst_columns": columns[:WORST],
            "worst_pairs": [{"columns": list(error.columns), **_pair(error)} for error in marginals.worst_pairs],
            "prediction": {
                "target": prediction.target,
                "task": prediction.task,
                "metric": prediction.metric,
                "tstr": prediction.tstr,
                "trtr": prediction.trtr,
                "reason": prediction.reason,
            },
            "columns_used": list(self.columns_used),
            "columns_left_out": list(self.columns_left_out),
        }


def evaluate_tables(
    train: Private[pd.DataFrame],
    synthetic: pd.DataFrame,
    holdout: Private[pd.DataFrame] | None,
    *,
    target: str | None = None,
    seed: int = 0,
) -> QualityResult:
    """Compare a synthetic table with the train table, and the holdout with it for reference.

    Args:
        train: Rows the generator was fitted on, without identifiers.
        synthetic: Rows it drew.
        holdout: Rows of the same population that it never saw, or None (then references and prediction are null).
        target: Column to predict, or None.
        seed: Draws triples of columns, rows for fitting, and the trees.

    Returns:
        The evaluation.

    Raises:
        SchemaError: No column is shared, or a table has no row.
    """
    tables = [train.reveal(), synthetic] + ([] if holdout is None else [holdout.reveal()])
    aligned = align(tables)
    rows = dict(zip(("train", "synthetic", "holdout"), (len(table) for table in tables), strict=False))
    if not aligned.columns:
        raise SchemaError(
            "The tables to evaluate have no column in common, so nothing can be compared. Check the column names."
        )
    if min(rows.values()) == 0:
        empty = ", ".join(name for name, count in rows.items() if count == 0)
        raise SchemaError(f"A table to evaluate has no row: {empty}. Give a table with rows.")
    return QualityResult(
        rows=rows,
        marginals=measure_marginals(encode(aligned), aligned.columns, seed=seed),
        prediction=measure_prediction(aligned, target, seed=seed),
        columns_used=aligned.columns,
        columns_left_out=aligned.left_out,
        numeric=aligned.numeric,
    )


def synthetic_only(synthetic: pd.DataFrame) -> dict[str, Any]:
    """Describe a synthetic table by itself; no real row is needed, so the figures may be released with it.

    Args:
        synthetic: The rows that are released.

    Returns:
        Rows, columns, share of missing cells, share of rows that occur more than once, and per column its kind,
        share of missing cells and number of distinct values.
    """
    aligned = align([synthetic])
    named = synthetic.set_axis([str(name) for name in synthetic.columns], axis=1)
    named = named.loc[:, ~named.columns.duplicated()]
    missing = {name: float(named[name].isna().mean()) if len(named) else 0.0 for name in aligned.columns}
    return {
        "rows": len(named),
        "columns": len(aligned.columns),
        "missing_share": sum(missing.values()) / len(missing) if missing else 0.0,
        "repeated_row_share": float(named.duplicated(keep=False).mean()) if len(named) and missing else 0.0,
        "by_column": [
            {
                "name": name,
                "kind": "numeric" if name in aligned.numeric else "categorical",
                "missing_share": missing[name],
                "distinct": int(named[name].nunique()),
            }
            for name in aligned.columns
        ],
    }


def _pair(error: MarginalError | None) -> dict[str, float | None]:
    return {"value": error.value if error else None, "reference": error.reference if error else None}
