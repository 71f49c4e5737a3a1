"""The project file: found, checked, shown, and beaten by the environment and the command line.

`python tests/test_settings.py` writes schemas/project.schema.json anew.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from command_line import Outcome, declaration, privsynth, small_table

from privsynth import settings
from privsynth.cli import cli
from privsynth.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "etl.md"
FORM = ROOT / "schemas" / "project.schema.json"
PATH_LIKE = {"F", "F|-", "F.csv", "S.yaml", "T", "S", "H", "D", "M", "MODEL", "DIR", "OUT", "PARTIAL", "R"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "t.csv").write_text(small_table())
    declaration(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = settings.FILE_NAME) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def planned(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[dict[str, Any], Outcome]:
    outcome = privsynth(capsys, *arguments, "--dry-run")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out), outcome


def test_the_file_of_the_working_folder_gives_what_was_not_typed(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder, '[defaults]\nunit = "row"\n[fit]\nepsilon = 2\ndeclare = "declared.yaml"\nfocus = ["sex", "sick"]\n')
    plan, told = planned(capsys, "fit", "t.csv")
    assert plan["epsilon"] == 2
    assert told.err == "privsynth.toml: epsilon 2, declare declared.yaml, unit row, focus sex, sick\n"
    typed, told = planned(capsys, "fit", "t.csv", "--epsilon", 3, "--no-focus")
    assert typed["epsilon"] == 3
    assert told.err == "privsynth.toml: declare declared.yaml, unit row\n"
    assert privsynth(capsys, "ledger", "show").err == "", "nothing of the file concerns it"


def test_a_named_file_is_found_from_anywhere_and_its_paths_start_at_it(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = write(folder, '[fit]\nepsilon = 2\ndeclare = "declared.yaml"\noutput = "~/m"\n', "night.toml")
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert planned(capsys, "--config", "../night.toml", "fit", "../t.csv")[0]["epsilon"] == 2
    monkeypatch.setenv(settings.PATH_VARIABLE, str(named))
    plan, told = planned(capsys, "fit", "../t.csv")
    assert plan["epsilon"] == 2
    assert f"declare {folder}/declared.yaml" in told.err
    assert f"output {Path.home()}/m" in told.err
    nothing = privsynth(capsys, "--config", "/dev/null", "fit", "../t.csv", "--dry-run")
    assert (nothing.code, "epsilon" in nothing.err) == (2, True), "an empty file sets nothing"


def test_the_command_line_beats_the_environment_which_beats_the_file(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, '[defaults]\nledger = "file.db"\nlog-format = "json"\n')
    monkeypatch.setenv("PRIVSYNTH_LEDGER", str(folder / "environment.db"))

    def opened(*arguments: Any) -> str:
        said = privsynth(capsys, "ledger", "open", "--dataset", "d", "--epsilon", 1, *arguments)
        assert said.code == 0
        return said.err

    assert "environment.db" in opened()
    assert "typed.db" in opened("--ledger", "typed.db")
    monkeypatch.delenv("PRIVSYNTH_LEDGER")
    monkeypatch.delenv("PRIVSYNTH_LOG_FORMAT")
    assert [json.loads(line)["event"] for line in opened().splitlines()] == ["settings", "note"]
    assert (folder / "file.db").exists()


@pytest.mark.parametrize(
    ("text", "arguments", "shown"),
    [
        (
            '[defaults]\nschema = "s.yaml"\n[fit]\nepsilon = 1',
            ("fit", "t.csv", "--declare", "declared.yaml"),
            "epsilon 1",
        ),
        (
            '[fit]\nepsilon = 1\nno-focus = true\ndeclare = "declared.yaml"',
            ("fit", "t.csv", "--focus", "sex"),
            "declare",
        ),
        ('[fit]\nepsilon = 1\ndeclare = "declared.yaml"\nno_focus = true', ("fit", "t.csv"), "no_focus yes"),
        ("[fit]\nepsilon = 1", ("fit", "t.csv", "--not-private", "--generator", "sdv-copula"), ""),
    ],
)
def test_what_is_typed_displaces_its_rival_in_the_file(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str, arguments: tuple[str, ...], shown: str
) -> None:
    write(folder, text)
    _, told = planned(capsys, *arguments)
    assert shown in told.err
    assert "schema" not in told.err
    assert "no_focus" not in told.err or "--focus" not in arguments


def test_both_focuses_typed_or_both_in_the_file_contradict_each_other(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder, '[fit]\nepsilon = 1\ndeclare = "declared.yaml"\nno_focus = true\nfocus = ["sex"]')
    assert "Both --focus and --no-focus" in privsynth(capsys, "fit", "t.csv", "--dry-run").err


def test_options_that_an_audit_requires_may_stand_in_the_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder, '[audit]\ntrain = "t.csv"\nsynthetic = "t.csv"\nfail-on = "leak"\nseed = 3\njson = "a.json"\n')
    done = privsynth(capsys, "audit")
    assert done.code in (0, 6), done.err
    assert "fail_on leak" in done.err
    assert (folder / "a.json").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fti]\nepsilon = 1", "[fti] is no command. Did you mean `fit`?"),
        ("[ledger.opn]\nepsilon = 1", "[ledger.opn] is no command. Did you mean `open`?"),
        ("[fit]\nepsilonn = 1", "`fit.epsilonn` is no option of `fit`. Did you mean `epsilon`?"),
        ("[fit]\nzzz = 1", "`fit.zzz` is no option of `fit`. Known: "),
        ("[defaults]\nepsilon = 1", "`defaults.epsilon` is no option that commands share"),
        ("epsilon = 1", "`epsilon` stands outside of a section"),
        ("defaults = 1", "`defaults` stands outside of a section"),
        ('[fit]\nepsilon = "1"', "`fit.epsilon` is not a number. Write `epsilon = 1.5`."),
        ("[fit]\nepsilon = true", "`fit.epsilon` is not a number"),
        ("[fit]\nmax-rows = 2.0", "`fit.max-rows` is not a whole number. Write `max_rows = 4`."),
        ("[fit]\nschema = 1979-05-27", "`fit.schema` is not text in quotes"),
        ('[fit]\nfocus = "sex"', '`fit.focus` is not a list of texts. Write `focus = ["one", "two"]`.'),
        ("[fit]\nfocus = [1]", "`fit.focus` is not a list of texts"),
        ("[fit]\nno_focus = 1", "`fit.no_focus` is not true or false"),
        ("[fit]\nmax_rows = 1\nmax-rows = 2", "is given twice, with `_` and with `-`"),
        (
            "[fit]\nnot-private = true",
            "`fit.not-private` must be said each time. Give --not-private on the command line.",
        ),
        ("[run]\nallow_data_dependent_schema = true", "must be said each time"),
        ("[ledger.open]\nreplace = true", "must be said each time"),
        ('[audit]\nfail_on = "leek"', "`audit.fail_on` is not one of leak, inconclusive. Did you mean `leak`?"),
        ('[audit]\ntrain = "postgresql://me:secret@db/x::t"', "`audit.train` has a password"),
        ('[audit]\ntrain = "postgresql://db/x::t?user=me&password=secret"', "`audit.train` has a password"),
        ('[audit]\ntrain = "postgresql://me:secret@[db/x"', "`audit.train` has a password"),
        ("[fit\nepsilon = 'secret'", "is not TOML (at line 1"),
        ("a =", "is not TOML (at end of document)"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_done(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str, said: str
) -> None:
    write(folder, text)
    outcome = privsynth(capsys, "fit", "t.csv", "--epsilon", 1, "-o", "m")
    assert (outcome.code, (folder / "m").exists()) == (2, False)
    assert outcome.err.startswith("privsynth: privsynth.toml")
    assert said in outcome.err
    assert "secret" not in outcome.err
    assert privsynth(capsys, "--help").code == 0


def test_files_that_cannot_be_read(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert "There is no project file none.toml" in privsynth(capsys, "--config", "none.toml", "verify", "x").err
    assert "could not be read" in privsynth(capsys, "--config", ".", "verify", "x").err
    (folder / "latin.toml").write_bytes(b'[fit]\nschema = "\xe9"')
    assert "is not UTF-8 text" in privsynth(capsys, "--config", "latin.toml", "verify", "x").err
    (folder / "bom.toml").write_bytes(b"\xef\xbb\xbf[fit]\nepsilon = 1")
    assert settings.read(folder / "bom.toml", cli)["fit"] == {"epsilon": 1}


def test_a_url_without_a_password_stays_as_it_is(folder: Path) -> None:
    path = write(
        folder,
        '[audit]\ntrain = "postgresql://me@db/x::t"\nholdout = "h.csv"\nhtml = "/a.html"\njson = "-"\n',
        "p.toml",
    )
    found = settings.read(path, cli)["audit"]
    assert found["train"] == "postgresql://me@db/x::t"
    assert found["holdout"] == str(folder / "h.csv")
    assert (found["html_path"], found["json_path"]) == ("/a.html", "-")


def test_help_shows_the_values_of_the_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder, "[fit]\nepsilon = 1.25\ndelta = 1e-7\n")
    shown = privsynth(capsys, "fit", "--help").out
    assert "[default: 1.25]" in " ".join(shown.split())
    assert "1e-07" in shown
    assert "1.25" not in privsynth(capsys, "run", "--help").out


def test_certificates_on_toy_tables_know_no_defaults_of_yours(folder: Path) -> None:
    path = write(folder, "[defaults]\nmax_rows = 4\n[certify]\nruns = 10\n")
    found = settings.read(path, cli)
    assert found["certify"] == {"runs": 10}
    assert found["run"] == found["fit"] == found["schema"] == {"max_rows": 4}
    assert found["demo"] == {}


def test_an_option_that_takes_a_path_says_so() -> None:
    for path, command in settings.commands_of(cli):
        for name, option in settings.options_of(command).items():
            if option.metavar in PATH_LIKE and settings.type_of(option) is str and name != "ner":
                said = (
                    f"{' '.join(path)} --{name}: give it type=click.Path(), so that paths of a project file start there"
                )
                assert isinstance(option.type, click.Path), said


def test_the_form_of_the_file_is_true() -> None:
    form = json.loads(FORM.read_text("utf-8"))
    assert form == settings.file_schema(cli), "python tests/test_settings.py writes it anew"
    jsonschema.Draft202012Validator.check_schema(form)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ('[defaults]\nledger = "l.db"\nmax-rows = 4\nquiet = true\n[fit]\nepsilon = 1\nfocus = ["a"]', True),
        ('[ledger.open]\nepsilon = 2.5\n[audit]\nfail_on = "inconclusive"', True),
        ("[sample]\nn = 10\nraw = true", True),
        ("[fit]\nepsilonn = 1", False),
        ("[fti]\nepsilon = 1", False),
        ("[fit]\nnot_private = true", False),
        ("[fit]\nfocus = 'a'", False),
        ("[fit]\nepsilon = true", False),
        ("[audit]\nfail-on = 'leek'", False),
        ("[defaults]\nepsilon = 1", False),
        ("epsilon = 1", False),
    ],
)
def test_the_form_and_the_reader_agree(tmp_path: Path, text: str, fine: bool) -> None:
    form = jsonschema.Draft202012Validator(json.loads(FORM.read_text("utf-8")))
    assert form.is_valid(tomllib.loads(text)) is fine
    path = write(tmp_path, text)
    if fine:
        settings.read(path, cli)
        return
    with pytest.raises(UsageError):
        settings.read(path, cli)


def test_the_file_in_the_docs_is_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    found = settings.read(write(tmp_path, block), cli)
    assert found["fit"]["focus"] == ["readmitted_30d", "sex"]
    for name in (*settings.SHARED, *settings.GLOBAL):
        assert f"`{name}`" in PAGE.read_text("utf-8")
    assert jsonschema.Draft202012Validator(json.loads(FORM.read_text("utf-8"))).is_valid(tomllib.loads(block))


def test_the_plan_of_refits_in_the_docs_is_true() -> None:
    from privsynth.accounting import epsilon_of, mu_of

    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (\d) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    assert [row[0] for row in rows] == ["1", "2", "3", "6"]
    for total, *each in rows:
        for fits, told in zip((2, 4, 12, 52), map(float, each), strict=True):
            assert epsilon_of(mu_of(told, 1e-6) * fits**0.5, 1e-6) <= float(total)
            assert epsilon_of(mu_of(told + 0.001, 1e-6) * fits**0.5, 1e-6) > float(total)
    sums = [f"{epsilon_of(mu_of(1, 1e-6) * fits**0.5, 1e-6):.2f} ({fits})" for fits in (2, 4, 12, 52)]
    assert f"{', '.join(sums[:-1])} and {sums[-1]}" in " ".join(page.split())


if __name__ == "__main__":
    FORM.write_text(json.dumps(settings.file_schema(cli), indent=1) + "\n", encoding="utf-8")
