"""Somebody wants single cells out of what is written and printed, or wants a claim made for rows that it does not hold for."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from command_line import DECLARED, HEADER, declaration, privsynth, small_table

import privsynth as library
from privsynth import settings
from privsynth.errors import ArtifactError, SchemaError, UsageError
from privsynth.generators.fitted import Fitted
from privsynth.privacy import Private
from privsynth.provenance import Provenance, read_provenance, sidecar_of, with_provenance, write_provenance
from privsynth.quality import evaluate_tables
from privsynth.saving import save_table
from privsynth.tableschema import Schema, dump_schema, schema_from_declaration

NAMES = tuple(HEADER.split(","))
CLAIM = {"sentence": "It is (1, 1e-6)-private.", "epsilon": 1.0, "delta": 1e-6, "unit": None}
PRIVATE = Provenance(generation=1, generator="maxent", model_digest="d", dp=True, guarantee=CLAIM, columns=NAMES)
MIXED = replace(PRIVATE, contains_real_rows=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(small_table())
    (tmp_path / "s.yaml").write_text(dump_schema(schema()))
    return tmp_path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    folder = tmp_path_factory.mktemp("fitted")
    (folder / "t.csv").write_text(small_table())
    return library.fit(folder / "t.csv", epsilon=3, declare=DECLARED, generator="copula", ledger=folder / "l.db")


def schema() -> Schema:
    return schema_from_declaration(DECLARED, NAMES)


def mode(path: Path | str) -> int:
    return Path(path).stat().st_mode & 0o777


def curated(table: Any) -> dict[str, Any]:
    return library.curate(table, schema=schema()).to_json()


@pytest.mark.parametrize(
    "forged",
    [{"generation": 0}, {"guarantee": None}, {"contains_real_rows": True}, {"dp": None}, {"dp": False}],
    ids=lambda forged: next(iter(forged)),
)
def test_no_guarantee_is_claimed_for_rows_that_cannot_have_it(folder: Path, forged: dict[str, Any]) -> None:
    write_provenance(folder / "t.csv", replace(PRIVATE, **forged))
    assert not curated(folder / "t.csv")["covered_by_the_guarantee"]
    said = read_provenance(folder / "t.csv")
    assert said is not None
    assert said.contains_real_rows == ("generation" in forged or "contains_real_rows" in forged)
    assert not replace(PRIVATE, **forged).covered
    assert PRIVATE.covered


def test_a_guarantee_that_came_with_a_table_is_said_to_be_repeated(folder: Path) -> None:
    from privsynth.curating import REPEATED, save_curated

    assert REPEATED not in curated(folder / "t.csv")["steps"][0]["why"]
    write_provenance(folder / "t.csv", PRIVATE)  # the table is real: nobody can see that
    told: list[str] = []
    found = library.curate(folder / "t.csv", schema=schema(), progress=told.append)
    assert any(REPEATED in each for each in told)
    save_curated(found, folder / "o.csv")
    assert REPEATED in sidecar_of(folder / "o.csv").read_text()


def test_a_manifest_beside_other_columns_is_not_repeated(folder: Path) -> None:
    write_provenance(folder / "t.csv", replace(PRIVATE, columns=("a", "b")))
    with pytest.raises(ArtifactError, match="describes a table with other columns"):
        curated(folder / "t.csv")
    table = pa.Table.from_pandas(pd.read_csv(folder / "t.csv", dtype=str), preserve_index=False)
    save_table(table, "sqlite:///f.db::t", provenance=PRIVATE)
    assert curated("sqlite:///f.db::t")["covered_by_the_guarantee"]
    with sqlite3.connect("f.db") as base:
        base.execute("DROP TABLE t")
        base.execute("CREATE TABLE t AS SELECT 1 AS age, 2 AS other")
    base.close()
    with pytest.warns(
        UserWarning, match="The manifest that the database has of the table describes a table with other"
    ):
        plan = library.plan_fit("sqlite:///f.db::t", epsilon=1, declare={"columns": {"age": {"lower": 0, "upper": 9}}})
    assert plan.generation is None


def test_columns_that_came_later_have_no_guarantee() -> None:
    rows = pa.Table.from_pylist([dict(zip(NAMES, ("30", "Male", "01/02/2020", "true"), strict=True))] * 5)
    table = with_provenance(rows, PRIVATE)
    assert curated(table)["covered_by_the_guarantee"]
    fewer = table.select(list(NAMES[:3]))
    known = schema()
    small = replace(known, fields=known.fields[:3], target=None)
    assert library.curate(fewer, schema=small).provenance.covered
    more = rows.append_column("sick2", rows.column("sick"))
    more = more.replace_schema_metadata(table.schema.metadata)
    found = library.curate(more, schema=replace(known, fields=(*known.fields, replace(known["sick"], name="sick2"))))
    assert (found.provenance.dp, found.provenance.guarantee, found.provenance.covered) == (None, None, False)
    assert found.provenance.generation == 1


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_table_has_one_manifest_however_its_name_is_written(folder: Path, kind: str) -> None:
    table = pa.table({"a": [1, 2]})
    save_table(table, f"{kind}:///{folder}/f.db::t", provenance=PRIVATE)
    from privsynth.saving import save_batches

    save_batches([table], f"{kind}:///{folder}/f.db::T", provenance=MIXED, overwrite=True)
    for name in ("t", "T"):
        said = read_provenance(f"{kind}:///{folder}/f.db::{name}")
        assert said is not None
        assert said.contains_real_rows


def test_a_manifest_does_not_stay_with_a_table_that_was_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    def put(system: Any, here: str, there: str, **given: Any) -> None:
        if there.endswith(".csv"):
            raise OSError("the network went away")
        usual(system, here, there, **given)

    table, usual = pa.table({"a": [1]}), MemoryFileSystem.put_file
    with fsspec.open("memory://claims/real.csv", "w") as file:
        file.write("a\n7\n")
    save_table(table, "memory://claims/made.csv", provenance=MIXED)
    monkeypatch.setattr(MemoryFileSystem, "put_file", put)
    for name in ("real", "made"):
        with pytest.raises(SchemaError, match="could not be read or written"):
            save_table(table, f"memory://claims/{name}.csv", provenance=PRIVATE)
    assert read_provenance("memory://claims/real.csv") is None
    said = read_provenance("memory://claims/made.csv")
    assert said is not None
    assert said.contains_real_rows


@pytest.mark.parametrize("known_at", ["target", "link", "both"])
def test_a_manifest_lies_beside_what_a_link_leads_to(folder: Path, known_at: str) -> None:
    """Real rows that are written through a link are in the file that it leads to, which others read by its own name."""
    rows, link = pa.table({name: ["1"] for name in NAMES}), folder / "public" / "link.csv"
    link.parent.mkdir()
    save_table(rows, folder / "made.csv", provenance=PRIVATE)
    if known_at != "target":
        sidecar_of(link).write_bytes(sidecar_of(folder / "made.csv").read_bytes())
    if known_at == "link":
        sidecar_of(folder / "made.csv").unlink()
    link.symlink_to("../made.csv")
    save_table(rows, link, provenance=MIXED)
    for name in (link, folder / "made.csv"):
        said = read_provenance(name)
        assert said is not None
        assert (said.contains_real_rows, mode(name)) == (True, 0o600)
    save_table(rows, link)
    assert read_provenance(link) is read_provenance(folder / "made.csv") is None


def test_a_manifest_does_not_stay_with_a_file_that_was_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder such as /tmp a file of somebody else may be read and not replaced, and one beside it may be made."""

    def refused(here: Any, there: Any) -> None:
        if str(there).endswith(".csv"):
            raise PermissionError(1, "Operation not permitted", str(there))
        usual(here, there)

    usual, rows = os.replace, pa.table({name: ["1"] for name in NAMES})
    save_table(rows, folder / "mixed.csv", provenance=MIXED)
    monkeypatch.setattr("privsynth.files.os.replace", refused)
    for name in ("t", "mixed"):
        with pytest.raises(UsageError, match="could not be written"):
            save_table(rows, folder / f"{name}.csv", provenance=PRIVATE)
    assert read_provenance(folder / "t.csv") is None
    said = read_provenance(folder / "mixed.csv")
    assert said is not None
    assert said.contains_real_rows


