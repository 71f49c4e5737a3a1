"""Finds personal data in a table, column by column, from header words and values, without a model or a network."""

from __future__ import annotations

from privsynth.pii.custom import Rules
from privsynth.pii.custom_file import read_rules
from privsynth.pii.model import Action, ColumnFinding, Evidence, Role, ScanResult, Sign
from privsynth.pii.ner import open_model
from privsynth.pii.scanner import names_only, scan_columns

__all__ = [
    "Action",
    "ColumnFinding",
    "Evidence",
    "Role",
    "Rules",
    "ScanResult",
    "Sign",
    "names_only",
    "open_model",
    "read_rules",
    "scan_columns",
]
