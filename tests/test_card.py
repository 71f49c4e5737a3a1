"""The card of a dataset: what anybody reads first, made from the release alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import DECLARED, declaration, privsynth, small_table

from privsynth import card, pipeline
from privsynth.artifact import write_manifest
from privsynth.datasheet import card_of
from privsynth.errors import ArtifactError, UsageError
from privsynth.generators.fitted import Fitted, load_model
from privsynth.privacy import Unit
from privsynth.provenance import Step, read_provenance, sidecar_of
from privsynth.tableschema.model import Field, Schema

SECTIONS = ["What it is", "The guarantee", "Columns", "How it was made", "Intended use", "Limits", "Licence and terms"]
TERMS = {"licence": "CC-BY-4.0", "terms": ["research-only"]}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves."""
    folder = tmp_path_factory.mktemp("card")
    (folder / "table.csv").write_text(small_table())
    options: dict[str, Any] = {"generator": "copula", "declare": DECLARED, "ledger": folder / "l.db", **TERMS}
    pipeline.run(folder / "table.csv", epsilon=2, out=folder / "out", rows=1234, **options)
    return folder / "out"


@pytest.fixture
def release(out: Path, tmp_path: Path) -> Path:
    """A release that may be damaged."""
    return Path(shutil.copytree(out / "release", tmp_path / "release"))


@pytest.fixture
def fitted(out: Path) -> Fitted:
    return load_model(out / "release")


def parts(page: str) -> tuple[dict[str, Any], str]:
    """The head of a card, and the rest."""
    _, head, body = page.split("---\n", 2)
    return yaml.safe_load(head), body


def sections(page: str) -> list[str]:
    return [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]


def test_a_release_carries_the_manifest_of_its_table(out: Path, release: Path, fitted: Fitted) -> None:
    said = read_provenance(release / "synthetic.csv")
    manifest = json.loads((release / "manifest.json").read_text())
    assert said is not None
    assert (said.generation, said.rows, said.licence, said.terms) == (1, 1234, "CC-BY-4.0", ("research-only",))
    assert (manifest["generation"], manifest["licence"], manifest["terms"]) == (1, "CC-BY-4.0", ["research-only"])
    assert said.model_digest == manifest["model_digest"] == fitted.digest()
    assert pipeline.verify(out) == []
    for name in ("synthetic.csv.manifest.json", "README.md"):
        (release / name).write_text('{"format": "x"}')
    assert pipeline.verify(release) == ["'README.md' was altered.", "'synthetic.csv.manifest.json' was altered."]
    with pytest.raises(ArtifactError, match="is not the one that was released"):
        card(release)


def test_terms_are_checked_before_anything_is_spent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.csv").write_text(small_table(20))
    asked = ("run", tmp_path / "table.csv", "--epsilon", 2, "--declare", declaration(tmp_path), "-o", tmp_path / "out")
    for wrong in (("--terms", "two words"), ("--licence", "<b>")):
        done = privsynth(capsys, *asked, "--ledger", tmp_path / "l.db", *wrong)
        assert done.code == UsageError.exit_code
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv", "declared.yaml"}


def test_the_card_of_a_release(out: Path, fitted: Fitted) -> None:
    page = (out / "release" / "README.md").read_text()
    head, body = parts(page)
    assert head == {
        "pretty_name": "Synthetic table",
        "tags": ["synthetic", "tabular", "privsynth", "differential-privacy"],
        "license": "cc-by-4.0",
        "size_categories": ["1K<n<10K"],
        "configs": [{"config_name": "default", "data_files": "synthetic.csv"}],
    }
    assert sections(body) == [*SECTIONS, "Checking and citing"]
    shown = body.replace("\\", "")
    assert fitted.guarantee.sentence() in shown
    assert "1,234 rows in 4 columns (`synthetic.csv`), made by the generator copula." in body
    assert "the best attacker recognises at most" in body
    assert "| `age` | integer | 18 to 90 | declared |" in body
    assert "| `sex` | categorical | Female, Male | declared |" in body
    assert "| `day` | date | dates 2020-01-01 to 2020-12-31 | declared |" in body
    assert "Terms: `research-only`." in body
    assert fitted.digest() in body
    assert card(out) == card(out / "release") == page


