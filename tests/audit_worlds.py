"""Train, synthetic and held-out tables for tests of the audit: simulated ones, and draws from the census where it is at hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from privsynth.audits import AuditResult, audit_tables, strangeness
from privsynth.privacy import Private

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "audit.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
CENSUS = SHARED / "census"
needs_census = pytest.mark.skipif(not CENSUS.exists(), reason="the census is not on this machine")
World = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def population(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Mixed rows: correlated numbers, a twentieth of them far out, missing cells, common and rare labels."""
    normal = rng.standard_normal((rows, 6))
    values = normal @ (np.tril(np.full((6, 6), 0.4)) + 0.6 * np.eye(6)).T
    heavy = rng.random(rows) < 0.05
    values[heavy] *= rng.pareto(1.5, (int(heavy.sum()), 1)) + 3
    table = pd.DataFrame(values, columns=list("abcdef"))
    table["age"] = np.clip(np.round(50 + 18 * normal[:, 0]), 18, 95)
    table.loc[rng.random(rows) < 0.08, "c"] = np.nan
    weights = 1 / np.arange(1, 40)
    table["city"] = rng.choice(
        np.array([f"city {i}" for i in range(39)], dtype=object), rows, p=weights / weights.sum()
    )
    table.loc[rng.random(rows) < 0.05, "city"] = None
    table["sex"] = np.where(normal[:, 1] > 0, "m", "f").astype(object)
    return table


def binary_rows(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of three binary columns: nearly every row that can exist does."""
    return pd.DataFrame(rng.integers(0, 2, (rows, 3)).astype(str), columns=list("abc")).astype(object)


def repeating_rows(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Rows of a population in which few occur often and many seldom, so that tables repeat rows and share them."""
    people = population(3_000, np.random.default_rng(99))
    weights = 1 / np.arange(5, 3_005)
    return people.iloc[rng.choice(3_000, rows, p=weights / weights.sum())].reset_index(drop=True)


def worlds(seed: int, rows: int, *, train_rows: int | None = None) -> World:
    """Independent train, synthetic and holdout."""
    rng = np.random.default_rng(seed)
    return population(train_rows or rows, rng), population(rows, rng), population(rows, rng)


@cache
def census() -> pd.DataFrame:
    """All people of the census."""
    parts = (pd.read_csv(CENSUS / f"{name}.csv.gz", keep_default_na=False) for name in ("train", "holdout"))
    return pd.concat(parts, ignore_index=True)


def census_worlds(seed: int, rows: int) -> World:
    """Three tables of different people of the census, drawn at random."""
    people = census().sample(3 * rows, random_state=seed)
    return people[:rows], people[rows : 2 * rows], people[2 * rows :]


def outlying(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows of `worlds` that lie farthest out in some column."""
    values = table[list("abdef")]
    return table.iloc[np.argsort(-((values - values.median()) / values.std()).abs().max(axis=1).to_numpy())[:rows]]


def rarest(table: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows whose cells together are the least frequent: labels by their share, numbers by the share as far out."""
    surprise = np.zeros(len(table))
    for name in table:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column):
            rank = column.rank(pct=True, method="average")
            far = 2 * np.minimum(rank, 1 - rank + 1 / len(table))
        else:
            far = column.map(column.value_counts(normalize=True))
        surprise -= np.log(np.asarray(far, dtype=float))
    return table.iloc[np.argsort(-surprise, kind="stable")[:rows]]


def blurred(table: pd.DataFrame, noise: float, rng: np.random.Generator) -> pd.DataFrame:
    """Every number times one plus noise; whole numbers stay whole."""
    made = table.copy()
    for name in made:
        if pd.api.types.is_numeric_dtype(made[name]):
            values = made[name] * (1 + noise * rng.standard_normal(len(made)))
            made[name] = values.round() if pd.api.types.is_integer_dtype(table[name]) else values
    return made


def planted(synthetic: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """The synthetic table with as many of its rows replaced by the copies."""
    return pd.concat([synthetic[len(copies) :], copies], ignore_index=True)


def audit(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    *,
    seed: int = 0,
    max_rows: int = 20_000,
    sensitive: Sequence[str] | None = (),
    trees: int = 3,
) -> AuditResult:
    """Audit, and check on the way that the JSON fits its schema and holds no NaN.

    By default no column is guessed and the isolation forest is small, which saves nine tenths of the time on small tables.
    """
    private = None if holdout is None else Private(holdout)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(strangeness, "TREES", trees)
        result = audit_tables(Private(train), synthetic, private, seed=seed, max_rows=max_rows, sensitive=sensitive)
    told = result.to_json()
    VALIDATOR.validate(json.loads(json.dumps(told, allow_nan=False)))
    return result


def say(figures: str) -> None:
    """Show a measured figure (pytest -s)."""
    sys.stdout.write(f"\n    {figures}")


def two_errors(share: float, runs: int) -> float:
    """A share and twice its standard error over so many runs."""
    return share + 2 * float(np.sqrt(share * (1 - share) / runs))


def share_under(p_values: Iterable[float], level: float) -> float:
    """Share of the p-values at or under a level."""
    return float(np.mean(np.asarray(list(p_values)) <= level))
