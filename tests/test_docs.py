"""README and docs say what is true: their commands and examples run, help is the true help, and links lead somewhere.

`python tests/test_docs.py` writes the help blocks of docs/cli.md, the list of entities in docs/scan.md and the shares in
docs/guarantee.md anew.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from privsynth import __all__ as public_names
from privsynth.cli import cli
from privsynth.errors import PrivsynthError

ROOT = Path(__file__).resolve().parents[1]
README, CLI = ROOT / "README.md", ROOT / "docs" / "cli.md"
SCAN, MARK = ROOT / "docs" / "scan.md", "<!-- entities: written by tests/test_docs.py -->"
GUARANTEE = ROOT / "docs" / "guarantee.md"
STAGES = {
    "1-way counts": "marginal",
    "tables with the focus": "focus",
    "correlations": "moment",
    "selection of pairs": "select",
    "tables of pairs": "pair",
}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HELP = re.compile(r"^```console\n\$ (privsynth(?: [a-z]+)*) --help\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|ai|cloud|internal)\b", re.IGNORECASE)


def commands(group: click.Command = cli, path: str = "privsynth") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups included."""
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, f"{path} {name}")


def true_help(path: str) -> str:
    """What the command prints with --help on a terminal of 80 columns."""
    arguments = [*path.split()[1:], "--help"]
    return CliRunner().invoke(cli, arguments, prog_name="privsynth", terminal_width=80).output


def renewed(page: str) -> str:
    """The page with the true help in each help block."""
    return HELP.sub(lambda found: f"```console\n$ {found[1]} --help\n{true_help(found[1])}```", page)


def entities() -> str:
    """The kinds of data that the scan knows, as a table."""
    from privsynth.pii.entities import ENTITIES

    lines = ["| entity | role | action | laws |", "|---|---|---|---|"]
    for name, row in sorted(ENTITIES.items(), key=lambda item: (item[1].role, item[0])):
        stand_in = f" (`{row.faker}`)" if row.faker else ""
        shown = f"{row.shown}: {name}" if row.shown else name
        role = "`role: safe`" if row.role == "safe" else row.role
        lines.append(f"| {shown} | {role} | {row.action}{stand_in} | {', '.join(row.laws) or '-'} |")
    return "\n".join(lines)


def with_entities(page: str) -> str:
    """The page with the true list after its mark."""
    return page[: page.index(MARK) + len(MARK)] + "\n" + entities() + "\n"


def with_shares(page: str) -> str:
    """The page with the true shares of the recipe of maxent in its table."""
    from privsynth.generators.maxent import MaxentConfig

    recipe = MaxentConfig()
    shares = {row: getattr(recipe, f"{stage}_share") for row, stage in STAGES.items()}
    for row, share in shares.items():
        assert f"\n| {row} | " in page
        page = re.sub(rf"^\| {row} \| \d+%", f"| {row} | {share / sum(shares.values()):.0%}", page, flags=re.MULTILINE)
    return page


def test_the_shares_of_the_stages_are_the_true_ones() -> None:
    from privsynth.generators.copula import CopulaConfig
    from privsynth.generators.ctgan import CtganConfig

    page, copula, ctgan = GUARANTEE.read_text(encoding="utf-8"), CopulaConfig(), CtganConfig()
    assert page == with_shares(page), "python tests/test_docs.py writes the shares anew"
    assert f"1-way counts {copula.marginal_share:.0%}, tables with the target {copula.target_share:.0%}" in page
    assert f"correlations {copula.moment_share:.0%}" in page
    assert (
        f"`ctgan`: {ctgan.survey_share:.0%} for the stages of `maxent`, {ctgan.training_share:.0%} for DP-SGD" in page
    )
    assert f"{ctgan.choice_share:.0%} for the noisy distances" in page
    assert f"{float(ctgan.delta_share):.0%} of delta for the sampling of units" in page


def test_the_list_of_entities_is_the_true_one() -> None:
    page = SCAN.read_text(encoding="utf-8")
    assert page == with_entities(page)


def blocks(page: Path, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(page.read_text(encoding="utf-8")) if found == language]


@contextmanager
def whole_error(step: str) -> Iterator[None]:
    """Fail with the step and the whole text of an error of ours: fits are random, so it may not come back."""
    try:
        yield
    except (PrivsynthError, click.ClickException) as error:
        pytest.fail(f"{step}\n{type(error).__module__}.{type(error).__name__}: {error.message}")