def test_rows_that_came_later_have_no_guarantee(folder: Path) -> None:
    rows = pa.Table.from_pandas(pd.read_csv(folder / "t.csv", dtype=str), preserve_index=False)
    few = with_provenance(rows.slice(0, 10), replace(PRIVATE, rows=10))
    both = pa.concat_tables([few, rows])  # keeps what is said of the first
    assert read_provenance(both) == read_provenance(few)
    told: list[str] = []
    found = library.curate(both, schema=schema(), progress=told.append)
    assert (found.provenance.covered, found.provenance.generation, found.provenance.guarantee) == (False, None, None)
    assert any("more rows than its manifest is about" in each for each in told)
    assert curated(few.slice(0, 5))["covered_by_the_guarantee"]
    assert library.curate(pa.concat_tables([with_provenance(few, MIXED), rows]), schema=schema()).contains_real_rows


def test_rows_of_a_condition_may_be_real(folder: Path, fitted: Fitted) -> None:
    from sdv.sampling import Condition, DataFrameCondition

    from privsynth.sdv.synthesizers import load_synthesizer

    real = pd.read_csv(folder / "t.csv")[["age", "sex"]].head(4)
    fitted.save(folder / "model")
    ours = load_synthesizer(folder / "model")
    places = {"plain": folder / "plain", "framed": folder / "framed", "known": folder / "known"}
    ours.sample_from_conditions([Condition({"sex": "Male"}, num_rows=2)], output_folder_path=places["plain"])
    mixed = [Condition({"sex": "Male"}, num_rows=2), DataFrameCondition(real)]
    ours.sample_from_conditions(mixed, output_folder_path=places["framed"])
    ours.sample_remaining_columns(real, output_folder_path=places["known"])
    for name, place in places.items():
        (path,) = place.glob("*.csv")
        said = read_provenance(path)
        assert said is not None
        assert (said.contains_real_rows, said.covered, mode(path)) == (
            (False, True, 0o644) if name == "plain" else (True, False, 0o600)
        )
    texts = [Condition({"sex": "Male", "age": 30}, num_rows=1), DataFrameCondition(real[["age"]].astype(str))]
    with pytest.raises(UsageError, match="column of several types") as refused:  # Arrow would quote a cell
        ours.sample_from_conditions(texts, output_folder_path=folder / "texts")
    assert refused.value.__suppress_context__
    assert not (folder / "texts").exists()


