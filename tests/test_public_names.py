"""The public names are those that can be imported, and the story's functions are callable under the commands' names."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import privsynth
from privsynth import cli


def test_type_checkers_know_every_public_name() -> None:
    tree = ast.parse(Path(str(privsynth.__file__)).read_text(encoding="utf-8"))
    imports = [each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.module != "__future__"]
    told = {
        each.module: tuple(alias.name for alias in each.names) for each in imports if each.module in privsynth._HOMES
    }
    assert {home: set(names) for home, names in told.items()} == {home: set(n) for home, n in privsynth._HOMES.items()}


def test_every_public_name_is_there_and_listed() -> None:
    assert sorted(privsynth.__all__) == sorted({*privsynth._HOME_OF, "__version__"})
    for name in privsynth.__all__:
        assert getattr(privsynth, name) is not None
    assert dir(privsynth) == sorted(privsynth.__all__)


@pytest.mark.parametrize("name", sorted(set(cli.cli.commands) - {"ledger"}))
def test_every_command_is_a_function(name: str) -> None:
    importlib.import_module("privsynth.pipeline")
    assert callable(getattr(privsynth, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        privsynth.nothing  # noqa: B018


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom privsynth.cli import _outcome\n_outcome(['--help'])\n"
        "print([m for m in ('numpy', 'pandas', 'torch', 'sklearn', 'duckdb', 'scipy', 'opendp') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("[]")