def run_commands(block: str) -> None:
    for line in block.splitlines():
        words = shlex.split(line.removeprefix("$ "))
        assert words[0] == "privsynth", line
        with whole_error(line):
            code = cli.main(words[1:], prog_name="privsynth", standalone_mode=False)
        assert code in (None, 0), line


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from privsynth.simulators import hospital_admissions

    hospital_admissions(1500, seed=4).to_csv(tmp_path / "patients.csv", index=False)
    (tmp_path / "schemas").symlink_to(ROOT / "schemas")
    monkeypatch.chdir(tmp_path)
    found = FENCE.findall(README.read_text(encoding="utf-8"))
    assert {"console", "python"} <= {language for language, _ in found}
    for number, (language, body) in enumerate(found):
        if language == "console":
            run_commands(body)
        elif language == "python":
            with whole_error(f"README example {number}"):
                exec(compile(body, f"README example {number}", "exec"), {"__name__": "readme"})  # noqa: S102 - it is ours
    for place in (
        "release/synthetic.csv",
        "release/model/manifest.json",
        "release/schema.yaml",
        "release/manifest.json",
    ):
        assert (tmp_path / "out" / place).is_file()
    for name in ("release", "owner"):
        kept = {path.name + "/" * path.is_dir() for path in (tmp_path / "out" / name).iterdir()}
        (row,) = [
            line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `out/{name}/`")
        ]
        assert kept == set(re.findall(r"`([^`]+)`", row.split("|")[2]))
    told = capsys.readouterr().out
    assert "Every file is as it was written." in told
    assert "differentially private" in told


def test_the_page_of_certify_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    monkeypatch.chdir(tmp_path)
    page = ROOT / "docs" / "certify.md"
    for body in blocks(page, "console"):
        run_commands(body)
    assert "It cannot prove the guarantee." in capsys.readouterr().out
    found = json.loads((tmp_path / "certify.json").read_text(encoding="utf-8"))
    assert {"lower", "estimate", "ceiling", "verdict", "twins"} <= set(found)
    for name in ("lower", "verdict", "twins", "expected", "epsilon_direct", "farthest_mu"):
        assert name in {*found, *found["attacks"][0]}
        assert f"`{name}`" in page.read_text(encoding="utf-8")


def test_the_readme_starts_with_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in blocks(README, "")[0].split("\n")[:2]:
        assert command.startswith("make ")
        assert f"\n{command.removeprefix('make ')}: " in makefile


def test_every_command_is_in_the_readme_and_has_a_function() -> None:
    table = README.read_text(encoding="utf-8")
    for name in cli.commands:
        assert f"| `{name}` |" in table
        assert name in public_names or name == "ledger"


def test_every_command_shows_its_true_help() -> None:
    page = CLI.read_text(encoding="utf-8")
    shown = {found[1] for found in HELP.finditer(page)}
    assert shown == {path for path, _ in commands()}
    assert page == renewed(page), "python tests/test_docs.py writes the help blocks anew"


def test_the_declaration_in_the_docs_is_one() -> None:
    from privsynth.derive import undetermined
    from privsynth.simulators import hospital_admissions
    from privsynth.tableschema.declare import schema_from_declaration

    (block,) = blocks(CLI, "yaml")
    schema = schema_from_declaration(yaml.safe_load(block), list(hospital_admissions(1).columns))
    assert (schema.target, schema.unit_column, schema.max_rows) == ("readmitted_30d", "patient_id", 4)
    assert undetermined(schema) == ("department",)


def test_every_command_and_option_says_what_it_does() -> None:
    for path, command in commands():
        assert command.help, path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help or option.show_default, f"{path} {option.name}"


def test_exit_codes_are_those_of_the_errors() -> None:
    from privsynth import errors, exits

    codes = {error.exit_code for error in vars(errors).values() if isinstance(error, type)}
    for page in (README, CLI):
        text = page.read_text(encoding="utf-8")
        told = {
            int(code)
            for row in re.findall(r"^\|.*\|$", text, re.MULTILINE)
            for code in re.findall(r"\| (\d) (?=\| [a-z])", row)
        }
        assert told == codes | {0}
        assert f"{exits.INTERRUPTED}, {exits.TERMINATED}" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "#")):
            assert (page.parent / target.split("#")[0]).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_keep_to_the_vocabulary(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    words = re.sub(r"safe[ -]harbor|`role: safe`", "", text, flags=re.IGNORECASE)  # names of a law and of a role
    assert not re.search(r"anonymi|anonymous|privacy score|\bsafe(?:ly)?\b", words, re.IGNORECASE)
    assert text.isascii() or page.parent.name == "proofs"  # no emoji, no typographic signs
    assert not HOST.search(text), f"{page.name} names the host {HOST.search(text)}"


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 200


def test_every_version_of_the_changelog_has_its_headings() -> None:
    from privsynth import __version__

    versions = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert versions[0].startswith(__version__)
    for version in versions:
        assert "\n### Security\n" in version
        assert "\n### Guarantee\n" in version


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem[:4])
def test_decisions_are_numbered_and_complete(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", page.stem)
    assert text.startswith(f"# {page.stem[:4]} ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Choice", "Cost", "How to undo"]


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.stem[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


if __name__ == "__main__":
    CLI.write_text(renewed(CLI.read_text(encoding="utf-8")), encoding="utf-8")
    GUARANTEE.write_text(with_shares(GUARANTEE.read_text(encoding="utf-8")), encoding="utf-8")
    SCAN.write_text(with_entities(SCAN.read_text(encoding="utf-8")), encoding="utf-8")
