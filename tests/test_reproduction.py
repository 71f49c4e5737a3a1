"""A report says how its run is done again; only the owner's says the command, and no password is in it."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import privsynth
from privsynth import reproduction
from privsynth.cli import cli
from privsynth.reproduction import OPTIONS, command_of, versions

NOT_REPEATED = {"dry_run", "json_path", "no_focus", "quiet", "help"}


def test_the_example_holds() -> None:
    assert doctest.testmod(reproduction).failed == 0


@pytest.mark.parametrize(
    ("table", "given", "command"),
    [
        (
            "t.csv",
            {"epsilon": 1.0, "delta": 1e-6, "seed": 0, "rows": 10},
            "t.csv --epsilon 1 --delta 1e-06 -n 10 --seed 0",
        ),
        (
            Path("a b.csv"),
            {"focus": (), "raw": True, "terms": ("x", "y")},
            "'a b.csv' --no-focus --raw --terms x --terms y",
        ),
        ("t.csv", {"generator": "auto", "encoding": "utf-8", "focus": "sex"}, "t.csv --focus sex"),
        (pd.DataFrame({"sex": ["F"]}), {"declare": {"columns": {"sex": ["SECRET"]}}}, "TABLE --declare DECLARE"),
        ("postgresql://me:SECRET@host/db?token=SECRET::s.t", {"unit": "id"}, "postgresql://host/db::s.t --unit id"),
        ("$(rm -rf x);", {}, "'$(rm -rf x);'"),
    ],
)
def test_a_run_is_written_as_its_command(table: Any, given: dict[str, Any], command: str) -> None:
    assert command_of(table, given) == f"privsynth run {command}"


def test_every_option_of_the_command_is_repeated() -> None:
    options = {each.name: each.opts for each in cli.commands["run"].params if each.param_type_name == "option"}
    assert set(options) - NOT_REPEATED == set(OPTIONS)
    assert all(OPTIONS[name] in names for name, names in options.items() if name in OPTIONS)


def test_versions_are_those_of_installed_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert versions()["pandas"] == pd.__version__
    monkeypatch.setattr(reproduction, "PACKAGES", ("pandas", "nothing-of-this-name"))
    assert list(versions()) == ["pandas"]


def test_a_demo_names_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(privsynth.pipeline, "run", lambda **given: asked.update(given))
    privsynth.demo(tmp_path / "demo", rows=50)
    assert asked["command"] == f"privsynth demo --epsilon 3 --rows 50 --seed 0 -o {tmp_path / 'demo'}"
