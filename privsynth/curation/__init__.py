"""What is done to a synthetic table after it was drawn: stages, and recipes of them. None of it reads real rows but `Mix`."""

from __future__ import annotations

from privsynth.curation.balance import AtLeast, Balance
from privsynth.curation.bench import Bench
from privsynth.curation.edges import EdgeCases
from privsynth.curation.filters import Deduplicate, Drop, Keep, Validate
from privsynth.curation.lot import ORIGINS, Lot, StepResult
from privsynth.curation.mixing import NO_GUARANTEE, Mix
from privsynth.curation.recipe import Recipe, Stage, at_least_of, balance_of
from privsynth.curation.result import FORMAT, Curated, blank, curated, steps_said
from privsynth.curation.splits import SHEET_ROWS, Holdout, SpotCheck

__all__ = [
    "FORMAT",
    "NO_GUARANTEE",
    "ORIGINS",
    "SHEET_ROWS",
    "AtLeast",
    "Balance",
    "Bench",
    "Curated",
    "Deduplicate",
    "Drop",
    "EdgeCases",
    "Holdout",
    "Keep",
    "Lot",
    "Mix",
    "Recipe",
    "SpotCheck",
    "Stage",
    "StepResult",
    "Validate",
    "at_least_of",
    "balance_of",
    "blank",
    "curated",
    "steps_said",
]
