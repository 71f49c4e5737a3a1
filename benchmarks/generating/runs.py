"""Runs of synthesizers and the file that keeps them, one JSON line each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .peers import LIBRARIES, InstallationError, environment

SCRIPT = Path(__file__).with_name("synthesizer.py")
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
DELTA = 1e-5
SCORE_SECONDS = 1800

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One fit of one generator to one table; `number` counts the repeats from 1."""

    table: str
    generator: str
    epsilon: float
    number: int

    @property
    def library(self) -> str:
        name = self.generator.partition("-")[0]
        return name if name in LIBRARIES else "privsynth"

    @property
    def method(self) -> str:
        return self.generator if self.library == "privsynth" else self.generator.partition("-")[2]


def key(record: Record) -> Run:
    return Run(**{name: record[name] for name in Run.__slots__})


def read_records(path: Path) -> list[Record]:
    """The runs of a file, none when there is no file; of two lines of the same run the later one counts."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return list({key(record): record for record in map(json.loads, lines)}.values())


def append(path: Path, record: Record) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def is_settled(run: Run, records: Iterable[Record], limit: float) -> bool:
    """Whether a run need not be done: it is there, and not for want of time or of an installation."""
    for record in records:
        if key(record) == run:
            return record["status"] == "done" or (
                record["status"] == "did not finish" and record["limit_seconds"] >= limit
            )
    return False


def perform(run: Run, *, folder: Path, scorer: Path, cache: Path, limit: float) -> Record:
    """Fit, sample and score; the record says how it ended (`done`, `did not finish`, `failed: ...`, `not installed: ...`)."""
    columns = len(json.loads((folder / "domain.json").read_text())["columns"])
    record = {
        **asdict(run),
        "limit_seconds": limit,
        "columns": columns,
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }
    try:
        python = sys.executable if run.library == "privsynth" else str(environment(run.library, run.method, cache))
    except InstallationError as error:
        return {**record, "status": f"not installed: {error}"}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        request = {
            "library": run.library,
            "method": run.method,
            "folder": str(folder),
            "epsilon": run.epsilon,
            "delta": DELTA,
            "scratch": name,
        }
        (scratch / "request.json").write_text(json.dumps(request))
        status = within([python, str(SCRIPT), str(scratch / "request.json")], limit)
        record |= {"status": status, "load_average": round(os.getloadavg()[0], 2)}
        if status != "done":
            return record
        answer = json.loads((scratch / "answer.json").read_text())
        return {**record, **answer, **scored(scorer, folder, scratch / "synthetic.csv")}


def within(command: Sequence[str], limit: float) -> str:
    """Run a command for at most `limit` seconds; it and all that it started end then."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={**os.environ, **THREADS},
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            return "did not finish"
        finally:
            end(process)
        errors.seek(0)
        return "done" if code == 0 else f"failed: {kind_of_error(errors.read().decode(errors='replace'), code)}"


def end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a process and of the processes that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


def kind_of_error(text: str, code: int) -> str:
    """The name of the error that a traceback ends with: its message may quote cells."""
    for line in reversed(text.splitlines()):
        name = line.partition(":")[0].strip()
        if name.replace(".", "").isidentifier() and name.endswith(("Error", "Exception", "Warning")):
            return name.rpartition(".")[2]
    return f"exit status {code}"


def scored(scorer: Path, folder: Path, synthetic: Path) -> Record:
    command = [sys.executable, str(scorer), str(folder), str(synthetic)]
    done = subprocess.run(
        command, check=True, capture_output=True, timeout=SCORE_SECONDS, env={**os.environ, **THREADS}, text=True
    )
    found: Record = json.loads(done.stdout)
    found.pop("label")
    return found
