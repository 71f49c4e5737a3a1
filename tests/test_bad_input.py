"""Every mistake ends with its exit code, a message of what, where and what to do, no cell anywhere, and nothing spent."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import DECLARED, HEADER, Outcome, declaration, privsynth, small_table

from privsynth.ledger import Ledger, default_path

CANARY = "Zq7CANARYx9"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(small_table())
    declaration(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fitted model in a folder."""
    from privsynth import pipeline

    folder = tmp_path_factory.mktemp("saved")
    (folder / "t.csv").write_text(small_table())
    fitted = pipeline.fit(folder / "t.csv", epsilon=5.0, declare=DECLARED, ledger=folder / "l.db")
    fitted.save(folder / "model")
    fitted.save(folder / "model.zip")
    return folder


def spent() -> int:
    return len(Ledger(default_path()).show()["datasets"])


def told(outcome: Outcome, code: int, message: str, folder: Path) -> None:
    """Check what every refusal has in common."""
    assert outcome.code == code, outcome
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert "bug" not in outcome.err
    assert len(outcome.err.strip().split(". ")) >= 2 or outcome.err.startswith("Usage"), "what, where and what to do"
    assert CANARY not in outcome.out + outcome.err
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "given"):
        if not path.name.startswith("t."):
            assert CANARY.encode() not in path.read_bytes(), path
    assert not list(folder.rglob(".tmp-*"))
    assert spent() == 0


