"""Fixtures that every test may use: a ledger of its own, and small simulated tables."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # two spinning threads on a busy two-core machine take many times longer

import pandas as pd
import pytest
from simulated_people import people

from privsynth.generators.ctgan import CtganConfig


@pytest.fixture(scope="session")
def _ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders, one after the other: `mktemp` would read the names of all that came before, for every test."""
    place = tmp_path_factory.mktemp("ledgers")
    return (place / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_ledger(_ledgers: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the ledger of the person who runs it."""
    folder = next(_ledgers)
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("PRIVSYNTH_LEDGER", str(folder / "ledger.db"))


@pytest.fixture(autouse=True)
def _plain_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands say is plain text, as on a terminal, and no project file but a test's own is read."""
    monkeypatch.setenv("PRIVSYNTH_LOG_FORMAT", "plain")
    monkeypatch.delenv("PRIVSYNTH_CONFIG", raising=False)


@pytest.fixture(scope="session", autouse=True)
def _small_networks() -> Iterator[None]:
    """Every ctgan fit whose recipe nobody named trains small networks for a moment; benchmarks use the true recipe."""
    defaults = CtganConfig.__init__.__kwdefaults__
    assert defaults is not None
    kept = dict(defaults)
    small = {"hidden": (32, 32), "critic_hidden": (16, 16), "noise_width": 16, "warm_steps": 40, "warm_critic_steps": 2}
    defaults.update({**small, "warm_rows": 4_000, "steps": 5, "most_fakes": 64})
    yield
    defaults.update(kept)


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
