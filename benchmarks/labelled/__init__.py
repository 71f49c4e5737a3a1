"""Labelled columns that are made here: for learning the weights of the scan, and, held out, for measuring it."""

from __future__ import annotations

from .tables import Labelled, columns

__all__ = ["Labelled", "columns"]
