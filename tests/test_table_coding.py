"""Cells become codes as intended, whatever stands in them: labels match numerically, nothing raises, nothing is guessed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.privacy import Unit
from privsynth.table.coded import encode
from privsynth.table.source import open_table
from privsynth.table.typed import typed_frame
from privsynth.tableschema import Domain, Field, canonical_label, schema_from_declaration

ODD = [
    "12", "12.0", "012", "+12", " 12 ", "1e1", "1e400", "-1e400", "inf", "-Infinity", "nan", "NaN", "1_000", "0x10",
    "12,5", "", " ", "x" * 1_000_000, "1e", ".", "-", "--5", "١٢", "１２", "\t7\n", "TRUE", "null", "None", "12e-1",
    "9" * 400, "1.7976931348623157e308", "5e-324", "-0", "-0.0", "0.0", "00", "é", "'", '"', "\\", "%d", "epoch", "infinity",
    " Epoch\n", "2020-13-45", "2020-02-30", "99999-01-01", "0044-03-15 (BC)", "294247-01-10", "12:00", "31/02/2020", None,
]  # fmt: skip


def codes_of(cells: list[Any], spec: Any, *, missing: tuple[str, ...] = ("",)) -> tuple[list[int], Domain]:
    from dataclasses import replace

    schema = replace(schema_from_declaration({"columns": {"x": spec}}, ["x"]), missing=missing)
    coded = encode(open_table(pa.table({"x": pa.array(cells, type=pa.string())})), schema, Unit(), bytes(32))
    return coded.rows().reveal()["x"].tolist(), coded.domains[0]


def values_of(cells: list[Any], spec: Any) -> list[Any]:
    schema = schema_from_declaration({"columns": {"x": spec}}, ["x"])
    table = open_table(pa.table({"x": pa.array(cells, type=pa.string())}))
    return typed_frame(table, schema).reveal()["x"].tolist()


SPECS: list[Any] = [
    {"lower": 0, "upper": 20, "integer": True},
    {"lower": -1e6, "upper": 1e6},
    {"lower": -1e15, "upper": 1e15, "integer": True},
    {"kind": "date", "lower": "2000-01-01", "upper": "2030-12-31"},
    {"kind": "date", "lower": "1850-01-01", "upper": "2030-12-31", "format": "%d/%m/%Y"},
    {"kind": "datetime", "lower": "1850-01-01", "upper": "2030-12-31", "format": "%d/%m/%Y %H:%M"},
    ["12", "012", "é", "'", "a"],
    [True, False],
]


@pytest.mark.parametrize("spec", SPECS)
def test_odd_cells_never_raise(spec: Any) -> None:
    codes, domain = codes_of(ODD, spec)
    assert len(codes) == len(ODD)
    assert max(codes) == domain.size
    assert len(values_of(ODD, spec)) == len(ODD)


def test_numbers_are_read_as_people_mean_them() -> None:
    cells = [
        "12",
        "12.0",
        "012",
        " 12 ",
        "1e1",
        "1e400",
        "inf",
        "nan",
        "0x10",
        "12,5",
        "",
        "-0",
        "20",
        "20.5",
        "21",
        "-1",
    ]
    codes, domain = codes_of(cells, {"lower": 0, "upper": 20, "integer": True})
    assert domain.size == 21
    out = 21
    assert codes == [12, 12, 12, 12, 10, out, out, out, out, out, out, 0, 20, out, out, out]


def test_labels_match_numerically_and_leading_zeros_count() -> None:
    cells = ["12", "12.0", "+12", "1.2e1", "012", "12.5", " 12", "1_2", "١٢", "", "007", "7"]
    codes, domain = codes_of(cells, ["12", "007"])
    assert (domain.size, codes) == (2, [0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 1, 2])
    assert values_of(["12.0", "012", "12", " 12"], ["12", "012"]) == ["12", "012", "12", " 12"]


def test_special_moments_of_the_database_are_no_dates() -> None:
    for spec in SPECS[3:6]:
        codes, domain = codes_of(["epoch", "infinity", "-infinity", " Epoch\n", "inf", "now", "today"], spec)
        assert codes == [domain.size] * 7
    assert np.isnan(values_of(["epoch", "infinity"], SPECS[4])).all()


def test_booleans_in_all_their_spellings() -> None:
    cells = ["true", "True", "TRUE", "1", "1.0", "false", "False", "FALSE", "0", "0.0", "yes", "", None, "2"]
    for spec in ({"kind": "boolean"}, [False, True], {"kind": "boolean", "labels": ["false", "true"]}):
        codes, _ = codes_of(cells, spec)
        assert codes == [1] * 5 + [0] * 5 + [2] * 4
    assert values_of(cells, [True, False])[:10] == ["true"] * 5 + ["false"] * 5
    assert codes_of(["True", "true"], ["True", "False"])[0] == [0, 2], "labels are labels"


def test_tokens_that_mean_missing() -> None:
    codes, domain = codes_of(["?", "NA", "", "a"], ["a", "?"], missing=("", "NA", "?", "it's"))
    assert codes == [domain.size, domain.size, domain.size, 0]


@settings(max_examples=40, deadline=None)  # a cell is coded on its own: many in few tables are many tables less to open
@given(st.lists(st.text(alphabet="0127.eE+-_ \t٢A", max_size=6), min_size=40, max_size=90))
def test_sql_and_python_agree_on_what_a_label_is(cells: list[str]) -> None:
    labels = ["12", "0", "-3", "1000", "007", "A", " 12x", "1.5"]
    codes, _ = codes_of(cells, labels)
    known = {canonical_label(label): code for code, label in enumerate(labels)}
    assert codes == [len(labels) if cell == "" else known.get(canonical_label(cell), len(labels)) for cell in cells]


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["integer", "number"]),
    low=st.floats(-1e6, 1e6, width=32),
    span=st.sampled_from([0.5, 1, 5, 399, 400, 401, 12_345.6, 1.5e6, 4.3e6, 1e9]),
    draws=st.lists(st.floats(0, 1), min_size=1, max_size=50),
)
def test_a_number_falls_into_the_cell_that_holds_it(kind: str, low: float, span: float, draws: list[float]) -> None:
    from privsynth.errors import SchemaError

    try:
        domain = Domain.of(Field(name="x", kind=kind, minimum=low, maximum=low + span))
    except SchemaError:
        return  # no whole number between the bounds
    assert domain.edges is not None
    values = np.array(
        [low + draw * span for draw in draws] + [low, low + span, low - 1, low + span + 1, np.nan, np.inf]
    )
    codes = domain.encode_numbers(values)
    inside = (values >= low) & (values <= low + span)
    assert (codes[~inside] == domain.size).all()
    exact = np.clip(np.searchsorted(domain.edges, values[inside], side="right") - 1, 0, domain.size - 1)
    np.testing.assert_array_equal(codes[inside], exact)
    assert codes.dtype == domain.dtype
