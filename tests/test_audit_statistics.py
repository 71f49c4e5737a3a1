"""The statistics and parts of the audit against exact values and brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from privsynth.audits import neighbours
from privsynth.audits.attacks import measure_attack
from privsynth.audits.encode import fit_encoding
from privsynth.audits.neighbours import among_themselves, encoded, nearest
from privsynth.audits.statistics import auc_interval, bonferroni, excess_p, holm, rank_test, rate_at, share_interval
from privsynth.audits.tables import align, row_keys


def test_excess_is_fishers_exact_test() -> None:
    for hits in ((7, 1), (3, 3), (0, 4), (10, 10)):
        table = [[hits[0], 30 - hits[0]], [hits[1], 20 - hits[1]]]
        ours = excess_p(member_hits=hits[0], hits=sum(hits), members=30, rows=50)
        assert ours == pytest.approx(fisher_exact(table, alternative="greater").pvalue)
    assert excess_p(member_hits=0, hits=0, members=5, rows=9) == 1
    assert excess_p(member_hits=3, hits=3, members=9, rows=9) == 1


def test_holm_is_at_least_the_raw_value_and_keeps_its_order() -> None:
    raw = [0.2, 0.001, 0.04, 0.04]
    adjusted = holm(raw)
    assert adjusted == pytest.approx([0.2, 0.004, 0.12, 0.12])
    assert all(a >= p for a, p in zip(adjusted, raw, strict=True))
    assert holm([]) == []
    assert bonferroni([]) == 1
    assert bonferroni([0.3, 0.6]) == 0.6


def test_ranks_without_information_are_chance_and_never_nan() -> None:
    member = np.arange(10) < 5
    assert rank_test(np.zeros(10), member) == (0.5, 1)
    area, p = rank_test(np.arange(10.0), ~member)
    assert area == 1
    assert p == pytest.approx(1 / 252)
    assert rank_test(np.arange(3.0), np.ones(3, bool)) == (0.5, 1)


def test_the_auc_interval_covers() -> None:
    rng = np.random.default_rng(0)
    member = np.arange(300) < 150
    inside = 0
    for _ in range(200):
        low, high = auc_interval(rng.standard_normal(300) + member * 0.5, member)
        inside += low <= 0.6381632 <= high
    assert 180 <= inside <= 198
    assert auc_interval(np.zeros(3), np.array([True, False, False])) == (0, 1)


def test_share_intervals_are_clopper_pearson() -> None:
    assert share_interval(0, 0) == (0, 1)
    assert share_interval(0, 10) == pytest.approx((0, 0.3084971))
    assert share_interval(10, 10) == pytest.approx((0.6915029, 1))
    assert share_interval(3, 10) == pytest.approx((0.0667395, 0.6524529))


def test_the_rate_is_taken_without_interpolation() -> None:
    member = np.arange(20) < 10
    scores = np.concatenate([np.arange(10) + 0.5, np.arange(10.0)])
    assert rate_at(scores, member, 0.001) == (1, 0)
    assert rate_at(scores, member, 0.1) == (2, 1)
    ties = np.zeros(20)
    assert rate_at(ties, member, 0.1) == (0, 0)


def test_ties_at_the_top_all_count() -> None:
    member = np.arange(200) % 2 == 0
    attack = measure_attack("tied", "All scores are equal.", np.ones(200), member)
    assert [entry["rows"] for entry in attack.top] == [200, 200]
    assert attack.p_value == 1


def test_distances_equal_brute_force_over_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "CHUNK_ROWS", 7)
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.random(60), "y": rng.choice(["a", "b", "c"], 60).astype(object)})
    pool, synthetic = table[:40], table[40:]
    encoding = fit_encoding([pool, synthetic], frozenset({"x"}), seed=0)
    given = encoding.encode(pool)
    real, made = among_themselves(given, seed=0)[0], nearest(given, encoded(synthetic, encoding.encode))[0]
    points, others = (encoding.encode(part).astype(float) for part in (pool, synthetic))
    between = np.linalg.norm(points[:, None] - points[None], axis=2) + np.diag([np.inf] * 40)
    assert real == pytest.approx(np.sort(between, axis=1)[:, :5], abs=1e-6)
    across = np.linalg.norm(points[:, None] - others[None], axis=2)
    assert made == pytest.approx(np.sort(across, axis=1)[:, :5], abs=1e-6)


def test_labels_are_one_apart_and_many_labels_about_one() -> None:
    few = pd.DataFrame({"x": np.array(["a", "b", None, "a"], dtype=object)})
    points = fit_encoding([few], frozenset(), seed=0).encode(few)
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1)
    assert np.linalg.norm(points[0] - points[2]) == pytest.approx(1)
    assert np.array_equal(points[0], points[3])
    many = pd.DataFrame({"x": np.array([f"label {i}" for i in range(300)], dtype=object)})
    points = fit_encoding([many], frozenset(), seed=0).encode(many)
    assert points.shape == (300, 32)
    apart = np.linalg.norm(points[:50, None] - points[None, 50:], axis=2)
    assert 0.6 < apart.min() < apart.max() < 1.4


def test_a_label_unknown_to_the_encoding_is_a_point_of_its_own() -> None:
    encoding = fit_encoding([pd.DataFrame({"x": np.array(["a", "b"], dtype=object)})], frozenset(), seed=0)
    new = encoding.encode(pd.DataFrame({"x": np.array(["zzz", "a", "b", None], dtype=object)})).astype(float)
    assert np.linalg.norm(new[0] - new[1:], axis=1) == pytest.approx([1, 1, 1])


def test_the_encoding_keeps_far_values_apart_and_ignores_which_side_a_row_is_on() -> None:
    table = pd.DataFrame({"x": [*np.arange(50.0), 1e6, 2e6]})
    points = fit_encoding([table], frozenset({"x"}), seed=0).encode(table)
    assert np.linalg.norm(points[-1] - points[-2]) > 5 * np.linalg.norm(points[20] - points[21])
    halves = fit_encoding([table[::2], table[1::2]], frozenset({"x"}), seed=0).encode(table)
    assert np.array_equal(points, halves)


def test_equal_rows_have_equal_keys_whatever_their_written_form() -> None:
    first = pd.DataFrame({"x": [0.1 + 0.2, 0.0, np.nan], "y": [1, 0, 1]})
    second = pd.DataFrame({"y": np.array(["1.0", "0", "1"], dtype=object), "x": [0.3, -0.0, np.nan]})
    tables = align(first, second, None)
    assert np.array_equal(row_keys(tables.train, tables.numeric), row_keys(tables.synthetic, tables.numeric))
    assert len(set(row_keys(tables.train, tables.numeric))) == 3
