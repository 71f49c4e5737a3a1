"""Columns of which one is never above the other lie as far apart in drawn rows as in the table, though bins are far wider."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from privsynth.accounting import Spend
from privsynth.errors import ArtifactError
from privsynth.generators.base import Rows
from privsynth.generators.gaps import Bound, Gap, Pull, Stretches
from privsynth.generators.lattice import Lattice
from privsynth.generators.maxent import MaxentConfig
from privsynth.generators.maxent_arrays import from_arrays, to_arrays
from privsynth.generators.maxent_model import MaxentModel
from privsynth.noise import OsNoise
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.constraints import Inequality
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

ROWS, DAYS, MEAN = 20_000, 2557, 5.0
DATES: dict[str, Any] = {"kind": "date", "minimum": "2018-01-01", "maximum": "2024-12-31"}
SCHEMA = Schema(
    fields=(
        Field(name="sex", kind="categorical", enum=("F", "M"), required=True),
        Field(name="begin", **DATES),
        Field(name="end", **DATES),
    ),
    constraints=(Inequality(low="begin", high="end"),),
)


def stays(gap: Any, *, missing: bool = False) -> CodedTable:
    """Return a table whose rows end so many days after they begin; with missing cells, every tenth lacks each of them."""
    rng = np.random.default_rng(0)
    domains = {field.name: Domain.of(field) for field in SCHEMA.modelled}
    begin = rng.integers(0, DAYS, ROWS)
    end = np.minimum(begin + gap(rng), DAYS - 1).astype(np.int64)
    at = {"sex": rng.integers(0, 2, ROWS)}
    for number, (name, days) in enumerate({"begin": begin, "end": end}.items()):
        edges = domains[name].edges
        assert edges is not None
        codes = np.searchsorted(edges, edges[0] + days, side="right") - 1
        at[name] = np.where(missing & (np.arange(ROWS) % 10 == number), domains[name].size, codes)
    return CodedTable(
        list(domains.values()), Private({name: at[name].astype(domains[name].dtype) for name in domains}), Unit()
    )


def fitted(table: CodedTable, mu_squared: float = 400, focus: tuple[str, ...] | None = None) -> MaxentModel:
    mechanism = MaxentConfig(focus=focus).calibrate(SCHEMA, Unit(), Spend(mu_squared=mu_squared))  # type: ignore[arg-type]
    return mechanism.run(table, OsNoise())


def days_between(rows: Rows) -> Any:
    """Return the days from begin to end, of the rows that have both."""
    domains = {field.name: Domain.of(field) for field in SCHEMA.modelled}
    at = {name: Lattice.of(domains[name]).place(rows.codes[name], rows.positions[name]) for name in ("begin", "end")}
    both = (rows.codes["begin"] < domains["begin"].size) & (rows.codes["end"] < domains["end"].size)
    return (at["end"] - at["begin"])[both]


def short(rng: np.random.Generator) -> Any:
    return rng.exponential(MEAN, ROWS)


@pytest.mark.parametrize("focus", [None, ("end",), ("begin", "sex")], ids=["selected", "end first", "begin first"])
def test_short_gaps_stay_short(focus: tuple[str, ...] | None) -> None:
    model = fitted(stays(short), focus=focus)
    (gap,) = model.gaps
    assert (gap.low, gap.high) == ("begin", "end")
    assert 0.5 * MEAN < gap.mean / 86_400 < 2 * MEAN
    days = days_between(model.sample(ROWS, np.random.default_rng(1)))
    assert days.min() >= 0
    assert np.median(days) == pytest.approx(0.69 * MEAN, abs=3)
    assert days.mean() < 3 * MEAN  # evenly within bins of five months it is above 70


def test_missing_cells_say_nothing_of_the_other_column() -> None:
    model = fitted(stays(short, missing=True))
    rows = model.sample(ROWS, np.random.default_rng(1))
    days = days_between(rows)
    assert (days.min() >= 0, np.median(days) < 2 * MEAN) == (True, True)
    for name in ("begin", "end"):
        size = Domain.of(SCHEMA[name]).size
        assert (rows.codes[name] >= size).mean() == pytest.approx(0.1, abs=0.02)
    alone = rows.codes["end"][rows.codes["begin"] >= Domain.of(SCHEMA["begin"]).size]
    assert np.quantile(alone, [0.25, 0.75]).tolist() == pytest.approx(
        np.quantile(rows.codes["begin"], [0.2, 0.67]).tolist(), rel=0.25
    )


def test_columns_that_are_far_apart_have_no_gap() -> None:
    """Of dates that only the order binds, no short distance is made up."""
    model = fitted(stays(lambda rng: rng.integers(0, DAYS, ROWS)), mu_squared=4)
    days = days_between(model.sample(ROWS, np.random.default_rng(1)))
    assert all(gap.mean / 86_400 > 200 for gap in model.gaps)
    # begin and distance are even over the range, and what passes its end is cut to it: a third of the range on average
    assert days.mean() == pytest.approx(DAYS / 3, rel=0.1)


def test_given_columns_are_completed_nearby() -> None:
    model = fitted(stays(short))
    drawn = model.sample(2_000, np.random.default_rng(1))
    for given in ("begin", "end"):
        known = Rows({given: drawn.codes[given]}, {given: drawn.positions[given]})
        days = days_between(model.complete(known, np.random.default_rng(2)))
        assert days.min() >= 0
        assert np.median(days) < 3 * MEAN


def test_a_stored_model_keeps_its_gaps() -> None:
    model = fitted(stays(short))
    arrays = to_arrays(model)
    assert from_arrays(SCHEMA, arrays, 10).gaps == model.gaps
    assert from_arrays(SCHEMA, {k: v for k, v in arrays.items() if "gap" not in k}, 10).gaps == ()
    for name, changed in (
        ("gaps", np.array([[np.nan, 0.1]])),
        ("gaps", np.array([[0.0, 0.1]])),
        ("gaps", np.array([[-1.0, 0.1]])),
        ("gaps", np.array([[1.0, 1.5]])),
        ("gaps", np.array([[1.0, -0.5]])),
        ("gaps", np.array([["1", "0"]])),
        ("gaps", np.array([[1.0, 0.1], [1.0, 0.1]])),
        ("gap_ends", np.array([[2, 1]])),  # the constraint says it the other way round
        ("gap_ends", np.array([[0, 1]])),
        ("gap_ends", np.array([[1, 9]])),
    ):
        with pytest.raises(ArtifactError):
            from_arrays(SCHEMA, {**arrays, name: changed}, 10)


def test_noise_alone_is_no_gap() -> None:
    """Where the table is known no better than its noise, what was expected of it stays."""
    edges = np.linspace(0.0, 1600.0, 17)
    bins = Stretches(start=edges[:-1], end=edges[1:], unit=1.0)
    bound = Bound(low="a", high="b", below=bins, above=bins)
    expected = np.triu(np.full((16, 16), 10.0))
    found = [
        bound.fitted(expected + np.random.default_rng(seed).normal(0, 30, (16, 16)), expected, 30.0)[0]
        for seed in range(20)
    ]
    assert sum(gap is not None for gap in found) <= 1
    near = 160 * Gap(low="a", high="b", mean=5.0, flat=0.0).chances(
        (edges[:-1, None] + np.arange(100))[:, :, None], bins
    )
    gap, table = bound.fitted(near + np.random.default_rng(0).normal(0, 3, (16, 16)), expected, 3.0)
    assert gap is not None
    assert (gap.mean < 20, gap.flat) == (True, 0.0)
    assert table.sum() == pytest.approx(expected.sum())


@pytest.mark.parametrize("sign", [1, -1])
def test_values_stay_between_the_ends_and_keep_to_the_anchor(sign: int) -> None:
    lattice = Lattice.of(Domain.of(SCHEMA["end"]))
    edges, rng = lattice.domain.edges, np.random.default_rng(0)
    assert edges is not None
    anchor = sign * (edges[0] + 1000.5) * lattice.scale
    pull = Pull(
        gap=Gap(low="begin", high="end", mean=MEAN * 86_400, flat=0.0),
        lattice=lattice,
        anchor=np.full(ROWS, anchor),
        known=np.arange(ROWS) % 2 == 0,
        sign=sign,
    )
    code = np.interp((edges[0] + 1000.5), edges, np.arange(len(edges)))
    low, high = (code, code + 200) if sign > 0 else (code - 200, code)
    even = rng.uniform(low, high, ROWS)
    found = pull.drawn(even, np.full(ROWS, low), np.full(ROWS, high), rng.random(ROWS), rng.random(ROWS))
    assert ((found >= low) & (found <= high)).all()
    assert (found[1::2] == even[1::2]).all()
    apart = np.abs(np.interp(found[::2], np.arange(len(edges)), edges) - (edges[0] + 1000.5))
    assert apart.mean() == pytest.approx(MEAN, rel=0.1)
    spread = replace(pull, gap=replace(pull.gap, flat=1.0))
    assert (
        spread.drawn(even, np.full(ROWS, low), np.full(ROWS, high), rng.random(ROWS), rng.random(ROWS)) == even
    ).all()
