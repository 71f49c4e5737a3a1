"""Utility of a synthetic table: how near it is to the train table, and how well models learned from it predict."""

from __future__ import annotations

from privsynth.quality.result import FORMAT, QualityResult, evaluate_tables, synthetic_only

__all__ = ["FORMAT", "QualityResult", "evaluate_tables", "synthetic_only"]
