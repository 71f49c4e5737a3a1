"""Plans: what is refused or counted before a private byte is read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth.accounting import delta_of, rounded_up, spend_of
from privsynth.derive import from_names
from privsynth.ledger import Ledger, default_path
from privsynth.plan import Plan
from privsynth.privacy import Budget, Unit
from privsynth.tableschema import read_schema, schema_from_declaration

COLUMNS = list(PEOPLE_DECLARED["columns"])


def declared(**more: Any) -> dict[str, Any]:
    return {**PEOPLE_DECLARED, "columns": {**PEOPLE_DECLARED["columns"], **more}}


def test_a_schema_learned_per_row_is_refused_for_people() -> None:
    frame = people(900).assign(person=[f"p{i // 3}" for i in range(900)])
    schema = privsynth.schema(frame, epsilon=2, unit="row")
    with pytest.raises(privsynth.SchemaError, match="learned protecting one row"):
        privsynth.fit(frame, epsilon=1, schema=schema, unit="person", max_rows=3)


def test_a_learned_schema_without_its_spend_is_refused() -> None:
    schema = replace(privsynth.schema(people(900), epsilon=2), spend=None)
    with pytest.raises(privsynth.SchemaError, match="records no spend"):
        privsynth.fit(people(900), epsilon=1, schema=schema)


def test_the_schema_of_a_release_carries_the_spend_of_its_learning(tmp_path: Path) -> None:
    frame = people(900)
    model = privsynth.fit(frame, epsilon=2)
    assert model.schema.spend is not None
    again = privsynth.fit(frame, epsilon=2, schema=model.schema)
    assert 2 < again.guarantee.epsilon < 4
    assert again.guarantee.spent_before > 0


@pytest.mark.parametrize("bounds", [{"lower": 0.2, "upper": 0.8, "integer": True}, {"lower": 3, "upper": 1}])
def test_public_mistakes_in_a_domain_cost_nothing(bounds: dict[str, Any]) -> None:
    with pytest.raises(privsynth.SchemaError):
        privsynth.fit(people(50), epsilon=1, declare=declared(age=bounds))
    assert not default_path().exists()


def test_a_delta_below_the_schemas_own_costs_nothing() -> None:
    schema = privsynth.schema(people(900), epsilon=2, delta=1e-5)
    before = default_path().read_bytes()
    with pytest.raises(privsynth.BudgetError, match="larger delta"):
        privsynth.fit(people(900), epsilon=1, delta=1e-8, schema=schema)
    assert default_path().read_bytes() == before


def test_a_dry_run_says_what_would_be_learned() -> None:
    plan = privsynth.plan_fit(people(50), epsilon=1).to_json()
    assert plan["guarantee"]["declared"] == []
    assert set(plan["guarantee"]["learned"]) == set(plan["learned_columns"])


@pytest.mark.parametrize(("epsilon", "delta"), [(0.1, 1e-9), (1, 1e-6), (8, 1e-5)])
@pytest.mark.parametrize("learn", [True, False])
def test_what_is_reserved_fits_the_budget(epsilon: float, delta: float, learn: bool) -> None:
    plan = privsynth.plan_fit(people(20), epsilon=epsilon, delta=delta, declare=None if learn else PEOPLE_DECLARED)
    spend = spend_of(plan.event)
    assert spend.fits(Budget(epsilon=epsilon, delta=delta))
    assert not (
        spend + spend_of(privsynth.plan_fit(people(20), epsilon=epsilon / 4, declare=PEOPLE_DECLARED).event)
    ).fits(Budget(epsilon=epsilon, delta=delta))


def test_the_digest_holds_all_that_is_public() -> None:
    schema = schema_from_declaration(PEOPLE_DECLARED, COLUMNS)
    plans = [
        Plan.make(schema, unit=Unit(), budget=Budget(epsilon=1)),
        Plan.make(schema, unit=Unit(), budget=Budget(epsilon=2)),
        Plan.make(schema, unit=Unit(), budget=Budget(epsilon=1), focus="age"),
        Plan.make(schema, unit=Unit(column="id", max_rows=2), budget=Budget(epsilon=1)),
    ]
    assert len({plan.digest() for plan in plans}) == len(plans)


def test_a_focus_must_be_a_column() -> None:
    with pytest.raises(privsynth.SchemaError, match="no column"):
        privsynth.plan_fit(people(20), epsilon=1, declare=PEOPLE_DECLARED, focus="nothing")


def test_ready_made_schemas_can_be_fitted() -> None:
    for path in sorted((Path(__file__).parents[1] / "schemas").glob("*.yaml")):
        schema = read_schema(path)
        Plan.make(schema, unit=Unit(column=schema.unit_column, max_rows=schema.max_rows), budget=Budget(epsilon=1))


@pytest.mark.parametrize(
    ("leaves", "match"),
    [
        ({"action": "generalise"}, "no rule says how"),
        ({"action": "keep", "rule": "year"}, "not to be generalised"),
        ({"action": "fake"}, "`faker` is None"),
        ({"action": "fake", "faker": "add_provider"}, "one of"),
    ],
)
def test_an_action_that_would_not_be_done_is_refused(leaves: dict[str, Any], match: str) -> None:
    schema = schema_from_declaration(PEOPLE_DECLARED, COLUMNS)
    changed = [replace(field, **leaves) if field.name == "region" else field for field in schema.fields]
    with pytest.raises(privsynth.SchemaError, match=match):
        privsynth.fit(people(50), epsilon=1, schema=schema.with_fields(changed))
    assert not default_path().exists()


def test_what_the_scan_suggests_to_make_anew_can_be_made() -> None:
    from privsynth.generators.fakes import PROVIDERS, Fakes
    from privsynth.pii.entities import ENTITIES
    from privsynth.tableschema import Field, Schema

    assert {entity.faker for entity in ENTITIES.values() if entity.faker} <= set(PROVIDERS)
    fields = tuple(Field(name=name, kind="identifier", action="fake", faker=name) for name in PROVIDERS)
    made = Fakes(Schema(fields=fields), 3, np.random.default_rng(0)).next(3)
    assert all(len(made[name]) == 3 and made[name].null_count == 0 for name in PROVIDERS)


def test_stand_ins_have_a_locale_or_a_form() -> None:
    from privsynth.generators.fakes import Fakes, is_known
    from privsynth.tableschema import Field, Schema

    names = {"who": "de_DE:name", "key": "pattern:MRN-99a", "zip": "pl_PL:postcode"}
    fields = tuple(Field(name=name, kind="identifier", action="fake", faker=faker) for name, faker in names.items())
    made = Fakes(Schema(fields=fields), 200, np.random.default_rng(0)).next(200)
    assert all(re.fullmatch(r"[A-Z]{3}-\d\d[a-z]", value) for value in made["key"].to_pylist())
    assert all(re.fullmatch(r"\d\d-\d{3}", value) for value in made["zip"].to_pylist())
    assert len(set(made["key"].to_pylist())) > 190
    assert made["key"].equals(Fakes(Schema(fields=fields), 200, np.random.default_rng(0)).next(200)["key"])
    unknown = ("xx_XX:name", "de_DE:nothing", "pattern:", "pattern:" + "9" * 65, "nothing", None, ":name:")
    assert [is_known(faker) for faker in (*names.values(), *unknown)] == [True] * 3 + [False] * 7
    assert not is_known("de_CH:state")  # a provider of other locales only
    assert not is_known("en_PH:phone_number")  # one that needs what its locale lacks
    assert is_known("de_CH:uuid4")


def test_a_stand_in_that_was_read_off_the_cells_is_refused_until_it_is_declared() -> None:
    from privsynth.derivation import _suggested
    from privsynth.pii import names_only
    from privsynth.tableschema import Field, Schema, schema_from_document, schema_to_document

    found = replace(names_only(["v"]).columns[0], role="direct", action="fake", faker="pattern:AA-9999")
    read = _suggested(Field(name="v", kind="categorical"), found)
    assert (read.faker, read.source("faker")) == ("pattern:AA-9999", "data")
    vouched = replace(read, provenance={**read.provenance, **dict.fromkeys(("kind", "role", "action"), "declared")})
    group = Field(name="g", kind="categorical", enum=("a", "b"), provenance={"kind": "declared", "enum": "declared"})
    written = schema_to_document(Schema(fields=(vouched, group)))
    with pytest.raises(privsynth.SchemaError, match=r"v\.faker"):
        Plan.make(schema_from_document(written), unit=Unit(), budget=Budget(epsilon=1))


@pytest.mark.parametrize("generator", ["copula", "maxent", "ctgan"])
def test_a_plan_fits_the_budget_that_was_asked_for(generator: str, tmp_path: Path) -> None:
    declared_schema = schema_from_declaration(PEOPLE_DECLARED, COLUMNS)
    for schema in (declared_schema, from_names(COLUMNS, {})):
        for epsilon in np.logspace(-6, 1, 15).tolist():
            for delta in np.logspace(-9, -2, 15).tolist():
                budget = Budget(epsilon=epsilon, delta=delta)
                plan = Plan.make(schema, unit=Unit(), budget=budget, generator=generator)
                spend = spend_of(plan.event)
                assert spend.fits(budget), budget
                assert delta_of(epsilon, spend.mu) + float(spend.delta) > delta * (1 - 1e-7), (
                    budget
                )  # and wastes nothing
                assert plan.guarantee_of_schema().epsilon <= rounded_up(epsilon), budget
    limit = Budget(epsilon=0.001, delta=1e-6)
    plan = Plan.make(declared_schema, unit=Unit(), budget=limit, generator=generator)
    assert plan.guarantee_of_schema().epsilon == limit.epsilon
    book = Ledger(tmp_path / "ledger.db")
    book.open("people", limit)
    assert book.reserve("people", plan.event, unit=plan.unit, purpose="fit", config_digest="c").state == "reserved"
