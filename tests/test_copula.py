"""The copula and the marginals under it: what accuracy a table of known structure must get, and the awkward columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_people import PEOPLE_DECLARED, people

import privsynth
from privsynth.accounting import Spend, spend_of
from privsynth.generators.binning import plan_marginals, to_simplex
from privsynth.generators.copula import CopulaConfig
from privsynth.generators.merging import coarse_bins
from privsynth.privacy import Unit
from privsynth.tableschema import Domain, Field, Schema, schema_from_declaration


@pytest.fixture(scope="module")
def pair() -> tuple[pd.DataFrame, pd.DataFrame]:
    real = people(20_000)
    model = privsynth.fit(real, epsilon=3, delta=1e-7, declare=PEOPLE_DECLARED)
    return real, privsynth.sample(model, 20_000, seed=0)


def test_the_noisy_total_is_near(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    model = privsynth.fit(pair[0], epsilon=3, delta=1e-7, declare=PEOPLE_DECLARED)
    assert abs(model.default_rows - 20_000) < 200
    assert len(privsynth.sample(model)) == model.default_rows


@pytest.mark.parametrize("name", ["region", "outcome", "postcode"])
def test_labels_keep_their_shares(pair: tuple[pd.DataFrame, pd.DataFrame], name: str) -> None:
    real, made = (frame[name].value_counts(normalize=True) for frame in pair)
    assert real.sub(made, fill_value=0).abs().sum() / 2 < 0.02


def test_an_atom_stays_an_atom(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert (pair[1]["gain"] == 0).mean() == pytest.approx((pair[0]["gain"] == 0).mean(), abs=0.01)


def test_missing_stays_missing(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert pair[1]["visits"].isna().mean() == pytest.approx(pair[0]["visits"].isna().mean(), abs=0.01)
    assert pair[1]["age"].isna().sum() == 0


def test_correlation_is_kept(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    real, made = (frame[["schooling", "income"]].corr("spearman").iloc[0, 1] for frame in pair)
    assert made == pytest.approx(real, abs=0.05)


def test_the_target_depends_on_features_as_it_should(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    real, made = (frame.groupby("region")["outcome"].apply(lambda cells: (cells == "yes").mean()) for frame in pair)
    assert made["north"] - made["south"] == pytest.approx(real["north"] - real["south"], abs=0.05)


def test_quantiles_of_a_heavy_tail_are_kept(pair: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    levels = [0.1, 0.5, 0.9]
    real, made = (frame["income"].quantile(levels).to_numpy() for frame in pair)
    assert np.allclose(made, real, rtol=0.08)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": ["1"]}),
        pd.DataFrame({"x": pd.Series([], dtype=str)}),
        pd.DataFrame({"x": ["7"] * 500}),
        pd.DataFrame({"x": [None] * 500}),
        pd.DataFrame({"x": ["SECRET", "1e400", "nan", "-inf", ""] * 100}),
    ],
)
def test_awkward_columns_fit_and_sample(frame: pd.DataFrame) -> None:
    frame = frame.assign(y="a")
    declare = {"columns": {"x": {"lower": 0, "upper": 10, "integer": True}, "y": ["a", "b"]}}
    made = privsynth.sample(privsynth.fit(frame, epsilon=1, declare=declare), 50)
    assert len(made) == 50
    assert made["x"].dropna().between(0, 10).all()


def test_required_cells_are_never_missing() -> None:
    frame = pd.DataFrame({"x": ["1", "2", None, None] * 300, "y": ["a", "b", "a", "?"] * 300})
    declare = {
        "columns": {
            "x": {"lower": 1, "upper": 2, "integer": True, "required": True},
            "y": {"labels": ["a", "b"], "required": True},
        }
    }
    made = privsynth.sample(privsynth.fit(frame, epsilon=5, declare=declare), 400)
    assert not made.isna().any().any()


@pytest.mark.parametrize("target", [None, "age", "region", "visits"])
def test_any_column_may_be_the_target(target: str | None) -> None:
    declare = {**PEOPLE_DECLARED, "target": target}
    made = privsynth.sample(privsynth.fit(people(1500), epsilon=2, declare=declare), 300)
    assert list(made.columns) == [name for name in people(10).columns if name in PEOPLE_DECLARED["columns"]]


def test_a_unit_of_several_rows_gets_that_much_more_noise() -> None:
    schema = schema_from_declaration(PEOPLE_DECLARED, list(PEOPLE_DECLARED["columns"]))
    one, three = (
        CopulaConfig().calibrate(schema, unit, Spend(mu_squared=1)) for unit in (Unit(), Unit(column="id", max_rows=3))
    )  # type: ignore[arg-type]
    assert spend_of(one.event) == spend_of(three.event)


def test_the_budget_goes_to_the_stages_that_exist() -> None:
    for columns in (["outcome"], ["outcome", "age"], ["age", "income"], list(PEOPLE_DECLARED["columns"])):
        declare = {
            "target": "outcome" if "outcome" in columns else None,
            "columns": {c: PEOPLE_DECLARED["columns"][c] for c in columns},
        }
        mechanism = CopulaConfig().calibrate(schema_from_declaration(declare, columns), Unit(), Spend(mu_squared=2))  # type: ignore[arg-type]
        assert float(spend_of(mechanism.event).mu_squared) == pytest.approx(2.0, rel=1e-6)
        assert spend_of(mechanism.event).mu_squared <= 2


def test_a_model_read_back_draws_the_same_rows(tmp_path) -> None:  # type: ignore[no-untyped-def]
    model = privsynth.fit(people(800), epsilon=2, declare=PEOPLE_DECLARED)
    model.save(tmp_path / "model")
    pd.testing.assert_frame_equal(
        privsynth.sample(model, 100, seed=5), privsynth.sample(tmp_path / "model", 100, seed=5)
    )


def test_conditions_hold(tmp_path) -> None:  # type: ignore[no-untyped-def]
    model = privsynth.fit(people(3000), epsilon=3, declare=PEOPLE_DECLARED)
    made = privsynth.sample(model, 60, where="age >= 60 and outcome = yes and since < 2020-01-01")
    assert len(made) == 60
    assert (made["age"] >= 60).all()
    assert (made["outcome"] == "yes").all()
    assert (pd.to_datetime(made["since"], format="%d/%m/%Y") < "2020-01-01").all()


@pytest.mark.parametrize("where", ["", "age", "nothing = 1", "region > north", "region = mars", "age = old"])
def test_conditions_that_cannot_be_read_are_refused(where: str) -> None:
    model = privsynth.fit(people(300), epsilon=3, declare=PEOPLE_DECLARED)
    with pytest.raises(privsynth.UsageError):
        privsynth.sample(model, 5, where=where)


def test_an_impossible_condition_ends_with_a_message() -> None:
    model = privsynth.fit(people(300), epsilon=3, declare={"columns": {"age": PEOPLE_DECLARED["columns"]["age"]}})
    with pytest.raises(privsynth.UsageError, match="Relax"):
        privsynth.sample(model, 5, where="age < 20 and age > 60")


def test_identifiers_made_anew_are_no_function_of_cells() -> None:
    frame = people(400).assign(name="CANARY", key="CANARY")
    declared = {"kind": "declared", "action": "declared"}
    fields = tuple(
        Field(name=name, kind="identifier", role="direct", action="fake", faker=faker, provenance=declared)
        for name, faker in (("name", "name"), ("key", "uuid4"))
    )
    known = schema_from_declaration(PEOPLE_DECLARED, list(frame.columns))
    schema = Schema(fields=(*fields, *(field for field in known.fields if field.modelled)), target="outcome")
    made = privsynth.sample(privsynth.fit(frame, epsilon=1, schema=schema), 200, seed=1)
    assert made["key"].nunique() == 200
    assert made["name"].notna().all()
    assert "CANARY" not in made.to_csv()


def test_to_simplex_is_the_nearest_point() -> None:
    fitted = to_simplex(np.array([5.0, -3.0, 2.0]), np.ones(3), 6.0)
    assert fitted.sum() == pytest.approx(6.0)
    assert (fitted >= 0).all()
    assert fitted[0] > fitted[2] > fitted[1] == 0


def test_bins_have_no_gaps_and_keep_heavy_groups_alone() -> None:
    from privsynth.generators.binning import Marginal

    domain = Domain.of(Field(name="x", kind="integer", minimum=0, maximum=9))
    counts = np.array([900.0, 5, 5, 5, 5, 20, 20, 20, 10, 10])
    marginal = Marginal(
        domain=domain, starts=np.arange(11), counts=counts, variance=np.ones(10), missing=30.0, missing_variance=1.0
    )
    bins = coarse_bins(marginal, bins=10, floor=4)
    assert set(bins) == set(range(bins.max() + 1))
    assert (bins == bins[0]).sum() == 1
    assert bins[-1] == bins.max()


def test_marginal_plans_spend_what_they_are_given() -> None:
    schema = schema_from_declaration(PEOPLE_DECLARED, list(PEOPLE_DECLARED["columns"]))
    plans = plan_marginals([Domain.of(field) for field in schema.modelled], 1.5)
    total = sum(1 / plan.first**2 + (1 / plan.second**2 if plan.second else 0) for plan in plans)
    assert total == pytest.approx(1.5)


@pytest.mark.parametrize("end", [10**9, 10**13])
def test_bounds_far_on_both_sides_of_zero_lose_nothing(end: int) -> None:
    """Cells near 0 are narrow, and those before them are wider by many orders of magnitude."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"sex": rng.choice(["F", "M"], 3000), "amount": np.floor(rng.normal(end * 0.5, end * 0.02, 3000))}
    )
    declared = {"columns": {"sex": ["F", "M"], "amount": {"lower": -end, "upper": end, "integer": True}}}
    model = privsynth.fit(table, epsilon=10, declare=declared, generator="copula")
    drawn = privsynth.sample(model, 3000, seed=1)["amount"] / end
    assert drawn.quantile([0.05, 0.5, 0.95]).tolist() == pytest.approx([0.467, 0.5, 0.533], abs=0.02)
