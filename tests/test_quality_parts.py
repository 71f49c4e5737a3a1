"""The parts of an evaluation against hand-made values, closed forms and planted faults."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from scipy.stats import hypergeom, spearmanr

from privsynth.privacy import Private
from privsynth.quality import dependence, diversity, evaluate_tables, protected_columns, reports
from privsynth.quality.bias import amplification, selected
from privsynth.quality.coding import Aligned, align, encode
from privsynth.quality.discriminator import discriminate
from privsynth.quality.groups import SMALL, group_fidelity, grouped
from privsynth.quality.marginals import Spectrum, measure_marginals
from privsynth.quality.predict import learn, measure_predictions
from privsynth.quality.rare import rare_groups
from privsynth.quality.shapes import bin_edges, column_shapes
from privsynth.quality.subsample import (
    _share_of,
    expected_error,
    marginal_equivalents,
    mean_deviation,
    prediction_equivalent,
    rows_like,
)
from privsynth.tableschema import Field, Schema

SCHEMA = json.loads((Path(__file__).parent.parent / "schemas" / "evaluate.schema.json").read_text())


def people(rows: int, seed: int, *, gap: float = 0.0) -> pd.DataFrame:
    """Two large groups and a small one, two numbers, and an outcome that depends on one of them and, by the gap, on the group."""
    rng = np.random.default_rng(seed)
    group = rng.choice(np.array(["a", "b", "c"], dtype=object), rows, p=[0.5, 0.47, 0.03])
    skill = rng.normal(size=rows)
    chance = 1 / (1 + np.exp(-1.5 * skill - gap * (group == "a") + gap * (group == "b")))
    return pd.DataFrame(
        {
            "group": group,
            "skill": skill,
            "other": np.exp(rng.normal(size=rows)),
            "hired": np.where(rng.random(rows) < chance, "yes", "no").astype(object),
        }
    )


def labelled(*columns: str | list[str]) -> Aligned:
    return align([pd.DataFrame({"x": np.array(list(column), dtype=object)}) for column in columns])


def numbered(*columns: list[float]) -> Aligned:
    return align([pd.DataFrame({"x": np.array(column, dtype=float)}) for column in columns])


def test_a_document_holds_every_part_and_fits_its_schema() -> None:
    tables = [people(300, seed) for seed in range(4)]
    result = evaluate_tables(
        Private(tables[0]),
        tables[1],
        Private(tables[2]),
        target=["hired", "skill"],
        protected={"group": "asked"},
        kinds={"other": "date"},
        earlier=tables[3],
    )
    told = json.loads(json.dumps(result.to_json(), allow_nan=False))
    Draft202012Validator(SCHEMA).validate(told)
    assert set(told) == set(SCHEMA["properties"])
    assert [(each["target"], each["model"]) for each in told["predictions"]] == [
        *(("hired", model) for model in ("boosted trees", "logistic regression", "random forest")),
        *(("skill", model) for model in ("boosted trees", "ridge", "random forest")),
    ]
    assert {key: told["predictions"][0][key] for key in told["prediction"]} == told["prediction"]
    assert all(each["tstr"] == pytest.approx(each["trtr"], abs=0.15) for each in told["predictions"][:3])
    charts = {column["name"]: column["chart"] for column in told["columns"]}
    assert charts["other"]["unit"] == "days since 1970"
    assert told["drift"]["verdict"] == "no drift seen"
    assert told["sdmetrics"]["quality"]["score"] > 0.75
    assert "`quality" not in json.dumps(told)


def test_without_a_holdout_and_a_target_references_are_null() -> None:
    told = evaluate_tables(Private(people(200, 0)), people(200, 1), None, protected={"group": "asked"}).to_json()
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(told, allow_nan=False)))
    assert told["predictions"] == []
    assert told["pairs"]["reference"] is None
    assert told["columns"][0]["chart"]["holdout"] is None
    assert told["columns"][0]["coverage"]["reference"] is None
    assert told["subsample_equivalent"]["tstr"]["reason"] == "No target column was named."
    assert told["diversity"]["discriminator"]["reference"] is None
    assert told["groups"][0]["reason"] == "No target column was named."
    assert {group["tstr"] for group in told["groups"][0]["groups"]} == {None}


def test_a_number_with_few_values_has_a_bin_for_each() -> None:
    chart = column_shapes(numbered([1, 1, 2, 4] * 10, [1, 4, 9, np.nan], [2, 2]))["x"]["chart"]
    assert chart["edges"] == [0.5, 1.5, 3.0, 4.5]
    assert chart["train"] == [0.5, 0.25, 0.25]
    assert chart["synthetic"] == pytest.approx([1 / 3, 0, 2 / 3])
    assert chart["holdout"] == [0, 1, 0]


def test_bins_are_wide_where_that_shows_the_shape_and_quantiles_where_it_does_not() -> None:
    rng = np.random.default_rng(0)
    even = np.diff(bin_edges(np.concatenate([rng.normal(size=2000), [1e300]])))
    assert len(even) == 24
    assert np.ptp(even) < 1e-9
    assert even.sum() < 10
    skewed = bin_edges(np.exp(4 * rng.normal(size=2000)))
    assert np.ptp(np.log(np.diff(skewed))) > 5
    assert bin_edges(np.array([])).tolist() == [0, 1]
    assert bin_edges(np.array([7.0] * 10)).tolist() == [6.5, 7.5]
    crowded = bin_edges(np.array([0.0] * 5000 + list(range(30))))
    assert crowded[0] <= 0 < crowded[-1]


def test_bins_of_whole_numbers_hold_as_many_each_and_none_is_empty_between_two() -> None:
    rng = np.random.default_rng(0)
    for spread in (4, 12, 200):
        whole = np.round(rng.normal(140, spread, 5000))
        edges = bin_edges(whole)
        width = np.diff(edges)
        assert len(width) <= 24
        assert set(edges % 1) == {0.5}
        assert width.min() == width.max() == round(width[0])
        inside = (whole > edges[0]) & (whole < edges[-1])
        assert inside.mean() > 0.98
        assert np.histogram(whole, edges)[0].min() > 0
    far = np.round(rng.normal(0, 9_000, 5000))
    assert np.ptp(np.diff(bin_edges(far))) < 1e-9
    assert len(bin_edges(far)) == 25


def test_shares_of_labels_and_all_others() -> None:
    common = [f"l{place:02}" for place in range(20)]
    chart = column_shapes(labelled([*common * 20, *["rare"] * 10], [*common[:10], *["new"] * 10]))["x"]["chart"]
    assert chart["labels"] == common
    assert chart["other"] == {"train": pytest.approx(1 / 41), "synthetic": 0.5, "holdout": None}


def test_a_chart_spells_nothing_that_fewer_than_ten_rows_have() -> None:
    chart = column_shapes(labelled([*["often"] * 10, *["seldom"] * 9], ["seldom"]))["x"]["chart"]
    assert chart["labels"] == ["often"]
    assert chart["other"]["train"] == pytest.approx(9 / 19)
    few = column_shapes(numbered([*[1, 2] * 10, 987], [1]))["x"]["chart"]
    assert few["edges"] == [0.5, 1.5, 2.5]
    assert few["train"] == pytest.approx([10 / 21, 11 / 21])
    odd = 123.456 + np.arange(300) * 1.2345678
    assert not set(bin_edges(odd).tolist()) & set(odd.tolist())
    assert bin_edges(odd)[0] <= 124


def test_coverage_of_ranges_and_labels() -> None:
    def covered(aligned: Aligned) -> dict[str, Any]:
        return dict(column_shapes(aligned)["x"]["coverage"])

    assert covered(numbered([0, 10], [2, 30], [9, 10])) == {
        "range": 0.8,
        "labels": None,
        "reference": pytest.approx(0.1),
    }
    assert covered(numbered([0, 10], [20, 30]))["range"] == 0
    assert covered(numbered([5, 5], [1, 9], [6, 7])) == {"range": 1, "labels": None, "reference": 0}
    assert covered(numbered([0, 10], [np.nan]))["range"] == 0
    assert covered(labelled("aabcd", "aax", "bcd")) == {"range": None, "labels": 0.25, "reference": 0.75}


def test_missing_cells_are_counted_apart() -> None:
    missing = column_shapes(numbered([1, np.nan], [1, 2, 3, np.nan]))["x"]["missing"]
    assert missing == {"train": 0.5, "synthetic": 0.25, "holdout": None}


@pytest.mark.parametrize(("rows", "drawn"), [(40, 7), (40, 20), (40, 39), (40, 1), (40, 40)])
def test_the_mean_deviation_is_that_of_the_hypergeometric_distribution(rows: int, drawn: int) -> None:
    marked = np.arange(1, rows + 1)
    values = np.arange(drawn + 1)
    wanted = [np.sum(np.abs(values - drawn * k / rows) * hypergeom.pmf(values, rows, k, drawn)) for k in marked]
    assert mean_deviation(marked, rows, drawn) == pytest.approx(wanted)


def test_expected_errors_are_those_of_drawn_parts_and_fall() -> None:
    table = people(400, 0)
    spectrum = measure_marginals(encode(align([table, table])), ["group", "hired", "skill"], seed=0).spectra[2]
    parts = [table.sample(50, random_state=seed) for seed in range(60)]
    drawn = [
        measure_marginals(encode(align([table, part])), ["group", "hired", "skill"], seed=0).means[2] for part in parts
    ]
    assert expected_error(spectrum, 50) == pytest.approx(np.mean([each.value for each in drawn if each]), rel=0.02)
    assert all(one > other for one, other in pairwise(expected_error(spectrum, rows) for rows in range(1, 401)))


def test_a_tenth_of_train_is_as_good_as_a_tenth() -> None:
    train = people(4000, 0)
    names = list(train)

    def shares(synthetic: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, Any]:
        coded = encode(align([train, synthetic, holdout]))
        return marginal_equivalents(measure_marginals(coded, names, seed=0))

    tenth = shares(train.sample(400, random_state=1), people(1000, 9))
    for order in "23":
        assert tenth[order]["share"] == pytest.approx(0.1, rel=0.15)
        assert tenth[order]["rows"] == round(4000 * tenth[order]["share"])
        assert tenth[order]["reference"] == pytest.approx(1 / 6, rel=0.15)
    assert tenth["1"]["share"] == pytest.approx(0.1, rel=0.7)
    assert shares(train, train)["2"]["share"] == 1
    assert shares(people(4000, 5), train)["2"]["share"] == pytest.approx(1 / 3, rel=0.1)
    far = shares(train.assign(skill=100.0, other=0.0), train)
    assert far["2"]["share"] < 0.01


def test_a_single_column_has_no_pairs_to_compare() -> None:
    aligned = labelled("aabb", "abab")
    found = marginal_equivalents(measure_marginals(encode(aligned), ["x"], seed=0))
    assert found["1"]["share"] == 1
    assert found["2"] == {"share": None, "rows": None, "reference": None, "reason": "There are too few columns."}


def test_one_cell_never_errs() -> None:
    assert rows_like(Spectrum(counts=np.array([9]), cells=np.array([1]), sets=1, rows=9), 0.0) == 1


def test_a_shuffled_target_is_worth_the_smallest_part_and_a_copy_all_of_train() -> None:
    train, holdout = people(3000, 0), people(3000, 1)
    shuffled = train.assign(hired=np.random.default_rng(0).permutation(train["hired"].to_numpy()))
    learned = learn(align([train, shuffled, holdout]), "hired", seed=0)
    found = prediction_equivalent(learned, seed=0)
    assert (found["share"], found["rows"], found["bound"]) == (pytest.approx(0.03), 90, "at most")
    assert [each["rows"] for each in found["curve"]] == [90, 300, 900, 3000]
    assert found["curve"][-1]["score"] == learned.prediction.trtr
    same = prediction_equivalent(learn(align([train, train, holdout]), "hired", seed=0), seed=0)
    assert (same["share"], same["bound"]) == (1.0, "at least")


def test_the_share_is_interpolated_in_its_logarithm() -> None:
    curve = [{"share": share, "score": score} for share, score in ((0.01, 0.6), (0.1, 0.8), (1.0, 0.7))]
    assert _share_of(curve, 0.55) == (pytest.approx(0.01), "at most")
    assert _share_of(curve, 0.8) == (1.0, "at least")
    assert _share_of(curve, 0.675) == (pytest.approx(10**-1.5), None)


def test_rank_correlations_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    values = np.round(rng.normal(size=(200, 3)), 1)
    values[:, 1] += values[:, 0]
    assert dependence.spearman(values) == pytest.approx(np.asarray(spearmanr(values).statistic))
    constant = np.column_stack([values[:, 0], np.ones(200), np.full(200, np.nan)])
    assert np.isnan(dependence.spearman(constant)[0, 1:]).all()
    values[:50, 0] = np.nan
    assert dependence.spearman(values)[0, 1] == pytest.approx(spearmanr(values[50:, :2]).statistic, abs=0.02)


def test_associations_from_independent_to_equal() -> None:
    assert dependence.cramers_v(np.diag([50, 50])) == pytest.approx(1)
    assert dependence.cramers_v(np.full((4, 3), 25)) == 0
    table = np.array([[30, 10], [10, 30]])  # phi squared is 0.25; corrected (0.25 - 1/79) / (2 - 1/79 - 1)
    assert dependence.cramers_v(table) == pytest.approx(np.sqrt((0.25 - 1 / 79) / (1 - 1 / 79)))
    assert np.isnan(dependence.cramers_v(np.array([[3, 4], [0, 0]])))
    assert np.isnan(dependence.cramers_v(np.array([[1, 0], [0, 1]])))


def test_dependence_that_synthesis_lost_is_seen() -> None:
    train, holdout = people(1000, 0), people(1000, 1)
    shuffled = train.apply(lambda column: np.random.default_rng(ord(column.name[0])).permutation(column.to_numpy()))
    aligned = align(
        [
            train.assign(same=train["skill"]),
            shuffled.assign(same=-shuffled["skill"]),
            holdout.assign(same=holdout["skill"]),
        ]
    )
    found = dependence.correlations(aligned, encode(aligned), aligned.columns)
    assert found["names"] == ["skill", "other", "same"]
    assert found["train"][0][2] == pytest.approx(1)
    assert found["synthetic"][0][2] == pytest.approx(-1)
    assert found["mean_difference"] > 0.6 > 0.1 > found["reference"]
    place = [found["associations"]["names"].index(name) for name in ("skill", "hired")]
    assert found["associations"]["train"][place[0]][place[1]] > 0.4
    assert found["associations"]["synthetic"][place[0]][place[1]] < 0.2
    assert found["associations"]["mean_difference"] > 0
    lonely = dependence.correlations(labelled("ab", "ab"), encode(labelled("ab", "ab")), ["x"])
    assert lonely["mean_difference"] is None
    assert "fewer than two" in lonely["reason"]


def test_the_worst_columns_are_shown_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependence, "MAX_COLUMNS", 2)
    train = people(300, 0)
    aligned = align([train, train.assign(skill=9.0, other=9.0)])
    coded = encode(aligned)
    marginals = measure_marginals(coded, aligned.columns, seed=0)
    names = dependence.chosen_columns(marginals, aligned.columns)
    assert names == ("skill", "other")
    found = dependence.pair_errors(marginals, coded, names, len(aligned.columns))
    (error,) = [each.value for each in marginals.pairs if set(each.columns) == set(names)]
    assert found["errors"] == [[None, error], [error, None]]
    assert found["reference"] is None
    assert found["reason"] == "The 2 of 4 columns with the largest errors."


def test_pairs_that_were_not_drawn_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privsynth.quality.marginals.MAX_PAIRS", 1)
    aligned = align([people(100, 0), people(100, 1)])
    coded = encode(aligned)
    marginals = measure_marginals(coded, aligned.columns, seed=0)
    assert marginals.counted[2] == 1
    found = dependence.pair_errors(marginals, coded, aligned.columns, 4)
    assert sum(cell is None for row in found["errors"] for cell in row) == 4


def test_sdmetrics_gives_a_copy_full_marks_and_its_crash_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    aligned = align([people(100, 0), people(100, 0)])
    found = reports.sdmetrics_scores(aligned, aligned.columns, seed=0)
    assert found["quality"] == {"score": 1, "column_shapes": 1, "column_pair_trends": 1}
    assert found["diagnostic"] == {"score": 1, "data_validity": 1, "data_structure": 1}
    assert found["reference"] is None
    none = reports.sdmetrics_scores(aligned, [], seed=0)
    assert none["reason"] == "No column has few enough labels."

    def crash(*_: Any) -> None:
        raise RuntimeError("a cell")

    monkeypatch.setattr(reports, "_scored", crash)
    broken = reports.sdmetrics_scores(aligned, aligned.columns, seed=0)
    assert broken["quality"] is None
    assert broken["reason"] == "sdmetrics could not score the tables (RuntimeError)."


def test_those_with_the_highest_outcome_are_selected_and_ties_share() -> None:
    assert selected(np.array([0.1, 0.9, 0.5, 0.5]), 0.5).tolist() == [0, 1, 0.5, 0.5]
    assert selected(np.zeros(4), 0.25).tolist() == [0.25] * 4
    assert selected(np.array([1.0, 2.0]), 1.0).tolist() == [1, 1]


def bias(train: pd.DataFrame, synthetic: pd.DataFrame, seed: int = 0) -> dict[str, Any]:
    holdout = people(1500, 100 + seed, gap=0.3)
    aligned = align([train, synthetic, holdout])
    learned = learn(aligned, "hired", seed=seed)
    (found,) = group_fidelity(aligned, {"group": "asked"}, learned, seed=seed)
    return found


def test_rows_without_a_label_are_named_where_they_are_among_the_small_groups() -> None:
    many = ["a"] * 60
    gone = align([pd.DataFrame({"x": [*many, "b"]}), pd.DataFrame({"x": [*many, None]})])
    assert [set(each) for each in grouped(gone, "x")] == [{"a", f"{SMALL} and missing"}] * 2
    none = align([pd.DataFrame({"x": [*many, "b"]}), pd.DataFrame({"x": [*many, "c"]})])
    assert [set(each) for each in grouped(none, "x")] == [{"a", SMALL}] * 2
    large = align([pd.DataFrame({"x": [*many, "b", *[None] * 50]}), pd.DataFrame({"x": [*many, None]})])
    assert [set(each) for each in grouped(large, "x")] == [{"a", SMALL, "missing"}, {"a", "missing"}]


def test_a_planted_amplification_is_found_and_an_honest_table_is_not_blamed() -> None:
    train = people(1500, 0, gap=0.3)
    planted = bias(train, people(1500, 1, gap=1.5))
    assert planted["summary"]["amplifies"] is True
    assert planted["summary"]["difference"] > planted["summary"]["interval"][0] > 0
    a, b = planted["groups"][0], planted["groups"][1]
    assert (a["label"], b["label"], planted["groups"][2]["label"]) == ("a", "b", SMALL)
    assert (
        a["positive_rate_synthetic"]
        > a["positive_rate_train"]
        > b["positive_rate_train"]
        > b["positive_rate_synthetic"]
    )
    assert a["selection_rate_tstr"] - b["selection_rate_tstr"] > a["selection_rate_trtr"] - b["selection_rate_trtr"]
    assert planted["positive"] == "yes"
    assert planted["groups"][2]["rows_holdout"] < 50
    honest = bias(train, people(1500, 2, gap=0.3))
    assert honest["summary"]["amplifies"] is False
    assert abs(honest["summary"]["worst_drop"]["drop"]) < 0.2


def test_honest_selections_are_seldom_blamed_and_wider_gaps_are() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.array(["a", "b"], dtype=object), 300)

    def blamed(seed: int, gap: float) -> bool:
        common = rng.random(600)
        sides = [
            (common + rng.normal(scale=0.2, size=600) + (groups == "a") * shift > 0.5) * 1.0 for shift in (gap, 0.0)
        ]
        found = amplification(groups, sides[0], sides[1], (), seed=seed)
        return bool(found["amplifies"])

    assert np.mean([blamed(seed, 0.0) for seed in range(60)]) <= 0.1
    assert np.mean([blamed(seed, 0.4) for seed in range(10)]) == 1
    halves = [(groups == name) * 1.0 for name in ("a", "b")]
    unsure = amplification(groups, halves[0], np.full(600, 0.5), halves, seed=0)
    assert unsure["amplifies"] is False
    assert amplification(groups[:40], halves[0][:40], halves[1][:40], (), seed=0)["amplifies"] is None


def test_groups_that_cannot_be_compared_have_a_reason() -> None:
    tables = [people(300, seed) for seed in range(3)]
    aligned = align(tables)
    asked = {"hired": "asked", "nothing": "asked", "skill": "asked"}
    target, absent, number = group_fidelity(aligned, asked, learn(aligned, "hired", seed=0), seed=0)
    assert target["reason"] == "It is the target itself."
    assert absent["reason"] == "Column `nothing` is not in every table."
    assert len(number["groups"]) == 4
    assert sum(" to " in group["label"] for group in number["groups"]) == 2
    assert {group["label"].split()[0] for group in number["groups"]} >= {"under"}
    assert sum(group["label"].endswith(" and more") for group in number["groups"]) == 1
    assert sum(group["share_train"] for group in number["groups"]) == pytest.approx(1)
    (several,) = group_fidelity(aligned, {"skill": "asked"}, learn(aligned, "group", seed=0), seed=0)
    assert "more than two classes" in several["reason"]
    assert several["summary"]["amplifies"] is None
    (regressed,) = group_fidelity(aligned, {"hired": "asked"}, learn(aligned, "skill", seed=0), seed=0)
    assert regressed["positive"].startswith("above the median of train")
    assert regressed["groups"][0]["positive_rate_train"] is not None


def test_rare_labels_that_are_lost_and_kept() -> None:
    rare = [f"r{place}" for place in range(4)]
    train = ["common"] * 3960 + [label for label in rare for _ in range(10)]
    made = ["common"] * 1980 + ["r0"] * 5 + ["r1"] * 10 + ["r2"] * 5
    tables = [
        pd.DataFrame({"x": column, "y": "z", "n": 1.0}, dtype=object).astype({"n": float})
        for column in (train, made, train)
    ]
    aligned = align(tables)
    found = rare_groups(aligned, encode(aligned), aligned.columns, seed=0)
    assert found["labels"]["columns"] == 2
    assert (found["labels"]["count"], found["labels"]["kept"]) == (4, 0.75)
    assert found["labels"]["ratio"]["median"] == 1
    assert found["labels"]["ratio"]["q3"] == pytest.approx(1.25)
    assert found["labels"]["expected"] == pytest.approx(1 - (1 - 10 / 4000) ** 2000)
    assert found["labels"]["reference"]["kept"] == 1
    assert (found["pairs"]["column_pairs"], found["pairs"]["kept"]) == (1, 0.75)
    nobody = rare_groups(labelled("ab", "ab"), encode(labelled("ab", "ab")), ["x"], seed=0)
    assert nobody["labels"]["reason"] == "No label has so few rows."


def test_a_collapsed_table_is_found_and_an_honest_one_is_not() -> None:
    train, holdout = people(800, 0), people(800, 1)
    honest = diversity.diversity(align([train, people(800, 2), holdout]), seed=0)
    assert honest["collapsed"] == []
    assert honest["entropy_ratio"]["median"] == pytest.approx(1, abs=0.05)
    assert honest["discriminator"]["auc"] < 0.56
    few = people(20, 3)
    made = few.sample(800, replace=True, random_state=0, ignore_index=True).assign(group="a")
    found = diversity.diversity(align([train, made, holdout]), seed=0)
    assert set(found["collapsed"]) == {"group", "skill", "other"}
    assert found["distinct_row_share"] == 20 / 800
    assert found["repeated_row_share"] == 1
    assert found["reference"]["holdout"] == {"repeated_row_share": 0, "distinct_row_share": 1}
    assert found["coverage"]["coverage"] < 0.3 < 0.8 < found["coverage"]["reference"]["coverage"]
    assert found["discriminator"]["auc"] > 0.9 > 0.6 > found["discriminator"]["reference"]


def test_entropy_and_columns_without_any() -> None:
    assert diversity.entropy(np.array([0, 1, 2, 3])) == pytest.approx(np.log(4))
    assert diversity.entropy(np.zeros(5, dtype=np.int64)) == 0
    aligned = labelled("aaaaaa", "abcabc")
    found = diversity.diversity(aligned, seed=0)
    assert found["entropy_ratio"]["reason"] == "No column of train has more than one value."
    assert found["collapsed"] == []


def test_density_and_coverage_by_hand() -> None:
    real = np.array([[0.0], [1.0], [2.0], [10.0]])  # the nearest neighbours are 1, 1, 1 and 8 away
    found = diversity.density_and_coverage(real, np.array([[0.5], [9.0]]), neighbours=1)
    assert found == {"density": (2 + 1) / 2, "coverage": 3 / 4}
    small = labelled("abc", "abc")
    assert "fewer than 6" in diversity.coverage(small, seed=0)["reason"]
    assert "fewer than 20" in discriminate(small, seed=0)["reason"]


def test_at_most_five_targets_are_predicted() -> None:
    aligned = align([people(40, seed) for seed in range(3)])
    found = measure_predictions(
        aligned, ["hired", *(f"x{place}" for place in range(9))], learn(aligned, None, seed=0), seed=0
    )
    assert len(found) == 15
    assert "not in every table" in str(found[-1].reason)


def test_protected_attributes_are_asked_for_or_marked_or_sensitive() -> None:
    marked = {"privsynth": {"protected": True}}
    fields = (
        Field(name="sex", kind="categorical", enum=("f", "m"), extra=marked),
        Field(name="faith", kind="categorical", enum=("a", "b"), role="sensitive"),
        Field(name="income", kind="number", minimum=0, maximum=9, role="sensitive"),
    )
    assert protected_columns(Schema(fields=fields), ["income"]) == {"income": "asked", "sex": "schema: protected"}
    assert protected_columns(Schema(fields=fields)) == {"sex": "schema: protected"}
    assert protected_columns(Schema(fields=fields[1:])) == {"faith": "schema: sensitive"}
    assert protected_columns(Schema(fields=fields[1:], target="faith")) == {}
