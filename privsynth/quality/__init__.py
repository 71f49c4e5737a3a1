"""Utility of a synthetic table: how near it is to the train table, and how well models learned from it predict."""

from __future__ import annotations

from privsynth.quality.alone import synthetic_only
from privsynth.quality.drift import Drift, drift_tables
from privsynth.quality.protected import protected_columns
from privsynth.quality.result import FORMAT, QualityResult, evaluate_tables

__all__ = [
    "FORMAT",
    "Drift",
    "QualityResult",
    "drift_tables",
    "evaluate_tables",
    "protected_columns",
    "synthetic_only",
]
