"""Estimates from noisy counts: nearer to the truth than a projection, at every noise level, and never negative."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from privsynth.generators.estimates import Coarse, onto_total, round_classes, smoothed_cells, smoothed_labels
from privsynth.generators.rare import merged_rare

Floats = npt.NDArray[np.float64]


def distance(estimate: Floats, truth: Floats) -> float:
    """Return the total variation between two tables of counts."""
    return float(np.abs(estimate / estimate.sum() - truth / truth.sum()).sum() / 2)


def projected(noisy: Floats, sigma: float, total: float) -> Floats:
    return onto_total(noisy, np.full(len(noisy), sigma**2), total)


def label_tables(kind: str, size: int, rows: int, seed: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    parents = np.sort(rng.integers(0, 18, size))
    parents = np.unique(parents, return_inverse=True)[1]
    share = {
        "zipf": rng.permutation(1 / np.arange(1, size + 1) ** 1.1),
        "lognormal": rng.lognormal(0, 1.5, size),
        "even": np.ones(size),
    }[kind]
    share = share * rng.lognormal(0, 1, parents.max() + 1)[parents]
    return rng.multinomial(rows, share / share.sum()).astype(np.float64), parents


@pytest.mark.parametrize(
    ("size", "rows", "sigma"), [(700, 100_000, 40), (700, 20_000, 40), (300, 10_000, 40), (60, 5_000, 20)]
)
def test_labels_are_nearer_to_the_truth_than_a_projection(size: int, rows: int, sigma: float) -> None:
    alone, grouped = [], []
    for kind in ("zipf", "lognormal", "even"):
        for seed in range(4):
            truth, parents = label_tables(kind, size, rows, seed)
            noisy = truth + np.random.default_rng(seed).normal(0, sigma, size)
            variance = np.full(size, float(sigma) ** 2)
            before = distance(projected(noisy, sigma, rows), truth)
            alone.append(distance(smoothed_labels(noisy, variance, total=rows), truth) / before)
            grouped.append(distance(smoothed_labels(noisy, variance, parents, total=rows), truth) / before)
    assert np.mean(alone) < 0.92
    assert np.mean(grouped) < (0.75 if size > 60 else 0.95)
    assert max(alone) < 1.2
    assert max(grouped) < 1.2


def test_heavy_labels_keep_their_counts() -> None:
    truth = np.append(np.full(100, 10.0), [50_000, 20_000])
    noisy = truth + np.random.default_rng(0).normal(0, 30, 102)
    found = smoothed_labels(noisy, np.full(102, 900.0))
    assert np.abs(found[-2:] - truth[-2:]).max() < 150
    assert (found >= 0).all()


def columns(rng: np.random.Generator, rows: int) -> dict[str, tuple[Floats, Floats]]:
    """Return edges and values of columns of several forms."""
    grid = np.linspace(0, 100, 101)
    spiked = np.where(rng.random(rows) < 0.6, 0, rng.lognormal(3, 0.8, rows))
    heaped = rng.normal(50, 15, rows)
    heaped = np.where(rng.random(rows) < 0.5, np.round(heaped / 10) * 10, np.floor(heaped))
    return {
        "normal": (grid, rng.normal(50, 10, rows)),
        "exponential": (grid, rng.exponential(10, rows)),
        "uniform": (grid, rng.uniform(0, 100, rows)),
        "bimodal": (grid, np.where(rng.random(rows) < 0.4, rng.normal(25, 4, rows), rng.normal(70, 8, rows))),
        "spiked": (np.append([0, 0.001], np.geomspace(1, 1_000, 90)), spiked),
        "heaped": (grid, heaped),
        "heavy": (np.append(0, np.geomspace(1, 10_000, 100)), rng.pareto(1.2, rows) * 5),
    }


@pytest.mark.parametrize(("rows", "sigma", "factor"), [(7_000, 50, 0.6), (2_000, 30, 0.6), (50_000, 20, 0.9)])
def test_cells_are_nearer_to_the_truth_than_a_projection(rows: int, sigma: float, factor: float) -> None:
    ratios = []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        for edges, values in columns(rng, rows).values():
            truth = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0].astype(np.float64)
            noisy = truth + rng.normal(0, sigma, len(truth))
            found = smoothed_cells(
                noisy,
                np.full(len(truth), sigma**2.0),
                np.diff(edges),
                rows,
                classes=round_classes(edges[:-1], np.diff(edges)),
            )
            assert (found >= 0).all()
            assert found.sum() == pytest.approx(rows)
            ratios.append(distance(found, truth) / distance(projected(noisy, sigma, rows), truth))
    assert np.mean(ratios) < factor
    assert max(ratios) < 1.05


def test_a_spike_is_not_smeared() -> None:
    truth = np.full(80, 5.0)
    truth[40] = 2_000
    found = smoothed_cells(truth + np.random.default_rng(0).normal(0, 30, 80), np.full(80, 900.0), np.ones(80))
    assert found[40] == pytest.approx(2_000, rel=0.05)
    assert found[[39, 41]].max() < 60


def test_a_flat_stretch_shares_its_noise() -> None:
    noisy = 1_000 + np.random.default_rng(1).normal(0, 50, 64)
    found = smoothed_cells(noisy, np.full(64, 2_500.0), np.ones(64))
    assert np.abs(found - 1_000).mean() < 0.5 * np.abs(noisy - 1_000).mean()


def test_densities_count_where_widths_differ() -> None:
    widths = np.tile([1.0, 4.0], 30)
    truth = 20 * widths
    noisy = truth + np.random.default_rng(2).normal(0, 15, 60)
    even = smoothed_cells(noisy, np.full(60, 225.0), np.ones(60))
    wide = smoothed_cells(noisy, np.full(60, 225.0), widths)
    assert distance(wide, truth) < 0.7 * distance(even, truth)


def test_multiples_of_ten_share_what_they_have_in_common() -> None:
    lower = np.arange(0, 120, dtype=np.float64)
    truth = np.where(lower % 10 == 0, 300.0, 20.0)
    noisy = truth + np.random.default_rng(3).normal(0, 80, 120)
    plain = smoothed_cells(noisy, np.full(120, 6_400.0), np.ones(120))
    classed = smoothed_cells(noisy, np.full(120, 6_400.0), np.ones(120), classes=round_classes(lower, np.ones(120)))
    assert distance(classed, truth) < 0.6 * distance(plain, truth)


@pytest.mark.parametrize(
    ("lower", "width"), [([0.5, 1.5, 2.5] * 10, 1.0), (list(range(0, 60, 2)), 2.0), ([1.0, 2.0], 1.0)]
)
def test_only_whole_numbers_have_round_classes(lower: list[float], width: float) -> None:
    assert round_classes(np.array(lower, dtype=np.float64), np.full(len(lower), width)) is None


def test_coarse_counts_help() -> None:
    rng = np.random.default_rng(4)
    truth = 400 * np.exp(-(((np.arange(80) - 30) / 14) ** 2))
    parent = np.arange(80) // 8
    found = {"alone": [], "agreed": []}
    for _ in range(5):
        noisy = truth + rng.normal(0, 40, 80)
        coarse = Coarse(
            counts=np.bincount(parent, weights=truth) + rng.normal(0, 40, 10), variance=1_600.0, parent=parent
        )
        found["alone"].append(distance(smoothed_cells(noisy, np.full(80, 1_600.0), np.ones(80)), truth))
        found["agreed"].append(distance(smoothed_cells(noisy, np.full(80, 1_600.0), np.ones(80), coarse=coarse), truth))
    assert np.mean(found["agreed"]) < 0.9 * np.mean(found["alone"])


@pytest.mark.parametrize("counts", [[], [-5.0], [7.0], [0.0, 0.0], [-3.0, -8.0, -1e6], [1e9, -1e9, 3.0], [1e8] * 3])
@pytest.mark.parametrize("total", [0.0, 10.0])
def test_odd_counts_do_not_break_it(counts: list[float], total: float) -> None:
    noisy, one = np.array(counts), np.ones(len(counts))
    for found in (smoothed_cells(noisy, one, one, total), smoothed_labels(noisy, one, None, total)):
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(total if counts else 0.0, abs=1e-3)


def test_estimates_are_the_same_each_time() -> None:
    noisy = np.random.default_rng(5).normal(50, 40, 90)
    for estimate in (
        smoothed_cells(noisy, np.full(90, 1_600.0), np.ones(90)),
        smoothed_labels(noisy, np.full(90, 1_600.0)),
    ):
        assert estimate.tobytes() in {
            smoothed_cells(noisy, np.full(90, 1_600.0), np.ones(90)).tobytes(),
            smoothed_labels(noisy, np.full(90, 1_600.0)).tobytes(),
        }


def test_rare_labels_share_the_bin_of_their_parent() -> None:
    counts, parents = np.array([90.0, 8, 7, 3, 2, 1, 40]), np.array([0, 0, 0, 1, 1, 1, 1])
    assert merged_rare(counts, 10, parents).tolist() == [0, 2, 2, 3, 3, 3, 1]
    assert merged_rare(counts, 5, parents).tolist() == [0, 1, 2, 4, 4, 4, 3]
    assert merged_rare(counts, 10).tolist() == [0, 2, 2, 2, 2, 2, 1]


def test_some_label_always_stands_alone() -> None:
    assert merged_rare(np.array([1.0, 3, 2]), 100).tolist() == [1, 0, 1]
    assert merged_rare(np.array([1.0, 3, 2]), 100, np.array([0, 1, 0])).tolist() == [1, 0, 1]
    assert merged_rare(np.array([5.0, 6]), 1).tolist() == [0, 1]


def test_the_bins_have_no_gaps() -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        size = int(rng.integers(1, 40))
        found = merged_rare(rng.exponential(5, size), rng.exponential(8), rng.integers(0, 6, size))
        assert set(found.tolist()) == set(range(int(found.max()) + 1))


def test_a_total_below_zero_by_rounding_gives_no_negative_rows() -> None:
    from privsynth.generators.estimates import onto_total

    assert onto_total(np.array([3.0, -3.0]), np.ones(2), -5e-9).min() >= 0
