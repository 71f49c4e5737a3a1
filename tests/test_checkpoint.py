"""A long fit that is cut off goes on from its checkpoint: paid once, with the same table, the same rows and the same result."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from command_line import DECLARED as ALL
from command_line import declaration, privsynth, small_table
from replay import Recording, Replaying
from test_pipeline import valid

from privsynth import checkpoint, generators, pipeline, release
from privsynth.accounting import Spend, gaussian, spend_of
from privsynth.artifact import read_checkpoint, write_checkpoint
from privsynth.checkpoint import Checkpoint, Told
from privsynth.cli_progress import Bar
from privsynth.errors import ArtifactError, BudgetError, ResourceError, UsageError
from privsynth.fitting import execute
from privsynth.generators.base import Step
from privsynth.generators.ctgan import CtganConfig
from privsynth.ledger import Ledger, default_path
from privsynth.noise import OsNoise
from privsynth.privacy import Budget, Unit
from privsynth.table.source import open_table

COLUMNS: dict[str, Any] = {name: column for name, column in ALL["columns"].items() if name != "day"}  # type: ignore[attr-defined]
DECLARED: dict[str, Any] = {"target": "sick", "columns": COLUMNS}
TINY: dict[str, Any] = {
    "hidden": (8,),
    "critic_hidden": (8, 8),
    "noise_width": 4,
    "warm_steps": 2,
    "warm_critic_steps": 1,
    "warm_rows": 500,
    "steps": 4,
    "most_fakes": 64,
}
CHILD = """
import json, sys, time
import test_checkpoint as t
from privsynth import checkpoint, generators, pipeline
generators.GENERATORS["ctgan"] = t.tiny
checkpoint.SECONDS = 0.0
def on_step(step):
    print(step.done, flush=True)
    time.sleep(float(sys.argv[1]))
pipeline.fit("t.csv", **t.OPTIONS, checkpoint="c", on_step=on_step)
"""
OPTIONS: dict[str, Any] = {
    "epsilon": 3.0,
    "delta": 1e-5,
    "declare": DECLARED,
    "generator": "ctgan",
}
CANARY = "canary-5e1c77"


def tiny(**options: Any) -> CtganConfig:
    return CtganConfig(**{**TINY, **options})


class Cut(BaseException):
    """Stands for whatever ends a program in the middle."""


def cut_at(number: int) -> Callable[[Step], None]:
    def on_step(step: Step) -> None:
        if step.done == number:
            raise Cut

    return on_step


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(generators.GENERATORS, "ctgan", tiny)  # type: ignore[arg-type]
    monkeypatch.setattr(checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr("privsynth.generators.ctgan_choice._ROWS", 256)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(small_table(120))
    return tmp_path


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a fit that was cut off after its first step."""
    place = tmp_path_factory.mktemp("state")
    (place / "t.csv").write_text(small_table(120))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(generators.GENERATORS, "ctgan", tiny)  # type: ignore[arg-type]
        patch.setattr(checkpoint, "SECONDS", 0.0)
        with pytest.raises(Cut):
            pipeline.fit(place / "t.csv", ledger=place / "l.db", checkpoint=place / "c", on_step=cut_at(2), **OPTIONS)
    return (place / "c").read_bytes()


def fit(**options: Any) -> Any:
    return pipeline.fit("t.csv", **{**OPTIONS, "checkpoint": "c", **options})


def cut(number: int = 3, **options: Any) -> None:
    """Begin a fit and end it in the middle."""
    with pytest.raises(Cut):
        fit(on_step=cut_at(number), **options)


def states() -> list[str]:
    """Return the newest state of every entry of the ledger."""
    document = Ledger(default_path()).show()
    valid("ledger", document)
    assert Ledger(default_path()).verify() == []
    return [entry["state"] for account in document["datasets"] for entry in account["entries"]]


def lines() -> int:
    return Ledger(default_path()).head()[1]


# What goes on is one fit


