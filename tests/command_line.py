"""The command line in this process: exit code, stdout and stderr of a command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from privsynth.cli import _outcome

DECLARED = {
    "target": "sick",
    "columns": {
        "age": {"lower": 18, "upper": 90, "integer": True},
        "sex": ["Female", "Male"],
        "day": {"kind": "date", "format": "%d/%m/%Y", "lower": "2020-01-01", "upper": "2020-12-31"},
        "sick": [True, False],
    },
}
HEADER = "age,sex,day,sick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


def privsynth(capsys: pytest.CaptureFixture[str], *arguments: Any) -> Outcome:
    """Run a command in this process."""
    capsys.readouterr()
    code = _outcome([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return Outcome(code=code, out=said.out, err=said.err)


def small_table(rows: int = 300) -> str:
    """A small table that fits `DECLARED`."""
    lines = [HEADER]
    for number in range(rows):
        sex = ("Female", "Male")[number % 2]
        lines.append(f"{18 + number % 70},{sex},{1 + number % 28:02d}/{1 + number % 12:02d}/2020,{number % 3 == 0!s}")
    return "\n".join(lines) + "\n"


def declaration(folder: Path) -> Path:
    """Write the declaration and return where."""
    path = folder / "declared.yaml"
    path.write_text(yaml.safe_dump(DECLARED))
    return path
