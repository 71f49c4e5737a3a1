"""The replay check: copied values are found, coincidence is not blamed, and no value is in the finding."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from privsynth.errors import UsageError
from privsynth.privacy import Private
from privsynth.quality.chance import excess_by_count, expected_overlap, gross_chance
from privsynth.quality.repeats import Repeat, repeats

NAMES = np.array([f"name {place}" for place in range(4000)])


def people(rows: int, seed: int) -> pd.DataFrame:
    """A population: names with a long tail, keys that nobody shares."""
    draw = np.random.default_rng(seed)
    tail = 1 / np.arange(1, 4001)
    return pd.DataFrame(
        {
            "name": NAMES[draw.choice(4000, rows, p=tail / tail.sum())],
            "key": [f"K-{number:09d}" for number in draw.integers(0, 10**9, rows)],
            "sex": draw.choice(["f", "m"], rows),
        }
    )


def judged(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    columns: list[str] | None,
    **options: object,
) -> dict[str, Repeat]:
    found = repeats(
        Private(train),
        synthetic,
        None if holdout is None else Private(holdout),
        columns,
        **options,  # type: ignore[arg-type]
    )
    return {repeat.column: repeat for repeat in found}


TRAIN, HOLDOUT, OTHER = people(2000, 1), people(500, 2), people(2000, 3)


def test_copied_values_are_found_and_independent_ones_are_not() -> None:
    copied = judged(TRAIN, TRAIN.sample(frac=1, random_state=0), HOLDOUT, ["name", "key"])
    assert {repeat.verdict for repeat in copied.values()} == {"repeats real values"}
    assert copied["key"].repeated_share == 1
    assert copied["key"].chance_share == 0
    made = judged(TRAIN, OTHER, HOLDOUT, ["name", "key"])
    assert {repeat.verdict for repeat in made.values()} == {"no more than chance"}
    assert made["key"].repeated == 0


def test_chance_is_near_the_repeats_of_an_independent_column() -> None:
    for holdout in (HOLDOUT, people(6000, 4)):
        name = judged(TRAIN, OTHER, holdout, ["name"])["name"]
        assert name.repeated_share > 0.3
        assert name.chance_share == pytest.approx(name.repeated_share, abs=0.06)


def test_a_few_copies_among_many_made_up_values() -> None:
    made = OTHER.copy()
    made.loc[:29, "key"] = TRAIN.loc[:29, "key"]
    key = judged(TRAIN, made, HOLDOUT, ["key"])["key"]
    assert (key.repeated, key.verdict) == (30, "repeats real values")


def test_a_list_of_common_values_is_not_blamed() -> None:
    common = pd.DataFrame({"name": NAMES[:150].repeat(5)})
    name = judged(TRAIN, common, HOLDOUT, ["name"])["name"]
    assert name.repeated_share > 0.9
    assert name.verdict == "no more than chance"


def test_numbers_in_sequence_are_chance() -> None:
    order = np.random.default_rng(5).permutation(2500) + 1
    train, holdout = pd.DataFrame({"id": order[:2000]}), pd.DataFrame({"id": order[2000:]})
    made = judged(train, pd.DataFrame({"id": range(1, 2001)}), holdout, ["id"])["id"]
    assert made.repeated_share > 0.7
    assert made.chance_share == pytest.approx(made.repeated_share, abs=0.08)
    assert made.verdict == "no more than chance"


def test_too_few_values_to_tell() -> None:
    made = pd.DataFrame({"key": [*TRAIN["key"][:1], *OTHER["key"][:40]]})
    key = judged(TRAIN, made, HOLDOUT, ["key"])["key"]
    assert (key.repeated, key.verdict) == (1, "cannot tell")


def test_under_chance_small_p_values_are_as_rare_as_they_say() -> None:
    found = []
    for seed in range(150):
        pool = people(400, 100 + seed)["name"]
        train, holdout = pool[:280].value_counts().to_dict(), pool[280:].value_counts().to_dict()
        met = people(300, 900 + seed)["name"].value_counts().to_dict()
        found.append(excess_by_count(train, holdout, met)[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.09
    assert np.mean(np.array(found) <= 0.5) <= 0.6


def test_one_number_of_occurrences_gives_fishers_test() -> None:
    train, holdout = {f"t{i}": 1 for i in range(60)}, {f"h{i}": 1 for i in range(40)}
    met = {f"t{i}": 1 for i in range(20)} | {f"h{i}": 1 for i in range(3)} | {"elsewhere": 1}
    p_value, least = excess_by_count(train, holdout, met)
    assert p_value == pytest.approx(fisher_exact([[20, 3], [40, 37]], alternative="greater").pvalue)
    assert least == pytest.approx(fisher_exact([[23, 0], [37, 40]], alternative="greater").pvalue)


def test_strata_add_up_by_brute_force() -> None:
    train, holdout = {"a": 1, "b": 1, "c": 2, "d": 2, "x": 5}, {"e": 1, "f": 2, "g": 2, "x": 1}
    met = dict.fromkeys("abefcx", 1)
    # three singles, all met: always two of train; of four doubles two are met, each of train or not
    two = {0: 1 / 6, 1: 4 / 6, 2: 1 / 6}
    assert excess_by_count(train, holdout, met)[0] == pytest.approx(two[1] + two[2])


def test_very_many_hits_are_counted_in_time() -> None:
    draw = np.random.default_rng(6)
    counts = draw.integers(1, 4, 200_000).tolist()
    train = {str(i): counts[i] for i in range(160_000)}
    holdout = {str(i): counts[i] for i in range(160_000, 200_000)}
    met = {str(i): 1 for i in range(0, 200_000, 2)}
    start = time.perf_counter()
    assert excess_by_count(train, holdout, met)[0] > 0.01
    assert time.perf_counter() - start < 8


def test_without_a_holdout_the_declared_domain_decides() -> None:
    assert judged(TRAIN, TRAIN, None, ["key"], domains={"key": 10**9})["key"].verdict == "repeats real values"
    digits = np.random.default_rng(7)
    codes = pd.DataFrame({"code": digits.integers(0, 10_000, 3000)})
    made = judged(
        codes, pd.DataFrame({"code": digits.integers(0, 10_000, 3000)}), None, ["code"], domains={"code": 10**4}
    )
    assert made["code"].basis == "domain"
    assert made["code"].chance_share == pytest.approx(0.26, abs=0.02)
    assert made["code"].verdict == "no more than chance"
    tiny = judged(codes, codes[:1], None, ["code"], domains={"code": 10**4})
    assert tiny["code"].verdict == "cannot tell"


def test_declared_labels_are_public() -> None:
    inside = judged(TRAIN, TRAIN, None, ["sex"], domains={"sex": ("F", "M")})["sex"]
    assert (inside.verdict, inside.chance_share, inside.p_value) == ("no more than chance", 1.0, 1.0)
    outside = judged(TRAIN, TRAIN, None, ["sex"], domains={"sex": ("f",)})["sex"]
    assert (outside.verdict, outside.chance_share, outside.p_value) == ("cannot tell", 0.5, None)


def test_a_domain_needs_values() -> None:
    with pytest.raises(UsageError, match="`key` has 0 possible values"):
        judged(TRAIN, TRAIN, None, ["key"], domains={"key": 0})


def test_with_neither_only_a_gross_excess_is_found() -> None:
    found = judged(TRAIN, TRAIN, None, ["key", "name"])
    assert found["key"].verdict == "repeats real values"
    assert found["key"].basis == "halves of train"
    assert found["name"].verdict != "repeats real values" or found["name"].chance_share < 0.4
    made = judged(TRAIN, OTHER, None, ["key", "name"])
    assert {repeat.verdict for repeat in made.values()} <= {"no more than chance", "cannot tell"}


def test_columns_with_many_values_are_looked_at_when_none_are_named() -> None:
    measured = TRAIN.assign(weight=np.random.default_rng(8).normal(70, 9, len(TRAIN)), visit=range(len(TRAIN)))
    assert list(judged(measured, measured, None, None)) == ["name", "key", "visit"]
    assert list(judged(TRAIN, OTHER.drop(columns="key"), HOLDOUT, ["key", "name", "nothing"])) == ["name"]


def test_case_blanks_and_the_writing_of_numbers_do_not_matter() -> None:
    train = pd.DataFrame({"a": ["Anna  Berg", "12", None, "x"]})
    made = pd.DataFrame({"a": [" ANNA berg ", 12.0, float("nan"), ""]})
    found = judged(train, made, None, ["a"])["a"]
    assert (found.synthetic_distinct, found.repeated) == (2, 2)


def test_empty_columns() -> None:
    nothing = pd.DataFrame({"name": [None, None]}, dtype=object)
    made = judged(TRAIN, nothing, HOLDOUT, ["name"])["name"]
    assert (made.verdict, made.chance_share, made.p_value, made.repeated_share) == (
        "no more than chance",
        None,
        None,
        0.0,
    )
    assert "holds no synthetic value" in made.sentence()
    assert judged(nothing, OTHER, HOLDOUT, ["name"])["name"].verdict == "no more than chance"
    assert judged(nothing, OTHER, None, ["name"])["name"].p_value is None
    assert judged(TRAIN, OTHER, nothing, ["name"])["name"].basis == "halves of train"
    assert repeats(Private(TRAIN), OTHER, None, []) == []


def test_holm_over_the_columns() -> None:
    many = pd.DataFrame({f"c{place}": people(60, 20 + place)["name"] for place in range(8)})
    found = judged(many[:40], many[:40], many[40:], list(many))
    assert all(repeat.p_holm is not None and repeat.p_holm >= (repeat.p_value or 0) for repeat in found.values())


def test_the_finding_holds_no_value() -> None:
    documents = [r.to_json() for r in judged(TRAIN, TRAIN, HOLDOUT, ["name", "key"]).values()]
    text = json.dumps(documents)
    assert "K-" not in text
    assert "name " not in text.replace("`name` (", "")
    assert list(documents[0]) == [
        "column",
        "synthetic_distinct",
        "repeated",
        "repeated_share",
        "chance_share",
        "p_value",
        "p_holm",
        "basis",
        "verdict",
        "sentence",
    ]
    assert documents[1]["sentence"] == (
        "2000 of 2000 different synthetic values of `key` (100.0%) occur in the real column; held-out rows let expect about "
        "0.0% by chance: real values were carried over."
    )


def test_thinning_is_the_mean_over_random_parts() -> None:
    train, holdout, met = {"a": 5, "b": 1, "c": 2}, {"a": 1, "d": 3}, {"a": 1, "b": 1, "d": 1}
    draw, cells = np.random.default_rng(9), np.repeat(["a", "b", "c"], [5, 1, 2])
    parts = [set(draw.choice(cells, 4, replace=False).tolist()) & met.keys() for _ in range(4000)]
    thinned = float(np.mean([len(part) for part in parts]))
    assert expected_overlap(train, holdout, met) == pytest.approx(2 / thinned * 2 / 3, rel=0.03)
    assert math.isclose(expected_overlap(holdout, holdout, met), 2 / 3)


def test_halves_of_keys_share_nothing() -> None:
    limit, share = gross_chance({str(i): 1 for i in range(1000)}, seed=0)
    assert share == 0
    assert limit < 0.04
    assert gross_chance({}, seed=0) == (1.0, 0.0)
