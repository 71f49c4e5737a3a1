"""Completing a table: its rows come back as they are, with the other columns drawn for them, and marked as what they are."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from command_line import privsynth as command
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth import Fitted
from privsynth.errors import SchemaError, UsageError
from privsynth.generators.base import BATCH_ROWS
from privsynth.generators.conditional import check_given, columns_behind
from privsynth.provenance import Provenance
from privsynth.saving import save_batches
from privsynth.table.given import read_given
from privsynth.table.source import open_table
from privsynth.table.write import values_of
from privsynth.tableschema import Domain, Field, Schema, schema_from_declaration
from privsynth.tableschema.constraints import Inequality, Sum

COLUMNS = list(PEOPLE_DECLARED["columns"])
GIVEN = ["since", "income", "age", "region"]


@pytest.fixture(scope="module")
def model() -> Fitted:
    """A model with an identifier that is made anew and one that is dropped."""
    frame = people(3000).assign(key="k", note="n")
    fields = (
        Field(name="key", kind="identifier", role="direct", action="fake", faker="uuid4"),
        *schema_from_declaration(PEOPLE_DECLARED, COLUMNS).fields,
        Field(name="note", kind="text", role="free_text", action="drop"),
    )
    schema = Schema(fields=fields, target="outcome", missing=("", "NA"))
    return privsynth.fit(frame, epsilon=30, delta=1e-6, schema=schema, generator="copula")


@pytest.fixture(scope="module")
def saved(model: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("given") / "m.zip"
    model.save(path)
    return path


@pytest.fixture
def partial() -> pd.DataFrame:
    return people(200, seed=9)[GIVEN]


def test_rows_come_back_as_they_are_in_the_order_of_the_schema(model: Fitted, partial: pd.DataFrame) -> None:
    made = privsynth.sample(model, given=partial, seed=1)
    assert list(made.columns) == ["key", *COLUMNS]
    pd.testing.assert_frame_equal(made[GIVEN], partial.reset_index(drop=True))
    assert not made.drop(columns="visits").isna().any().any()
    assert made["key"].nunique() == 200
    pd.testing.assert_frame_equal(made, privsynth.sample(model, given=partial, seed=1))


def test_drawn_columns_follow_the_given_ones(model: Fitted) -> None:
    given = pd.DataFrame({"schooling": [8, 16] * 2000})
    made = privsynth.sample(model, given=given, seed=1)
    low, high = (made[made["schooling"] == level]["income"].median() for level in (8, 16))
    whole = privsynth.sample(model, 50_000, seed=2)
    for level, found in ((8, low), (16, high)):
        assert found == pytest.approx(whole[whole["schooling"] == level]["income"].median(), rel=0.07)
    assert high > 1.2 * low


def test_a_result_says_what_it_contains(model: Fitted, partial: pd.DataFrame) -> None:
    mark = privsynth.sample(model, given=partial).attrs["privsynth"]
    assert mark["contains_real_rows"] is True
    assert mark["covered_by_the_guarantee"] is False
    assert mark["given"] == {"table": "the table", "rows": 200, "columns": GIVEN}
    form = json.loads((Path(__file__).parents[1] / "schemas" / "provenance.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(mark)
    table = model.sample(given=partial)
    assert json.loads(table.schema.metadata[b"privsynth"]) == mark
    drawn = privsynth.sample(model, 3).attrs["privsynth"]
    assert json.loads(model.sample(3).schema.metadata[b"privsynth"]) == drawn
    assert (drawn["contains_real_rows"], drawn["given"], drawn["covered_by_the_guarantee"]) == (False, None, True)


@pytest.mark.parametrize("form", ["p.csv", "p.jsonl", "p.parquet", "p.feather"])
@pytest.mark.parametrize("out", ["o.csv", "o.tsv.gz", "o.jsonl", "o.parquet", "o.arrow"])
def test_every_form_is_read_and_every_output_marked(
    saved: Path, partial: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, out: str
) -> None:
    save_batches([pa.Table.from_pandas(partial, preserve_index=False)], tmp_path / form)
    done = command(capsys, "sample", saved, "--given", tmp_path / form, "-o", tmp_path / out, "--seed", 3)
    assert (done.code, done.out) == (0, "")
    assert f"contains the rows of {form}: not covered by the guarantee" in done.err
    assert "200 rows" in done.err
    back = open_table(tmp_path / out)
    assert back.names == ("key", *COLUMNS)
    cells = back.arrow(GIVEN).to_pandas().astype({"income": float, "age": int})
    pd.testing.assert_frame_equal(cells, partial.reset_index(drop=True))
    beside = tmp_path / f"{out}.manifest.json"
    if out in ("o.parquet", "o.arrow"):
        read = pq.read_table if out == "o.parquet" else feather.read_table
        mark = read(tmp_path / out).schema.metadata[b"privsynth"]
        assert not beside.exists()
    else:
        mark = beside.read_bytes()
    assert json.loads(mark)["given"] == {"table": form, "rows": 200, "columns": GIVEN}


def test_an_ordinary_table_of_the_same_name_loses_the_mark_of_the_earlier_one(
    saved: Path, partial: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_batches([pa.Table.from_pandas(partial, preserve_index=False)], tmp_path / "p.csv")
    beside = tmp_path / "o.csv.manifest.json"
    for _ in range(2):
        assert command(capsys, "sample", saved, "--given", tmp_path / "p.csv", "-o", tmp_path / "o.csv").code == 0
        assert json.loads(beside.read_text())["contains_real_rows"] is True
    assert command(capsys, "sample", saved, "-n", 5, "-o", tmp_path / "o.csv").code == 0
    assert json.loads(beside.read_text())["contains_real_rows"] is False


def test_text_is_kept_in_text_and_typed_in_typed_forms(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = "age,income,region,visits,outcome,since\n041,12.50,north,NA,yes,2020-02-01 00:00:00\n41.0,1e3,south,,no,03/02/2020\n"
    (tmp_path / "p.csv").write_text(cells)
    shown = command(capsys, "sample", saved, "--given", tmp_path / "p.csv", "-o", "-").out
    back = pd.read_csv(pa.BufferReader(shown.encode()), dtype=str, keep_default_na=False)
    given = pd.read_csv(tmp_path / "p.csv", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(back[given.columns], given)
    made = privsynth.sample(saved, given=tmp_path / "p.csv")
    assert made["age"].tolist() == [41, 41]
    assert made["income"].tolist() == [12.5, 1000.0]
    assert made["visits"].isna().all()
    assert made["since"].tolist() == ["2020-02-01 00:00:00", "03/02/2020"]


def test_a_frame_keeps_its_own_types(model: Fitted) -> None:
    days = pd.to_datetime(["2020-02-01", "2020-03-01"])
    frame = pd.DataFrame(
        {"age": np.array([3, 4], dtype=np.int16), "since": days, "region": pd.Categorical(["north", "south"])}
    )
    made = privsynth.sample(model, given=frame)
    pd.testing.assert_frame_equal(made[["age", "since", "region"]], frame, check_categorical=False)
    stream = privsynth.sample(model, given=pa.table({"age": [3, 4]}).to_reader())
    assert stream["age"].tolist() == [3, 4]
    odd = pd.DataFrame({"age": [3, "4"], "since": [dt.datetime(2020, 2, 1), "01/03/2020"]}, dtype=object)
    assert privsynth.sample(model, given=odd)["age"].tolist() == [3, 4]


def test_columns_that_are_not_modelled_are_carried_along(model: Fitted) -> None:
    frame = pd.DataFrame({"note": ["a", None, "b"], "age": [3, 4, 5], "key": ["x", "y", "x"]})
    made = privsynth.sample(model, given=frame)
    assert list(made.columns) == ["key", *COLUMNS, "note"]
    assert made["key"].tolist() == ["x", "y", "x"]
    assert made["note"].tolist() == ["a", None, "b"]
    alone = privsynth.sample(model, given=frame[["note"]])
    assert list(alone.columns) == ["key", *COLUMNS, "note"]
    assert len(alone) == 3


def test_all_columns_or_no_rows_are_fine(model: Fitted) -> None:
    whole = people(40, seed=3)[COLUMNS]
    made = privsynth.sample(model, given=whole)
    pd.testing.assert_frame_equal(made[COLUMNS], whole.reset_index(drop=True), check_dtype=False)
    none = privsynth.sample(model, given=whole[["age"]].head(0))
    assert (len(none), list(none.columns)) == (0, ["key", *COLUMNS])


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"age": ["3", "CANARY"]},
            r"Column `age` of the table: the cell in row 2 .* is no whole number from 0 to 120\.",
        ),
        ({"age": ["3.5", "121"]}, r"row 1 below the header \(as in 1 more\) is no whole"),
        ({"income": ["1", "inf"]}, "row 2 .* is no number from 0 to"),
        ({"since": ["31/02/2020"]}, "is no date from 2010-01-01"),
        ({"region": ["north", "north", "CANARY"]}, "row 3 .* is no label of it: 'north', 'south'"),
        ({"postcode": ["CANARY"]}, "and .* more"),
        ({"CANARY": ["1"]}, "the column `CANARY`, which the model does not know"),
        ({"age": []}, None),
    ],
)
def test_cells_that_are_no_values_are_refused_by_their_place(model: Fitted, cells: dict[str, Any], said: str) -> None:
    frame = pd.DataFrame(cells, dtype=str)
    if said is None:
        assert len(privsynth.sample(model, given=frame)) == 0
        return
    with pytest.raises(SchemaError, match=said) as error:
        privsynth.sample(model, given=frame)
    assert "CANARY" not in str(error.value) or "CANARY" in cells


def test_a_missing_cell_is_given_as_missing_where_it_may_be(model: Fitted) -> None:
    made = privsynth.sample(model, given=pd.DataFrame({"visits": [None, "2", "NA"]}))
    assert made["visits"].tolist()[1] == "2"
    assert made["age"].notna().all()
    schema = Schema(fields=(Field(name="age", kind="integer", minimum=0, maximum=9, required=True),))
    with pytest.raises(SchemaError, match="row 2 below the header is missing, and may not be"):
        read_given(pd.DataFrame({"age": ["1", None]}), schema)


def test_results_of_a_rule_are_given_as_results() -> None:
    schema = Schema(
        fields=(Field(name="age", kind="integer", minimum=0, maximum=90, action="generalise", rule="band:10"),)
    )
    assert read_given(pd.DataFrame({"age": [30]}), schema).codes["age"].tolist() == [3]
    with pytest.raises(SchemaError, match="multiple of 10"):
        read_given(pd.DataFrame({"age": [37]}), schema)


def test_a_label_that_is_never_drawn_is_refused(model: Fitted) -> None:
    marginal = model.model.marginals["region"]  # type: ignore[attr-defined]
    before = marginal.counts.copy()
    marginal.counts[1] = 0.0
    try:
        with pytest.raises(
            UsageError, match=r"the label in column `region`, row 2 of the table, no mass .as in 1 more"
        ):
            privsynth.sample(model, given=pd.DataFrame({"region": ["north", "south", "south"]}))
        with pytest.raises(UsageError, match="a missing cell in column `region`, row 1"):
            privsynth.sample(model, given=pd.DataFrame({"region": [None, "north"]}))
    finally:
        marginal.counts[:] = before


def test_rows_that_contradict_a_constraint_are_refused(model: Fitted) -> None:
    schema = replace(model.schema, constraints=(Inequality(low="schooling", high="age"),))
    given = read_given(pd.DataFrame({"schooling": [8, 16, 17], "age": [30, 5, 6]}), schema)
    with pytest.raises(UsageError, match=r"Row 2 of the table contradicts the constraints of the schema .as in 1 more"):
        check_given(model.model, given, schema)


@pytest.mark.parametrize(
    ("kind", "low", "high", "cells"),
    [
        ("integer", 0, 9_000_000, ["0", "7", "123456", "8999999", "9000000"]),
        ("number", -5, 80_000.25, ["-5", "-4.99", "0", "0.01", "79999.37", "80000.25"]),
        ("date", "1900-01-01", "2090-12-31", ["1900-01-01", "1999-12-31", "2090-12-31"]),
        ("datetime", "2000-01-01", "2030-01-01", ["2000-01-01 00:00:00", "2011-11-11 11:11:11"]),
    ],
)
def test_codes_and_positions_lead_back_to_the_value(kind: str, low: Any, high: Any, cells: list[str]) -> None:
    schema = Schema(
        fields=(Field(name="x", kind=kind, minimum=low, maximum=high, decimals=2 if kind == "number" else None),)
    )
    given = read_given(pd.DataFrame({"x": cells}), schema)
    made = values_of(Domain.of(schema["x"]), given.codes["x"], given.positions["x"])
    assert made.tolist() == [schema["x"].to_number(cell) for cell in cells]


def test_a_condition_on_a_sum_is_one_on_its_parts() -> None:
    fields = tuple(Field(name=name, kind="integer", minimum=0, maximum=9) for name in "abcd")
    schema = Schema(fields=fields, constraints=(Sum(total="c", parts=("a", "b")),))
    assert columns_behind(("d", "c", "a"), schema) == ("d", "c", "a", "b")


def test_a_sum_is_given_with_its_parts(model: Fitted) -> None:
    schema = replace(model.schema, constraints=(Sum(total="gain", parts=("age", "schooling")),))
    given = read_given(pd.DataFrame({"age": [5], "gain": [7]}), schema)
    with pytest.raises(UsageError, match="`gain` of the table is a sum, and the column `schooling`"):
        check_given(model.model, given, schema)


def test_other_options_do_not_go_with_it(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], partial: pd.DataFrame
) -> None:
    partial.to_csv(tmp_path / "p.csv", index=False)
    for extra in (["-n", 3], ["--where", "age > 3"]):
        done = command(capsys, "sample", saved, "--given", tmp_path / "p.csv", "-o", tmp_path / "o.csv", *extra)
        assert (done.code, "leave the number of rows" in done.err) == (2, True)
    missing = command(capsys, "sample", saved, "--given", tmp_path / "no.csv", "-o", tmp_path / "o.csv")
    assert missing.code == 3
    assert not (tmp_path / "o.csv").exists()


def test_a_given_file_in_another_encoding(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.csv").write_bytes("age,note\n3,gr\xfcn\n".encode("latin-1"))
    done = command(capsys, "sample", saved, "--given", tmp_path / "p.csv", "-o", "-", "--encoding", "latin-1")
    assert "grün" in done.out
    assert privsynth.sample(saved, given=tmp_path / "p.csv", encoding="latin-1")["note"].tolist() == ["grün"]


def test_parquet_is_written_a_row_group_for_each_batch(model: Fitted, tmp_path: Path) -> None:
    rows = BATCH_ROWS + 5
    assert save_batches(model.batches(rows, seed=1), tmp_path / "o.parquet") == rows
    file = pq.ParquetFile(tmp_path / "o.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (2, rows)
    table = file.read()
    assert table.equals(model.sample(rows, seed=1))
    assert len(set(table.column("key").to_pylist())) == rows


@pytest.mark.parametrize("name", ["o.csv", "o.parquet", "o.jsonl", "o.feather"])
def test_a_stream_that_breaks_leaves_what_was_there(model: Fitted, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("before")

    def broken() -> Any:
        yield from model.batches(10, seed=1)
        raise UsageError("The stream broke.")

    with pytest.raises(UsageError, match="broke"):
        save_batches(broken(), tmp_path / name, provenance=Provenance(generation=1))
    assert (tmp_path / name).read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_stand_ins_of_a_stream_are_those_of_one_pool() -> None:
    from privsynth.generators.fakes import Fakes

    fields = tuple(
        Field(name=stand_in, kind="identifier", action="fake", faker=stand_in)
        for stand_in in ("email", "city", "uuid4", "pattern:A-99")
    )
    schema = Schema(fields=fields)
    whole = Fakes(schema, 30, np.random.default_rng(1)).next(30)
    parts = Fakes(schema, 30, np.random.default_rng(1))
    streamed = [parts.next(20), parts.next(10)]
    emails = [cell for part in streamed for cell in part["email"].to_pylist()]
    assert emails == whole["email"].to_pylist()
    assert len(set(emails)) > 25
    assert all(len(set(part["uuid4"].to_pylist())) == len(part["uuid4"]) for part in streamed)
    assert [len(column) for column in streamed[1].values()] == [10] * 4


@pytest.mark.integration
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_millions_of_rows_are_written_in_little_memory(saved: Path, tmp_path: Path, form: str) -> None:
    code = (
        "import re, sys\nfrom privsynth.cli import _outcome\n"
        f"code = _outcome(['sample', {str(saved)!r}, '-n', '3000000', '-o', {str(tmp_path / f'o.{form}')!r}])\n"
        "print(int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]) // 1024)\nsys.exit(code)"
    )  # not ru_maxrss, which a child inherits from the process that started it
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 600, "MiB"
