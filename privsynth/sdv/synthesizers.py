"""The synthesizers, one for each generator."""

from __future__ import annotations

from pathlib import Path

from privsynth.errors import ArtifactError
from privsynth.generators.fitted import load_model
from privsynth.sdv.synthesizer import Synthesizer


class DPGaussianCopulaSynthesizer(Synthesizer):
    """`sdv.single_table.GaussianCopulaSynthesizer` under differential privacy: the generator `copula`; see `Synthesizer`."""

    generator = "copula"


class DPMaxEntSynthesizer(Synthesizer):
    """The generator `maxent`: noisy tables of one and two columns, and constraints between columns; see `Synthesizer`."""

    generator = "maxent"


class DPCTGANSynthesizer(Synthesizer):
    """`sdv.single_table.CTGANSynthesizer` under differential privacy: the generator `ctgan`; see `Synthesizer`."""

    generator = "ctgan"


SYNTHESIZERS: tuple[type[Synthesizer], ...] = (DPGaussianCopulaSynthesizer, DPMaxEntSynthesizer, DPCTGANSynthesizer)


def load_synthesizer(filepath: Path | str) -> Synthesizer:
    """Read a synthesizer of any of these classes.

    Raises:
        ArtifactError: it is damaged, no model of privsynth, or one of a generator without a synthesizer.
    """
    fitted = load_model(filepath)
    found = next((each for each in SYNTHESIZERS if each.generator == fitted.generator), None)
    if found is None:
        raise ArtifactError(
            f"The model {filepath} is of the generator {fitted.generator}, which has no synthesizer here."
        )
    return found.of(fitted)
