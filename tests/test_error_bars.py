"""Error bars of released counts: the noise that was paid for, and intervals that hold the true count."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import privsynth
from privsynth.errors import UsageError

DECLARED: dict[str, Any] = {
    "target": "smoker",
    "columns": {
        "region": ["N", "S", "E", "W"],
        "smoker": ["no", "yes"],
        "age": {"lower": 0, "upper": 99, "integer": True},
    },
}


def people(rng: np.random.Generator, rows: int = 1500) -> pd.DataFrame:
    region = rng.choice(["N", "S", "E", "W"], rows, p=[0.5, 0.3, 0.18, 0.02])
    smoker = rng.choice(["no", "yes"], rows, p=[0.8, 0.2])
    return pd.DataFrame({"region": region, "smoker": smoker, "age": rng.integers(0, 100, rows)})


def held(fits: int, ledger: Path, seed: int) -> tuple[float, float]:
    """Return how often intervals held the true count: of even draws, and of 400 rows drawn one by one."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(fits):
        table = people(rng)
        model = privsynth.fit(table, epsilon=1, declare=DECLARED, dataset="coverage", ledger=ledger)
        whole = privsynth.sample(model)
        part = whole.sample(min(400, len(whole)), random_state=1)
        for column, label in (("region", "N"), ("region", "W"), ("smoker", "yes")):
            true = int((table[column] == label).sum())
            ends = [
                privsynth.error_bar(model, drawn, column, label, even=even)
                for drawn, even in ((whole, True), (part, False))
            ]
            found.append([low <= true <= high for low, high in ends])
    even, drawn = np.mean(np.array(found), axis=0)
    return float(even), float(drawn)


@pytest.mark.parametrize("generator", ["maxent", "copula"])
def test_the_noise_of_a_count_is_that_of_the_fit(generator: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"who": list("abcd") * 50, "region": ["N", "S"] * 100})
    options = {"unit": "who", "max_rows": 3, "generator": generator, "ledger": tmp_path / "ledger.db"}
    model = privsynth.fit(table, epsilon=1, declare={"columns": {"region": ["N", "S", "E"]}}, **options)
    sigma = math.sqrt(float(model.model.marginals["region"].variance[0]))
    assert privsynth.noise_rows(model, "region") == pytest.approx(sigma)
    model.save(tmp_path / generator)
    assert privsynth.noise_rows(privsynth.load_model(tmp_path / generator), "region") == pytest.approx(sigma)


def test_the_noise_of_the_schema_is_not_counted_in(tmp_path: Path) -> None:
    """Part of the budget learned a domain: the noise of the counts is that of the rest."""
    table = people(np.random.default_rng(0), 600)[["region", "smoker"]]
    ledger = tmp_path / "ledger.db"
    learned = privsynth.fit(
        table, epsilon=2, declare={"columns": {"region": list("NSEW"), "smoker": {}}}, ledger=ledger
    )
    sigma = math.sqrt(float(learned.model.marginals["region"].variance[0]))
    assert privsynth.noise_rows(learned, "region") == pytest.approx(sigma)


def test_a_wider_level_and_scattered_rows_give_wider_intervals(tmp_path: Path) -> None:
    table = people(np.random.default_rng(3))
    model = privsynth.fit(table, epsilon=1, declare=DECLARED, ledger=tmp_path / "ledger.db")
    drawn = privsynth.sample(model, 400, seed=1)

    def width(**options: Any) -> float:
        low, high = privsynth.error_bar(model, drawn, "region", "W", **options)
        return high - low

    assert width(level=0.9) < width() < width(level=0.99)
    assert width() < width(even=False)


def test_what_has_no_interval_is_refused(tmp_path: Path) -> None:
    table = people(np.random.default_rng(3), 400)
    model = privsynth.fit(table, epsilon=1, declare=DECLARED, ledger=tmp_path / "ledger.db")
    drawn = privsynth.sample(model, 50)
    with pytest.raises(UsageError, match="holds numbers"):
        privsynth.error_bar(model, drawn, "age", 30)
    with pytest.raises(UsageError, match="no column `height`"):
        privsynth.error_bar(model, drawn, "height", "x")
    with pytest.raises(UsageError, match="no row or no column"):
        privsynth.error_bar(model, drawn.head(0), "region", "N")
    with pytest.raises(UsageError, match=r"0\.5 is not known"):
        privsynth.error_bar(model, drawn, "region", "N", level=0.5)
    read = privsynth.schema(table[["region"]])
    void = privsynth.fit(
        table[["region"]], epsilon=1, schema=read, allow_data_dependent_schema=True, ledger=tmp_path / "ledger.db"
    )
    with pytest.raises(UsageError, match="with a guarantee"):
        privsynth.noise_rows(void, "region")


def test_a_label_is_read_as_the_cells_are(tmp_path: Path) -> None:
    """An interval around no rows, for a label that is spelled otherwise, would tell that nobody has it."""
    rng = np.random.default_rng(5)
    gaps = rng.random(900) < 0.1
    table = pd.DataFrame(
        {
            "sick": np.where(gaps, "", rng.choice(["0", "1"], 900)),
            "flag": np.where(gaps, "", rng.choice(["t", "f"], 900)),
        }
    )
    table["flag"] = table["flag"].map({"t": "true", "f": "false", "": ""})
    declared = {"columns": {"sick": ["0", "1"], "flag": {"kind": "boolean"}}}
    model = privsynth.fit(table, epsilon=5, declare=declared, ledger=tmp_path / "ledger.db")
    drawn = privsynth.sample(model, seed=1)
    assert drawn["sick"].dtype == np.float64
    drawn.to_csv(tmp_path / "drawn.csv", index=False)
    for frame in (drawn, pd.read_csv(tmp_path / "drawn.csv"), pd.read_csv(tmp_path / "drawn.csv", dtype=str)):
        for column, spelled in (("sick", ("1", 1, 1.0, "1.0")), ("flag", (True, "true", "True"))):
            found = {privsynth.error_bar(model, frame, column, label) for label in spelled}
            assert len(found) == 1
            assert found.pop()[0] > 300
    for wrong in ("yes", None, "", 2):
        with pytest.raises(UsageError, match=r"`sick` has no label .*\. Its labels are: 0, 1\."):
            privsynth.error_bar(model, drawn, "sick", wrong)


def test_error_bars_hold_the_true_count(tmp_path: Path) -> None:
    even, drawn = held(12, tmp_path / "ledger.db", seed=1)
    assert min(even, drawn) >= 0.92


@pytest.mark.audit
def test_error_bars_hold_the_true_count_often_enough(tmp_path: Path) -> None:
    even, drawn = held(300, tmp_path / "ledger.db", seed=2)
    assert min(even, drawn) >= 0.95