def test_given_rows_are_for_their_owner(folder: Path, fitted: Fitted) -> None:
    pd.read_csv(folder / "t.csv")[["age"]].head(5).to_csv(folder / "p.csv", index=False)
    given = library.sample(fitted, given=folder / "p.csv", to="arrow")
    for name in ("o.csv", "o.parquet"):
        save_table(given, folder / name)
        assert mode(folder / name) == 0o600
        save_table(fitted.sample(5), folder / name)
        assert mode(folder / name) == 0o644
    for kind in ("sqlite", "duckdb"):
        save_table(given, f"{kind}:///{folder}/{kind}.db::t")
        save_table(fitted.sample(5), f"{kind}:///{folder}/public-{kind}.db::t")
        assert (mode(folder / f"{kind}.db"), mode(folder / f"public-{kind}.db")) == (0o600, 0o644)


def test_figures_of_real_rows_are_for_their_owner(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert privsynth(capsys, "scan", "t.csv", "--json", "scan.json", "--html", "scan.html").code == 0
    assert privsynth(capsys, "schema", "t.csv", "-o", "data.yaml").code == 0
    assert privsynth(capsys, "schema", "t.csv", "-o", "stated.yaml", "--declare", declaration(folder)).code == 0
    for name in ("scan.json", "scan.html", "data.yaml"):
        assert mode(name) == 0o600, name
    assert mode("stated.yaml") == 0o644


def test_what_no_guarantee_covers_is_for_its_owner(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A schema that was read from the data gets mode 0600, and so does all that repeats its labels."""
    assert privsynth(capsys, "schema", "t.csv", "-o", "data.yaml").code == 0
    asked = ("--schema", "data.yaml", "--allow-data-dependent-schema", "--generator", "copula", "--epsilon", 3)
    assert privsynth(capsys, "fit", "t.csv", *asked, "-o", "model").code == 0
    assert privsynth(capsys, "sample", "model", "-n", 9, "-o", "o.csv").code == 0
    assert privsynth(capsys, "mock", "data.yaml", "--allow-data-dependent-schema", "-n", 9, "-o", "m.parquet").code == 0
    assert privsynth(capsys, "run", "t.csv", *asked, "-o", "out").code == 0
    assert privsynth(capsys, "ledger", "show", "--json", "ledger.json").code == 0
    files = [*Path("model").iterdir(), *(each for each in Path("out").rglob("*") if each.is_file())]
    assert len(files) > 10
    for name in ("o.csv", "m.parquet", "ledger.json", *files):
        assert mode(name) == 0o600, name
    assert mode("model") == mode("out") == mode("out/release") == 0o700


def test_drift_of_a_table_with_real_rows_is_not_shared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = pa.Table.from_pandas(pd.read_csv(folder / "t.csv", dtype=str), preserve_index=False)
    for name, said in (("old", PRIVATE), ("new", PRIVATE), ("mixed", MIXED)):
        save_table(table, folder / f"{name}.csv", provenance=said)

    def told(old: str, new: str) -> tuple[int, str, str]:
        done = privsynth(
            capsys, "-q", "evaluate", "--synthetic", f"{new}.csv", "--earlier", f"{old}.csv", "--json", "d.json"
        )
        assert done.code == 0
        return mode("d.json"), json.loads(Path("d.json").read_text())["limits"], done.err

    assert told("mixed", "new")[0] == told("old", "mixed")[0] == 0o600
    _, limits, said = told("old", "mixed")
    assert "not to be released" in limits
    assert "not to be released" in said
    shared, limits, said = told("old", "new")
    assert (shared, said) == (0o644, "")
    assert "no real row" in limits
    sidecar_of("new.csv").write_text("{")
    assert "no real row" in told("old", "new")[1]


def test_a_card_vouches_for_what_was_released_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = privsynth(
        capsys, "run", "t.csv", "--epsilon", 3, "--declare", declaration(folder), "--generator", "copula", "--no-focus", "-o", "out",
        "--json", "run.json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert mode("run.json") == 0o600
    release = folder / "out" / "release"
    card = library.card(release)
    (release / "README.md").write_text("another one")
    assert library.card(release) == card
    for name in ("synthetic.csv", "schema.yaml", "synthetic.csv.manifest.json"):
        kept = (release / name).read_bytes()
        (release / name).write_bytes(kept + b"\n")
        with pytest.raises(ArtifactError, match=f"{name} of the release .* is not the one that was released"):
            library.card(release)
        (release / name).write_bytes(kept)
    (release / "synthetic.parquet").write_bytes(b"real rows")
    with pytest.raises(ArtifactError, match=r"synthetic\.parquet of the release"):
        library.card(release)


@pytest.mark.parametrize(
    "text",
    ['[curate]\nmix = "real.csv"', "[curate]\nmix_share = 0.5", '[sample]\ngiven = "real.csv"'],
)
def test_a_folder_does_not_add_real_rows(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (folder / settings.FILE_NAME).write_text(text)
    done = privsynth(capsys, "ledger", "show")
    assert (done.code, "must be said each time" in done.err) == (2, True)


def test_a_folder_does_not_hide_what_it_sets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[defaults]\nquiet = true\ndataset = "x\\u001b[2K\\r"\n[fit]\nepsilon = 100.0\n'
    (folder / settings.FILE_NAME).write_text(text)
    asked = ("t.csv", "--declare", declaration(folder), "--dry-run")
    told = privsynth(capsys, "fit", *asked).err
    assert told == "privsynth.toml: epsilon 100, dataset x\ufffd[2K\ufffd\n"
    assert privsynth(capsys, "-q", "fit", *asked).err == privsynth(capsys, "fit", "-q", *asked).err == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[defaults]\ndataset = "https://me@host/t.csv?api_key=SECRET"', "dataset https://host/t.csv"),
        ('[defaults]\nschema = "s3://SECRET@host/s.yaml"', "schema s3://host/s.yaml"),
        ('[fit]\nfocus = ["https://SECRET@h/a", "age"]', "focus https://h/a, age"),
    ],
)
def test_what_a_folder_sets_is_told_without_what_an_address_hides(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (folder / settings.FILE_NAME).write_text(text)
    done = privsynth(capsys, "fit", "t.csv", "--epsilon", 1, "--dry-run")
    assert f"privsynth.toml: {told}" in done.err
    assert "SECRET" not in done.err.partition("\n")[0]


@pytest.mark.parametrize(
    "command",
    [
        ("sample", "{}", "-o", "o.csv"),
        ("card", "{}"),
        ("check", "{}"),
        ("curate", "t.csv", "--schema", "{}", "-o", "o.csv"),
        ("fit", "t.csv", "--epsilon", 1, "-o", "{}"),
        ("run", "t.csv", "--epsilon", 1, "-o", "o", "--resume-from", "{}"),
        ("--config", "{}", "ledger", "show"),
    ],
)
@pytest.mark.parametrize("form", ["plain", "json"])
def test_an_address_in_place_of_a_path_is_not_repeated_with_its_password(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[Any, ...], form: str
) -> None:
    given = "s3://me:SEC/RET@host/x?token=SECRET"
    done = privsynth(capsys, "--log-format", form, *(given if each == "{}" else each for each in command))
    assert done.code in (2, 3, 5)
    assert "SEC" not in done.out + done.err
    assert "host" in done.err


@pytest.mark.parametrize(
    "command",
    [
        ("mock", "s.yaml", "-n", 3, "-o", "https://me@host/t.csv?token=SECRET"),
        ("mock", "s.yaml", "-n", 3, "-o", "postgresql://host/db?password=SECRET::t"),
        ("curate", "t.csv", "--schema", "s.yaml", "-o", "postgresql:/me:SECRET@h/db::t"),
        ("evaluate", "--synthetic", "t.csv", "--earlier", "t.csv", "--json", "https:/me:SECRET@h/x.json"),
    ],
)
def test_an_output_that_is_an_address_is_never_repeated(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[Any, ...]
) -> None:
    done = privsynth(capsys, *command)
    assert done.code == UsageError.exit_code
    assert "SECRET" not in done.out + done.err
    assert "address" in done.err


def test_groups_tell_nobodys_number(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)

    def real(rows: int) -> pd.DataFrame:
        paid = 1000 * rng.gamma(3, 9.87654321, rows)
        rare = np.where(np.arange(rows) == 1, "zz rare", "no")
        return pd.DataFrame({"paid": paid, "age": rng.integers(20, 80, rows), "rare": rare})

    train, synthetic, holdout = real(801), real(800), real(400)
    said = evaluate_tables(
        Private(train), synthetic, Private(holdout), target=["paid"], protected=dict.fromkeys(("paid", "age"), "asked")
    ).to_json()
    by_rare = evaluate_tables(
        Private(train), synthetic, Private(holdout), target=["rare"], protected=dict.fromkeys(("age", "paid"), "asked")
    ).to_json()
    assert by_rare["groups"][0]["positive"] == "a class of under ten rows of train"
    assert "zz rare" not in json.dumps(by_rare)
    texts = [said["groups"][0]["target"], *(each["positive"] for each in said["groups"])]
    labels = [group["label"] for each in by_rare["groups"] for group in each["groups"]]
    told = " ".join(map(str, (*texts, *labels))).replace(")", "").split()
    assert sum(word.replace(".", "").isdigit() for word in told) >= 4
    assert not {f"{number:.6g}" for number in (*train.paid, *holdout.paid)} & set(told)
    assert not {str(train.age.min()), str(train.age.max())} & set(told)


def test_nothing_of_one_person_is_written_or_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng, rows = np.random.default_rng(5), 600
    table = pd.DataFrame(
        {
            "person": [f"P{77000 + row // 2}" for row in range(rows)],
            "name": [f"Zeisigname{row}" for row in range(rows)],
            "sex": rng.choice(["F", "M"], rows),
            "city": rng.choice(["Oslo", "Bergen"], rows),
            "age": rng.integers(20, 80, rows),
            "paid": np.round(rng.gamma(2, 1000, rows), 2),
            "day": [f"2020-{1 + row % 12:02d}-{1 + row % 28:02d}" for row in range(rows)],
            "note": [f"zeisignote {row}" for row in range(rows)],
            'odd, "x" <b>': rng.integers(0, 5, rows),
        }
    )
    table.loc[[3, 5], "city"] = ["ZeisigCity", "ZeisigTown"]
    table.loc[[7, 8], "paid"] = [987654.32, -77777.77]
    table.loc[9, "age"] = 117
    table.loc[10, "day"] = "1911-03-09"
    table.loc[11, 'odd, "x" <b>'] = 424242
    table.to_csv("birds.csv", index=False)
    done = privsynth(
        capsys, "--log-format", "json", "run", "birds.csv", "--epsilon", 2, "--unit", "person", "--max-rows", 2, "--generator",
        "copula", "--focus", "sex", "-o", "out", "--json", "report.json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert privsynth(capsys, "sample", "out/release/model", "-n", 50, "-o", "more.csv").code == 0
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("birds.csv", "t.csv")]
    assert len(files) > 15
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace") + path.name
        found = re.search(r"(?i)zeisig|(?<![\d.])(?:987654|77777|424242)(?!\d)|1911-03-09|P77[0-9]{3}", text)
        assert found is None, (found, path)
    assert "zeisig" not in (done.out + done.err).lower()
    for name in ("report.html", "report.json", "README.md"):
        assert '"x" <b>' not in (folder / "out" / "release" / name).read_text("utf-8").replace('`odd, "x" <b>`', "")
