"""Where a synthetic table comes from goes with it, and a model of it knows."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from command_line import DECLARED, HEADER, declaration, privsynth, small_table
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth import pipeline
from privsynth.errors import ArtifactError, SchemaError, UsageError
from privsynth.generators.fitted import Fitted, load_model
from privsynth.provenance import (
    Provenance,
    Step,
    check_licence,
    check_terms,
    mixed,
    next_generation,
    provenance_of,
    read_provenance,
    sidecar_of,
    with_provenance,
    write_provenance,
)
from privsynth.saving import save_batches, save_table

FORM = json.loads((Path(__file__).parents[1] / "schemas" / "provenance.schema.json").read_text("utf-8"))
NAMES = tuple(HEADER.split(","))
FORMS = ["o.csv", "o.tsv.gz", "o.jsonl", "o.parquet", "o.arrow"]
ONE = Provenance(generation=1, generator="maxent", dp=True, columns=NAMES, rows=3)
FIT = {"epsilon": 3, "declare": DECLARED, "generator": "copula"}


def valid(document: Any) -> Any:
    jsonschema.Draft202012Validator(FORM).validate(document)
    return document


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    folder = tmp_path_factory.mktemp("fitted")
    (folder / "table.csv").write_text(small_table())
    return pipeline.fit(folder / "table.csv", ledger=folder / "ledger.db", **FIT)


@pytest.fixture
def saved(fitted: Fitted, tmp_path: Path) -> Path:
    fitted.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(small_table())
    return path


@pytest.mark.parametrize("name", FORMS)
def test_every_output_says_where_it_comes_from(
    saved: Path, fitted: Fitted, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    out = tmp_path / name
    terms = ("--license", "CC-BY-4.0", "--terms", "research-only", "--terms", "no-reidentification")
    done = privsynth(capsys, "sample", saved, "-n", 40, "-o", out, *terms)
    assert done.code == 0, done.err
    said = read_provenance(out)
    assert said is not None
    valid(said.to_json())
    assert (said.generation, said.generator, said.dp, said.covered) == (1, "copula", True, True)
    assert (said.rows, said.columns, said.made_by) == (40, NAMES, "privsynth 0.1.0")
    assert (said.licence, said.terms) == ("CC-BY-4.0", ("research-only", "no-reidentification"))
    assert said.model_digest == fitted.digest()
    assert said.guarantee is not None
    assert (said.guarantee["epsilon"], said.guarantee["sentence"]) == (3, fitted.guarantee.sentence())
    assert sidecar_of(out).exists() == (name not in ("o.parquet", "o.arrow"))
    if sidecar_of(out).exists():
        assert valid(json.loads(sidecar_of(out).read_text())) == said.to_json()


def test_frames_say_it_too(fitted: Fitted, tmp_path: Path) -> None:
    frame = pipeline.sample(fitted, 7, licence="CC0-1.0", terms=["research-only"])
    said = read_provenance(frame)
    assert said is not None
    assert valid(frame.attrs["privsynth"]) == said.to_json()
    assert (said.rows, said.columns, said.licence, said.terms) == (7, NAMES, "CC0-1.0", ("research-only",))
    assert read_provenance(fitted.sample(7)) == replace(said, licence=None, terms=())
    frame.to_parquet(tmp_path / "pandas.parquet")  # pandas keeps attrs in a place of its own
    assert read_provenance(tmp_path / "pandas.parquet") == said
    for nothing in (pd.DataFrame({"a": [1]}), pa.table({"a": [1]}), pl.DataFrame({"schema": [1]}), [1]):
        assert read_provenance(nothing) is None
    with pytest.raises(UsageError, match="no SPDX identifier"):
        pipeline.sample(fitted, 1, licence="mine\nand yours")


@pytest.mark.parametrize("place", ["duckdb:///{}/t.db::rows", "sqlite:///{}/t.db::rows", "file://{}/t.csv"])
def test_addresses_keep_it(
    saved: Path, real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    url = place.format(tmp_path)
    assert privsynth(capsys, "sample", saved, "-n", 40, "-o", url).code == 0
    said = read_provenance(url)
    assert said is not None
    assert (said.generation, said.rows, said.columns) == (1, 40, NAMES)
    with pytest.raises(SchemaError, match="generation 2, and 1 is allowed"):
        pipeline.plan_fit(url, max_generation=1, **FIT)
    if "::" in url:
        save_table(pa.table({"age": [30]}), url.replace("rows", "others"))
        assert read_provenance(url.replace("rows", "others")) is None
        assert next_generation(url.replace("rows", "others"), NAMES, 1) == 1


@pytest.mark.parametrize("name", FORMS)
def test_a_second_generation_is_said_counted_and_refused(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    table, declared, ledger = tmp_path / name, declaration(tmp_path), tmp_path / "second.db"
    assert privsynth(capsys, "sample", saved, "-n", 300, "-o", table).code == 0
    asked = ("fit", table, "--epsilon", 3, "--generator", "copula", "--declare", declared, "--ledger", ledger)
    refused = privsynth(capsys, *asked, "-o", tmp_path / "m2", "--max-generation", 1)
    assert refused.code == SchemaError.exit_code
    assert "a model of it would be of generation 2, and 1 is allowed" in refused.err
    assert not ledger.exists()
    assert not (tmp_path / "m2").exists()
    done = privsynth(capsys, *asked, "-o", tmp_path / "m2", "--max-generation", 2)
    assert done.code == 0, done.err
    assert (
        done.err.count(f"warning: {name} is synthetic (generation 1 by its manifest): the model is of generation 2.")
        == 1
    )
    assert load_model(tmp_path / "m2").generation == 2
    assert privsynth(capsys, "sample", tmp_path / "m2", "-n", 5, "-o", tmp_path / "third.csv").code == 0
    said = read_provenance(tmp_path / "third.csv")
    assert said is not None
    assert said.generation == 2
    plan = privsynth(capsys, *asked, "--dry-run")
    assert json.loads(plan.out)["generation"] == 2
    refused = privsynth(capsys, *asked, "--dry-run", "--max-generation", 1)
    assert (refused.code, refused.out) == (SchemaError.exit_code, "")


def test_frames_of_a_second_generation_are_refused(fitted: Fitted) -> None:
    frame, table = pipeline.sample(fitted, 300), fitted.sample(300)
    for rows in (frame, frame.drop(columns="day"), table, table.drop_columns(["day"])):
        with pytest.raises(SchemaError, match="of generation 2, and 1 is allowed"):
            next_generation(rows, ["age"], 1)
    with pytest.raises(SchemaError, match="of generation 2"):
        pipeline.run(frame, out="never", max_generation=1, **FIT)
    with pytest.warns(UserWarning, match="the table is synthetic"):
        assert pipeline.plan_fit(frame, **FIT).generation == 2


def test_a_baseline_counts_too(fitted: Fitted) -> None:
    options = {"generator": "sdv-copula", "not_private": True, "declare": DECLARED}
    with pytest.warns(UserWarning, match="generation 2"):
        plan = pipeline.plan_fit(pipeline.sample(fitted, 5), **options)
    assert (plan.generation, plan.to_json()["generation"]) == (2, 2)


def test_real_tables_are_of_no_generation(real: Path) -> None:
    assert pipeline.plan_fit(real, max_generation=1, **FIT).generation == 1
    write_provenance(real, Provenance(generation=0, columns=NAMES))
    assert pipeline.plan_fit(real, max_generation=1, **FIT).generation == 1
    sidecar_of(real).write_text('{"name": "somebody else\'s manifest"}')
    assert pipeline.plan_fit(real, max_generation=1, **FIT).generation == 1
    for wrong in (0, -1, True, 1.5):
        with pytest.raises(UsageError, match="number from 1 on"):
            next_generation(real, NAMES, wrong)  # type: ignore[arg-type]


def test_a_manifest_changes_the_depth_and_nothing_else(real: Path) -> None:
    plain = pipeline.plan_fit(real, **FIT)
    write_provenance(real, ONE)
    with pytest.warns(UserWarning, match="generation 2"):
        assert replace(pipeline.plan_fit(real, **FIT), generation=1).to_json() == plain.to_json()


HOSTILE = {
    "not json": b"{",
    "empty": b"",
    "not utf-8": b'{"format": "\xff"}',
    "deep": b"[" * 100_000,
    "deep entry": b'{"format": "privsynth.provenance/1", "columns": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a list": b"[]",
    "a number": b"1",
    "large": b" " * (4 * 2**20 + 1),
    "newer": b'{"format": "privsynth.provenance/2"}',
    "another format": b'{"format": "privsynth.audit/1"}',
    "no columns": b'{"format": "privsynth.provenance/1", "generation": 1}',
    "huge number": b'{"format": "privsynth.provenance/1", "generation": ' + b"9" * 5000 + b"}",
    "negative": b'{"format": "privsynth.provenance/1", "generation": -1}',
    "true": b'{"format": "privsynth.provenance/1", "generation": true}',
    "fraction": b'{"format": "privsynth.provenance/1", "generation": 1.5}',
    "infinite": b'{"format": "privsynth.provenance/1", "guarantee": {"epsilon": 1e999}}',
    "nan": b'{"format": "privsynth.provenance/1", "guarantee": {"epsilon": NaN}}',
    "terms": b'{"format": "privsynth.provenance/1", "terms": "a"}',
    "term": b'{"format": "privsynth.provenance/1", "terms": [1]}',
    "long": b'{"format": "privsynth.provenance/1", "licence": "' + b"a" * 30_000 + b'"}',
    "step": b'{"format": "privsynth.provenance/1", "steps": [1]}',
    "surrogate": b'{"format": "privsynth.provenance/1", "columns": ["\\ud800"]}',
    "flag": b'{"format": "privsynth.provenance/1", "dp": "yes"}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_damaged_manifest_is_said_and_stays(real: Path, content: bytes) -> None:
    sidecar_of(real).write_bytes(content)
    with pytest.warns(UserWarning, match="recorded as one of an unknown generation") as said:
        assert pipeline.plan_fit(real, **FIT).generation is None
    assert len(str(said[0].message)) < 400
    with pytest.raises(SchemaError, match=r"The generation of table\.csv is not known, and at most 1 is allowed"):
        pipeline.plan_fit(real, max_generation=1, **FIT)
    assert sidecar_of(real).read_bytes() == content


def test_links_pipes_and_folders(real: Path, tmp_path: Path) -> None:
    beside = sidecar_of(real)

    def unknown() -> None:
        with pytest.raises(ArtifactError, match=r"no plain file of at most 4 MiB\. Restore it"):
            read_provenance(real)
        with pytest.raises(UsageError, match="is no manifest of privsynth, so it is not overwritten"):
            write_provenance(real, ONE)

    os.mkfifo(beside)
    unknown()
    beside.unlink()
    beside.mkdir()
    unknown()
    beside.rmdir()
    beside.symlink_to("nowhere")
    unknown()
    beside.unlink()
    write_provenance(tmp_path / "elsewhere.csv", ONE)
    beside.symlink_to(sidecar_of(tmp_path / "elsewhere.csv"))  # as caches of downloads lay out their files
    assert read_provenance(real) == ONE
    with pytest.raises(UsageError, match="is not overwritten"):
        write_provenance(real, replace(ONE, rows=9))
    assert read_provenance(tmp_path / "elsewhere.csv") == ONE
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert read_provenance(tmp_path / "link.csv") == ONE


def test_a_manifest_of_another_table_is_not_this_ones(real: Path) -> None:
    write_provenance(real, replace(ONE, columns=("a", "b")))
    with pytest.warns(UserWarning, match="describes a table with other columns, so it does not belong"):
        assert next_generation(real, NAMES) is None
    with pytest.raises(SchemaError, match=r"does not belong to table\.csv"):
        next_generation(real, NAMES, 3)
    write_provenance(real, replace(ONE, columns=NAMES[::-1]))
    with pytest.warns(UserWarning, match="generation 2"):
        assert next_generation(real, NAMES, 2) == 2


def test_an_unknown_depth_stays_unknown(real: Path, tmp_path: Path) -> None:
    write_provenance(real, replace(ONE, generation=None))
    with pytest.raises(SchemaError, match="does not say of which generation"):
        next_generation(real, NAMES, 9)
    with pytest.warns(UserWarning, match="does not say of which generation"):
        model = pipeline.fit(real, ledger=tmp_path / "l.db", **FIT)
    model.save(tmp_path / "m")
    assert model.generation is load_model(tmp_path / "m").generation is model.provenance().generation is None
    assert valid(model.provenance().to_json())["generation"] is None


@pytest.mark.parametrize("said", [0, -1, True, "1", 1.0])
def test_a_model_of_no_generation_is_no_model(fitted: Fitted, tmp_path: Path, said: Any) -> None:
    from privsynth.artifact import write_model

    write_model(tmp_path / "m", {**fitted.to_manifest(), "generation": said}, fitted.model.to_arrays())
    with pytest.raises(ArtifactError, match="ValueError"):
        load_model(tmp_path / "m")
    older = {name: value for name, value in fitted.to_manifest().items() if name != "generation"}
    write_model(tmp_path / "older", older, fitted.model.to_arrays())
    assert load_model(tmp_path / "older").generation == 1


def test_a_file_of_somebody_else_is_never_lost(fitted: Fitted, tmp_path: Path) -> None:
    out, rows = tmp_path / "o.csv", fitted.sample(5)
    for foreign in ('{"format": "mine"}', "[]", "x", "", '"privsynth.provenance/1"'):
        sidecar_of(out).write_text(foreign)
        with pytest.raises(UsageError, match="is not overwritten"):
            save_table(rows, out)
        assert (out.exists(), sidecar_of(out).read_text()) == (False, foreign)
        save_table(pa.table({"a": [1]}), out)  # of which nothing is said
        assert sidecar_of(out).read_text() == foreign
        out.unlink()


def test_what_was_said_of_an_earlier_table_goes(fitted: Fitted, tmp_path: Path) -> None:
    for name in ("o.csv", "o.parquet"):
        write_provenance(tmp_path / name, ONE)
        save_table(pa.table({"a": [1]}), tmp_path / name)
        assert read_provenance(tmp_path / name) is None
        assert not sidecar_of(tmp_path / name).exists()
    said = replace(ONE, licence="MIT")
    for name, read in (("o.arrow", feather.read_table), ("o.parquet", pq.read_table)):
        rows = save_batches(fitted.batches(300_000, seed=1), tmp_path / name, provenance=said)
        assert rows == read(tmp_path / name).num_rows == 300_000
        assert read_provenance(tmp_path / name) == said


def test_metadata_of_others_stays_and_damage_within_a_file_is_said(tmp_path: Path) -> None:
    table = with_provenance(pa.table({"a": [1]}).replace_schema_metadata({"theirs": "x", "privsynth": "old"}), ONE)
    assert table.schema.metadata[b"theirs"] == b"x"
    assert read_provenance(table) == replace(ONE, columns=("a",))
    for said in ("{", "[]", '{"dp": false}', " " * (4 * 2**20 + 1)):
        bad = table.replace_schema_metadata({"privsynth": said})
        pq.write_table(bad, tmp_path / "bad.parquet")
        for each in (bad, tmp_path / "bad.parquet"):
            with pytest.raises(ArtifactError, match="The metadata `privsynth` of"):
                read_provenance(each)
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"PANDAS_ATTRS": "[1"}), tmp_path / "attrs.parquet")
    assert read_provenance(tmp_path / "attrs.parquet") is None
    (tmp_path / "no.parquet").write_text("PAR1")
    (tmp_path / "no.arrow").write_text("")
    assert read_provenance(tmp_path / "no.parquet") is read_provenance(tmp_path / "no.arrow") is None
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["privsynth"] = "x"
    with pytest.raises(ArtifactError, match="no JSON object"):
        read_provenance(frame)


def test_steps_stay_in_order_and_keep_the_guarantee() -> None:
    first = Step(stage="deduplicate", rows_in=9, rows_kept=7, why="equal rows")
    found = ONE.after(first).after(Step(stage="split", rows_in=7, rows_kept=5), columns=["age"])
    assert [step.stage for step in found.steps] == ["deduplicate", "split"]
    assert (found.rows, found.columns, found.generation, found.dp) == (5, ("age",), 1, True)
    assert (ONE.steps, ONE.after()) == ((), ONE)
    assert Provenance.from_json(valid(found.to_json())) == found
    with pytest.raises(FrozenInstanceError):
        found.rows = 3  # type: ignore[misc]


def test_real_rows_end_every_promise() -> None:
    guarantee = {"sentence": "S.", "epsilon": 1.0, "delta": 1e-6, "unit": {"column": None, "max_rows": 1}}
    one = replace(ONE, model_digest="d", guarantee=guarantee, terms=("a",), licence="MIT")
    same = mixed([one, replace(one, terms=("b",))], NAMES, rows=6)
    assert (same.generation, same.covered, same.model_digest, same.terms, same.licence) == (
        1,
        True,
        "d",
        ("a", "b"),
        "MIT",
    )
    assert same.note == "S."
    other = mixed([one, replace(one, model_digest="e", generation=3, licence="X")], NAMES)
    assert (other.generation, other.dp, other.guarantee, other.licence) == (3, True, None, None)
    real = mixed([one, None], NAMES)
    assert (real.generation, real.dp, real.contains_real_rows, real.covered) == (1, False, True, False)
    assert real.note == "This table contains real rows: it is not covered by a guarantee."
    unknown = mixed([one, Provenance(generation=None)], NAMES)
    assert (unknown.generation, unknown.dp, unknown.covered) == (None, None, False)
    assert unknown.note == "Nothing is known about a guarantee of this table."
    for found in (same, other, real, unknown):
        assert Provenance.from_json(valid(found.to_json())) == found
    with pytest.raises(UsageError, match="No table was given"):
        mixed([], NAMES)


def test_licences_and_terms_are_public_words() -> None:
    assert check_licence(None) is None
    assert check_licence("MIT OR (Apache-2.0 WITH LLVM-exception)") is not None
    for wrong in ("", " MIT", "a\nb", "x" * 201, "<b>", 3):
        with pytest.raises(UsageError, match="no SPDX identifier"):
            check_licence(wrong)  # type: ignore[arg-type]
    assert check_terms("gdpr") == ("gdpr",)
    assert check_terms(["a", "b", "a"]) == ("a", "b")
    assert ONE.under("MIT", ["a"]).under(None, ["b", "a"]).terms == ("a", "b")
    for tag in ("", "two words", "a\x1b[31m", "x" * 201, 3):
        with pytest.raises(UsageError, match="no tag of terms"):
            check_terms([tag])  # type: ignore[list-item]


def test_nothing_in_a_manifest_reaches_a_terminal_as_a_command() -> None:
    said = Provenance.from_json({**ONE.to_json(), "generator": "\x1b[2J\u202egen", "licence": "a\ud800b"})
    assert said.generator == "\ufffd[2J\ufffdgen"
    assert (said.licence or "").isprintable()
    assert Provenance.from_json({**ONE.to_json(), "columns": ["a\nb"]}).columns == (
        "a\nb",
    )  # a name is compared as it is


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ONE.to_json())), values, max_size=5))
def test_whatever_a_manifest_says_is_read_or_refused(changed: dict[str, Any]) -> None:
    try:
        found = provenance_of({"privsynth": {**ONE.to_json(), **changed}})
    except ArtifactError:
        return
    assert found is not None
    assert Provenance.from_json(json.loads(json.dumps(valid(found.to_json())))) == found


def test_threads_may_write_and_read_at_once(tmp_path: Path) -> None:
    found: list[Provenance | None] = []

    def work(number: int) -> None:
        for _ in range(20):
            write_provenance(tmp_path / "t.csv", replace(ONE, rows=number))
            found.append(read_provenance(tmp_path / "t.csv"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 60
    assert all(each is not None and each.columns == NAMES for each in found)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv.manifest.json"]
