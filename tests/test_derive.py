"""A schema under a budget: what is learned, what is dropped, and that all of it is marked as paid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_people import people

import privsynth
from privsynth.accounting import Spend, spend_of
from privsynth.derive import DeriveMechanism, from_names, undetermined
from privsynth.noise import OsNoise
from privsynth.privacy import Unit
from privsynth.table.profile import Profile
from privsynth.table.source import open_table
from privsynth.tableschema import Schema


def derived(frame: pd.DataFrame, epsilon: float = 20.0) -> Schema:
    return privsynth.schema(frame, epsilon=epsilon, delta=1e-7)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return derived(people(6000))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("age", "integer"),
        ("income", "number"),
        ("region", "categorical"),
        ("since", "date"),
        ("outcome", "boolean"),
        ("visits", "integer"),
    ],
)
def test_kinds_are_found(schema: Schema, name: str, kind: str) -> None:
    assert schema[name].kind == kind
    assert schema[name].source("kind") == "dp"


def test_day_first_dates_are_recognised(schema: Schema) -> None:
    assert schema["since"].format == "%d/%m/%Y"


def test_iso_and_month_first_dates_are_recognised() -> None:
    moments = pd.Timestamp("2015-01-01") + pd.to_timedelta(np.arange(3000) % 2500, unit="D")
    found = derived(pd.DataFrame({"a": moments.strftime("%Y-%m-%d"), "b": moments.strftime("%m/%d/%Y")}))
    assert (found["a"].format, found["b"].format) == ("%Y-%m-%d", "%m/%d/%Y")


def test_bounds_are_powers_of_two_and_never_the_extremes(schema: Schema) -> None:
    assert (schema["age"].minimum, schema["age"].maximum) == (16, 128)


def test_one_extreme_value_moves_no_bound() -> None:
    frame = pd.DataFrame({"x": [str(v) for v in range(1, 3000)] + ["1e300"]})
    assert float(derived(frame)["x"].maximum or 0) <= 4096


def test_leading_zeros_stay_text(schema: Schema) -> None:
    assert schema["postcode"].kind == "categorical"
    assert set(schema["postcode"].enum or ()) == {f"{code:05d}" for code in range(40)}


def test_a_label_of_one_person_is_not_learned() -> None:
    frame = pd.DataFrame({"diagnosis": ["flu"] * 3000 + ["canary-7261"]})
    assert derived(frame)["diagnosis"].enum == ("flu",)


def test_missing_is_learned_from_noisy_votes(schema: Schema) -> None:
    assert not schema["visits"].required
    assert schema["age"].required


@pytest.mark.parametrize(
    ("cells", "role"),
    [
        ([f"person{i}@example.org" for i in range(3000)], "direct"),
        ([f"{i % 900 + 100}-{i % 90 + 10}-{i % 9000 + 1000}" for i in range(3000)], "direct"),
        ([f"id{i:07d}x" for i in range(3000)], "review"),
        ([f"the patient came in on day {i} and then left us again" for i in range(3000)], "free_text"),
    ],
)
def test_identifiers_and_text_never_reach_a_generator(cells: list[str], role: str) -> None:
    found = derived(pd.DataFrame({"column": cells, "keep": ["a", "b", "c"] * 1000}))
    assert found["column"].role == role
    assert not found["column"].modelled


def test_names_alone_drop_direct_identifiers(people_frame: pd.DataFrame) -> None:
    frame = people_frame.assign(patient_id=range(len(people_frame)))
    assert not derived(frame)["patient_id"].modelled


def test_the_event_counts_every_question_of_every_column() -> None:
    mechanism = DeriveMechanism.calibrate(["a", "b", "c"], Spend(mu_squared=1, delta=1e-7))  # type: ignore[arg-type]
    spend = spend_of(mechanism.event)
    assert float(spend.mu_squared) == pytest.approx(1.0, rel=1e-6)
    assert float(spend.mu_squared) <= 1.0
    assert float(spend.delta) == pytest.approx(1e-7, rel=1e-6)


def test_too_little_budget_drops_columns_instead_of_guessing() -> None:
    source = open_table(people(50)).loaded()
    start = from_names(source.names, {})
    mechanism = DeriveMechanism(names=undetermined(start), form_noise=1e4, domain_noise=1e4, label_delta=1e-9)
    found = mechanism.run(Profile(source, Unit(), bytes(32)), start, OsNoise())
    assert len(found.modelled) < len(found.fields)


def test_without_epsilon_the_schema_is_marked_as_data_and_refused(people_frame: pd.DataFrame) -> None:
    found = privsynth.schema(people_frame)
    assert found.data_leaves()
    with pytest.raises(privsynth.SchemaError, match="read from the data"):
        privsynth.fit(people_frame, epsilon=1, schema=found)


def test_a_void_fit_says_so_first(people_frame: pd.DataFrame) -> None:
    found = privsynth.schema(people_frame)
    model = privsynth.fit(people_frame, epsilon=1, schema=found, allow_data_dependent_schema=True)
    assert model.guarantee.sentence().startswith("NO PRIVACY GUARANTEE")


def test_the_spend_of_a_schema_is_part_of_a_later_fit(people_frame: pd.DataFrame) -> None:
    found = privsynth.schema(people_frame, epsilon=1, delta=1e-7)
    model = privsynth.fit(people_frame, epsilon=1, delta=1e-7, schema=found)
    assert model.guarantee.epsilon > 1.3
    assert model.guarantee.spent_before == pytest.approx(1.0, abs=0.02)


def half_declared(**leaves: object) -> Schema:
    frame = pd.DataFrame({"x": [str(v) for v in range(1, 1001)] * 3, "y": ["a", "b", "c"] * 1000})
    declare = {"columns": {"x": {"kind": "integer", **leaves}, "y": ["a", "b", "c"]}}
    return privsynth.schema(frame, declare=declare, epsilon=20, delta=1e-7)


def test_a_declared_bound_is_kept_and_only_the_other_is_learned() -> None:
    field = half_declared(lower=-5)["x"]
    assert (field.minimum, field.maximum) == (-5, 1024)
    assert (field.source("minimum"), field.source("maximum")) == ("declared", "dp")


def test_a_declared_required_is_not_overruled() -> None:
    assert half_declared(required=False)["x"].source("required") == "declared"
    assert not half_declared(required=False)["x"].required


def test_a_bound_that_the_data_contradict_drops_the_column_instead_of_raising() -> None:
    assert not half_declared(lower=1_000_000)["x"].modelled
