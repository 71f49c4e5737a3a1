"""The generator `maxent` as a whole: what it keeps of a table, any number of rows, wide tables, given columns."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest

from privsynth.accounting import Spend
from privsynth.generators.base import Rows
from privsynth.generators.maxent import MaxentConfig
from privsynth.generators.maxent_model import MaxentModel
from privsynth.noise import OsNoise
from privsynth.privacy import Private, Unit
from privsynth.table.coded import CodedTable
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

ROWS = 20_000
FIELDS = (
    Field(name="a", kind="integer", minimum=0, maximum=99, required=True),
    Field(name="b", kind="number", minimum=0, maximum=1000, required=True),
    Field(name="c", kind="categorical", enum=("x", "y", "z"), required=True),
    Field(name="d", kind="ordinal", enum=tuple("01234567"), required=True),
    Field(name="e", kind="boolean", required=True),
)


def related(schema: Schema, rows: int = ROWS) -> CodedTable:
    """Return a table in which columns follow one another in ways that no correlation shows: d of a, c of d, e of c and b."""
    rng = np.random.default_rng(0)
    domains = {field.name: Domain.of(field) for field in schema.modelled}
    a = np.clip(rng.normal(50, 18, rows), 0, 99).astype(np.int64)
    d = np.minimum((np.abs(a - 50) / 7).astype(np.int64) + rng.integers(0, 2, rows), 7)
    c = np.where(rng.random(rows) < 0.8, d % 3, rng.integers(0, 3, rows))
    b = np.clip(rng.beta(2, 5, rows) + (c == 1) * 0.3, 0, 0.999)
    e = ((b > 0.4) ^ (c == 2)).astype(np.int64)
    size = domains["b"].size
    codes = {"a": a, "b": (b * size).astype(np.int64), "c": c, "d": d, "e": e}
    return CodedTable(
        list(domains.values()), Private({name: codes[name].astype(domains[name].dtype) for name in domains}), Unit()
    )


@pytest.fixture(scope="module", params=[None, "e"], ids=["no focus", "focus"])
def fitted(request: pytest.FixtureRequest) -> tuple[CodedTable, MaxentModel]:
    schema = Schema(fields=FIELDS, target=request.param)
    table = related(schema)
    return table, MaxentConfig().calibrate(schema, Unit(), Spend(mu_squared=25)).run(table, OsNoise())  # type: ignore[arg-type]


def shares(model: MaxentModel, codes: Any, pair: tuple[str, str]) -> Any:
    """Return the shares of the pairs of bins of two columns."""
    a, b = (model.bins_of_codes(name)[np.asarray(codes[name], dtype=np.int64)] for name in pair)
    sizes = model.sizes[pair[0]], model.sizes[pair[1]]
    return np.bincount(a * sizes[1] + b, minlength=sizes[0] * sizes[1]).reshape(sizes) / len(a)


def apart(one: Any, other: Any) -> float:
    return float(0.5 * np.abs(one - other).sum())


def test_drawn_rows_have_the_measured_tables_and_these_are_near_the_table(
    fitted: tuple[CodedTable, MaxentModel],
) -> None:
    table, model = fitted
    real, drawn = table.rows().reveal(), model.sample(ROWS, np.random.default_rng(0)).codes
    assert len(model.tables) >= 6
    for pair, found in model.tables.items():
        estimated, true = found / found.sum(), shares(model, real, pair)
        assert apart(shares(model, drawn, pair), estimated) < 0.03, pair
        assert apart(estimated, true) < 0.05, pair
        assert apart(shares(model, drawn, pair), true) < 0.06, pair
    independent = np.outer(*(shares(model, real, ("a", "d")).sum(axis=axis) for axis in (1, 0)))
    assert apart(independent, shares(model, real, ("a", "d"))) > 0.2, "the columns do not depend on one another"


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 17, 4_096, 4_097])
def test_any_number_of_rows_is_drawn(fitted: tuple[CodedTable, MaxentModel], rows: int) -> None:
    _, model = fitted
    drawn = model.sample(rows, np.random.default_rng(rows))
    assert {len(codes) for codes in drawn.codes.values()} == {rows}
    for name, codes in drawn.codes.items():
        assert rows == 0 or (codes.min() >= 0 and codes.max() < model.marginals[name].domain.size)
    again = model.sample(rows, np.random.default_rng(rows))
    assert all(np.array_equal(drawn.codes[name], again.codes[name]) for name in drawn.codes)


@pytest.mark.parametrize("given", [("a", "c"), ("b", "e"), ("d",)])
def test_completed_rows_have_the_measured_tables(
    fitted: tuple[CodedTable, MaxentModel], given: tuple[str, ...]
) -> None:
    _, model = fitted
    drawn = model.sample(ROWS, np.random.default_rng(0))
    full = model.complete(
        Rows(
            {name: drawn.codes[name] for name in given},
            {name: drawn.positions[name] for name in given if name in drawn.positions},
        ),
        np.random.default_rng(1),
    )
    assert all(np.array_equal(full.codes[name], drawn.codes[name]) for name in given)
    for pair, found in model.tables.items():
        assert apart(shares(model, full.codes, pair), found / found.sum()) < 0.06, pair


def test_completing_few_rows_is_like_completing_them_among_many(fitted: tuple[CodedTable, MaxentModel]) -> None:
    _, model = fitted
    code = 45
    many = model.complete(
        Rows({"a": np.full(20_000, code)}, {"a": np.full(20_000, 0.5, np.float32)}), np.random.default_rng(0)
    )
    found = np.zeros(8)
    for seed in range(40):
        few = model.complete(
            Rows({"a": np.full(25, code)}, {"a": np.full(25, 0.5, np.float32)}), np.random.default_rng(seed)
        )
        found += np.bincount(few.codes["d"], minlength=8)
    assert apart(found / found.sum(), np.bincount(many.codes["d"], minlength=8) / 20_000) < 0.06


WIDE = textwrap.dedent("""
    import json, resource, sys, time
    import numpy as np
    from privsynth.accounting import Spend
    from privsynth.generators.maxent import MaxentConfig
    from privsynth.noise import OsNoise
    from privsynth.privacy import Private, Unit
    from privsynth.table.coded import CodedTable
    from privsynth.tableschema.domain import Domain
    from privsynth.tableschema.model import Field, Schema

    columns, rows = 300, 2000
    fields = tuple(
        Field(name=f"n{i}", kind="number", minimum=0, maximum=1000) if i % 3 else
        Field(name=f"n{i}", kind="categorical", enum=tuple(f"v{j}" for j in range(2 + i % 40)))
        for i in range(columns)
    )
    schema = Schema(fields=fields, target="n0")
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(rows, 5)) @ rng.normal(size=(5, columns)) / 2.5 + rng.normal(size=(rows, columns))
    ranks = latent.argsort(axis=0).argsort(axis=0) / rows
    domains = [Domain.of(field) for field in fields]
    codes = {d.name: (ranks[:, i] * d.size).astype(d.dtype) for i, d in enumerate(domains)}
    start = time.perf_counter()
    model = MaxentConfig().calibrate(schema, Unit(), Spend(mu_squared=1)).run(
        CodedTable(domains, Private(codes), Unit()), OsNoise())
    fit = time.perf_counter() - start
    drawn = model.sample(rows, np.random.default_rng(0))
    said = {"columns": len(drawn.codes), "rows": len(drawn.codes["n0"]), "fit_seconds": fit,
            "sample_seconds": time.perf_counter() - start - fit, "tables": len(model.tables),
            "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    sys.stdout.write(json.dumps(said))
""")


@pytest.mark.integration
def test_three_hundred_columns_are_fitted_and_drawn_in_bounded_memory() -> None:
    done = subprocess.run([sys.executable, "-c", WIDE], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert (said["columns"], said["rows"]) == (300, 2000)
    assert said["tables"] > 299  # the target with each, and some that were selected
    assert said["bytes"] < 1.5e9, said
