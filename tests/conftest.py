"""Fixtures that every test may use: a ledger of its own, and small simulated tables."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # two spinning threads on a busy two-core machine take many times longer

import pandas as pd
import pytest
from simulated_people import people


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the ledger of the person who runs it."""
    monkeypatch.setenv("PRIVSYNTH_LEDGER", str(tmp_path_factory.mktemp("ledger") / "ledger.db"))


@pytest.fixture(scope="session")
def people_frame() -> pd.DataFrame:
    """4,000 simulated people."""
    return people()


@pytest.fixture(scope="session")
def people_csv(tmp_path_factory: pytest.TempPathFactory, people_frame: pd.DataFrame) -> Path:
    """The same people as a CSV file."""
    path = tmp_path_factory.mktemp("people") / "people.csv"
    people_frame.to_csv(path, index=False)
    return path
