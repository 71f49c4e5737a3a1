"""The command line as scripts rely on it: what goes to stdout and what to stderr, JSON that is valid, help that is quick."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from command_line import HEADER, declaration, privsynth, small_table

from privsynth.cli import cli
from privsynth.generators.fitted import load_model
from privsynth.ledger import default_path
from privsynth.tableschema import dump_schema

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
HEAVY = (
    "numpy",
    "pandas",
    "torch",
    "sklearn",
    "duckdb",
    "pyarrow",
    "scipy",
    "sdv",
    "presidio_analyzer",
    "faker",
    "rich",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(small_table())
    declaration(tmp_path)
    return tmp_path


@pytest.fixture
def model(capsys: pytest.CaptureFixture[str], folder: Path) -> Path:
    fit = privsynth(capsys, *_fit(folder), "-o", folder / "m")
    assert fit.code == 0
    return folder / "m"


def _fit(folder: Path) -> tuple[Any, ...]:
    return ("fit", folder / "t.csv", "--declare", folder / "declared.yaml", "--epsilon", 3)


def valid(text: str, name: str) -> Any:
    document = json.loads(text)
    form = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(document)
    return document


def commands(group: click.Group = cli, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: " ".join(value) if isinstance(value, tuple) else "command"
)
def test_every_command_has_help_of_one_line_and_every_option_a_text(
    capsys: pytest.CaptureFixture[str], path: tuple[str, ...], command: click.Command
) -> None:
    outcome = privsynth(capsys, *path, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith("Usage: privsynth " + " ".join(path))
    short = command.get_short_help_str(limit=72)
    assert short.endswith(".")
    assert not short.endswith("...")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom privsynth.cli import _outcome\n"
        f"code = _outcome({arguments!r})\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'imported: {heavy}' if heavy else code)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = privsynth(capsys)
    assert "Commands:" in outcome.out + outcome.err


def test_fit_sample_and_verify(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    fit = privsynth(capsys, *_fit(folder), "-o", folder / "m.zip")
    assert fit.code == 0
    assert len(fit.out.splitlines()) == 1, "the guarantee is one sentence"
    told = fit.err.splitlines()
    assert told[0].startswith("  generator maxent, because ")
    assert all(line.endswith((" ...", "more epsilon.")) for line in told[1:-1])
    assert "privsynth sample" in fit.err.splitlines()[-1]
    sample = privsynth(capsys, "sample", folder / "m.zip", "-n", 7, "--seed", 1, "-o", folder / "o.csv")
    assert (sample.code, sample.out) == (0, "")
    assert "7 rows" in sample.err
    text = (folder / "o.csv").read_text()
    assert text.splitlines()[0] == HEADER
    assert len(text.splitlines()) == 8
    verify = privsynth(capsys, "verify", folder / "m.zip")
    assert (verify.code, verify.out, verify.err) == (0, "Every file is as it was written.\n", "")
    absent = privsynth(capsys, "verify", folder / "none")
    assert (absent.code, absent.out) == (5, "")
    assert "There is nothing at" in absent.err
    assert "Restore" not in absent.err


def test_sample_to_stdout_is_the_file(capsys: pytest.CaptureFixture[str], model: Path, folder: Path) -> None:
    privsynth(capsys, "sample", model, "-n", 5, "--seed", 1, "-o", folder / "o.csv")
    shown = privsynth(capsys, "sample", model, "-n", 5, "--seed", 1, "-o", "-")
    assert shown.out == (folder / "o.csv").read_text()
    assert shown.err == ""


@pytest.mark.parametrize("name", ["real.csv", "real.parquet"])
def test_a_table_that_privsynth_did_not_write_is_not_overwritten(
    capsys: pytest.CaptureFixture[str], model: Path, folder: Path, name: str
) -> None:
    real, ours = folder / name, folder / f"ours.{name}"
    real.write_bytes(b"not to be lost")
    schema = ("--schema", model.parent / "s.yaml")
    (model.parent / "s.yaml").write_text(dump_schema(load_model(model).schema))
    assert privsynth(capsys, "sample", model, "-n", 5, "-o", ours).code == 0
    for command in (
        ("sample", model, "-n", 5),
        ("curate", ours, *schema),
        ("mock", model.parent / "s.yaml", "-n", 5),
    ):
        refused = privsynth(capsys, *command, "-o", real)
        assert (refused.code, real.read_bytes()) == (2, b"not to be lost")
        assert "privsynth did not write it" in refused.err
        assert privsynth(capsys, *command, "-o", folder / f"again.{name}").code == 0
        assert privsynth(capsys, *command, "-o", folder / f"again.{name}").code == 0
    assert privsynth(capsys, "sample", model, "-n", 5, "-o", real, "--replace").code == 0
    assert real.read_bytes() != b"not to be lost"


def test_a_dry_run_reads_the_header_only_and_spends_nothing(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "t.csv").write_bytes(f'{HEADER}\n1,2\n"'.encode() + b"\xff\x00")
    for command in ("fit", "run"):
        planned = privsynth(capsys, command, *_fit(folder)[1:], "--dry-run")
        assert (planned.code, planned.err) == (0, "")
        assert valid(planned.out, "plan")["modelled_columns"] == HEADER.split(",")
    learned = privsynth(capsys, "fit", folder / "t.csv", "--epsilon", 1, "--dry-run")
    assert valid(learned.out, "plan")["learned_columns"]
    assert not default_path().exists()


def test_json_on_stdout_is_all_that_is_there_and_valid(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    table = folder / "t.csv"
    compared = ("--train", table, "--synthetic", table, "--json", "-")
    valid(privsynth(capsys, "scan", table, "--json", "-").out, "scan")
    (folder / "u.csv").write_text(small_table(5))
    both = json.loads(privsynth(capsys, "scan", table, folder / "u.csv", "--json", "-").out)
    assert [valid(json.dumps(document), "scan")["table"] for document in both] == ["t.csv", "u.csv"]
    valid(privsynth(capsys, "evaluate", *compared, "--target", "sick").out, "evaluate")
    valid(privsynth(capsys, "audit", *compared).out, "audit")
    valid(privsynth(capsys, "ledger", "show", "--json", "-").out, "ledger")


def test_json_and_html_files(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    table, place, page = folder / "t.csv", folder / "a.json", folder / "a.html"
    outcome = privsynth(capsys, "audit", "--train", table, "--synthetic", table, "--json", place, "--html", page)
    assert outcome.code == 0
    assert outcome.out.startswith("Verdict: ")
    assert valid(place.read_text("utf-8"), "audit")["verdict"] in ("leak", "inconclusive")
    assert page.read_text("utf-8").lstrip().lower().startswith("<!doctype html")


def test_manifest_and_schema_files_are_valid(capsys: pytest.CaptureFixture[str], model: Path, folder: Path) -> None:
    valid((model / "manifest.json").read_text("utf-8"), "manifest")
    made = privsynth(capsys, "schema", folder / "t.csv", "-o", folder / "s.json", "--epsilon", 4)
    assert (made.code, made.out) == (0, "")
    valid((folder / "s.json").read_text("utf-8"), "table_schema")


def test_check_says_what_a_fit_would_refuse_or_learn(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    schema, table = folder / "s.yaml", folder / "t.csv"
    privsynth(capsys, "schema", table, "-o", schema, "--declare", folder / "declared.yaml")
    fine = privsynth(capsys, "check", schema, table)
    assert (fine.code, fine.out) == (0, "The schema is well formed.\n")
    (folder / "d.yaml").write_text("fields: [{name: age}, {name: sex}]")
    noted = privsynth(capsys, "check", folder / "d.yaml")
    assert noted.code == 0
    assert "well formed" in noted.out


def test_gates(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    people = folder / "people.csv"
    people.write_text("email,age\n" + "".join(f"jane{n}.doe@example.org,{20 + n % 50}\n" for n in range(60)))
    found = privsynth(capsys, "scan", people, "--fail-on", "direct")
    assert (found.code, "1 column is direct" in found.err) == (6, True)
    assert "example.org" not in found.out + found.err
    table = folder / "t.csv"
    assert privsynth(capsys, "audit", "--train", table, "--synthetic", table, "--fail-on", "inconclusive").code == 6


def test_ledger_commands(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert "Nothing was spent" in privsynth(capsys, "ledger", "show").out
    opened = privsynth(capsys, "ledger", "open", "--dataset", "d", "--epsilon", 4)
    assert (opened.code, opened.out) == (0, "")
    privsynth(capsys, *_fit(folder), "-o", folder / "m", "--dataset", "d")
    shown = privsynth(capsys, "ledger", "show")
    assert "of 4" in shown.out
    assert "fit maxent" in shown.out
    assert not [line for line in shown.out.splitlines() if line != line.rstrip()]
    verified = privsynth(capsys, "ledger", "verify", folder / "m")
    assert (verified.code, verified.out) == (0, f"The ledger is whole. It has {folder / 'm'}.\n")
    assert privsynth(capsys, "ledger", "verify").out == "The ledger is whole.\n"


def test_our_warnings_are_one_line_and_those_of_others_are_not_shown(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import privsynth as package

    ours = str(Path(package.__file__).parent / "fitting.py")

    def scan(*_: Any, **__: Any) -> None:
        warnings.warn_explicit("delta is large. Use less.", UserWarning, ours, 1)
        warnings.warn_explicit("a cell", UserWarning, "/site-packages/pandas/x.py", 1)
        warnings.warn_explicit("a cell", FutureWarning, ours, 1)
        raise click.exceptions.Exit(0)

    monkeypatch.setattr("privsynth.scanning.scan", scan)
    outcome = privsynth(capsys, "scan", folder / "t.csv")
    assert (outcome.code, outcome.err) == (0, "privsynth: warning: delta is large. Use less.\n")


def test_a_large_delta_is_warned_about(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    outcome = privsynth(capsys, *_fit(folder), "--delta", 0.01, "-o", folder / "m")
    assert outcome.code == 0
    assert [line for line in outcome.err.splitlines() if line.startswith("privsynth: warning: delta 0.01 times")]


def test_sampling_conditions(capsys: pytest.CaptureFixture[str], model: Path) -> None:
    drawn = privsynth(
        capsys, "sample", model, "-n", 20, "-o", "-", "--where", "age >= 50 and sex = Female and sick=true"
    )
    rows = [line.split(",") for line in drawn.out.splitlines()[1:]]
    assert len(rows) == 20
    assert all(int(age) >= 50 and sex == "Female" and sick == "true" for age, sex, _, sick in rows)


def test_commands_are_listed_in_the_order_in_which_people_meet_them(capsys: pytest.CaptureFixture[str]) -> None:
    shown = privsynth(capsys, "--help").out.split("Commands:")[1].split("\n")
    names = [line.split()[0] for line in shown if line.startswith("  ") and line[2] != " "]
    assert names[:7] == ["demo", "run", "scan", "schema", "check", "fit", "sample"]
    assert names[-1] == "verify"
    assert not any(line.endswith("...") for line in shown), "each fits its line"
