"""Simulated data, so that somebody without a table can see what a run does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def hospital_stays(rows: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """Yield simulated admissions with their schema, and a ledger that protects nobody and is thrown away.

    Args:
        rows: Simulated admissions.
        seed: Of the simulation.

    Yields:
        Arguments of `run`.
    """
    import tempfile

    from privsynth.simulators import HOSPITAL_SCHEMA_PATH, hospital_admissions

    table = hospital_admissions(rows, seed=seed)
    folder = Path(tempfile.mkdtemp(prefix="privsynth-demo-"))
    try:
        yield {
            "table": table,
            "schema": HOSPITAL_SCHEMA_PATH,
            "ledger": folder / "ledger.db",
            "dataset": "hospital demo",
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
