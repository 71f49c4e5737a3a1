"""Rows outside the bounds of a required column: they are counted apart, so that no value of the column stands in for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from privsynth.accounting import Spend
from privsynth.generators.binning import Marginal
from privsynth.generators.copula import CopulaConfig
from privsynth.generators.maxent import MaxentConfig
from privsynth.generators.outside import Asked
from privsynth.noise import OsNoise
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

ROWS = 20_000
OUTSIDE = 0.4
FIELDS = (
    Field(name="a", kind="integer", minimum=0, maximum=99, required=True),
    Field(name="b", kind="integer", minimum=0, maximum=99, required=True),
    Field(name="c", kind="categorical", enum=("x", "y", "z"), required=True),
)


def narrow(schema: Schema) -> CodedTable:
    """Return a table whose `a` and `c` are outside their domains in 40% of the rows each; inside, b follows a, and c follows b."""
    rng = np.random.default_rng(0)
    domains = {field.name: Domain.of(field) for field in schema.modelled}
    a = rng.integers(0, 100, ROWS)
    b = np.clip(a + rng.integers(-5, 6, ROWS), 0, 99)
    c = np.minimum(b // 34, 2)
    a = np.where(rng.random(ROWS) < OUTSIDE, domains["a"].size, a)
    c = np.where(rng.random(ROWS) < OUTSIDE, domains["c"].size, c)
    codes = {"a": a, "b": b, "c": c}
    return CodedTable(
        list(domains.values()), Private({name: codes[name].astype(domains[name].dtype) for name in domains}), Unit()
    )


def drawn(config: Any, target: str | None) -> dict[str, Any]:
    schema = Schema(fields=FIELDS, target=target)
    model = config.calibrate(schema, Unit(), Spend(mu_squared=10_000)).run(narrow(schema), OsNoise())  # type: ignore[arg-type]
    return dict(model.sample(ROWS, np.random.default_rng(1)).codes)


@pytest.mark.parametrize("target", [None, "c", "a"])
@pytest.mark.parametrize("config", [MaxentConfig(), CopulaConfig()], ids=["maxent", "copula"])
def test_rows_outside_the_bounds_are_taken_for_no_value(config: Any, target: str | None) -> None:
    codes = drawn(config, target)
    shares = np.bincount(codes["a"].astype(np.int64) // 10, minlength=10) / ROWS
    assert np.abs(shares - 0.1).max() < 0.03  # joined to its first values, these would have a share of .4 or more
    labels = np.bincount(codes["c"].astype(np.int64), minlength=3) / ROWS
    assert np.abs(labels - [0.34, 0.34, 0.32]).max() < 0.03


@pytest.mark.parametrize("target", [None, "c"])
def test_what_columns_have_to_do_with_each_other_inside_the_bounds_stays(target: str | None) -> None:
    codes = drawn(MaxentConfig(), target)
    low, high = (codes["b"][part].astype(float).mean() for part in (codes["a"] < 20, codes["a"] >= 80))
    assert high - low > 40  # of 80 where every row is inside; the rest are shared out at random


def test_counts_of_the_cell_outside_go_to_the_bins_in_proportion() -> None:
    domain = Domain.of(FIELDS[2])
    marginal = Marginal(
        domain=domain,
        starts=np.arange(4),
        counts=np.array([10.0, 30.0, 60.0]),
        variance=np.ones(3),
        missing=0.0,
        missing_variance=1.0,
        outside=20.0,
    )
    asked = Asked.of(marginal, np.array([0, 1, 1, 0]))
    assert asked.groups.tolist() == [0, 1, 1, 2]
    table = np.array([[8.0, 0.0], [72.0, 0.0], [10.0, 10.0]])
    assert asked.shared_out(table, 0).tolist() == [[9.0, 1.0], [81.0, 9.0]]
    assert asked.shared_out(table.T, 1).tolist() == [[9.0, 81.0], [1.0, 9.0]]
    assert asked.set_apart(np.array([[9.0, 1.0], [81.0, 9.0]]), 0).round(9).tolist() == [
        [7.2, 0.8],
        [64.8, 7.2],
        [18.0, 2.0],
    ]
