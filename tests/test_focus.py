"""The focus of a fit, and which generator is chosen where none is named: both by public facts, before anything is read."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth import fitting, release
from privsynth.accounting import spend_of
from privsynth.cli import cli
from privsynth.generators import MANY_COLUMNS, choose, focused, make_config, remaining
from privsynth.generators.copula import CopulaMechanism
from privsynth.generators.fitted import load_model
from privsynth.generators.maxent import MaxentConfig, MaxentMechanism
from privsynth.generators.stages import focuses_of, stages_of
from privsynth.ledger import default_path
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.release import Story
from privsynth.report.document import RELEASED_REPRODUCTION
from privsynth.table.source import open_table
from privsynth.tableschema import Field, Schema, schema_from_declaration
from privsynth.tableschema.constraints import FixedIncrements, Inequality, Sum

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
COLUMNS = list(PEOPLE_DECLARED["columns"])
PEOPLE = schema_from_declaration(PEOPLE_DECLARED, COLUMNS)


def planned(schema: Schema = PEOPLE, **options: Any) -> Plan:
    return Plan.make(schema, unit=Unit(), budget=Budget(epsilon=1), **options)


def numbers(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind="integer", minimum=0, maximum=9) for name in names)


@pytest.mark.parametrize(
    ("wanted", "focus", "target"),
    [
        (None, None, "outcome"),
        ("age", ("age",), "age"),
        (["age"], ("age",), "age"),
        (["age", "region"], ("age", "region"), "age"),
        (["age", "outcome"], ("age", "outcome"), "outcome"),
        (("age", "age"), ("age",), "age"),
        ((), (), "outcome"),
    ],
)
def test_the_first_focus_is_the_target_unless_the_target_is_one(
    wanted: Any, focus: tuple[str, ...] | None, target: str
) -> None:
    schema, found = focused(PEOPLE, wanted)
    assert (found, schema.target) == (focus, target)
    assert replace(schema, target="outcome") == PEOPLE


def test_a_schema_without_a_target_takes_the_first_focus_as_one() -> None:
    bare = replace(PEOPLE, target=None)
    assert focused(bare, ["region", "age"])[0].target == "region"
    assert focused(bare, [])[0].target is None
    assert focused(bare, None) == (bare, None)


@pytest.mark.parametrize(
    ("focus", "match"),
    [
        ("nothing", "The focus `nothing` is no column"),
        (["a", "nothing"], "The focus `nothing` is no column"),
        ("name", "`name` is not modelled.*Name one of: a, b, whole"),
        ("whole", "the sum of other columns.*Name one of these: a, b"),
    ],
)
def test_a_wrong_focus_is_refused_before_anything_is_read(tmp_path: Path, focus: Any, match: str) -> None:
    (tmp_path / "t.csv").write_text("a,b,whole,name\n1,2,3\n", encoding="utf-8")  # a damaged row: reading it would fail
    fields = (*numbers("a", "b", "whole"), Field(name="name", kind="text", action="drop"))
    schema = Schema(fields=fields, constraints=(Sum(total="whole", parts=("a", "b")),))
    with pytest.raises(privsynth.SchemaError, match=match):
        privsynth.fit(tmp_path / "t.csv", epsilon=1, schema=schema, focus=focus)
    assert not default_path().exists()


def test_maxent_measures_the_tables_of_each_focus() -> None:
    one, two, none = (planned(focus=each) for each in ("age", ["age", "outcome"], []))
    assert [plan.focuses for plan in (one, two, none)] == [("age",), ("age", "outcome"), ()]
    assert planned().focuses == ("outcome",)
    mechanisms = [plan.mechanism(plan.schema) for plan in (one, two, none)]
    assert all(isinstance(each, MaxentMechanism) for each in mechanisms)
    assert [each.focus_noise is None for each in mechanisms] == [False, False, True]  # type: ignore[attr-defined]
    for plan, mechanism in zip((one, two, none), mechanisms, strict=True):
        assert spend_of(mechanism.event).mu_squared <= spend_of(plan.event).mu_squared
    assert len({plan.digest() for plan in (one, two, none, planned())}) == 4


def test_a_copula_takes_one_focus_and_has_one_without() -> None:
    with pytest.raises(privsynth.UsageError, match=r"2 focuses were named\. Use --generator maxent"):
        planned(generator="copula", focus=["age", "region"])
    assert planned(generator="copula", focus="age").focuses == ("age",)
    bare = planned(generator="copula", focus=[])
    assert isinstance(bare.mechanism(bare.schema), CopulaMechanism)
    assert bare.focuses == ("outcome",)  # the last column with few values
    assert bare.schema.target == "outcome"
    assert bare.digest() != planned(generator="copula").digest()
    told: list[str] = []
    fitting.say_choice(bare, told.append)
    assert told == ["generator copula; it is always conditional on a column, and takes `outcome` where none is named."]


def test_no_focus_takes_the_pivot_of_a_copula_and_not_the_target() -> None:
    found = planned(replace(PEOPLE, target="age"), generator="copula", focus=())
    assert found.focuses == ("outcome",)
    assert found.schema.target == "age"


def test_a_focus_that_turns_out_not_to_be_modelled_is_left_out() -> None:
    plan = planned(focus=["region", "age"])
    fields = [
        replace(field, kind="identifier", action="drop") if field.name == "region" else field for field in PEOPLE.fields
    ]
    learned = plan.schema.with_fields(fields)
    assert remaining(plan.focus, learned) == ("age",)
    assert focuses_of(plan.mechanism(learned)) == ("age",)
    assert fitting._unfocused(plan, learned) == ["no focus after all, because it is not modelled: region."]
    assert fitting._unfocused(plan, plan.schema) == []


def test_a_recipe_with_a_focus_survives_a_file(tmp_path: Path) -> None:
    frame = people(200)
    for number, focus in enumerate((["region", "outcome"], [], None)):
        model = privsynth.fit(frame, epsilon=3, declare=PEOPLE_DECLARED, focus=focus, delta=1e-9)
        model.save(tmp_path / f"{number}.zip")
        again = load_model(tmp_path / f"{number}.zip")
        assert again.config == json.loads(json.dumps(model.config))
        wanted = None if focus is None else tuple(focus)
        assert make_config("maxent", again.config) == MaxentConfig(focus=wanted)
        assert again.model.focuses == (("outcome",) if wanted is None else wanted)  # type: ignore[attr-defined]
        assert again.sample(50, seed=1).equals(model.sample(50, seed=1))
        assert again.schema.target == "outcome"


def test_maxent_is_chosen_and_says_why() -> None:
    name, why = choose(PEOPLE)
    assert name == "maxent"
    assert "9 columns" in why
    wide = Schema(fields=numbers(*(f"c{number}" for number in range(MANY_COLUMNS + 1))))
    assert choose(wide) == ("copula", "401 columns are more than 400, where maxent can take minutes")
    assert choose(wide, ("c1",))[0] == "copula"
    assert choose(Schema(fields=wide.fields[1:]))[0] == "maxent"
    bound = replace(wide, constraints=(Inequality(low="c0", high="c1"),))
    assert choose(bound) == ("maxent", "only it keeps constraints between columns")
    assert choose(replace(wide, constraints=(FixedIncrements(column="c0", increment=3),)))[0] == "copula"
    assert choose(wide, ("c1", "c2")) == ("maxent", "only it takes several focuses")
    assert choose(wide, ()) == ("maxent", "only it does without a focus")
    assert choose(bound, ()) == ("maxent", f"{choose(bound)[1]} and {choose(wide, ())[1]}")
    dropped = tuple(replace(field, action="drop") for field in wide.fields[2:])
    assert choose(Schema(fields=(*wide.fields[:2], *dropped)))[0] == "maxent"


def test_the_choice_is_told_in_one_line() -> None:
    told: list[str] = []
    privsynth.fit(
        people(300), epsilon=3, delta=1e-9, declare=PEOPLE_DECLARED, focus=["age", "region"], progress=told.append
    )
    (line,) = [each for each in told if each.startswith("generator ")]
    assert line == "generator maxent, because only it takes several focuses; focus: age, region."
    told.clear()
    fitting.say_choice(planned(generator="maxent", focus=()), told.append)
    assert told == ["generator maxent; no focus."]


def shares(plan: Plan) -> dict[str, float]:
    return {each["stage"]: each["share"] for each in plan.to_json()["stages"][-1]["parts"]}


def test_the_plan_shows_the_focus_and_the_share_of_each_stage() -> None:
    found = shares(planned())
    kept = MaxentConfig()  # nine columns have no more pairs than are measured: nothing is selected
    spent = kept.marginal_share + kept.focus_share + kept.moment_share + kept.pair_share
    assert found["tables with the focus"] == pytest.approx(kept.focus_share / spent, abs=1e-3)
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)
    assert "tables with the focus" not in shares(planned(focus=()))
    assert list(shares(planned(generator="copula"))) == ["1-way counts", "tables with the target", "correlations"]
    wide = Schema(fields=numbers(*(f"c{number}" for number in range(30))))
    assert list(shares(planned(wide))) == ["1-way counts", "correlations", "selection of pairs", "tables of pairs"]
    document = planned(focus=["age", "region"]).to_json()
    assert (document["focus"], document["target"]) == (["age", "region"], "age")
    form = json.loads((SCHEMAS / "plan.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(form).validate(document)


@pytest.mark.parametrize("generator", ["maxent", "copula"])
@pytest.mark.parametrize("columns", [1, 2, 3, 40])
def test_the_stages_are_all_that_a_fit_spends(generator: str, columns: int) -> None:
    for max_rows in (1, 3):
        schema = Schema(fields=numbers(*(f"c{number}" for number in range(columns))), target="c0")
        plan = Plan.make(
            schema, unit=Unit(column="u", max_rows=max_rows), budget=Budget(epsilon=1), generator=generator
        )
        mechanism = plan.mechanism(schema)
        found = Fraction(sum(stage.mu_squared for stage in stages_of(mechanism)))
        assert float(found) == pytest.approx(float(spend_of(mechanism.event).mu_squared), rel=1e-9)


def dry(tmp_path: Path, *words: str) -> tuple[int, str]:
    table, declared = tmp_path / "t.csv", tmp_path / "d.json"
    people(5).to_csv(table, index=False)
    declared.write_text(json.dumps(PEOPLE_DECLARED), encoding="utf-8")
    arguments = ["fit", str(table), "--epsilon", "1", "--declare", str(declared), "--dry-run", *words]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    return (0, result.output) if result.exception is None else (1, str(result.exception))


def test_the_command_line_takes_several_focuses_or_none(tmp_path: Path) -> None:
    for words, focus in {
        (): ["outcome"],
        ("--focus", "age"): ["age"],
        ("--focus", "age", "--focus", "region"): ["age", "region"],
        ("--no-focus",): [],
    }.items():
        code, output = dry(tmp_path, *words)
        assert code == 0
        assert json.loads(output)["focus"] == focus
    assert dry(tmp_path, "--focus", "age", "--no-focus") == (
        1,
        "Both --focus and --no-focus were given. Give one of them.",
    )
    assert "no column" in dry(tmp_path, "--focus", "nothing")[1]


def test_a_release_says_why_its_generator_was_chosen(tmp_path: Path) -> None:
    plan = privsynth.plan_fit(people(5), epsilon=3, declare=PEOPLE_DECLARED, focus=["region", "age"])
    fitted = privsynth.fit(people(300), epsilon=3, delta=1e-9, declare=PEOPLE_DECLARED, focus=["region", "age"])
    story = Story(source=open_table(people(5)), plan=plan, out=tmp_path, progress=fitting.quiet)
    why = "only it takes several focuses"
    assert release._manifest(story, fitted, fitted.sample(3))["generator_because"] == why
    facts = release._reproduction(story, fitted, 7)
    assert facts["seed"] == 7
    assert "command" not in facts
    assert facts["generator_because"] == why
    assert facts["config"]["focus"] == ["region", "age"]
    assert set(facts) <= set(RELEASED_REPRODUCTION)
    assert fitted.schema.target == "region"
    other = replace(plan, generator="copula")  # a resumed model may be of another generator
    assert "generator_because" not in release._manifest(replace(story, plan=other), fitted, fitted.sample(3))


@pytest.mark.integration
def test_the_example_asks_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(SCHEMAS.parent / "examples"))
    assert __import__("what_if").main(3000) == 0
    told = capsys.readouterr().out
    assert "differentially private" in told
    assert "default at 65 with three late payments" in told
    assert [path.name for path in tmp_path.iterdir()] == ["what_if.ledger.sqlite"]
