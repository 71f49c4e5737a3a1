"""Finds personal data in a table, column by column, from header words and values, without a model or a network."""

from __future__ import annotations

from privsynth.pii.model import Action, ColumnFinding, Evidence, Role, ScanResult
from privsynth.pii.scanner import names_only, scan_columns

__all__ = ["Action", "ColumnFinding", "Evidence", "Role", "ScanResult", "names_only", "scan_columns"]