BROKEN = {
    "latin-1": ("t.csv", f"{HEADER}\n20,é{CANARY},01/01/2020,True\n".encode("latin-1"), "--encoding latin-1"),
    "utf-16": ("t.csv", small_table().encode("utf-16"), "Save it as UTF-8"),
    "short row": (
        "t.csv",
        f"{small_table()}20,{CANARY}\n20,Male,01/01/2020,True\n".encode(),
        "line 302 has more or fewer",
    ),
    "cut off": ("t.csv", f"{small_table()}20,{CANARY}".encode(), "line 302"),
    "long row": ("t.csv", f"{small_table()}20,Male,01/01/2020,True,{CANARY}\n".encode(), "line 302"),
    "quote": ("t.csv", f'{small_table()}20,"{CANARY},01/01/2020,True\n'.encode(), "unbalanced quote"),
    "nul": ("t.csv", f"{small_table()}20,{CANARY}\x00,01/01/2020,True\n".encode(), "NUL byte"),
    "gzip": ("t.csv.gz", gzip.compress(small_table(9000).encode())[:-20], "truncated or damaged gzip"),
    "parquet": ("t.parquet", b"PAR1" + CANARY.encode() * 30 + b"PAR1", "damaged"),
    "empty": ("t.csv", b"", "is empty"),
    "duplicate": ("t.csv", f"age,age\n1,{CANARY}\n".encode(), "Columns 1 and 2"),
    "unnamed": ("t.csv", f"age,,sex\n1,{CANARY},2\n".encode(), "Column 2"),
    "lacking": ("t.csv", f"age,sex,day\n1,{CANARY},2\n".encode(), "which the table lacks"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("command", ["fit", "run"])
def test_broken_tables(capsys: pytest.CaptureFixture[str], folder: Path, name: str, command: str) -> None:
    ending, data, message = BROKEN[name]
    (folder / ending).write_bytes(data)
    table, declared = folder / ending, folder / "declared.yaml"
    outcome = privsynth(capsys, command, table, "--epsilon", 1, "--declare", declared, "-o", folder / "out")
    told(outcome, 3, message, folder)
    assert not (folder / "out").exists()


_NAMED = ("duplicate", "unnamed")  # a scan and an audit give such columns a name of their own


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (command, name)
        for command in ("scan", "schema", "evaluate", "audit")
        for name in BROKEN
        if name != "lacking" and not (command in ("scan", "audit") and name in _NAMED)
    ],
)
def test_broken_tables_in_other_commands(
    capsys: pytest.CaptureFixture[str], folder: Path, command: str, name: str
) -> None:
    good = folder / "good.csv"
    good.write_text(small_table())
    ending, data, message = BROKEN[name]
    table = folder / ending
    table.write_bytes(data)
    arguments: dict[str, tuple[Any, ...]] = {
        "scan": (table, "--json", folder / "scan.json"),
        "schema": (table, "-o", folder / "s.yaml"),
        "evaluate": ("--train", table, "--synthetic", good, "--json", folder / "e.json"),
        "audit": ("--train", good, "--synthetic", table, "--html", folder / "a.html"),
    }
    told(privsynth(capsys, command, *arguments[command]), 3, message, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted({"t.csv", "declared.yaml", "good.csv", ending})


FIT = ("fit", "t.csv", "--declare", "declared.yaml", "-o", "out", "--epsilon")
REFUSED: list[tuple[tuple[Any, ...], int, str]] = [
    ((*FIT, 0), 2, "epsilon is 0.0"),
    ((*FIT, -1), 2, "must be a positive number"),
    ((*FIT, "nan"), 2, "epsilon is nan"),
    ((*FIT, "inf"), 2, "epsilon is inf"),
    ((*FIT, "much"), 2, "'much' is not a valid float"),
    ((*FIT, 1, "--delta", 0), 2, "delta is 0.0"),
    ((*FIT, 1, "--delta", 1), 2, "between 0 and 1"),
    ((*FIT, 1, "--delta", -1e-6), 2, "delta is -1e-06"),
    ((*FIT, 1, "--delta", "nan"), 2, "delta is nan"),
    ((*FIT, 1, "--generator", "gan2"), 2, "gan2"),
    ((*FIT, 1, "--colour", "red"), 2, "No such option"),
    ((*FIT, 1, "--max-rows", 3), 2, "--unit COL"),
    ((*FIT, 1, "--unit", "sex", "--max-rows", 0), 2, "max_rows is 0"),
    ((*FIT, 1, "--unit", "nobody"), 3, "`nobody`"),
    ((*FIT, 1, "--focus", "nothing"), 3, "The focus `nothing` is no column"),
    ((*FIT, 1, "--schema", "declared.yaml"), 2, "Give one of them"),
    ((*FIT, 1, "--encoding", "utf-7"), 2, "utf-7"),
    (("fit", "none.csv", "--epsilon", 1, "-o", "out"), 3, "There is no file"),
    (("fit", "declared.yaml", "--epsilon", 1, "-o", "out"), 2, "ending that is not known"),
    (("fit", "t.csv", "--epsilon", 1), 2, "Name it with -o"),
    (("fit", "t.csv", "--epsilon", 1, "--declare", "none.yaml", "-o", "out"), 3, "There is no file"),
    (("fit", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "none/out"), 2, "does not exist"),
    (("fit", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "there"), 2, "exists"),
    (("run", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "there"), 2, "exists"),
    (("run", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "none/out"), 2, "does not exist"),
    (
        ("run", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "out", "--json", "none/r"),
        2,
        "does not exist",
    ),
    (
        ("run", "t.csv", "--epsilon", 1, "--declare", "declared.yaml", "-o", "out", "--resume-from", "there"),
        5,
        "no paid model",
    ),
    (("schema", "t.csv", "-o", "t.csv"), 2, "exists already"),
    (("schema", "t.csv", "-o", "none/s.yaml"), 2, "does not exist"),
    (("schema", "t.csv", "-o", "s.yaml", "--epsilon", "nan"), 2, "epsilon is nan"),
    (("scan", "t.csv", "--json", "there"), 2, "is a folder"),
    (("scan", "t.csv", "--fail-on", "all"), 2, "'all' is not one of"),
    (("scan",), 2, "Missing argument"),
    (("check", "t.csv"), 3, "no list `fields`"),
    (("evaluate", "--train", "t.csv", "--synthetic", "t.csv", "--target", "z"), 2, "is no column"),
    (("audit", "--train", "t.csv"), 2, "There is no table to audit"),
    (("sample", "there", "-o", "o.csv"), 5, "no model or release"),
    (("sample", "t.csv", "-o", "o.csv"), 5, "t.csv"),
    (("sample", "none", "-o", "o.csv"), 5, "none"),
    (("verify", "there"), 5, "problem"),
    (("ledger", "show", "--dataset", "none"), 2, "not in the ledger"),
    (("ledger", "open", "--dataset", "d", "--epsilon", -1), 2, "positive number"),
    (("frobnicate",), 2, "No such command"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED, ids=lambda value: str(value)[:60])
def test_wrong_arguments(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[Any, ...],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "there").mkdir()
    told(privsynth(capsys, *arguments), code, message, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["declared.yaml", "t.csv", "there"]


SCHEMAS: list[tuple[dict[str, Any], str]] = [
    ({"fields": [{"name": "age", "type": "integer", "constraints": {"minimum": 9, "maximum": 1}}]}, "Swap them"),
    ({"fields": [{"name": "sex", "constraints": {"enum": ["M", "F", "M"]}}]}, "twice"),
    (
        {"fields": [{"name": "height", "type": "integer", "constraints": {"minimum": 0, "maximum": 1}}]},
        "which t.csv lacks",
    ),
    ({"fields": [{"name": "day", "type": "date", "format": "%Q"}]}, "the directive '%Q'"),
    ({"fields": [{"name": "sex", "privsynth": {"action": "drop"}}]}, "No column is left to model"),
]


@pytest.mark.parametrize(("document", "message"), SCHEMAS, ids=lambda value: str(value)[-40:])
def test_wrong_schemas(capsys: pytest.CaptureFixture[str], folder: Path, document: Any, message: str) -> None:
    path = folder / "s.yaml"
    path.write_text(yaml.safe_dump(document))
    fit = privsynth(capsys, "fit", folder / "t.csv", "--schema", path, "--epsilon", 1, "-o", folder / "out")
    told(fit, 3, message, folder)
    assert not (folder / "out").exists()


def test_a_schema_read_from_the_data_is_refused_and_with_the_flag_every_output_says_so(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    schema, table, model = folder / "s.yaml", folder / "t.csv", folder / "m"
    made = privsynth(capsys, "schema", table, "-o", schema)
    assert made.code == 0
    assert "statements were read from the data" in made.err
    fit = ("fit", table, "--schema", schema, "--epsilon", 1, "-o", model)
    told(privsynth(capsys, *fit), 3, "--allow-data-dependent-schema", folder)

    void = "NO PRIVACY GUARANTEE"
    planned = privsynth(capsys, *fit, "--allow-data-dependent-schema", "--dry-run")
    assert json.loads(planned.out)["guarantee"]["sentence"].startswith(void)
    fitted = privsynth(capsys, *fit, "--allow-data-dependent-schema")
    assert fitted.code == 0
    assert fitted.err.startswith(void)
    assert fitted.out.startswith(void)
    assert json.loads((model / "manifest.json").read_text())["dp"] is False
    sampled = privsynth(capsys, "sample", model, "-n", 5, "-o", folder / "o.csv")
    assert sampled.err.startswith(void)


def test_a_budget_that_is_spent(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    opened = privsynth(capsys, "ledger", "open", "--dataset", "d", "--epsilon", 1.2)
    assert opened.code == 0
    fit = ("fit", folder / "t.csv", "--declare", folder / "declared.yaml", "--dataset", "d", "--epsilon")
    assert privsynth(capsys, *fit, 1, "-o", folder / "m1").code == 0
    refused = privsynth(capsys, *fit, 1, "-o", folder / "m2")
    assert refused.code == 4
    assert "does not allow epsilon 1" in refused.err
    assert "of 1.2 is left" in refused.err
    assert not (folder / "m2").exists()
    [account] = Ledger(default_path()).show("d")["datasets"]
    assert len(account["entries"]) == 1


def ruined(source: Path, folder: Path, kind: str) -> Path:
    target = folder / "model"
    shutil.copytree(source / "model", target)
    arrays = target / "arrays.safetensors"
    if kind == "truncated":
        arrays.write_bytes(arrays.read_bytes()[:-20])
    elif kind == "damaged":
        data = bytearray(arrays.read_bytes())
        data[-3] ^= 1
        arrays.write_bytes(bytes(data))
    elif kind == "no arrays":
        arrays.unlink()
    elif kind == "foreign":
        (target / "manifest.json").write_text('{"format": "other/1"}')
    elif kind == "no json":
        (target / "manifest.json").write_text(CANARY)
    elif kind == "pickle":
        import pickle

        target = folder / "model.pkl"
        target.write_bytes(pickle.dumps({"a": CANARY}))
    elif kind == "zip":
        target = folder / "model.zip"
        target.write_bytes((source / "model.zip").read_bytes()[:-50])
    return target


@pytest.mark.parametrize("kind", ["truncated", "damaged", "no arrays", "foreign", "no json", "pickle", "zip"])
def test_damaged_and_foreign_models(capsys: pytest.CaptureFixture[str], saved: Path, tmp_path: Path, kind: str) -> None:
    model = ruined(saved, tmp_path, kind)
    for outcome in (privsynth(capsys, "sample", model, "-o", tmp_path / "o.csv"), privsynth(capsys, "verify", model)):
        assert outcome.code == 5, outcome
        assert CANARY not in outcome.err + outcome.out
        assert "Traceback" not in outcome.err
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-n", -1), "-1 rows cannot be sampled"),
        (("-n", "many"), "not a valid integer"),
        (("-n", 10**12), "cannot be sampled"),
        (("--seed", -1), "negative"),
        (("--where", "age"), "cannot be read"),
        (("--where", ""), "cannot be read"),
        (("--where", "height > 3"), "the columns are: age, sex, day, sick"),
        (("--where", "age >= old"), "no whole number"),
        (("--where", "sex = Unknown"), "no label 'Unknown'"),
        (("--where", "sex > Female"), "Use =, != or in"),
        (("--where", "age > 3; drop table"), "no whole number"),
        (("--where", "age > 300"), "holds for no value of `age`"),
        (("--where", "age < 30 and age > 80"), "Relax the condition"),
    ],
)
def test_wrong_samples(
    capsys: pytest.CaptureFixture[str], saved: Path, tmp_path: Path, arguments: tuple[Any, ...], message: str
) -> None:
    outcome = privsynth(capsys, "sample", saved / "model", "-o", tmp_path / "o.csv", *arguments)
    assert outcome.code == 2, outcome
    assert message in outcome.err
    assert not list(tmp_path.iterdir())


def test_sample_refuses_endings_before_it_reads_the_model(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    outcome = privsynth(capsys, "sample", tmp_path / "none", "-o", tmp_path / "o.xls")
    assert (outcome.code, "ending that cannot be written" in outcome.err) == (2, True)


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".jsonl"])
def test_tables_of_no_row_and_of_one_row_work(
    capsys: pytest.CaptureFixture[str], folder: Path, rows: int, ending: str
) -> None:
    table = folder / f"t{ending}"
    data = small_table(rows).encode()
    if ending == ".jsonl":
        data = b'{"age":20,"sex":"Male","day":"01/01/2020","sick":true}\n'
    table.write_bytes(gzip.compress(data) if ending == ".csv.gz" else data)
    fit = privsynth(capsys, "fit", table, "--declare", folder / "declared.yaml", "--epsilon", 1, "-o", folder / "m")
    assert fit.code == 0, fit
    sample = privsynth(capsys, "sample", folder / "m", "-n", 3, "-o", folder / "o.csv")
    assert sample.code == 0, sample
    assert (folder / "o.csv").read_text().splitlines()[0] == HEADER


def test_no_cell_of_a_table_that_is_fitted_shows_up_anywhere(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    cells = [f"{CANARY}0,{CANARY}1,{CANARY}2,{CANARY}3", f"1e400,{CANARY},31/02/2020,nan", f"{'9' * 400},=1+{CANARY},,"]
    (folder / "t.csv").write_text(small_table() + "\n".join(cells) + "\n")
    out = folder / "out"
    fit = privsynth(capsys, "fit", folder / "t.csv", "--declare", folder / "declared.yaml", "--epsilon", 2, "-o", out)
    derived = privsynth(capsys, "fit", folder / "t.csv", "--epsilon", 5, "-o", folder / "derived")
    for outcome in (fit, derived):
        assert outcome.code in (0, 3), outcome
        assert CANARY not in outcome.out + outcome.err
    assert fit.code == 0
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != "t.csv"):
        assert CANARY.encode() not in path.read_bytes(), path
    assert CANARY.encode() not in default_path().read_bytes()


def test_a_bug_is_one_line_without_the_cell_that_caused_it(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("privsynth.scanning.scan", broken)
    outcome = privsynth(capsys, "scan", folder / "t.csv")
    assert outcome.code == 1
    assert outcome.err.startswith("privsynth: a bug (ValueError at ")
    assert CANARY not in outcome.err
    assert len(outcome.err.splitlines()) == 1
    for error, code in (
        (MemoryError(), 7),
        (KeyboardInterrupt(), 130),
        (OSError(28, "full"), 7),
        (OSError(13, "no"), 2),
    ):
        monkeypatch.setattr("privsynth.scanning.scan", lambda *_, error=error, **__: (_ for _ in ()).throw(error))
        assert privsynth(capsys, "scan", folder / "t.csv").code == code


if os.geteuid() != 0:

    def test_a_table_that_may_not_be_read(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        (folder / "t.csv").chmod(0)
        assert privsynth(capsys, "scan", folder / "t.csv").code == 3


def test_a_unit_that_the_table_lacks_is_named_as_the_unit(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    fit = privsynth(capsys, "fit", folder / "t.csv", "--epsilon", 1, "--unit", "patiend", "-o", folder / "out")
    told(fit, 3, "The unit is to be the column `patiend`, which t.csv lacks. Its columns are:", folder)


def test_where_nothing_could_be_learned_the_message_says_what_helps(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    fit = privsynth(capsys, "fit", folder / "t.csv", "--epsilon", 0.001, "-o", folder / "out")
    assert fit.code == 3
    assert "so small an epsilon nothing could be learned of them. Declare" in fit.err
    assert "What was spent on learning stays spent." in fit.err
    assert spent() == 1
    assert CANARY not in fit.out + fit.err
