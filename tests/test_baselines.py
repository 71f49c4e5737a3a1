"""Baselines are not private, and everything that they leave says so; nothing chooses them, and no budget allows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from command_line import DECLARED, declaration, privsynth, small_table
from dp_accounting import NonPrivateDpEvent
from test_generators_contract import in_domain, same_rows

from privsynth import pipeline
from privsynth.accounting import event_to_json, spend_of
from privsynth.baseline_plan import BaselinePlan
from privsynth.errors import ArtifactError, BudgetError, SchemaError, UsageError
from privsynth.generators import GENERATORS, base, choose, make_config
from privsynth.generators.baselines import BASELINES, EPOCHS
from privsynth.generators.fitted import Fitted, load_model
from privsynth.ledger import Ledger
from privsynth.privacy import Budget, Unit
from privsynth.provenance import read_provenance
from privsynth.saving import save_batches, save_table
from privsynth.table.write import keeps_metadata
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

ROOT = Path(__file__).resolve().parents[1]
SAID = "NO PRIVACY GUARANTEE: the generator sdv-copula is NOT PRIVATE: it reads the table without noise."
STATED = dict.fromkeys(("kind", "role", "action", "minimum", "maximum", "enum"), "declared")
SDV = {"generator": "sdv-copula", "not_private": True}


def valid(document: Any, kind: str) -> Any:
    jsonschema.validate(document, json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text()))
    return document


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(small_table(300))
    return path


@pytest.fixture(scope="module", params=list(BASELINES))
def fitted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    folder = tmp_path_factory.mktemp("baseline")
    (folder / "table.csv").write_text(small_table(300))
    options = {"epochs": 1} if request.param == "sdv-ctgan" else {}
    return pipeline.fit(
        folder / "table.csv",
        generator=request.param,
        not_private=True,
        declare=DECLARED,
        ledger=folder / "ledger.db",
        **options,
    )


def test_a_run_says_that_it_is_not_private_wherever_it_can(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, declared = tmp_path / "out", declaration(tmp_path)
    done = privsynth(
        capsys, "run", table, "--generator", "sdv-copula", "--not-private", "--declare", declared, "-o", out
    )
    assert done.code == 0, done.err
    assert done.err.splitlines()[0] == SAID
    assert done.out.splitlines()[0] == SAID
    assert "NOT PRIVATE: " in done.out
    assert "For others" not in done.out
    release = {path.name for path in (out / "release").iterdir()}
    made, note = "synthetic.not-private.csv", "synthetic.not-private.csv.manifest.json"
    assert release == {made, note, "README.md", "schema.yaml", "manifest.json", "report.html", "report.json"}
    said = valid(json.loads((out / "release" / note).read_text()), "provenance")
    assert (said["dp"], said["note"], said["model_digest"]) == (False, SAID, None)
    assert f"**{SAID}**" in (out / "release" / "README.md").read_text().replace("\\", "")
    manifest = valid(json.loads((out / "release" / "manifest.json").read_text()), "manifest")
    assert (manifest["dp"], manifest["guarantee"]["epsilon"], manifest["guarantee"]["sentence"]) == (False, None, SAID)
    for place in ("release", "owner"):
        report = valid(json.loads((out / place / "report.json").read_text()), "report")
        assert (report["dp"], report["warning"], report["reproduction"]["generator"]) == (False, SAID, "sdv-copula")
        page = (out / place / "report.html").read_text()
        assert "NO PRIVACY GUARANTEE" in page.split("<body>")[1].strip().splitlines()[0]
        assert "NOT PRIVATE" in page.split("<body>")[1].strip().splitlines()[0]
    made = pd.read_csv(out / "release" / "synthetic.not-private.csv")
    assert set(made.sex.dropna()) <= {"Female", "Male"}
    assert made.age.dropna().between(18, 90).all()
    assert pipeline.verify(out) == []
    assert not out.with_name("out.paid").exists()
    assert privsynth(capsys, "sample", out / "release", "-o", tmp_path / "more.csv").code == ArtifactError.exit_code


def test_a_plan_says_so_before_anything_is_read(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = ("run", table, "--generator", "sdv-ctgan", "--not-private", "--declare", declaration(tmp_path), "--dry-run")
    told = valid(json.loads(privsynth(capsys, *plan).out), "plan")
    assert (told["dp"], told["epsilon"], told["stages"], told["guarantee"]["epsilon"]) == (False, None, [], None)
    assert told["guarantee"]["sentence"].startswith("NO PRIVACY GUARANTEE: the generator sdv-ctgan is NOT PRIVATE")
    private = pipeline.plan_fit(table, epsilon=1, declare=DECLARED).to_json()
    assert valid(private, "plan")["dp"] is True


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"generator": "sdv-ctgan"}, "is NOT PRIVATE.*--not-private"),
        ({"generator": "sdv-copula", "epsilon": 1}, "is NOT PRIVATE.*--not-private"),
        ({**SDV, "epsilon": 1}, "keeps to none"),
        ({**SDV, "delta": 1e-5}, "keeps to none"),
        ({"not_private": True}, "generator auto is none of the baselines"),
        ({"not_private": True, "generator": "maxent", "epsilon": 1}, "maxent is none of the baselines"),
        ({}, "There is no privacy budget"),
        ({"epsilon": 1, "epochs": 3}, "only the baseline sdv-ctgan"),
        ({**SDV, "epochs": 3}, "not trained in passes"),
        ({**SDV, "generator": "sdv-ctgan", "epochs": 0}, "give 1 or more"),
        ({**SDV, "focus": "sick"}, "has none. Leave --focus out"),
    ],
)
def test_a_baseline_is_asked_for_in_so_many_words(table: Path, options: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        pipeline.plan_fit(table, declare=DECLARED, **options)


def test_constraints_are_not_kept_and_so_refused(table: Path) -> None:
    listed = {
        "type": "FixedCombinations",
        "columns": ["sex", "sick"],
        "combinations": [["Male", True], ["Female", False]],
    }
    bound = {**DECLARED, "constraints": [listed]}
    with pytest.raises(UsageError, match="keeps no constraint"):
        pipeline.plan_fit(table, declare=bound, **SDV)


def test_a_fit_on_the_command_line_is_refused_as_nothing_of_it_would_stay(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ("--generator", "sdv-copula", "--not-private", "--declare", declaration(tmp_path))
    done = privsynth(capsys, "fit", table, *flags, "-o", tmp_path / "model")
    assert (done.code, done.out) == (UsageError.exit_code, "")
    assert "never stored" in done.err
    done = privsynth(capsys, "run", table, *flags, "-o", tmp_path / "out", "--resume-from", tmp_path)
    assert done.code == UsageError.exit_code
    assert "none to resume from" in done.err


def test_its_event_is_free_for_no_accountant() -> None:
    schema = Schema(fields=(Field(name="sex", kind="categorical", enum=("a", "b")),))
    for name in BASELINES:
        event = BaselinePlan.make(schema, unit=Unit(), generator=name).event
        assert isinstance(event, NonPrivateDpEvent)
        with pytest.raises(BudgetError):
            spend_of(event)
        with pytest.raises(BudgetError):
            event_to_json(event)


def test_nothing_chooses_a_baseline() -> None:
    assert not set(BASELINES) & set(GENERATORS)
    for columns in (1, 500):
        fields = tuple(Field(name=f"c{number}", kind="boolean") for number in range(columns))
        assert {choose(Schema(fields=fields), focus)[0] for focus in (None, [], ["c0"])} <= set(GENERATORS)
    for name in BASELINES:
        with pytest.raises(UsageError, match="There is no generator"):
            make_config(name)
    for page in ("docs/guarantee.md", "SECURITY.md"):
        assert "sdv-" not in (ROOT / page).read_text(encoding="utf-8")


def test_no_model_of_it_is_stored_or_read(fitted: Fitted, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="never stored"):
        fitted.save(tmp_path / "x.not-private.zip")
    assert list(tmp_path.iterdir()) == []
    config = BASELINES[fitted.generator]()
    with pytest.raises(ArtifactError, match="never stored"):
        config.load(fitted.schema, {})
    manifest = fitted.to_manifest()
    assert (manifest["dp"], manifest["event"]) == (False, {"type": "non_private"})
    from privsynth.artifact import write_model

    write_model(tmp_path / "forged", manifest, {"a": np.zeros(1)})
    with pytest.raises(ArtifactError):
        load_model(tmp_path / "forged")


def test_rows_are_within_the_schema_and_follow_from_the_seed(fitted: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    domains = fitted.domains
    for rows in (0, 1, 70):
        in_domain(fitted.model.sample(rows, np.random.default_rng(0)), domains, rows)
    one, again, other = (fitted.sample(50, seed=seed) for seed in (3, 3, 4))
    assert one.equals(again)
    assert not one.equals(other)
    assert fitted.default_rows == 300
    monkeypatch.setattr(base, "BATCH_ROWS", 30)
    parts = list(fitted.model.batches(37, np.random.default_rng(3), ["sex", "age"]))
    assert [part.count for part in parts] == [30, 7]
    assert set(parts[0].codes) == {"sex", "age"}
    assert set(parts[0].positions) == {"age"}
    assert not same_rows(parts[0].taken(slice(0, 7)), parts[1])
    frame = pipeline.sample(fitted, 5)
    assert frame.attrs["privsynth"]["dp"] is False
    assert frame.attrs["privsynth"]["note"] == fitted.guarantee.sentence()
    with pytest.raises(UsageError, match="no given rows"):
        pipeline.sample(fitted, given=pd.DataFrame({"sex": ["Male"]}))


def void_model(tmp_path: Path, table: Path, budget: float = 1) -> Fitted:
    """A model of a generator that is private, under a schema that was read from the rows."""
    schema = pipeline.schema(table)
    options = {"schema": schema, "allow_data_dependent_schema": True, "ledger": tmp_path / "ledger.db"}
    return pipeline.fit(table, epsilon=budget, generator="copula", **options)


def said_of(table: Any) -> tuple[bool | None, str]:
    said = read_provenance(table)
    assert said is not None
    return said.dp, said.note


@pytest.mark.parametrize("kind", ["baseline", "schema"])
@pytest.mark.parametrize("name", ["o.csv", "o.jsonl.gz", "o.parquet", "o.feather"])
def test_no_row_without_a_guarantee_leaves_without_a_mark(kind: str, name: str, tmp_path: Path, table: Path) -> None:
    private = pipeline.fit(table, epsilon=1, declare=DECLARED, ledger=tmp_path / "p.db", generator="copula")
    void = (
        void_model(tmp_path, table)
        if kind == "schema"
        else pipeline.fit(table, declare=DECLARED, ledger=tmp_path / "l.db", **SDV)
    )
    sentence = void.guarantee.sentence()
    assert sentence.startswith("NO PRIVACY GUARANTEE")
    empty, *_ = void.batches(0)
    for rows in (void.sample(50, seed=1), empty):
        assert said_of(rows) == (False, sentence)
        for write in (save_table, lambda rows, path: save_batches(iter([rows, rows]), path)):
            write(rows, tmp_path / name)
            notes = [path.name for path in tmp_path.glob(f"{name}.*")]
            if keeps_metadata(tmp_path / name):
                read = pq.read_table if name == "o.parquet" else feather.read_table
                assert said_of(read(tmp_path / name)) == (False, sentence)
                assert notes == []
            else:
                assert notes == [f"{name}.manifest.json"]
                assert said_of(tmp_path / name) == (False, sentence)
    assert said_of(private.sample(5)) == (True, private.guarantee.sentence())
    save_table(private.sample(5), tmp_path / name)
    assert said_of(tmp_path / name) == (True, private.guarantee.sentence())


def test_a_void_model_marks_all_that_leaves_it(tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    void_model(tmp_path, table).save(tmp_path / "model")
    out, note = tmp_path / "o.csv", tmp_path / "o.csv.manifest.json"
    assert privsynth(capsys, "sample", tmp_path / "model", "-n", 5, "-o", out).code == 0
    assert json.loads(note.read_text())["dp"] is False
    (tmp_path / "g.csv").write_text("sex\nMale\nFemale\n")
    assert privsynth(capsys, "sample", tmp_path / "model", "--given", tmp_path / "g.csv", "-o", out).code == 0
    both = valid(json.loads(note.read_text()), "provenance")
    assert both["dp"] is False
    assert both["note"].startswith("NO PRIVACY GUARANTEE")
    assert "contains the rows of" in both["note"]
    assert pipeline.sample(tmp_path / "model", given=tmp_path / "g.csv").attrs["privsynth"] == both
    from privsynth.sdv import load_synthesizer

    drawn = load_synthesizer(tmp_path / "model").sample(5, output_folder_path=tmp_path / "sdv")["table"]
    assert drawn.attrs["privsynth"]["dp"] is False
    assert json.loads((tmp_path / "sdv" / "table.csv.manifest.json").read_text()) == drawn.attrs["privsynth"]


def test_numbers_come_back_to_their_cell() -> None:
    from privsynth.generators.baselines import _coded, _frame

    for field in (
        Field(name="x", kind="number", minimum=-3.5, maximum=900),
        Field(name="x", kind="number", minimum=0, maximum=4_000_000, decimals=2),
        Field(name="x", kind="number", minimum=0, maximum=10, increment=0.25),
        Field(name="x", kind="integer", minimum=-7, maximum=10**7),
        Field(name="x", kind="date", minimum="1950-03-01", maximum="2020-01-01"),
    ):
        domain = Domain.of(field)
        codes = np.arange(domain.size + 1)
        back, places = _coded(domain, _frame([domain], {"x": codes})["c0"].to_numpy())
        assert np.array_equal(back, codes)
        assert (places >= 0).all()
        assert (places < 1).all()
        far, _ = _coded(domain, np.array([-1e12, 1e12]))
        assert far.tolist() == [0, domain.size - 1]


def test_odd_columns_are_trained_on_like_any_other(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"one": ["a"] * 40, "none": [None] * 40, "x.is_null": range(40), "label": [*"ab", None, "c"] * 10}
    )
    columns = {
        "one": ["a"],
        "none": {"lower": 0, "upper": 9},
        "x.is_null": {"lower": 0, "upper": 50},
        "label": ["a", "b", "c"],
    }
    fitted = pipeline.fit(frame, declare={"columns": columns}, ledger=tmp_path / "l.db", **SDV)
    made = fitted.sample(200, seed=1).to_pandas()
    assert set(made.one) == {"a"}
    assert made.none.isna().all()
    assert 0.1 < made.label.isna().mean() < 0.4
    with pytest.raises(SchemaError, match="at least 10 rows"):
        pipeline.fit(frame.head(9), declare={"columns": columns}, ledger=tmp_path / "l.db", **SDV)


def test_cells_that_may_not_be_missing_never_are(tmp_path: Path) -> None:
    fields = (
        Field(name="x", kind="integer", minimum=0, maximum=50, required=True, provenance=STATED),
        Field(name="y", kind="categorical", enum=("a", "b"), required=True, provenance=STATED),
        Field(name="z", kind="categorical", enum=("a", "b"), required=True, provenance=STATED),
    )
    frame = pd.DataFrame({"x": [*range(30), *[None] * 10], "y": ["a", None, "b", "b"] * 10, "z": [None] * 40})
    fitted = pipeline.fit(frame, schema=Schema(fields=fields), ledger=tmp_path / "l.db", **SDV)
    assert not fitted.sample(100, seed=1).to_pandas().isna().any(axis=None)


def test_without_a_schema_the_table_is_read_and_the_schema_says_so(tmp_path: Path, table: Path) -> None:
    fitted = pipeline.fit(table, ledger=tmp_path / "ledger.db", **SDV)
    assert fitted.schema.data_leaves()
    assert fitted.schema.learned() == ()


def test_a_library_that_fails_quotes_no_cell(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sdv.single_table import GaussianCopulaSynthesizer

    def fail(*_: object) -> None:
        raise ValueError("the cell 'Smith' is wrong")

    monkeypatch.setattr(GaussianCopulaSynthesizer, "fit", fail)
    with pytest.raises(SchemaError, match=r"could not be trained on this table \(ValueError\)") as caught:
        pipeline.fit(table, declare=DECLARED, ledger=tmp_path / "ledger.db", **SDV)
    assert "Smith" not in str(caught.value)


def test_the_ledger_never_shows_less_than_was_spent(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "ledger.db")
    entry = book.reserve_unbounded("visits", unit=Unit(), purpose="run sdv-copula (not private)", config_digest="c")
    book.commit(entry.id, "r")
    account = valid(book.show("visits"), "ledger")["datasets"][0]
    assert account["epsilon"] is None
    assert account["epsilon_sum"] is None
    assert "no epsilon holds" in account["note"]
    assert account["entries"][0]["event"] == {"type": "non_private"}
    assert book.verify() == []
    book.open("visits", Budget(epsilon=1e6))
    assert book.show("visits")["datasets"][0]["remaining_epsilon"] == 0


def test_a_limit_allows_no_baseline(tmp_path: Path, table: Path) -> None:
    book = Ledger(tmp_path / "ledger.db")
    book.open("visits", Budget(epsilon=1e6, delta=0.5))
    with pytest.raises(BudgetError, match="`visits` has a limit"):
        pipeline.fit(table, declare=DECLARED, dataset="visits", ledger=book.path, **SDV)
    assert book.show("visits")["datasets"][0]["entries"] == []


def test_an_audit_of_a_tiny_table_is_no_acquittal(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.integers(0, 1000, 40), "y": rng.choice(["a", "b"], 40)}).astype(str)
    train, holdout = frame.head(20), frame.tail(20)
    columns = {"x": {"lower": 0, "upper": 1000, "integer": True}, "y": ["a", "b"]}
    made = pipeline.sample(pipeline.fit(train, declare={"columns": columns}, ledger=tmp_path / "l.db", **SDV))
    assert pipeline.audit(train, made, holdout).verdict in ("leak", "inconclusive")


def test_the_page_of_the_docs_names_every_baseline() -> None:
    page = (ROOT / "docs" / "baselines.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in BASELINES)
    assert SAID.replace("copula", "ctgan") in page
    assert f"({EPOCHS})" in page
