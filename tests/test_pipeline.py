"""The whole story: what a run leaves, what it costs, and what happens when a step fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from simulated_people import PEOPLE_DECLARED, people

import privsynth
import privsynth.release
from privsynth.ledger import Ledger, default_path
from privsynth.privacy import Budget
from privsynth.reproduction import versions
from privsynth.table.source import Source

SCHEMAS = Path(__file__).parents[1] / "schemas"


def valid(name: str, document: Any) -> None:
    Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(document)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    frame = people(1500).assign(
        full_name=[f"CANARY{i}" for i in range(1500)], notes="CANARYNOTE of a visit that went well enough"
    )
    frame.loc[0, "region"] = "CANARYREGION"
    privsynth.run(frame, epsilon=2, out=folder / "out", ledger=folder / "ledger.db", dataset="people")
    return folder / "out"


def test_the_owners_report_says_how_to_do_it_again_and_the_release_names_no_table(out: Path) -> None:
    owners, released = (json.loads((out / place / "report.json").read_text()) for place in ("owner", "release"))
    told = owners["reproduction"]
    ledger = out.parent / "ledger.db"
    assert told["command"] == f"privsynth run TABLE --epsilon 2 --dataset people --ledger {ledger} -o {out}"
    assert f"<code><bdi>{told['command']}</bdi></code>" in (out / "owner" / "report.html").read_text()
    assert told["packages"] == versions()
    assert told["seed"] == "none: rows were drawn with coins of the operating system"
    assert told["model_digest"] == json.loads((out / "release" / "manifest.json").read_text())["model_digest"]
    assert {key: value for key, value in told.items() if key != "command"} == released["reproduction"]
    assert str(out) not in json.dumps(released)
    assert f"pandas {pd.__version__}" in (out / "release" / "report.html").read_text()


def test_a_run_leaves_both_folders_complete(out: Path) -> None:
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names == {
        *(
            f"release/{name}"
            for name in (
                "README.md",
                "synthetic.csv",
                "synthetic.csv.manifest.json",
                "schema.yaml",
                "manifest.json",
                "report.html",
                "report.json",
            )
        ),
        *(f"release/model/{name}" for name in ("manifest.json", "arrays.safetensors")),
        *(f"owner/{name}.json" for name in ("scan", "audit", "evaluate", "carried", "report")),
        "owner/report.html",
    }


def test_the_owners_folder_is_for_the_owner_alone(out: Path) -> None:
    assert (out / "owner").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (out / "owner").iterdir())


def test_every_document_follows_its_schema(out: Path) -> None:
    for place in ("owner", "release"):
        valid("report", json.loads((out / place / "report.json").read_text()))
    for name in ("scan", "audit", "evaluate", "carried"):
        valid(name, json.loads((out / "owner" / f"{name}.json").read_text()))
    valid("manifest", json.loads((out / "release" / "manifest.json").read_text()))
    valid("manifest", json.loads((out / "release" / "model" / "manifest.json").read_text()))


def test_no_cell_of_an_identifier_or_of_one_person_leaves(out: Path) -> None:
    for path in out.rglob("*"):
        if path.is_file():
            assert b"CANARY" not in path.read_bytes(), path


def test_identifiers_and_notes_are_no_columns_of_the_release(out: Path) -> None:
    made = pd.read_csv(out / "release" / "synthetic.csv")
    assert not {"full_name", "notes"} & set(made.columns)


def test_the_release_verifies_and_a_changed_one_does_not(out: Path, tmp_path: Path) -> None:
    import shutil

    assert privsynth.verify(out / "release") == []
    shutil.copytree(out / "release", tmp_path / "changed")
    with (tmp_path / "changed" / "synthetic.csv").open("a") as target:
        target.write("1,2,3\n")
    assert privsynth.verify(tmp_path / "changed") != []


def test_the_ledger_knows_the_release(out: Path) -> None:
    manifest = json.loads((out / "release" / "manifest.json").read_text())
    assert Ledger(out.parent / "ledger.db").verify([manifest]) == []


def test_the_holdout_is_about_a_fifth(out: Path) -> None:
    rows = json.loads((out / "owner" / "audit.json").read_text())["n"]
    assert 0.12 < rows["holdout"] / (rows["train"] + rows["holdout"]) < 0.28


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that failed after it was paid, and was then resumed."""
    folder, table = tmp_path_factory.mktemp("resumed"), people(400)
    ledger = folder / "ledger.db"
    options = {"epsilon": 2, "declare": PEOPLE_DECLARED, "ledger": ledger, "dataset": "people"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            privsynth.release,
            "render_html",
            lambda _: (_ for _ in ()).throw(privsynth.ResourceError("The disk is full.")),
        )
        with pytest.raises(privsynth.ResourceError, match="--resume-from"):
            privsynth.run(table, out=folder / "out", **options)
    assert not (folder / "out").exists()
    spent = Ledger(ledger).show("people")["datasets"][0]["epsilon"]
    privsynth.run(table, out=folder / "out", resume_from=folder / "out.paid", **options)
    assert Ledger(ledger).show("people")["datasets"][0]["epsilon"] == spent
    return folder


def test_a_failed_run_keeps_what_was_paid_and_resuming_costs_nothing(resumed: Path) -> None:
    assert (resumed / "out" / "release" / "synthetic.csv").exists()


def test_an_output_folder_that_exists_costs_nothing(tmp_path: Path) -> None:
    with pytest.raises(privsynth.UsageError, match="exists"):
        privsynth.run(people(50), epsilon=1, out=tmp_path, declare=PEOPLE_DECLARED)
    assert not default_path().exists()


