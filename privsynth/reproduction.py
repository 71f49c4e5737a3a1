"""How a run is done again: the command as it was given, and the versions of what it rests on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from privsynth.table.urls import shown

# In this order they are written; what a run does not name keeps its default.
OPTIONS = {
    "epsilon": "--epsilon",
    "delta": "--delta",
    "schema": "--schema",
    "declare": "--declare",
    "unit": "--unit",
    "max_rows": "--max-rows",
    "focus": "--focus",
    "generator": "--generator",
    "safe_harbor": "--hipaa-safe-harbor",
    "as_of": "--as-of",
    "dataset": "--dataset",
    "ledger": "--ledger",
    "encoding": "--encoding",
    "checkpoint": "--checkpoint",
    "allow_data_dependent_schema": "--allow-data-dependent-schema",
    "not_private": "--not-private",
    "epochs": "--epochs",
    "max_generation": "--max-generation",
    "rows": "-n",
    "seed": "--seed",
    "raw": "--raw",
    "resume_from": "--resume-from",
    "licence": "--licence",
    "terms": "--terms",
    "out": "-o",
}
PACKAGES = ("opendp", "dp-accounting", "scipy", "pandas", "pyarrow", "duckdb", "scikit-learn", "sdmetrics", "torch")
_DEFAULTS = {"generator": "auto", "encoding": "utf-8"}


def command_of(table: Any, given: Mapping[str, Any], *, verb: str = "run") -> str:
    """Write a run as the command line that does it again; it is the owner's, for it names the table.

    Args:
        table: A path, an address or a frame; an address loses its user, its password and its options.
        given: Arguments of `run`, defaults included; what is no option of the command is passed over.
        verb: `run`, or `demo`, which takes no table.

    Example:
        >>> command_of("my table.csv", {"epsilon": 3.0, "focus": ["sex", "age"], "raw": False, "out": "out"})
        "privsynth run 'my table.csv' --epsilon 3 --focus sex --focus age -o out"
    """
    options = OPTIONS | ({"rows": "--rows"} if verb == "demo" else {})
    words = (each for name, option in options.items() for each in _words(name, option, given.get(name)))
    return " ".join(["privsynth", verb, *([_said(table, "TABLE")] if verb == "run" else []), *words])


def _words(name: str, option: str, value: Any) -> Iterator[str]:
    """Yield an option with its value; a list as the option repeated, an empty focus as none."""
    if name == "focus" and value is not None and len(value) == 0:
        yield "--no-focus"
    elif value is True:
        yield option
    elif value is not None and value is not False and value != _DEFAULTS.get(name):
        for each in value if isinstance(value, list | tuple) else [value]:
            yield f"{option} {_said(each, name.upper())}"


def _said(value: Any, other: str) -> str:
    """Write a value for a shell; one that was given from Python and is no text, such as a frame, as a name in capitals."""
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if not isinstance(value, str | os.PathLike):
        return other
    return quote(shown(value))


def versions() -> dict[str, str]:
    """Return the versions of the installed packages that decide what a run gives."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
