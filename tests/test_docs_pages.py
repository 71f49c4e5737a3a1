"""The pages of docs/ do what they say: their commands and code run, their tables are computed, their quoted messages exist.

`python tests/test_docs_pages.py` writes the computed tables of docs/epsilon.md and docs/refresh.md anew.
"""

from __future__ import annotations

import ast
import importlib.util
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from test_docs import CLI, FENCE, LINK, ROOT, blocks, commands, run_commands, whole_error

import privsynth

DOCS = ROOT / "docs"
RUN = ("tutorial-healthcare", "tutorial-finance", "epsilon", "refresh", "error-bars", "audits", "sdv")
RUN_ELSEWHERE = {"engines", "certify", "cli", "curate", "inputs", "mock", "provenance"}
BESIDE = {"start.md", "threats.md", "changes.md"}
NAMED_FILE = re.compile(r"^# file: (\S+)\n")
ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//[^"'\s>]+""")
STYLE_OUTSIDE = re.compile(r"""(?:@import\s*(?:url\()?|url\()\s*["']?\s*(?:https?:)?//[^"')\s]+""")
DELTA = 1e-6


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages start from, small."""
    from privsynth.simulators import hospital_admissions

    folder = tmp_path_factory.mktemp("pages")
    spec = importlib.util.spec_from_file_location("card_accounts", ROOT / "examples" / "card_accounts.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    hospital_admissions(900, seed=3).to_csv(folder / "patients.csv", index=False)
    example.card_accounts(8000, seed=3).to_csv(folder / "accounts.csv", index=False)
    shutil.copytree(ROOT / "schemas", folder / "schemas")
    (declaration,) = blocks(DOCS / "tutorial-healthcare.md", "yaml")
    found = NAMED_FILE.match(declaration)
    assert found is not None
    (folder / found[1]).write_text(declaration, encoding="utf-8")
    return folder


@pytest.fixture
def work(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own with these files."""
    shutil.copytree(inputs, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_page(name: str, **given: Any) -> None:
    """Run the commands and the code of a page in their order; its code starts with what is given."""
    known: dict[str, Any] = {"__name__": name, **given}
    for number, (language, body) in enumerate(FENCE.findall((DOCS / f"{name}.md").read_text(encoding="utf-8"))):
        if language == "console":
            run_commands(body)
        elif language == "python":
            with whole_error(f"{name} block {number}"):
                exec(compile(body, f"{name} block {number}", "exec"), known)  # noqa: S102 - it is ours


def accounts_model(folder: Path) -> None:
    schema = folder / "schemas" / "card_accounts.yaml"
    privsynth.fit(folder / "accounts.csv", epsilon=2, schema=schema).save(folder / "accounts-model")


def three_tables(folder: Path) -> None:
    table = few_columns(folder)
    for part, name in enumerate(("train", "holdout", "synthetic")):
        table[part * 800 : part * 800 + 800].to_csv(folder / f"{name}.csv", index=False)


def few_columns(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "accounts.csv")[["age", "region", "credit_limit", "balance", "default"]]


def test_every_page_with_commands_or_code_is_run() -> None:
    found = {path.stem for path in DOCS.glob("*.md") if blocks(path, "console") or blocks(path, "python")}
    assert found == set(RUN) | RUN_ELSEWHERE


@pytest.mark.parametrize("name", RUN)
def test_a_page_runs(name: str, work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if name == "error-bars":
        accounts_model(work)
    if name == "audits":
        three_tables(work)
    run_page(name, **({"frame": few_columns(work)} if name == "sdv" else {}))
    told = capsys.readouterr().out
    said = {
        "tutorial-healthcare": ("Every file is as it was written.", "The ledger is whole.", "birth_year_90:2024"),
        "tutorial-finance": ("The schema is well formed.", "Verdict:", "Every file is as it was written."),
        "epsilon": ("at 1% false alarms at most 1.83% are recognised",),
        "refresh": ("patients, yearly: epsilon 2.054 spent of 3", "1.4034"),
        "error-bars": ("accounts of the table are of the islands",),
        "audits": ("Verdict:",),
        "sdv": ("differentially private",),
    }
    for each in said[name]:
        assert each in told, told
    if name == "tutorial-healthcare":
        kept = pd.read_csv(work / "hospital" / "release" / "synthetic.csv", dtype=str)
        assert kept["admission_date"].dropna().str.fullmatch(r"\d{4}").all()
        assert set(pd.read_csv(work / "surgery.csv")["department"]) == {"Surgery"}


def odds() -> Iterator[str]:
    from privsynth.accounting import mu_of
    from privsynth.privacy import Guarantee, Unit
    from privsynth.report.odds import describe_guarantee
    from privsynth.report.wording import percent_up

    for epsilon in (0.1, 0.5, 1, 2, 3, 5, 8, 10):
        guarantee = Guarantee(epsilon=epsilon, delta=DELTA, unit=Unit(), mu=mu_of(epsilon, DELTA))
        described = describe_guarantee(guarantee)
        shown = [each["at_most"] for each in described["odds"] if each["false_alarms"] in (0.001, 0.01, 0.1)]
        yield f"{epsilon:g} | " + " | ".join(percent_up(each) for each in (*shown, described["coin"]))


def deltas() -> Iterator[str]:
    from privsynth.accounting import epsilon_of, mu_of, rounded_up

    for delta in (1e-4, 1e-5, 1e-6, 1e-8):
        yield f"{delta:.0e} | {rounded_up(epsilon_of(mu_of(1, DELTA), delta)):.2f}".replace("e-0", "e-")


def several_rows() -> Iterator[str]:
    from privsynth.accounting import epsilon_of, mu_of

    for rows in (1, 2, 4, 10):
        yield f"{rows} | {math.ceil(epsilon_of(rows * mu_of(1, DELTA), DELTA) * 100 - 1e-6) / 100:.2f}"


def refits() -> Iterator[str]:
    from privsynth.accounting import epsilon_of, mu_of

    for limit in (1, 3):
        for fits in (1, 2, 4, 12, 52):
            each = epsilon_of(mu_of(limit, DELTA) / math.sqrt(fits), DELTA)
            yield f"{limit} | {fits} | {_down(each)} | {_down(limit / fits)}"


def _down(value: float) -> str:
    return f"{math.floor(value * 1000 + 1e-6) / 1000:.3f}"


TABLES: dict[str, dict[str, Callable[[], Iterator[str]]]] = {
    "epsilon.md": {"odds": odds, "deltas": deltas, "rows": several_rows},
    "refresh.md": {"refits": refits},
}


def with_tables(name: str, page: str) -> str:
    """The page with the true rows between its marks, under the two lines of each table's head."""
    for mark, rows in TABLES[name].items():
        begin, end = f"<!-- {mark}: written by tests/test_docs_pages.py -->\n", f"<!-- end of {mark} -->"
        start, stop = page.index(begin) + len(begin), page.index(end)
        head = page[start:stop].split("\n")[:2]
        page = page[:start] + "\n".join([*head, *(f"| {row} |" for row in rows())]) + "\n\n" + page[stop:]
    return page


@pytest.mark.parametrize("name", TABLES)
def test_computed_tables_are_true(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page == with_tables(name, page), "python tests/test_docs_pages.py writes them anew"


def text_of(node: ast.AST) -> str:
    """A string of the source, `...` for what is put in when it is said."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else "..."
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    return "..."


@cache
def said() -> str:
    """Every string of the package."""
    found = []
    for path in sorted((ROOT / "privsynth").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [text_of(node) for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr)]
    return "\n".join(found).replace("`", "")


def quoted() -> list[str]:
    """The messages that the page of symptoms quotes."""
    rows = ROW.findall((DOCS / "troubleshooting.md").read_text(encoding="utf-8"))
    cells = [row.split("|")[0] for row in rows if not row.startswith(("---", " message"))]
    return [fragment for cell in cells for fragment in re.findall(r"`([^`]+)`", cell) if " " in fragment]


def test_the_page_of_symptoms_quotes_true_messages() -> None:
    found = quoted()
    assert len(found) >= 25
    for fragment in found:
        assert fragment in said(), fragment


def pages() -> set[str]:
    return {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def in_nav(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    for each in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
        yield from in_nav(each)


def test_every_page_is_in_the_menu_and_linked_from_the_first() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    found = list(in_nav(nav))
    assert len(found) == len(set(found))
    assert set(found) == pages() | BESIDE
    linked = {target.split("#")[0] for target in LINK.findall((DOCS / "index.md").read_text(encoding="utf-8"))}
    assert pages() - {"index.md"} <= linked


def test_every_command_is_named_in_the_reference() -> None:
    text = CLI.read_text(encoding="utf-8")
    for path, _ in commands():
        assert f"$ {path} --help" in text


@pytest.mark.integration
def test_the_site_builds_and_asks_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path / "site")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    shown = sorted((tmp_path / "site").rglob("*.html"))
    assert len(shown) > len(pages())
    for page in shown:
        text = page.read_text(encoding="utf-8")
        for tag in re.findall(r"<(?:link|script|img|iframe|source|object)\b[^>]*>", text):
            assert not OUTSIDE.search(tag), f"{page.name}: {tag}"
        assert not STYLE_OUTSIDE.search(text), page.name
        assert 'class="mermaid"' not in text, "the theme would fetch its drawing program"
    for style in (tmp_path / "site").rglob("*.css"):
        assert not STYLE_OUTSIDE.search(style.read_text(encoding="utf-8")), style.name
    for script in (tmp_path / "site").rglob("*.js"):
        assert "unpkg" not in script.read_text(encoding="utf-8"), script.name


if __name__ == "__main__":
    for page in TABLES:
        text = (DOCS / page).read_text(encoding="utf-8")
        (DOCS / page).write_text(with_tables(page, text), encoding="utf-8")
