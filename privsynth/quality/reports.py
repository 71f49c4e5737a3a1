"""The scores of sdmetrics' quality and diagnostic reports, beside those of the holdout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from privsynth.quality.coding import MISSING, Aligned
from privsynth.threads import muted

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20_000
MAX_COLUMNS = 40
MAX_LABELS = 500  # a column with more would need contingency tables of gigabytes
PROPERTIES = {
    "column_shapes": "Column Shapes",
    "column_pair_trends": "Column Pair Trends",
    "data_validity": "Data Validity",
    "data_structure": "Data Structure",
}
_QUALITY = ("column_shapes", "column_pair_trends")
_DIAGNOSTIC = ("data_validity", "data_structure")


def sdmetrics_scores(aligned: Aligned, names: Sequence[str], *, seed: int) -> dict[str, Any]:
    """Score the synthetic table and the holdout against train with sdmetrics.

    Args:
        aligned: The tables; at most 20,000 rows of each are scored.
        names: Columns by size of their error; the first 40 are scored, without those of more than 500 labels.
        seed: Draws the rows.

    Returns:
        ``{"version", "quality", "diagnostic", "reference", "rows_at_most", "columns", "reason"}``; whatever sdmetrics raises is the reason.

    Source: sdmetrics (MIT licence), docs.sdv.dev/sdmetrics.
    """
    known = [name for name in names if name in aligned.numeric or aligned.tables[0][name].nunique() <= MAX_LABELS]
    known = known[:MAX_COLUMNS]
    parts = [_part(table[known], aligned, seed) for table in aligned.tables]
    nothing: dict[str, Any] = {"version": None, "quality": None, "diagnostic": None, "reference": None}
    told = {"rows_at_most": MAX_ROWS, "columns": len(known), "reason": None}
    if not known:
        return {**nothing, **told, "reason": "No column has few enough labels."}
    try:
        found = [_scored(parts[0], part, aligned) for part in parts[1:]]
        return {"version": _version(), **found[0], "reference": found[1] if len(found) > 1 else None, **told}
    except Exception as error:  # whatever it is: the rest of the evaluation stands
        return {**nothing, **told, "reason": f"sdmetrics could not score the tables ({type(error).__name__})."}


def _part(table: pd.DataFrame, aligned: Aligned, seed: int) -> pd.DataFrame:
    part = table if len(table) <= MAX_ROWS else table.sample(MAX_ROWS, random_state=seed)
    part = part.reset_index(drop=True)
    named = [str(name) for name in part if name not in aligned.numeric]
    labelled = {name: part[name].where(part[name] != MISSING, None) for name in named}
    return part.assign(**labelled)


def _scored(real: pd.DataFrame, made: pd.DataFrame, aligned: Aligned) -> dict[str, Any]:
    from sdmetrics.reports import DiagnosticReport, QualityReport

    columns = {name: {"sdtype": "numerical" if name in aligned.numeric else "categorical"} for name in map(str, real)}
    metadata = {"tables": {"table": {"columns": columns}}}
    with muted():
        quality, diagnostic = QualityReport(), DiagnosticReport()
        for report in (quality, diagnostic):
            report.generate({"table": real}, {"table": made}, metadata, verbose=False)
        return {"quality": _read(quality, _QUALITY), "diagnostic": _read(diagnostic, _DIAGNOSTIC)}


def _read(report: Any, keys: Sequence[str]) -> dict[str, float | None]:
    table = report.get_properties()
    scores = dict(zip(table["Property"], table["Score"], strict=True))
    return {"score": _number(report.get_score()), **{key: _number(scores.get(PROPERTIES[key])) for key in keys}}


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _version() -> str:
    from importlib.metadata import version

    return version("sdmetrics")
