"""What commands say beside their results: text on a terminal, lines of JSON elsewhere, nothing but trouble when they are quiet."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import declaration, privsynth, small_table

import privsynth as package
from privsynth import exits, log
from privsynth.accounting import Spend
from privsynth.cli_progress import Bar
from privsynth.generators.base import Step

CANARY = "Zebedee"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "t.csv").write_text(small_table())
    declaration(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(text: str) -> list[dict[str, Any]]:
    """Read the lines of a log, each whole."""
    found = [json.loads(line) for line in text.splitlines()]
    for line in found:
        assert list(line) == ["time", "level", "event", "message"]
        assert line["level"] in ("info", "warning", "error")
        assert line["event"] in log.EVENTS
        said = datetime.fromisoformat(line["time"])
        assert abs((datetime.now(UTC) - said).total_seconds()) < 300
    return found


FIT = ("fit", "t.csv", "--declare", "declared.yaml", "--epsilon", 3)


def test_without_a_terminal_each_message_is_a_line_of_json(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRIVSYNTH_LOG_FORMAT")
    fit = privsynth(capsys, *FIT, "-o", "m", "--delta", 0.01)
    assert fit.code == 0
    found = lines(fit.err)
    assert {line["event"] for line in found} == {"stage", "note", "warning"}
    assert found[-1]["message"] == "m: draw rows with `privsynth sample m -o OUT.csv`."
    assert [line["level"] for line in found if line["event"] == "warning"] == ["warning"]
    assert found[0]["message"].startswith("generator maxent, because ")
    assert len(fit.out.splitlines()) == 1


def test_a_program_of_its_own_speaks_json_and_errors_are_a_line_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRIVSYNTH_LOG_FORMAT")
    for arguments, code in (
        (["fit", "none.csv", "--epsilon", "1", "-o", "m"], 3),
        (["fit", "--epsilonn"], 2),
        (["--no"], 2),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "privsynth.cli", *arguments], capture_output=True, text=True, check=False
        )
        (line,) = lines(done.stderr)
        assert (done.returncode, line["level"], line["event"]) == (code, "error", "error")


def test_a_wrong_option_in_json_says_where_the_options_are_listed(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PRIVSYNTH_LOG_FORMAT")
    (line,) = lines(privsynth(capsys, "audit", "t.csv").err)
    assert line["message"].startswith("Missing option '--train'. See `")
    assert line["message"].endswith(" audit --help`.")


def test_the_form_may_be_chosen(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lines(privsynth(capsys, "--log-format", "json", *FIT, "-o", "m").err)
    monkeypatch.setenv("PRIVSYNTH_LOG_FORMAT", "json")
    assert privsynth(capsys, "--log-format", "plain", "verify", "none").err.startswith("privsynth: ")
    assert lines(privsynth(capsys, "verify", "none").err)
    monkeypatch.setenv("PRIVSYNTH_LOG_FORMAT", "neither")
    assert privsynth(capsys, "verify", "none").code == 2


def test_on_a_terminal_it_is_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRIVSYNTH_LOG_FORMAT")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    log.stage("reading")
    log.stage("It is done.")
    log.note("so it is")
    log.warning("mind it")
    log.error("no")
    said = "  reading ...\n  It is done.\nso it is\nprivsynth: warning: mind it\nprivsynth: no\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("where", ["before", "after"])
def test_quiet_keeps_results_warnings_and_errors(capsys: pytest.CaptureFixture[str], folder: Path, where: str) -> None:
    def quiet(*arguments: Any) -> Any:
        return privsynth(capsys, *(("-q", *arguments) if where == "before" else (*arguments, "--quiet")))

    fit = quiet(*FIT, "-o", "m")
    assert (fit.code, fit.err, len(fit.out.splitlines())) == (0, "", 1)
    assert (folder / "m").exists()
    assert quiet("sample", "m", "-n", 3, "-o", "o.csv").err == ""
    assert len(quiet("sample", "m", "-n", 3, "-o", "-").out.splitlines()) == 4
    assert "warning: delta 0.01 times" in quiet(*FIT, "-o", "m2", "--delta", 0.01).err
    refused = quiet("verify", "none")
    assert refused.code != 0
    assert refused.err.startswith("privsynth: ")
    opened = quiet("ledger", "open", "--dataset", "d", "--epsilon", 1)
    assert (opened.code, opened.err) == (0, "")
    assert privsynth(capsys, "sample", "m", "-n", 3, "-o", "o.csv").err != "", "the next command is not quiet"


def test_quiet_does_not_hide_that_no_guarantee_holds(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    privsynth(capsys, "schema", "t.csv", "-o", "s.yaml")
    void = ("fit", "t.csv", "--schema", "s.yaml", "--epsilon", 1, "--allow-data-dependent-schema")
    fit = privsynth(capsys, "--quiet", *void, "-o", "m")
    assert fit.code == 0
    assert fit.err.splitlines()[0] == fit.out.splitlines()[0]
    spoken = privsynth(capsys, "--log-format", "json", *void, "-o", "m2")
    assert (lines(spoken.err)[0]["level"], lines(spoken.err)[0]["event"]) == ("warning", "void")


def step(number: int) -> Step:
    from fractions import Fraction

    return Step(done=number, steps=20, loss=0.5, spend=Spend(mu_squared=Fraction(number, 10)))


def test_no_bar_is_drawn_off_a_terminal_nor_when_quiet(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    def drawn(chosen: log.Log) -> str:
        with log.for_one_command(), Bar(1e-6) as bar:
            log.begin(chosen)
            for number in range(1, 21):
                bar.step(step(number))
        return capsys.readouterr().err

    assert drawn(log.Log(form="plain", quiet=True)) == ""
    told = lines(drawn(log.Log(form="json")))
    assert len(told) == 10
    assert {line["event"] for line in told} == {"step"}
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert "\x1b" not in drawn(log.Log(form="plain"))


def test_messages_quote_no_cell_and_stay_on_one_line(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "t.csv").write_text(small_table(50) + f"{CANARY},Female,01/01/2020,True,9\n")
    said = privsynth(capsys, "--log-format", "json", *FIT, "-o", "m").err
    assert lines(said)[-1]["level"] == "error"
    assert CANARY not in said
    with log.for_one_command():
        log.begin(log.Log(form="json"))
        log.note("two\nlines \u2028 \x1b[31m")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "two\nlines \u2028 \x1b[31m"
    assert line.isascii()
    assert "\x1b" not in line


def test_a_closed_stderr_does_not_stop_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("click.echo", closed)
    log.error("nobody listens")


def test_what_one_command_chose_is_forgotten() -> None:
    def choose() -> None:
        log.begin(log.Log(form="json", quiet=True))

    before = log.current()
    assert exits.code_of(choose) == 0
    assert log.current() == before


def test_commands_write_messages_in_one_place() -> None:
    """`log` alone writes to stderr, so that every message is a line of JSON where that is wanted."""
    folder = Path(package.__file__).parent
    for path in [*folder.glob("cli*.py"), folder / "exits.py", folder / "tables.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                said = [word for word in node.keywords if word.arg == "err"]
                assert not said, f"{path.name}:{node.lineno}: say it with privsynth.log (stage, note, warning, error)"
