"""An import points to a lower floor, or to the left on its own floor: the package has no cycles and a direction of reading."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "privsynth"
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "shown", "tableschema"),
    ("_events", "threads", "privacy", "sampled", "accounting", "noise", "files", "_container"),
    ("table", "_chain", "_chain_file", "_account", "ledger", "artifact", "provenance"),
    ("generators", "derive", "checkpoint", "error_bars"),
    (
        "pii",
        "safe_harbor",
        "audits",
        "quality",
        "curation",
        "simulators",
        "preflight",
        "preconditions",
        "plan",
        "baseline_plan",
        "paying",
    ),
    ("report", "junit", "plots", "certification", "derivation", "given_schema", "fitting", "shadowing", "datasheet"),
    (
        "scanning",
        "carried",
        "saving",
        "rescue",
        "reproduction",
        "release",
        "planning",
        "schemas",
        "sampling",
        "mocking",
        "comparing",
        "curating",
        "demonstration",
        "pipeline",
    ),
    ("log", "settings", "exits", "tables", "sdv", "spark", "cli"),
)
PLACE = {name: (number, place) for number, floor in enumerate(FLOORS) for place, name in enumerate(floor)}


def part_of(path: Path) -> str:
    return named_part(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))


def named_part(name: str) -> str:
    """Return the part that a module of the top folder belongs to: `cli_ledger` is a page of `cli`."""
    return "cli" if name.startswith("cli_") else name


def for_types_only(tree: ast.AST) -> set[int]:
    guarded = (node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    return {id(child) for node in guarded for child in ast.walk(node)}


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the part of the package that each import reaches, those within functions included."""
    skipped = for_types_only(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "privsynth":
            names = [f"privsynth.{alias.name}" for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.ImportFrom):
            names = [f"privsynth.{node.module or ''}" if node.level else node.module or ""]
        else:
            continue
        yield from ((named_part(name.split(".")[1]), node.lineno) for name in names if name.startswith("privsynth."))


def climbing(part: str, tree: ast.AST) -> list[str]:
    """Return the imports that do not point down or left."""
    return [f"{name} (line {line})" for name, line in imported(tree) if name != part and PLACE[name] > PLACE[part]]


FILES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.name not in ("__init__.py", "__main__.py")
)


def test_every_part_has_a_place_and_every_place_a_part() -> None:
    assert {part_of(path) for path in FILES} == set(PLACE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_an_import_points_down_or_left(path: Path) -> None:
    assert climbing(part_of(path), ast.parse(path.read_text(encoding="utf-8"))) == []


def test_importing_the_package_imports_no_part_of_it() -> None:
    assert list(imported(ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "text",
    [
        "from privsynth.pipeline import fit",
        "def f():\n    import privsynth.cli",
        "from privsynth import release",
        "from ..plan import Plan",
    ],
)
def test_an_import_that_climbs_is_found(text: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        assert climbing("noise", ast.parse(text)) == []


def test_an_import_for_types_is_free() -> None:
    assert climbing("noise", ast.parse("if TYPE_CHECKING:\n    from privsynth.cli import main")) == []