def test_a_spent_budget_refuses_before_the_fit(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.open("people", Budget(epsilon=1.0, delta=1e-6))
    options = {"declare": PEOPLE_DECLARED, "ledger": ledger.path, "dataset": "people"}
    privsynth.fit(people(100), epsilon=1.0, **options)
    with pytest.raises(privsynth.BudgetError):
        privsynth.fit(people(100), epsilon=0.1, **options)


def test_a_spent_budget_refuses_before_the_table_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, said = Ledger(tmp_path / "ledger.db"), list[str]()
    ledger.open("people", Budget(epsilon=1.0, delta=1e-6))
    people(100).to_csv(tmp_path / "t.csv", index=False)
    options = {"declare": PEOPLE_DECLARED, "ledger": ledger.path, "dataset": "people", "progress": said.append}
    privsynth.fit(tmp_path / "t.csv", epsilon=1.0, **options)
    assert "reading the table" in said
    said.clear()

    def read(source: Source) -> Source:
        raise AssertionError("the table was read")

    monkeypatch.setattr(Source, "loaded", read)
    before = ledger.head()
    for generator in ("copula", "sdv-copula"):
        own = {"generator": generator, "not_private": generator != "copula"}
        epsilon = None if generator != "copula" else 0.1
        with pytest.raises(privsynth.BudgetError):
            privsynth.fit(tmp_path / "t.csv", epsilon=epsilon, **options, **own)
        with pytest.raises(privsynth.BudgetError):
            privsynth.run(tmp_path / "t.csv", epsilon=epsilon, out=tmp_path / "out", **options, **own)
    assert not [line for line in said if "reading" in line]
    assert ledger.head() == before


def test_the_exact_epsilon_is_spent_and_stated() -> None:
    for epsilon in (0.1, 1.0, 3.0, 10.0):
        assert (
            privsynth.plan_fit(people(20), epsilon=epsilon, declare=PEOPLE_DECLARED).guarantee_of_schema().epsilon
            == epsilon
        )


def test_split_keeps_units_together() -> None:
    frame = people(600).assign(person=[f"p{i // 3}" for i in range(600)])
    train, holdout = privsynth.split(frame, unit="person")
    assert len(train) + len(holdout) == 600
    assert not set(train["person"]) & set(holdout["person"])
    assert 0.08 < len(holdout) / 600 < 0.35


def test_audit_and_evaluate_take_frames_of_any_vendor() -> None:
    real, held, other = people(900, seed=1), people(900, seed=2), people(900, seed=3)
    assert privsynth.audit(real, other, held).verdict != "leak"
    assert privsynth.audit(real, real, held).verdict == "leak"
    result = privsynth.evaluate(real, other, held, target="outcome").to_json()
    assert result["prediction"]["tstr"] > 0.55
    with pytest.raises(privsynth.UsageError, match="no column"):
        privsynth.evaluate(real, other, held, target="nothing")


def test_scan_finds_what_the_names_say() -> None:
    frame = people(200).assign(email=[f"a{i}@example.org" for i in range(200)])
    roles = {column.name: column.role for column in privsynth.scan(frame).columns}
    assert roles["email"] == "direct"
    assert roles["gain"] != "direct"


def test_the_demo_runs_per_patient(tmp_path: Path) -> None:
    report = privsynth.demo(tmp_path / "demo", rows=600)
    assert report["guarantee"]["unit"]["column"] == "patient_id"
    assert (tmp_path / "demo" / "release" / "report.html").exists()


def test_a_resumed_release_is_in_the_ledger_too(resumed: Path) -> None:
    manifest = json.loads((resumed / "out" / "release" / "manifest.json").read_text())
    assert manifest["ledger"]["count"] > 0
    assert Ledger(resumed / "ledger.db").verify([manifest]) == []


def test_what_the_ledger_could_not_record_is_recorded_when_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, book = people(400), tmp_path / "ledger.db"
    options = {"epsilon": 2, "declare": PEOPLE_DECLARED, "ledger": book, "dataset": "people", "out": tmp_path / "out"}

    def full(*_: Any) -> None:
        raise privsynth.ResourceError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "settle", full)
        with pytest.raises(privsynth.ResourceError, match="--resume-from"):
            privsynth.run(table, **options)
    assert [each["state"] for each in Ledger(book).show("people")["datasets"][0]["entries"]] == ["reserved"]
    privsynth.run(table, resume_from=tmp_path / "out.paid", **options)
    (entry,) = Ledger(book).show("people")["datasets"][0]["entries"]
    assert entry["state"] == "committed"
    assert Ledger(book).verify([json.loads((tmp_path / "out" / "release" / "manifest.json").read_text())]) == []


def test_check_says_what_was_read_from_the_data_once_a_column() -> None:
    frame = people(200)
    notes = privsynth.check(privsynth.schema(frame), frame)
    read = [note for note in notes if "read from the data" in note]
    assert 1 <= len(read) <= frame.shape[1]
    assert any(note.startswith("`age`: ") for note in read)


def test_a_column_that_nothing_could_be_read_of_is_named(tmp_path: Path) -> None:
    table = pd.DataFrame({"day": ["31/12/2020", "01/06/2020"] * 300, "x": ["a", "b"] * 300})
    days = {"kind": "date", "lower": "2020-01-01", "upper": "2020-12-31"}
    for form, expected in (("%Y-%m-%d", 1), ("%d/%m/%Y", 0)):
        declared = {"columns": {"day": {**days, "format": form}, "x": ["a", "b"]}}
        told: list[str] = []
        for generator in ("maxent", "copula"):
            privsynth.fit(
                table, epsilon=5, declare=declared, generator=generator, ledger=tmp_path / "l.db", progress=told.append
            )
        assert [line.split(": ")[1].split(".")[0] for line in told if "nearly all cells" in line] == [
            "day"
        ] * 2 * expected
