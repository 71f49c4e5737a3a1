"""The verdict of an audit in words."""

from __future__ import annotations

from privsynth.audits.power import Detectable
from privsynth.audits.result import LEVEL, Verdict

MEANING = {
    "nearest-1": "distance to the nearest synthetic row",
    "nearest-5": "density of synthetic rows around a row",
    "claimed": "synthetic rows that lie closer to it than to any other real row",
    "matched": "cells that one synthetic row shares with it",
    "combined": "three scores together",
    "copies": "exact copies of rows",
    "carried": "values that a single real row has",
    "outliers": "rows close to outliers",
    "attributes": "columns guessed from the others",
}


def judge(adjusted: dict[str, float], detectable: Detectable, *, needed: int | None) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and why.

    Args:
        adjusted: Holm-adjusted p-value of each test.
        detectable: The smallest leak that would have been found.
        needed: Rows a side that it takes to find copies of a fifth of the train rows; None where there are enough.
    """
    smallest = min(adjusted.values())
    if smallest < LEVEL:
        proofs = ", ".join(f"{MEANING[name]} ({in_words(p)})" for name, p in adjusted.items() if p < LEVEL)
        return "leak", (
            f"The synthetic table favours train rows over held-out rows in: {proofs}; p after Holm's correction for "
            f"{len(adjusted)} tests.",
        )
    beyond = f"None of {len(adjusted)} tests told train rows from held-out rows (smallest Holm p {smallest:.2g})."
    if needed is not None:
        return "inconclusive", (
            beyond,
            f"Copies of a fifth of the train rows could have been missed: too few rows. Give {needed} or more rows a side.",
        )
    if detectable.copied_share is None:
        return "no leak found", (
            beyond,
            "Hardly any row is unique among the real rows, so a copied row points at nobody and copying could not be "
            "told from chance.",
        )
    outliers = (
        "" if detectable.outlier_share is None else f", or of {percent(detectable.outlier_share)} of the outliers"
    )
    return "no leak found", (
        beyond,
        f"Verbatim copies, in every compared column, of {percent(detectable.copied_share)} of the train rows{outliers} would "
        "have been found with at least 95% power.",
    )


def in_words(p_value: float) -> str:
    """Return a p-value as text."""
    return f"p {p_value:.1g}" if p_value > 1e-300 else "p below 1e-300"


def percent(share: float) -> str:
    """Return a share as text."""
    return "100%" if share == 1 else f"{100 * share:.1f}%" if share >= 0.01 else f"{100 * share:.2g}%"
