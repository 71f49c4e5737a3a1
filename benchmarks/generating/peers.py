"""Other synthesizers, each library in a virtual environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

INSTALL_SECONDS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What pip installs, in steps, and what is said about its domain.

    `python_below` is the first minor version of Python 3 that it does not run on. `extra` are further steps of some methods, which
    are taken when one of these is first asked for.
    """

    methods: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    python_below: int
    domain: str
    extra: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)


LIBRARIES = {
    "dpmm": Library(
        methods=("mst", "aim", "privbayes"),
        steps=(("dpmm==0.1.9",),),
        python_below=12,
        domain="takes the declared categories and bounds; a tenth of epsilon goes to its PrivTree bins, nine tenths to its model. "
        "It reads from the rows, without paying, which columns have missing cells or a single value, and how many rows there are",
    ),
    "smartnoise": Library(
        methods=("mst", "aim", "dpctgan"),
        # Its MST and AIM need neither opacus nor the several gigabytes of torch that come with it.
        steps=(
            ("--no-deps", "smartnoise-synth==1.0.8"),
            ("mbi<2", "smartnoise-sql", "disjoint-set", "networkx", "Faker"),
        ),
        python_below=15,
        domain="takes the declared categories and bounds as fitted transformers, numbers in 64 equal bins (whole "
        "numbers in one bin each where there are up to 100; DPCTGAN takes numbers as they are, scaled by their bounds). It is told, "
        "without paying, which columns have missing cells, and it reads how many rows there are. DPCTGAN also reads, without paying, "
        "how frequent each category is, and it trains for at most 300 epochs",
        extra={"dpctgan": (("torch", "packaging", "requests"), ("--no-deps", "opacus==0.14.0"))},
    ),
}

PEERS = tuple(f"{name}-{method}" for name, library in LIBRARIES.items() for method in library.methods)


class InstallationError(Exception):
    """pip could not install a library here; the text says why."""


def environment(name: str, method: str, cache: Path) -> Path:
    """Return the Python of a library's environment, in which a method runs; what is not there of it is made.

    Raises:
        InstallationError: no fitting Python, or pip failed.
    """
    folder = cache / name
    python, extra = folder / "bin" / "python", LIBRARIES[name].extra.get(method, ())
    if not (folder / ".ready").exists():
        _make(name, folder, python)
    if extra and not (folder / f".ready-{method}").exists():
        _install(extra, python)
        (folder / f".ready-{method}").touch()
    return python


def _make(name: str, folder: Path, python: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    run_step(
        [_python_below(LIBRARIES[name].python_below), "-m", "venv", "--clear", str(folder)],
        f"no environment for {name}",
    )
    _install(LIBRARIES[name].steps, python)
    (folder / ".ready").touch()


def _install(steps: tuple[tuple[str, ...], ...], python: Path) -> None:
    for step in steps:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *step]
        run_step(command, f"pip cannot install {step[-1] if step[0].startswith('-') else step[0]} here")


def run_step(command: list[str], otherwise: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise InstallationError(otherwise) from error


def _python_below(minor: int) -> str:
    if sys.version_info < (3, minor):
        return sys.executable
    for candidate in range(minor - 1, 9, -1):
        found = shutil.which(f"python3.{candidate}")
        if found:
            return found
    raise InstallationError(f"needs a Python below 3.{minor}")
