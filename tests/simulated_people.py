"""A small simulated table with numbers, labels, dates, gaps and a target, and its declaration."""

from __future__ import annotations

import numpy as np
import pandas as pd


def people(rows: int = 4000, *, seed: int = 0) -> pd.DataFrame:
    """Simulate people with numbers, labels, dates, gaps and a target that depends on them."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 91, rows)
    schooling = np.clip((rng.normal(12, 3, rows)).round(), 1, 20).astype(int)
    income = np.exp(rng.normal(8.5, 0.4, rows) + 0.08 * schooling).round(2)
    gain = np.where(rng.random(rows) < 0.9, 0, rng.integers(1, 90_000, rows))
    region = rng.choice(["north", "south", "east", "west", "isles"], rows, p=[0.4, 0.3, 0.2, 0.095, 0.005])
    since = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3000, rows), unit="D")
    risk = 1 / (1 + np.exp(-(-2 + 0.04 * (age - 50) + 0.15 * (schooling - 12) + (region == "north"))))
    frame = pd.DataFrame({
        "age": age,
        "schooling": schooling,
        "income": income,
        "gain": gain,
        "region": region,
        "since": since.strftime("%d/%m/%Y"),
        "postcode": [f"{code:05d}" for code in rng.integers(0, 40, rows)],
        "outcome": np.where(rng.random(rows) < risk, "yes", "no"),
    })  # fmt: skip
    frame["visits"] = pd.array(np.where(rng.random(rows) < 0.1, None, rng.poisson(3, rows)), dtype="Int64")
    return frame


PEOPLE_DECLARED = {
    "target": "outcome",
    "columns": {
        "age": {"lower": 0, "upper": 120, "integer": True},
        "schooling": {"lower": 0, "upper": 25, "integer": True},
        "income": {"lower": 0, "upper": 500_000, "decimals": 2},
        "gain": {"lower": 0, "upper": 100_000, "integer": True},
        "region": ["north", "south", "east", "west", "isles"],
        "since": {"kind": "date", "format": "%d/%m/%Y", "lower": "2010-01-01", "upper": "2029-12-31"},
        "postcode": [f"{code:05d}" for code in range(40)],
        "outcome": ["no", "yes"],
        "visits": {"lower": 0, "upper": 50, "integer": True},
    },
}
