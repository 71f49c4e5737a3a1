"""Synthesizers in the shape of SDV 2: a script written for `sdv.single_table` changes its import and its constructor.

Example:
    >>> from privsynth.sdv import DPGaussianCopulaSynthesizer
    >>> synthesizer = DPGaussianCopulaSynthesizer(metadata, epsilon=1)  # doctest: +SKIP
    >>> synthesizer.fit({"admissions": frame})  # doctest: +SKIP
    >>> synthesizer.sample(num_rows=500)["admissions"]  # doctest: +SKIP
"""

from privsynth.sdv.data import ColumnError
from privsynth.sdv.metadata import metadata_of, schema_from_metadata
from privsynth.sdv.synthesizers import (
    DPCTGANSynthesizer,
    DPGaussianCopulaSynthesizer,
    DPMaxEntSynthesizer,
    load_synthesizer,
)

__all__ = [
    "ColumnError",
    "DPCTGANSynthesizer",
    "DPGaussianCopulaSynthesizer",
    "DPMaxEntSynthesizer",
    "load_synthesizer",
    "metadata_of",
    "schema_from_metadata",
]
