"""A script for SDV, and the same one with a privacy guarantee: two lines differ.

    python examples/from_sdv.py [--rows 2000] [--epsilon 3]

Prints SDV's own scores of both. The metadata is that of the simulated hospital's codebook, so we vouch for it; without
`declared_ranges` the same call learns types, ranges and labels under the budget.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from sdv.evaluation import evaluate_quality, run_diagnostic
from sdv.sampling import Condition
from sdv.single_table import GaussianCopulaSynthesizer

import privsynth
from privsynth.sdv import DPGaussianCopulaSynthesizer, metadata_of
from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions

TABLE = "admissions"


def script(synthesizer: Any, table: pd.DataFrame, metadata: Any) -> str:
    """Fit, sample, sample under a condition, and let SDV judge; nothing here knows whose synthesizer it is."""
    synthesizer.fit({TABLE: table})
    rows = synthesizer.sample(num_rows=500)
    women = synthesizer.sample_from_conditions([Condition({"sex": "F"}, num_rows=20)])
    assert set(women[TABLE]["sex"]) == {"F"}
    quality = evaluate_quality({TABLE: table}, rows, metadata, verbose=False).get_score()
    diagnosis = run_diagnostic({TABLE: table}, rows, metadata, verbose=False).get_score()
    return f"quality {quality:.2f}, diagnosis {diagnosis:.2f}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--epsilon", type=float, default=3.0)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")

    text = hospital_admissions(options.rows).drop(columns="notes").to_csv(index=False)
    table = pd.read_csv(io.StringIO(text), dtype={"zip_code": str})
    metadata = metadata_of(privsynth.read_schema(HOSPITAL_SCHEMA_PATH), TABLE)
    metadata.remove_column("notes", TABLE)
    metadata.update_column("charges", TABLE, sdtype="numerical", decimal_places=2, range_min=0, range_max=5_000_000)

    print(f"SDV, not private: {script(GaussianCopulaSynthesizer(metadata), table, metadata)}")
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.sqlite"
        ours = DPGaussianCopulaSynthesizer(
            metadata, epsilon=options.epsilon, unit="patient_id", max_rows=3, declared_ranges=True, ledger=ledger
        )
        print(f"privsynth: {script(ours, table, metadata)}")
        print(ours.guarantee.sentence())


if __name__ == "__main__":
    main()
