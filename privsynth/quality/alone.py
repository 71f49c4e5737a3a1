"""What a synthetic table shows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privsynth.quality.coding import align

if TYPE_CHECKING:
    import pandas as pd


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