def test_the_command_writes_it(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = card(out)
    assert privsynth(capsys, "card", out).out == page
    assert privsynth(capsys, "card", out / "release", "-o", tmp_path / "CARD.md").out == ""
    assert (tmp_path / "CARD.md").read_text() == page
    assert privsynth(capsys, "card", out, "-o", tmp_path).code == UsageError.exit_code
    for wrong in (tmp_path, tmp_path / "none", tmp_path / "CARD.md"):
        assert privsynth(capsys, "card", wrong).code == ArtifactError.exit_code


def test_the_card_of_a_model(out: Path, fitted: Fitted) -> None:
    head, body = parts(card(out / "release" / "model"))
    assert "license" not in head
    assert "configs" not in head
    assert "No licence is stated: ask its owner before you use it." in body
    assert card(fitted) == card(out / "release" / "model")


def test_the_page_on_provenance_runs(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from test_docs import ROOT, blocks, run_commands

    page = ROOT / "docs" / "provenance.md"
    shutil.copytree(out, tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    for block in blocks(page, "console"):
        run_commands(block)
    for block in blocks(page, "python"):
        exec(compile(block, "provenance.md", "exec"), {})  # noqa: S102 - it is ours
    assert "1 True CC-BY-4.0 ('research-only',)" in capsys.readouterr().out
    assert (tmp_path / "CARD.md").is_file()
    said = read_provenance("synthetic.csv")
    assert said is not None
    assert all(f"`{name}`" in page.read_text() for name in said.to_json())


def test_no_guarantee_comes_first(fitted: Fitted) -> None:
    void = replace(fitted, guarantee=replace(fitted.guarantee, void="the schema was read from the data."))
    head, body = parts(card(void))
    assert "differential-privacy" not in head["tags"]
    assert body.splitlines()[3] == "**NO PRIVACY GUARANTEE: the schema was read from the data.**"
    assert "Nothing bounds what this release tells" in body
    assert "Right at most" not in body


def test_depth_steps_and_real_rows_are_said(fitted: Fitted) -> None:
    said = replace(fitted.provenance(10), generation=2)
    body = card_of(
        replace(fitted, generation=2), said.after(Step(stage="split", rows_in=10, rows_kept=8, why="a|b"))
    ).markdown()
    assert "**2 models lie between it and real rows (generation 2):**" in body
    assert "was fitted to a synthetic table." in body
    assert "4. split: 8 of 10 rows kept (a\\|b)." in body
    assert "leaves the guarantee as it is" in body
    unknown = card_of(fitted, replace(said, generation=None)).markdown()
    assert "How many models lie between it and real rows is not known." in unknown
    given = replace(said, contains_real_rows=True, given={"table": "p.csv", "rows": 3, "columns": ["age"]})
    body = card_of(fitted, given).markdown()
    assert "**This table contains the rows of p.csv: it is not covered by the guarantee of the model.**" in body
    assert "Rows of p.csv were completed" in body
    assert "differential-privacy" not in body.split("---")[1]


@pytest.mark.parametrize(
    ("licence", "head"),
    [
        ("MIT", {"license": "mit"}),
        ("ODbL-1.0", {"license": "odbl"}),
        ("LicenseRef-Ours", {"license": "other", "license_name": "LicenseRef-Ours"}),
        (None, {}),
    ],
)
def test_licences_have_the_names_of_the_hub(fitted: Fitted, licence: str | None, head: dict[str, str]) -> None:
    found, _ = parts(card_of(fitted, replace(fitted.provenance(), licence=licence)).markdown())
    assert {name: value for name, value in found.items() if name.startswith("license")} == head


@pytest.mark.parametrize(("rows", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**9, "n>1B")])
def test_sizes_have_the_names_of_the_hub(fitted: Fitted, rows: int, size: str) -> None:
    assert parts(card_of(fitted, fitted.provenance(rows)).markdown())[0]["size_categories"] == [size]


def test_names_and_labels_are_text_and_never_markup(fitted: Fitted) -> None:
    labels = ("<script>", "a|b", "[x](y)", "*b*", "`c`", "new\nline", *(f"l{number}" for number in range(20)))
    fields = (
        Field(name="a|`b`\n<i>", kind="categorical", enum=labels),
        Field(name="who", kind="text", action="fake", faker="de_DE:name"),
        Field(name="free", kind="text", action="drop"),
        Field(name="yes", kind="boolean"),
        Field(
            name="x", kind="number", minimum=0, maximum=12_345.5, provenance={"minimum": "dp", "maximum": "declared"}
        ),
    )
    page = card_of(replace(fitted, schema=Schema(fields=fields)), fitted.provenance()).markdown()
    shown = r"\<script\>, a\|b, \[x\](y), \*b\*, \`c\`, new line, l0, l1 and 18 more"
    assert f"| `a  b  <i>` | categorical | {shown} | stated by default |" in page.splitlines()
    assert (
        "| `who` | text | stand-ins (de\\_DE:name), made up without looking at any cell | stated by default |" in page
    )
    assert "| `yes` | boolean | true, false |" in page
    assert "| `x` | number | 0 to 12,345.5 | declared; learned |" in page
    assert "Left out of the table: `free`." in page


@pytest.mark.parametrize("broken", ["guarantee", "files", "rows", "model_digest", "dp"])
def test_a_release_of_another_version_is_said(release: Path, broken: str) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    sidecar_of(release / "synthetic.csv").unlink()
    assert "No licence is stated" in card(release)  # the release's own manifest says the rest
    del manifest[broken]
    (release / "manifest.json").unlink()
    if broken == "files":
        (release / "manifest.json").write_text("{}")
        with pytest.raises(ArtifactError):
            card(release)
        return
    write_manifest(release, manifest)
    with pytest.raises(ArtifactError, match="incomplete or was made by another version"):
        card(release)


def test_a_damaged_schema_is_said(release: Path) -> None:
    (release / "schema.yaml").write_text("fields: 3")
    with pytest.raises(ArtifactError, match="The schema of the release"):
        card(release)


def test_a_column_in_the_guarantee_is_code_and_nothing_else_is_markup(fitted: Fitted) -> None:
    unit = Unit(column="patient_*id*", max_rows=4)
    page = card_of(replace(fitted, guarantee=replace(fitted.guarantee, unit=unit)), fitted.provenance()).markdown()
    assert "all rows of one value of `patient_*id*` (at most 4 of them are used)" in page
    assert "\\`" not in page


def test_the_card_says_what_cannot_occur(out: Path) -> None:
    assert "Labels that were not declared or were too rare to be learned" in (out / "release" / "README.md").read_text()
