"""Completing rows: what a copula draws given some columns is what it would have drawn with them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from privsynth.generators.base import Rows
from privsynth.generators.binning import Marginal
from privsynth.generators.copula_given import draw_known, latent_interval, truncated
from privsynth.generators.copula_model import CopulaModel, Margins
from privsynth.tableschema import Domain, Field

ROWS = 30_000
SIZES = {"a": 2, "b": 2, "c": 7, "d": 40, "target": 3}


def model(target: str | None = "target", missing: float = 0.0) -> CopulaModel:
    """Features of two to forty cells, strongly and in each class differently correlated."""
    rng = np.random.default_rng(5)
    marginals, margins = {}, {}
    classes = np.array([0, 1, 2, 0]) if target else np.zeros(1, dtype=np.int64)
    number = int(classes.max()) + 1
    for name, size in SIZES.items():
        domain = Domain.of(Field(name=name, kind="integer", minimum=0, maximum=size - 1))
        counts = rng.uniform(5, 10, size)
        marginals[name] = Marginal(
            domain=domain,
            starts=np.arange(size + 1),
            counts=counts,
            variance=np.ones(size),
            missing=missing * counts.sum(),
            missing_variance=1.0,
        )
        if name != target:
            bins = np.append(np.arange(size), size if missing else 0)
            given = rng.uniform(1, 10, (number, size + bool(missing)))
            margins[name] = Margins(bins=bins, order=np.arange(given.shape[1]), given=given)
    correlation = np.stack([_correlated(len(margins), 0.95), _correlated(len(margins), -0.6), np.eye(len(margins))])
    return CopulaModel(
        target=target, marginals=marginals, classes=classes, margins=margins, correlation=correlation[:number]
    )


def _correlated(size: int, strength: float) -> Any:
    """The neighbours' correlation of a chain."""
    place = np.arange(size)
    return strength ** np.abs(place[:, None] - place[None, :])


def distance(one: Any, other: Any, sizes: tuple[int, int]) -> float:
    """The total variation distance of two pairs of columns."""
    shape = (sizes[0] + 1, sizes[1] + 1)
    counts = [np.bincount(np.ravel_multi_index(pair, shape), minlength=shape[0] * shape[1]) for pair in (one, other)]
    return float(abs(counts[0] / counts[0].sum() - counts[1] / counts[1].sum()).sum() / 2)


def excess(whole: Any, again: Any, pair: tuple[str, str]) -> float:
    """The distance of the pair's tables, in units of what independent draws of as many rows would show."""
    sizes = (SIZES[pair[0]], SIZES[pair[1]])
    noise = np.sqrt((sizes[0] + 1) * (sizes[1] + 1) / np.pi / len(whole.codes["a"]))
    tables = [tuple(rows.codes[name] for name in pair) for rows in (whole, again)]
    return distance(tables[0], tables[1], sizes) / float(noise)


@pytest.mark.parametrize(
    ("target", "missing", "given"),
    [
        ("target", 0.0, ["target"]),
        ("target", 0.2, ["a"]),
        ("target", 0.0, ["a", "b"]),
        ("target", 0.2, ["a", "c"]),
        ("target", 0.0, ["b", "target"]),
        ("target", 0.2, ["c", "d"]),
        ("target", 0.0, ["a", "b", "c", "d"]),
        (None, 0.2, ["d"]),
        (None, 0.0, ["a", "b", "target"]),
        (None, 0.2, ["a", "b", "c", "d"]),
    ],
)
def test_pairs_of_given_and_drawn_columns_are_those_of_whole_rows(
    target: str | None, missing: float, given: list[str]
) -> None:
    fitted = model(target, missing)
    whole = fitted.sample(ROWS, np.random.default_rng(1))
    again = fitted.complete(whole.only(given), np.random.default_rng(2))
    for pair in itertools.combinations(SIZES, 2):
        assert excess(whole, again, pair) < 1.3, pair
    for name in given:
        assert np.array_equal(again.codes[name], whole.codes[name])
        assert np.array_equal(again.positions[name], whole.positions[name])


def test_a_draw_that_forgets_the_given_columns_is_found() -> None:
    fitted = model()
    whole, other = (fitted.sample(ROWS, np.random.default_rng(seed)) for seed in (1, 2))
    assert excess(whole, Rows({**other.codes, "a": whole.codes["a"]}, {}), ("a", "b")) > 10


def test_codes_without_mass_are_taken_for_their_neighbours_and_unknown_missing_cells_for_nothing() -> None:
    fitted = model(None)
    marginal = fitted.marginals["d"]
    marginal.counts[20:30] = 0.0
    fitted.margins["d"].given[:, 20:30] = 0.0
    middle = Rows({"d": np.full(4000, 25)}, {"d": np.zeros(4000, dtype=np.float32)})
    around = [fitted.complete(Rows({"d": np.full(4000, d)}, {}), np.random.default_rng(0)) for d in (19, 30)]
    found = fitted.complete(middle, np.random.default_rng(0)).codes["c"].mean()
    assert around[0].codes["c"].mean() - 0.1 < found < around[1].codes["c"].mean() + 0.1
    unknown = fitted.complete(Rows({"d": np.full(4000, SIZES["d"])}, {}), np.random.default_rng(0))
    anything = fitted.sample(4000, np.random.default_rng(1))
    assert unknown.codes["c"].mean() == pytest.approx(anything.codes["c"].mean(), abs=0.1)


def test_a_normal_cut_to_an_interval_stays_in_it_far_out_too() -> None:
    from scipy.stats import truncnorm

    low, high = (
        np.array([-np.inf, -1.0, 0.5, 9.0, -20.0, 45.0, 2.0]),
        np.array([np.inf, 1.0, np.inf, 9.5, -19.0, 46.0, 2.0]),
    )
    for end in range(len(low)):
        begin, stop = np.full(4000, low[end]), np.full(4000, high[end])
        drawn, weight = truncated(begin, stop, np.zeros(4000), 1.0, np.random.default_rng(0))
        assert (drawn >= low[end]).all()
        assert (drawn <= high[end]).all()
        assert np.isfinite(weight).all()
        if end < 5:
            exact = truncnorm(low[end], high[end])
            assert drawn.mean() == pytest.approx(exact.mean(), abs=4 * exact.std() / 4000**0.5)


def test_a_cell_without_length_is_a_point() -> None:
    low, high = latent_interval(np.array([0.0, 0.5, 1.0, 0.0]), np.array([0.0, 0.5, 1.0, 1.0]))
    assert (low[:3] == high[:3]).all()
    assert np.isfinite(low[:3]).all()
    assert (low[3], high[3]) == (-np.inf, np.inf)


def test_the_class_is_drawn_from_its_posterior() -> None:
    """One column whose cell has twice the mass in one class: the class is drawn two to one."""
    rows = 20_000
    ends = [(np.zeros((rows, 1)), np.full((rows, 1), high)) for high in (0.4, 0.2)]
    intervals = [latent_interval(*each) for each in ends]
    classes, _ = draw_known(np.array([0.5, 0.5]), None, intervals, np.ones((2, 1, 1)), np.random.default_rng(0))
    assert classes.mean() == pytest.approx(1 / 3, abs=0.015)
