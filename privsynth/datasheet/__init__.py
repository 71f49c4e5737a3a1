"""The card of a dataset: what a synthetic table is, what holds for it, and how it was made, as Markdown."""

from __future__ import annotations

from privsynth.datasheet.writing import Card, card, card_of, write_card

__all__ = ["Card", "card", "card_of", "write_card"]
