"""The command `curate`: its outputs, its sheet, and what it refuses before any work is done."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from command_line import declaration
from command_line import privsynth as command

import privsynth
from privsynth.errors import UsageError
from privsynth.report.sheet import render_sheet
from privsynth.tableschema import Field, Schema, dump_schema

ROOT = Path(__file__).resolve().parents[1]
SHAPE = json.loads((ROOT / "schemas" / "curate.schema.json").read_text())
HOSTILE = "<script>alert(1)</script>"
SCHEMA = Schema(
    fields=(
        Field(name="key", kind="identifier", action="fake", faker="uuid4"),
        Field(name="age", kind="integer", minimum=0, maximum=120, required=True),
        Field(name="sex", kind="categorical", enum=("F", "M", HOSTILE)),
        Field(name="day", kind="date", minimum="2020-01-01", maximum="2020-12-31", format="%d/%m/%Y"),
    )
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.yaml").write_text(dump_schema(SCHEMA))
    rows = [(f"k{i}", i % 100, ("F", "M", HOSTILE, "")[i % 4], f"{1 + i % 28:02d}/05/2020") for i in range(200)]
    pd.DataFrame([*rows, ("x", 999, "F", "")], columns=["key", "age", "sex", "day"]).to_csv(
        tmp_path / "t.csv", index=False
    )
    return tmp_path


def test_everything_is_written_and_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = command(
        capsys, "--log-format", "plain", "curate", folder / "t.csv", "--schema", folder / "s.yaml", "-o", folder / "o.csv",
        "--keep", "age >= 18", "--deduplicate-on", "key", "--balance", "sex=F:0.5,M:0.5", "--holdout", "0.25",
        "--spot-check", folder / "sheet.html", "--spot-check-rows", "9", "--origin", "from", "--json", "-", "--seed", "1",
    )  # fmt: skip
    assert made.code == 0, made.err
    said = json.loads(made.out)
    jsonschema.validate(said, SHAPE)
    assert said["rows"]["in"] == 201
    assert said["rows"]["spot_check"] == 9
    out, held = (pd.read_csv(folder / name) for name in ("o.csv", "o.holdout.csv"))
    assert (len(out), len(held)) == (said["rows"]["out"], said["rows"]["holdout"])
    assert set(out["from"]) == {"synthetic"}
    assert (out.sex == "F").mean() == pytest.approx(0.5, abs=0.01)
    assert "validate: 200 of 201 rows kept. Left out: `age` is out of its bounds (1)." in made.err
    assert "no longer those of the population" in made.err
    assert "no longer those of the population" in (folder / "o.csv.manifest.json").read_text()
    assert (folder / "o.holdout.csv.manifest.json").is_file()


def test_the_sheet_is_one_page_for_a_person(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["curate", folder / "t.csv", "--schema", folder / "s.yaml", "-o", folder / "o.csv", "--seed", "1"]
    assert command(capsys, *asked, "--spot-check", folder / "sheet.html").code == 0
    page = (folder / "sheet.html").read_text(encoding="utf-8")
    assert page.count('<article class="row"') == 50
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert page.count('type="checkbox"') == 50 * 2 + 5 + 3 * 2
    assert "0 to 99, middle 50; no gaps" in page
    assert "25.0% missing" in page
    assert "made anew for every row" in page
    rows = pd.read_csv(folder / "o.csv", dtype=str)
    number = int(re.findall(r"<strong>Row ([\d,]+)</strong>", page)[0])
    assert f"<bdi>{rows.key[number - 1]}</bdi>" in page


def test_on_a_phone_each_column_of_the_sheet_is_a_block_with_named_lines() -> None:
    page = render_sheet({"columns": [{"name": "age", "kind": "integer", "has": "1 to 9"}], "rows": []})
    assert '<table class="stack" role="table">' in page
    assert '<td role="cell" data-label="in the table">1 to 9</td>' in page
    assert '<td role="cell" data-label="allowed">not stated</td>' in page
    assert '.sheet .stack th[scope="row"] { order: -1; }' in page


def test_a_sheet_of_anything_is_a_page() -> None:
    assert "Spot check" in render_sheet({})
    odd = {
        "rows": [{"cells": ["\ud800\u202e", 5]}, "x"],
        "columns": [{"name": "a\x00", "kind": 3}, {}],
        "contains_real_rows": True,
    }
    page = render_sheet(odd)
    assert "\\u202e" in page
    assert "None of them is on this sheet" in page
    found = privsynth.curate(pd.DataFrame({"age": [1], "sex": ["F"], "day": ["01/05/2020"]}), schema=SCHEMA)
    from privsynth.curating import spot_check_sheet

    with pytest.raises(UsageError, match="No rows were picked"):
        spot_check_sheet(found)


def test_real_rows_are_said_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = folder / "real.csv"
    pd.DataFrame({"key": ["SECRET"] * 60, "age": range(60), "sex": "F", "day": "02/05/2020"}).to_csv(real, index=False)
    made = command(
        capsys, "--log-format", "plain", "-q", "curate", folder / "t.csv", "--schema", folder / "s.yaml", "-o", folder / "o.csv",
        "--mix", real, "--mix-share", "0.1", "--json", folder / "o.json", "--spot-check", folder / "s.html",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert made.err == "contains real rows: no guarantee\n"
    for name in ("o.csv", "o.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert "SECRET" not in (folder / "o.csv").read_text() + (folder / "s.html").read_text()
    assert "contains real rows, for which no guarantee holds" in (folder / "s.html").read_text()
    again = privsynth.curate(folder / "o.csv", schema=SCHEMA)
    assert again.to_json()["covered_by_the_guarantee"] is False
    assert again.provenance.contains_real_rows


def test_a_recipe_with_a_sheet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "r.yaml").write_text("steps: [deduplicate, {spot_check: 3}]\n")
    asked = [
        "curate",
        folder / "t.csv",
        "--schema",
        folder / "s.yaml",
        "-o",
        folder / "o.csv",
        "--recipe",
        folder / "r.yaml",
    ]
    assert "Name it with --spot-check" in command(capsys, *asked).err
    assert not (folder / "o.csv").exists()
    assert command(capsys, *asked, "--spot-check", folder / "s.html").code == 0
    assert (folder / "s.html").read_text().count('<article class="row"') == 3


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["-o", "o.csv", "--deduplicate", "--deduplicate-on", "age"], "Both --deduplicate and --deduplicate-on"),
        (["-o", "o.csv", "--spot-check-rows", "5"], "without a sheet"),
        (["-o", "t.csv"], "is the table that is read"),
        (["-o", "o.csv", "--json", "o.csv"], "Two outputs"),
        (["-o", "o.xyz"], "cannot be written"),
        (["-o", "o.csv", "--keep", "age > 5000"], "holds for no value"),
        (["-o", "o.csv", "--drop", "age >= 0"], "Nothing was written"),
        (["-o", "o.csv", "--mix", "t.csv"], "--mix-share"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, options: list[str], why: str
) -> None:
    monkeypatch.chdir(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    made = command(capsys, "curate", "t.csv", "--schema", "s.yaml", *options)
    assert made.code == 2
    assert why in made.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_declared_schema_is_no_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = command(capsys, "curate", folder / "t.csv", "--schema", declaration(folder), "-o", folder / "o.csv")
    assert made.code == 3


def test_the_page_of_curate_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_docs import FENCE, run_commands

    from privsynth.simulators import hospital_admissions

    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    real = hospital_admissions(700, seed=1)
    real.to_csv(tmp_path / "patients.csv", index=False)
    model = privsynth.fit(
        real,
        epsilon=20,
        schema=ROOT / "schemas" / "hospital_admissions.yaml",
        generator="copula",
        ledger=tmp_path / "l.db",
    )
    (tmp_path / "out" / "release").mkdir(parents=True)
    model.save(tmp_path / "out" / "release" / "model")
    privsynth.sample(model, 1500, seed=1).to_csv(tmp_path / "out" / "release" / "synthetic.csv", index=False)
    page = (ROOT / "docs" / "curate.md").read_text(encoding="utf-8")
    for language, body in FENCE.findall(page):
        if language == "console":
            run_commands(body)
        elif language == "python":
            exec(compile(body, "docs/curate.md", "exec"), {})  # noqa: S102 - it is ours
    assert (tmp_path / "curated.csv").is_file()