def killed(folder: Path, after: int, pause: float) -> None:
    """Kill a fit in a process of its own once it has told of a step."""
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(pause)],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == str(after):
            break
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL


def test_a_fit_that_was_killed_goes_on_and_is_paid_once(folder: Path) -> None:
    killed(folder, after=3, pause=0.2)
    assert states() == ["reserved"]
    assert (folder / "c").stat().st_mode & 0o777 == 0o600
    told: list[int] = []
    fitted = fit(on_step=lambda step: told.append(step.done))
    assert (told[0], told[-1]) in {(3, 4), (4, 4)}
    assert states() == ["committed"]
    assert lines() == 3, "reserved, resumed, committed"
    assert not (folder / "c").exists()
    assert len(fitted.sample(20, seed=0)) == 20


@pytest.mark.integration
def test_a_fit_that_is_killed_twenty_times_ends_and_every_branch_is_paid(folder: Path) -> None:
    for number in range(20):
        killed(folder, after=min(1 + number // 6, 4), pause=0.2)
        assert set(states()) <= {"reserved", "resumed"}
    fit()
    found = states()
    assert found.count("committed") == 1
    assert 10 <= len(found) <= 11, "each entry was taken up once"
    assert list(folder.glob(".tmp-*")) == []


def planned(source: Path, **options: Any) -> Any:
    return pipeline.plan_fit(source, **{**OPTIONS, **options})


def units_table(rows: int = 120) -> str:
    """The small table with a person's number: four rows each, of which fewer are used."""
    head, *rest = small_table(rows).splitlines()
    return "\n".join([f"who,{head}", *(f"p{number % (rows // 4)},{line}" for number, line in enumerate(rest))]) + "\n"


@pytest.mark.parametrize("learned", [False, True])
def test_going_on_from_any_state_gives_what_an_uninterrupted_fit_gives(
    folder: Path, monkeypatch: pytest.MonkeyPatch, learned: bool
) -> None:
    (folder / "u.csv").write_text(units_table())
    columns = {**COLUMNS, **({"age": {"kind": "integer"}} if learned else {})}
    declared = {**DECLARED, "columns": columns, "unit": "who", "max_rows": 2}
    plan = planned(folder / "u.csv", declare=declared)
    assert (plan.derive is not None) == learned
    source, noise = open_table(folder / "u.csv").loaded(), Recording(4)
    kept: list[tuple[Path, int]] = []
    written = checkpoint.write_checkpoint

    def write(path: Path, *content: Any) -> None:
        written(path, *content)
        kept.append((Path(shutil.copy(path, folder / f"c{len(kept)}")), len(noise.tape)))

    monkeypatch.setattr(checkpoint, "write_checkpoint", write)
    entry = Ledger(default_path()).reserve("t", gaussian(1.0), unit=Unit(), purpose="p", config_digest="c")
    with Checkpoint(Path("c"), plan=plan.digest(), purpose="p") as watch:
        watch.paid(entry)
        whole = execute(plan, source, noise=noise, watch=watch)
    monkeypatch.setattr(checkpoint, "write_checkpoint", written)
    assert len(kept) == 2 + TINY["steps"], "after the survey, the warm start, and each step"
    for path, place in kept:
        replaying = Replaying(noise.tape, place=place)
        with Checkpoint(path, plan=plan.digest(), purpose="p") as watch:
            assert watch.resumes
            again = execute(plan, source, noise=replaying, watch=watch)
        assert again.digest() == whole.digest(), path
        assert replaying.place == len(noise.tape), "nothing was asked twice: neither rows nor the key of the units"


def test_a_run_goes_on_with_the_same_holdout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {**OPTIONS, "out": "out", "checkpoint": "c"}
    monkeypatch.setattr(pipeline, "write_release", lambda story, fitted, key, **_: (story.paid.committed(fitted), key))
    with pytest.raises(Cut):
        pipeline.run("t.csv", **options, on_step=cut_at(2))
    key = read_checkpoint(Path("c"))[0]["keys"]["holdout"]
    drawn = OsNoise.unit_key

    def unit_key(noise: OsNoise, purpose: str) -> bytes:
        assert purpose not in ("holdout", "rows of a unit"), "coins that an earlier run has drawn"
        return drawn(noise, purpose)

    monkeypatch.setattr(OsNoise, "unit_key", unit_key)
    _, found = pipeline.run("t.csv", **options)  # type: ignore[misc]
    assert found == bytes.fromhex(key)
    assert states() == ["committed"]
    assert not Path("c").exists()


# Who pays


def test_what_goes_on_twice_from_one_state_is_paid_twice(folder: Path) -> None:
    cut()
    shutil.copy("c", "copy")
    said: list[str] = []
    fit(progress=said.append)
    assert any("it is paid for" in each for each in said)
    assert states() == ["committed"]
    shutil.copy("copy", "c")
    fit(progress=said.append)
    assert any("PAID ANEW" in each for each in said)
    assert states() == ["committed", "committed"]


def test_an_entry_is_taken_over_once_only(folder: Path) -> None:
    cut(2)
    cut(3)
    assert states() == ["resumed"]
    cut(4)
    assert states() == ["resumed", "reserved"]
    fit()
    assert states() == ["resumed", "committed"]


@pytest.mark.parametrize("other", [{"ledger": "other.db"}, {"dataset": "another"}])
def test_another_ledger_or_account_pays_anew(folder: Path, other: dict[str, str]) -> None:
    cut()
    fit(**other)
    if "ledger" in other:
        [account] = Ledger(Path(other["ledger"])).show()["datasets"]
        assert [entry["state"] for entry in account["entries"]] == ["committed"]
    assert sorted(states()) == (["reserved"] if "ledger" in other else ["committed", "reserved"])


def test_a_limit_binds_who_pays_anew(folder: Path) -> None:
    Ledger(default_path()).open(str(folder / "t.csv"), Budget(epsilon=3.2, delta=1e-5))
    cut()
    shutil.copy("c", "copy")
    fit()
    shutil.copy("copy", "c")
    before = lines()
    with pytest.raises(BudgetError, match="does not allow"):
        fit()
    assert lines() == before
    assert Path("c").exists()


def test_a_fit_whose_entry_was_taken_over_meanwhile_pays_anew(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "l.db")
    spend: dict[str, Any] = {"unit": Unit(), "purpose": "p", "config_digest": "c"}
    book.open("d", Budget(epsilon=1.5))
    held = book.reserve("d", gaussian(5.0), **spend)
    claimed = book.claim(held.id, held.hash, "d")
    assert claimed is not None
    assert book.settle(claimed, "a" * 64).id == held.id
    assert book.settle(claimed, "a" * 64).id == held.id  # the same model of the same holder
    assert len(book.show()["datasets"][0]["entries"]) == 1
    assert book.settle(held, "a" * 64).id == held.id + 1  # an equal one of another holder
    book.open("d", Budget(epsilon=1.0), replace=True)
    with pytest.raises(BudgetError, match="does not allow"):
        book.settle(held, "c" * 64)
    assert book.verify() == []


def quick_run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a run whose release is one file with the digest of its model."""

    def write(_: Any, fitted: Any, __: bytes, folder: Path, **___: Any) -> dict[str, Any]:
        (folder / "digest").write_text(fitted.digest())
        return {}

    monkeypatch.setattr(release, "_write", write)

    def run(out: str, **options: Any) -> str:
        pipeline.run("t.csv", **{**OPTIONS, "out": out, **options})
        return (Path(out) / "digest").read_text()

    return run


def broken_ledger(error: BaseException, *, after: bool = False) -> Callable[..., Any]:
    """Return a `Ledger.settle` that fails, before or after the line is on disk."""
    whole = Ledger.settle

    def settle(book: Ledger, *arguments: Any) -> Any:
        if after:
            whole(book, *arguments)
        raise error

    return settle


@pytest.mark.parametrize("error", [ResourceError("The disk is full."), Cut()], ids=["full", "interrupt"])
def test_a_model_that_the_ledger_could_not_record_is_released_for_one_price(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    run = quick_run(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", broken_ledger(error))
        with pytest.raises(type(error), match="resume-from" if isinstance(error, ResourceError) else None):
            run("one", checkpoint="c", on_step=lambda step: shutil.copy("c", "copy") if step.done == 3 else None)
    assert states() == ["reserved"]
    assert not Path("c").exists()
    assert {path.stat().st_mode & 0o077 for path in Path("one.paid").rglob("*")} == {0}
    with pytest.raises(UsageError, match="lacks the entry"):
        run("one", resume_from="one.paid", ledger="other.db")
    first = run("one", resume_from="one.paid")
    assert states() == ["committed"]
    assert run("again", resume_from="one.paid") == first, "the same model is no other release"
    assert states() == ["committed"]
    run("two", checkpoint="copy")
    assert states() == ["committed", "committed"]
    assert Ledger(default_path()).verify() == []


def test_a_kept_model_whose_fit_was_released_from_its_checkpoint_meanwhile_is_paid_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = quick_run(monkeypatch)
    Ledger(default_path()).open(str(folder / "t.csv"), Budget(epsilon=3.2, delta=1e-5))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", broken_ledger(Cut()))
        with pytest.raises(Cut):
            run("one", checkpoint="c", on_step=lambda step: shutil.copy("c", "copy") if step.done == 3 else None)
    run("two", checkpoint="copy")
    assert states() == ["committed"]
    with pytest.raises(BudgetError, match="does not allow"):
        run("one", resume_from="one.paid")
    assert not Path("one").exists()
    Ledger(default_path()).open(str(folder / "t.csv"), Budget(epsilon=9, delta=1e-5), replace=True)
    with pytest.warns(UserWarning, match="paid anew"):
        run("one", resume_from="one.paid")
    assert states() == ["committed", "committed"]


def test_an_interrupt_right_after_the_ledger_was_written_costs_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = quick_run(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", broken_ledger(Cut(), after=True))
        with pytest.raises(Cut):
            run("one", checkpoint="c")
    run("one", resume_from="one.paid")
    assert states() == ["committed"]


def test_a_model_that_the_ledger_refuses_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = quick_run(monkeypatch)
    Ledger(default_path()).open(str(folder / "t.csv"), Budget(epsilon=3.2, delta=1e-5))

    def overtake(step: Step) -> None:
        if step.done == 3:
            shutil.copy("c", "copy")
            run("two", checkpoint="copy")

    with pytest.raises(BudgetError, match="does not allow") as refused:
        run("one", checkpoint="c", on_step=overtake)
    assert "resume-from" not in str(refused.value)
    assert states() == ["committed"]
    assert not list(folder.glob("one*"))


def test_a_claim_needs_the_very_line(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "l.db")
    entry = book.reserve("d", gaussian(5.0), unit=Unit(), purpose="p", config_digest="c")
    assert book.claim(entry.id, "0" * 64, "d") is None
    assert book.claim(entry.id, entry.hash, "e") is None
    assert book.claim(entry.id + 1, entry.hash, "d") is None
    assert book.claim(entry.id, entry.hash, "d") is not None
    assert book.claim(entry.id, entry.hash, "d") is None
    with pytest.raises(UsageError, match="no entry"):
        Ledger(tmp_path / "other.db").settle(entry, "a" * 64)
    book.abort(entry.id)
    assert book.show()["datasets"][0]["entries"][0]["state"] == "aborted-counted"


def test_two_fits_on_two_machines_of_one_state_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken_over(step: Step) -> None:
        if step.done == 2:
            shutil.copy("c", "copy")
            monkeypatch.setitem(OPTIONS, "checkpoint", "copy")
            pipeline.fit("t.csv", **OPTIONS)
            monkeypatch.delitem(OPTIONS, "checkpoint")

    with pytest.warns(UserWarning, match="paid anew"):
        fit(on_step=taken_over)
    assert states() == ["committed", "committed"]


# What is refused before anything is spent


def other_table(_: pytest.MonkeyPatch) -> dict[str, Any]:
    Path("t.csv").write_text(small_table(120).replace("18,Female", "19,Female", 1))
    return {}


def other_recipe(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    patch.setitem(generators.GENERATORS, "ctgan", lambda **options: tiny(**options, clip=7.0))  # type: ignore[arg-type]
    return {}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda _: {"epsilon": 4.0}, "another budget"),
        (lambda _: {"focus": ()}, "another budget"),
        (
            lambda _: {"declare": {"columns": {**COLUMNS, "age": {"lower": 18, "upper": 91, "integer": True}}}},
            "schema",
        ),
        (other_table, "The table is not the one"),
        (other_recipe, "recipe"),
    ],
    ids=["epsilon", "focus", "schema", "table", "recipe"],
)
def test_another_fit_is_refused_before_it_spends(
    folder: Path,
    state: bytes,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[pytest.MonkeyPatch], dict[str, Any]],
    what: str,
) -> None:
    Path("c").write_bytes(state)
    with pytest.raises(UsageError, match=what) as refused:
        fit(**change(monkeypatch))
    assert "Nothing was spent" in refused.value.message
    assert (lines(), Path("c").read_bytes()) == (0, state)


def test_a_fit_and_a_run_are_kept_apart(folder: Path, state: bytes) -> None:
    Path("c").write_bytes(state)
    with pytest.raises(UsageError, match="another command"):
        pipeline.run("t.csv", out="out", checkpoint="c", **OPTIONS)
    assert lines() == 0


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "older", "keyless", "folder"])
def test_a_damaged_file_is_refused_before_anything_is_spent(folder: Path, state: bytes, damage: str) -> None:
    file, content = Path("c"), state
    file.write_bytes(state)
    if damage == "older":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest, arrays = (archive.read(name) for name in ("manifest.json", "arrays.safetensors"))
        from privsynth._container import write_zip
        from privsynth.artifact import _own_digest, _rendered

        told = {**json.loads(manifest), "version": "0.0.1"}
        write_zip(
            file, {"manifest.json": _rendered(told | {"digest": _own_digest(told)}), "arrays.safetensors": arrays}
        )
    elif damage == "keyless":
        manifest, arrays = read_checkpoint(file)
        write_checkpoint(file, {**manifest, "keys": {"rows of a unit": "00"}}, arrays)
    elif damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        flipped = bytearray(content)
        flipped[len(content) // 2] ^= 1
        file.write_bytes(
            {"cut": content[:-100], "flipped": bytes(flipped), "empty": b"", "foreign": b"a,b\n1,2\n"}[damage]
        )
    with pytest.raises(ArtifactError) as refused:
        fit()
    assert "begin anew" in refused.value.message
    assert lines() == 0
    assert file.exists(), "it is not ours to remove"


def test_checkpoints_that_make_no_sense_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for generator in ("maxent", "copula"):
        with pytest.raises(UsageError, match="--generator ctgan"):
            fit(generator=generator)
    declared = declaration(folder)
    said = privsynth(
        capsys,
        "run",
        "t.csv",
        "--declare",
        declared,
        "--not-private",
        "--generator",
        "sdv-copula",
        "--checkpoint",
        "c",
        "-o",
        "o",
    )
    assert (said.code, "--checkpoint" in said.err) == (2, True)
    with pytest.raises(UsageError, match="Give one of them"):
        pipeline.run("t.csv", out="o", resume_from="p", checkpoint="c", **OPTIONS)
    with pytest.raises(UsageError, match="does not exist"):
        fit(checkpoint="nowhere/c")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="cannot be written there"):
        fit()
    assert not default_path().exists()


def test_a_file_that_a_fit_still_writes_is_refused(folder: Path) -> None:
    refused: list[str] = []

    def second(step: Step) -> None:
        if step.done == 2:
            with pytest.raises(UsageError, match="still runs") as found:
                fit()
            refused.append(found.value.message)

    fit(on_step=second)
    assert len(refused) == 1
    assert states() == ["committed"]


def test_a_table_that_changes_under_the_fit_ends_it(folder: Path, state: bytes) -> None:
    Path("c").write_bytes(state)
    with Checkpoint(Path("c"), plan=planned(Path("t.csv")).digest(), purpose="fit ctgan") as watch:
        watch.check_table(lambda _: watch._manifest["table"])
        with pytest.raises(ResourceError, match="changed"):
            watch.begin(Spend(), None, lambda _: "another")


# The file


def test_the_file_is_the_owners_and_holds_no_cell(folder: Path) -> None:
    declared = {**DECLARED, "columns": {**COLUMNS, "sex": ["Female", "Male", "Other"]}}
    text = small_table(120).splitlines()
    text[7] = text[7].replace("Female", CANARY).replace("Male", CANARY)
    Path("t.csv").write_text("\n".join(text) + "\n")
    before = os.umask(0)
    try:
        cut(declare=declared)
    finally:
        os.umask(before)
    assert Path("c").stat().st_mode & 0o777 == 0o600
    content = Path("c").read_bytes()
    assert CANARY.encode() not in content
    assert not any(line.encode() in content for line in text[1:])
    assert list(folder.glob(".tmp-*")) == []
    manifest, arrays = read_checkpoint(Path("c"))
    assert manifest["format"] == "privsynth.checkpoint/1"
    assert set(manifest) == {
        "format", "version", "day", "arrays", "files", "digest", "plan", "purpose", "table", "schema", "ledger", "keys", "loss",
    }  # fmt: skip
    assert {name.split(".")[0] for name in arrays} == {
        "survey", "ladder", "accuracy", "generator", "average", "critic", "generator_moments", "critic_moments", "candidate",
    }  # fmt: skip
    assert all(120 not in array.shape for array in arrays.values()), "nothing is as long as the table"


def test_half_written_files_of_a_killed_program_are_removed(folder: Path, state: bytes) -> None:
    Path("c").write_bytes(state)
    for name in (".tmp-123-456-7f-c", ".tmp-123-456-7f-xc", ".tmp-c"):
        Path(name).write_bytes(b"half")
    fit()
    assert {path.name for path in folder.iterdir()} == {"t.csv", ".tmp-123-456-7f-xc", ".tmp-c"}


def test_a_full_disk_ends_no_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise ResourceError("The disk or the quota is full.")

    monkeypatch.setattr(checkpoint, "write_checkpoint", full)
    said: list[str] = []
    losses: list[float] = []
    fit(progress=said.append, on_step=lambda step: losses.append(step.loss))
    assert len([each for each in said if "cannot be kept" in each]) == 1
    assert all(math.isnan(loss) for loss in losses), "no loss of a state that is not kept is shown"
    assert states() == ["committed"]


def test_when_a_state_is_kept_follows_from_the_clock_and_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "SECONDS", 30.0)
    now = [0.0]
    watch = Checkpoint(tmp_path / "c", plan="p", purpose="q", clock=lambda: now[0])
    found = []
    for number in range(1, 9):
        now[0] += 12
        found.append(watch.due(number))
        if found[-1]:
            watch._last = now[0]
    assert found == [False, False, True, False, False, True, False, False]
    often = Checkpoint(tmp_path / "c", plan="p", purpose="q", every=3, clock=lambda: 0.0)
    assert [often.due(number) for number in range(1, 7)] == [False, False, True, False, False, True]


# What is told


def test_the_loss_that_is_told_is_that_of_a_state_that_was_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "SECONDS", 1e9)
    losses: list[float] = []
    fit(on_step=lambda step: losses.append(step.loss))
    assert all(math.isnan(loss) for loss in losses)
    free: list[float] = []
    fit(checkpoint=None, on_step=lambda step: free.append(step.loss))
    assert len(free) == TINY["steps"]
    assert all(math.isfinite(loss) for loss in free)


def test_what_is_told_depends_on_no_cell_without_noise(folder: Path) -> None:
    (folder / "n.csv").write_text(small_table(121))

    def told(noise: Any, name: str) -> list[Any]:
        heard: list[Any] = []
        plan = planned(Path("t.csv"))
        execute(
            plan, open_table(name).loaded(), noise=noise, progress=heard.append, watch=Told(heard.append, heard.append)
        )
        return heard

    noise = Recording(2)
    first = told(noise, "t.csv")
    assert len([each for each in first if isinstance(each, Step)]) == TINY["steps"]
    assert told(Replaying(noise.tape), "n.csv") == first


def test_all_that_is_spent_is_told(folder: Path) -> None:
    columns = {**COLUMNS, "age": {"kind": "integer"}}
    options = {"declare": {**DECLARED, "columns": columns}}
    steps: list[Step] = []
    fitted = fit(checkpoint=None, on_step=steps.append, **options)
    told = [step.spend.epsilon(1e-5) for step in steps]
    assert told == sorted(told)
    assert 0.9 * fitted.guarantee.epsilon < told[-1] <= fitted.guarantee.epsilon
    learning = spend_of(planned(Path("t.csv"), **options).derive.event)
    assert steps[0].spend.mu_squared > learning.mu_squared


def step_of(number: int, loss: float = 0.7) -> Step:
    return Step(done=number, steps=40, loss=loss, spend=Spend(mu_squared=Fraction(number, 10)))


def test_without_a_terminal_a_line_is_written_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(1e-6) as bar:
        bar.say("training")
        for number in range(1, 41):
            bar.step(step_of(number, math.nan if number < 5 else 0.7))
    said = capsys.readouterr()
    assert said.out == ""
    rows = said.err.splitlines()
    assert rows[0] == "  training ..."
    assert len(rows) == 11
    assert rows[1].startswith("  step 4 of 40: epsilon ")
    assert "loss" not in rows[1]
    assert rows[-1].endswith("loss on synthetic rows 0.700")


def test_lines_of_a_fit_that_goes_on_begin_where_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(1e-6) as bar:
        for number in range(31, 41):
            bar.step(step_of(number))
    rows = capsys.readouterr().err.splitlines()
    assert [row.split(":")[0].split()[1] for row in rows] == ["32", "36", "40"]


def test_on_a_terminal_a_bar_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    drawn = io.StringIO()
    with Bar(1e-6, Console(file=drawn, force_terminal=True, width=120)) as bar:
        for number in range(1, 41):
            bar.step(step_of(number))
        bar.say("choosing")
    assert "40/40" in drawn.getvalue()
    assert "epsilon" in drawn.getvalue()
    assert capsys.readouterr().err == "  choosing ...\n"


def test_the_command_line_says_how_to_go_on(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (
        "fit",
        "t.csv",
        "--declare",
        declaration(folder),
        "--epsilon",
        3,
        "--generator",
        "ctgan",
        "--checkpoint",
        "c",
        "-o",
        "m",
    )
    kept = Bar.step

    def interrupted(bar: Bar, step: Step) -> None:
        kept(bar, step)
        if step.done == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Bar, "step", interrupted)
        said = privsynth(capsys, *arguments)
    assert said.code == 130
    assert "the same command goes on from c" in said.err
    assert "step 2 of 4: epsilon" in said.err
    again = privsynth(capsys, *arguments)
    assert again.code == 0, again.err
    assert "it is paid for" in again.err
    assert not Path("c").exists()
    refused = privsynth(capsys, *arguments[:-1], "m2", "--dry-run")
    assert refused.code == 0
