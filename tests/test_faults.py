"""Whatever cuts a command off, its output is complete or absent, the ledger holds at least what was spent, and a second run works."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import declaration, privsynth, small_table

from privsynth.ledger import Ledger, default_path

pytestmark = pytest.mark.integration
CHILD = [sys.executable, "-c", "from privsynth.cli import main; main()"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(small_table(3000))
    declaration(tmp_path)
    return tmp_path


def run_of(folder: Path) -> list[str]:
    return [*CHILD, "run", "t.csv", "--declare", "declared.yaml", "--epsilon", "3", "-o", "out"]


def fit_of(folder: Path, out: str = "m") -> list[str]:
    return [*CHILD, "fit", "t.csv", "--declare", "declared.yaml", "--epsilon", "3", "-o", out]


def until(child: subprocess.Popen[str], text: str) -> str:
    """Read stderr until a line holds `text`."""
    assert child.stderr is not None
    read = ""
    for line in child.stderr:
        read += line
        if text in line:
            break
    return read


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
@pytest.mark.parametrize("moment", ["reading the table", "fitting", "auditing"])
def test_a_signal_leaves_nothing_but_what_the_ledger_holds(
    folder: Path, number: int, code: int, word: str, moment: str
) -> None:
    child = subprocess.Popen(run_of(folder), cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = until(child, moment)
    time.sleep(0.05)
    child.send_signal(number)
    out, rest = child.communicate(timeout=120)
    assert child.returncode == code, said + rest
    assert f"privsynth: {word}" in rest
    assert "Traceback" not in rest
    assert out == ""
    left = {path.name for path in folder.iterdir()}
    paid = {"out.paid"} if moment == "auditing" else set()
    assert left - {"out.paid"} == {"t.csv", "declared.yaml"}
    assert paid <= left, "a paid model is kept"
    if moment != "reading the table":
        [account] = Ledger(default_path()).show()["datasets"]
        assert len(account["entries"]) == 1
    if paid:
        assert "--resume-from" in rest


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_database_reads(folder: Path, number: int, code: int) -> None:
    head, *lines = small_table(3000).splitlines(keepends=True)
    (folder / "t.csv").write_text(head + "".join(lines) * 2100)
    child = subprocess.Popen(fit_of(folder), cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until(child, "reading the table")
    time.sleep(0.3)
    child.send_signal(number)
    _, rest = child.communicate(timeout=120)
    assert child.returncode == code, rest
    told = [line for line in rest.splitlines() if line.strip() and not line.strip().endswith("...")]
    assert len(told) == 1, rest
    assert {path.name for path in folder.iterdir()} == {"t.csv", "declared.yaml"}
    assert not default_path().exists(), "nothing was spent"


def test_a_file_size_limit_leaves_no_torso(folder: Path) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    fitted = subprocess.run(fit_of(folder), cwd=folder, capture_output=True, text=True, check=False)
    assert fitted.returncode == 0, fitted.stderr
    sample = [*CHILD, "sample", "m", "-n", "100000", "-o", "o.csv"]
    cut = subprocess.run(sample, cwd=folder, capture_output=True, text=True, check=False, preexec_fn=small)
    assert cut.returncode == 7, cut.stderr
    assert "full" in cut.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["declared.yaml", "m", "t.csv"]
    again = subprocess.run(sample, cwd=folder, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device(folder: Path) -> None:
    subprocess.run(fit_of(folder), cwd=folder, check=True, capture_output=True)
    for arguments in (["-o", "/dev/full"], ["-o", "-"]):
        with open("/dev/full", "w") as full:
            found = subprocess.run(
                [*CHILD, "sample", "m", "-n", "100000", *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE,
                text=True, check=False,
            )  # fmt: skip
        assert found.returncode == 7, found.stderr
        assert "Traceback" not in found.stderr
        assert "Exception ignored" not in found.stderr


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    subprocess.run(fit_of(folder), cwd=folder, check=True, capture_output=True)
    child = subprocess.Popen(
        [*CHILD, "sample", "m", "-n", "300000", "-o", "-"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    with child.stderr as stderr:
        assert (stderr.read(), child.wait(60)) == (b"", 0)


def test_kill_leaves_the_ledger_reserved_and_no_release(folder: Path) -> None:
    child = subprocess.Popen(run_of(folder), cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    until(child, "scanning")
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=60)
    assert not (folder / "out").exists()
    [account] = Ledger(default_path()).show()["datasets"]
    assert len(account["entries"]) == 1
    assert Ledger(default_path()).verify() == []
    again = subprocess.run(fit_of(folder), cwd=folder, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr


def test_the_spill_folder_of_the_database_is_gone(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path_factory.mktemp("spill")
    monkeypatch.setenv("TMPDIR", str(place))
    found = subprocess.run(fit_of(folder), cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert list(place.iterdir()) == []
    assert privsynth(capsys, "verify", folder / "m").code == 0


def test_an_interrupt_inside_a_finaliser_is_not_lost() -> None:
    code = (
        "import os, signal, time\n"
        "from privsynth import exits\n"
        "class Odd:\n"
        "    def __del__(self):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(0.01)\n"
        "def run():\n"
        "    Odd()\n"
        "    for _ in range(500):\n"
        "        time.sleep(0.01)\n"
        "exits.obey_sigterm()\n"
        "raise SystemExit(exits.code_of(run))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (143, False)
