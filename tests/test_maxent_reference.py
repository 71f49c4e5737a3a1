"""Rows of `maxent` against the exact distribution of largest entropy, on models small enough to write their joint distribution down.

Models are made by hand from exact tables of a joint distribution in which everything depends on everything, so that what was not
measured is not right by itself. Each column is drawn given the earlier ones by the largest entropy that agrees with its measured
pairs. That is the largest entropy of the whole joint distribution where the factors' normaliser, a function of the earlier
neighbours of a column, is a function of measured pairs: where each column has at most two earlier neighbours, and those have a
table (trees, triangles, chains of triangles). Elsewhere (cycles, four columns with all six tables) what was measured holds, and the
rest is near.

The exact distribution is found by iterative proportional fitting of all cells, and that by `mbi` where it is installed.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import maxent_models as models
import numpy as np
import pytest
from maxent_models import Floats, empirical, errors, largest_entropy, margin, random_joint

from privsynth.generators.base import Rows
from privsynth.generators.maxent_model import MaxentModel
from privsynth.tableschema.constraints import FixedCombinations

ROWS = 200_000
EVEN = 1.0  # what was measured: draws are even, so that they are nearer than independent ones would be
DRAWN = 1.4  # all else: the error of independent draws is 1 on average; with a dozen cells and more it is nearly never above this
FEW = 3.5  # zeros slow the fitting, and a column is fitted in a few passes


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Columns, and which pairs of them are measured.

    Args:
        sizes: Bins of each column; the columns are a, b, c, ...
        pairs: Two letters for each measured pair.
        focuses: The focus columns.
        classes: The class of each bin of the first focus.
        seed: Of the joint distribution.
    """

    sizes: tuple[int, ...]
    pairs: tuple[str, ...]
    focuses: tuple[str, ...] = ()
    classes: tuple[int, ...] | None = None
    seed: int = 0

    @property
    def names(self) -> str:
        return "abcdefgh"[: len(self.sizes)]

    @property
    def size_of(self) -> dict[str, int]:
        return dict(zip(self.names, self.sizes, strict=True))

    @property
    def joint(self) -> Floats:
        return random_joint(self.sizes, np.random.default_rng(self.seed))

    def axes(self, names: str) -> tuple[int, ...]:
        return tuple(sorted(self.names.index(name) for name in names))

    def model(self, joint: Floats | None = None, **schema: Any) -> MaxentModel:
        return models.model_of(
            models.schema_of(self.size_of, **schema),
            self.joint if joint is None else joint,
            [(pair[0], pair[1]) for pair in self.pairs],
            focuses=self.focuses,
            classes=self.classes,
        )

    def reference(self, joint: Floats | None = None, possible: Any = None) -> Floats:
        """Return the distribution of largest entropy, of the graph's own joint distribution by default."""
        joint = self.joint if joint is None else joint
        wanted = [*self.names, *self.pairs]
        return largest_entropy(
            self.sizes, {self.axes(each): margin(joint, self.axes(each)) for each in wanted}, possible
        )

    def is_exact(self, order: Sequence[str]) -> bool:
        """Whether columns drawn in this order are of the largest entropy, and not only near it."""
        known = {frozenset(pair) for pair in self.pairs}
        for place, name in enumerate(order):
            earlier = [other for other in order[:place] if frozenset((name, other)) in known]
            if len(earlier) > 2 or (len(earlier) == 2 and frozenset(earlier) not in known):
                return False
        return True


EXACT = {
    "no pair": Graph(sizes=(4, 5, 4), pairs=()),
    "a forest": Graph(sizes=(4, 5, 4, 5), pairs=("ab", "cd")),
    "a chain": Graph(sizes=(4, 5, 4, 5), pairs=("ab", "bc", "cd")),
    "a star": Graph(sizes=(5, 4, 4, 5), pairs=("ab", "ac", "ad")),
    "a triangle": Graph(sizes=(4, 5, 6), pairs=("ab", "bc", "ac")),
    "two triangles": Graph(sizes=(4, 5, 4, 4), pairs=("ab", "ac", "bc", "bd", "cd"), seed=2),
    "three triangles": Graph(sizes=(3, 4, 3, 4, 3), pairs=("ab", "ac", "bc", "bd", "cd", "ce", "de"), seed=5),
    "a focus": Graph(sizes=(4, 5, 4, 4), pairs=("ab", "ac", "ad"), focuses=("a",)),
    "a focus of few classes": Graph(sizes=(6, 5, 4), pairs=("ab", "ac"), focuses=("a",), classes=(0, 0, 1, 1, 1, 2)),
    "a focus and a pair": Graph(sizes=(4, 5, 4, 4), pairs=("ab", "ac", "ad", "bc"), focuses=("a",)),
    "a focus in the middle": Graph(sizes=(4, 5, 4, 4), pairs=("ca", "cb", "cd", "ab"), focuses=("c",)),
}
NEAR = {
    "a cycle": Graph(sizes=(4, 5, 4, 4), pairs=("ab", "bc", "cd", "ad")),
    "a cycle of five": Graph(sizes=(3, 4, 3, 4, 3), pairs=("ab", "bc", "cd", "de", "ae"), seed=1),
    "all pairs of four": Graph(sizes=(4, 5, 4, 4), pairs=("ab", "ac", "ad", "bc", "bd", "cd")),
    "two focuses": Graph(sizes=(4, 4, 3, 4), pairs=("ab", "ac", "ad", "bc", "bd"), focuses=("a", "b")),
    "two focuses and a pair": Graph(
        sizes=(4, 4, 3, 4), pairs=("ab", "ac", "ad", "bc", "bd", "cd"), focuses=("a", "b"), seed=1
    ),
}


def drawn(graph: Graph, model: MaxentModel, way: str = "coarse") -> Floats:
    """Return the shares of rows: of bins alone, as a fit draws them, or of whole rows, as a sample does."""
    rng = np.random.default_rng(0)
    return empirical(model.coarse(ROWS, rng) if way == "coarse" else model.sample(ROWS, rng).codes, graph.size_of)


def measured_errors(graph: Graph, found: Floats, joint: Floats) -> dict[str, float]:
    """Return the error of everything that was measured."""
    axes = {each: graph.axes(each) for each in (*graph.names, *graph.pairs)}
    return {each: errors(margin(found, axes[each]), margin(joint, axes[each]), ROWS) for each in axes}


@pytest.mark.parametrize("way", ["coarse", "whole"])
@pytest.mark.parametrize("name", EXACT)
def test_rows_are_of_the_largest_entropy(name: str, way: str) -> None:
    graph = EXACT[name]
    model, expected = graph.model(), graph.reference()
    assert graph.is_exact(model.order()), "the columns are not drawn in an order for which this holds"
    found = drawn(graph, model, way)
    assert max(measured_errors(graph, found, graph.joint).values()) < EVEN
    for axes in itertools.chain.from_iterable(itertools.combinations(range(found.ndim), count) for count in (2, 3)):
        assert errors(margin(found, axes), margin(expected, axes), ROWS) < DRAWN, axes
    assert errors(found, expected, ROWS) < DRAWN
    if any(frozenset(pair) not in map(frozenset, graph.pairs) for pair in itertools.combinations(graph.names, 2)):
        assert errors(found, graph.joint, ROWS) > 5, "the truth itself is drawn: this shows nothing"


@pytest.mark.parametrize("way", ["coarse", "whole"])
@pytest.mark.parametrize("name", NEAR)
def test_elsewhere_what_was_measured_holds_and_the_rest_is_near(name: str, way: str) -> None:
    graph = NEAR[name]
    expected, found = graph.reference(), drawn(graph, graph.model(), way)
    assert max(measured_errors(graph, found, graph.joint).values()) < EVEN
    assert 0.5 * np.abs(found - expected).sum() < 0.05


def test_a_column_is_raked_to_its_strongest_pairs_where_there_are_too_many() -> None:
    graph = NEAR["all pairs of four"]
    model = replace(graph.model(), neighbours=1)
    order = model.order()
    held = {
        frozenset((name, max(order[:place], key=lambda other: model.strength(name, other))))
        for place, name in enumerate(order)
        if place
    }
    tree = Graph(sizes=graph.sizes, pairs=tuple("".join(sorted(pair)) for pair in held))
    assert errors(drawn(graph, model), tree.reference(), ROWS) < DRAWN


# Structural zeros


def listed(graph: Graph, possible: Any) -> FixedCombinations:
    """Return the constraint that the first two columns occur together as `possible` says."""
    return FixedCombinations(
        columns=("a", "b"), combinations=tuple((f"a{i}", f"b{j}") for i, j in np.argwhere(possible))
    )


ALLOWED = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]], dtype=bool)


@pytest.mark.parametrize("pairs", [("ab", "bc"), ("ab", "bc", "ac"), ("ab",)])
def test_structural_zeros_are_kept_and_the_rest_is_of_the_largest_entropy(pairs: tuple[str, ...]) -> None:
    graph = Graph(sizes=(4, 4, 3), pairs=pairs)
    joint = graph.joint * ALLOWED[:, :, None]
    joint /= joint.sum()
    model = graph.model(joint, constraints=(listed(graph, ALLOWED),))
    found = empirical(model.sample(ROWS, np.random.default_rng(0)).codes, graph.size_of)
    assert margin(found, [0, 1])[~ALLOWED].sum() == 0
    assert errors(margin(found, [0, 1]), margin(joint, [0, 1]), ROWS) < EVEN
    assert max(measured_errors(graph, found, joint).values()) < FEW
    assert errors(found, graph.reference(joint, np.broadcast_to(ALLOWED[:, :, None], graph.sizes)), ROWS) < FEW


def test_a_pair_that_was_not_measured_keeps_its_zeros_and_the_rest_is_near() -> None:
    graph = Graph(sizes=(4, 4, 3), pairs=("bc",))
    joint = graph.joint * ALLOWED[:, :, None]
    joint /= joint.sum()
    model = graph.model(joint, constraints=(listed(graph, ALLOWED),))
    found = empirical(model.sample(ROWS, np.random.default_rng(0)).codes, graph.size_of)
    assert margin(found, [0, 1])[~ALLOWED].sum() == 0
    expected = graph.reference(joint, np.broadcast_to(ALLOWED[:, :, None], graph.sizes))
    assert 0.5 * np.abs(found - expected).sum() < 0.03


# Given columns, codes and chunks


@pytest.mark.parametrize("given", ["a", "d", "bc", "ad"])
def test_completed_rows_follow_the_measured_pairs(given: str) -> None:
    graph = EXACT["a chain"]
    model, joint = graph.model(), graph.reference()
    rng = np.random.default_rng(0)
    cells = rng.choice(joint.size, 50_000, p=joint.ravel())
    codes = dict(zip(graph.names, np.unravel_index(cells, joint.shape), strict=True))
    full = model.complete(Rows({name: codes[name].astype(np.int64) for name in given}, {}), rng)
    found = empirical(full.codes, graph.size_of)
    for pair in graph.pairs:
        assert 0.5 * np.abs(margin(found, graph.axes(pair)) - margin(joint, graph.axes(pair))).sum() < 0.02, pair


def test_completed_rows_follow_what_they_are_given_and_not_the_table() -> None:
    graph = EXACT["a triangle"]
    model, joint = graph.model(), graph.reference()
    full = model.complete(Rows({"a": np.full(50_000, 2)}, {}), np.random.default_rng(0))
    found = empirical(full.codes, graph.size_of)[2]
    assert 0.5 * np.abs(found - joint[2] / joint[2].sum()).sum() < 0.02


def test_later_chunks_are_drawn_like_the_first() -> None:
    from privsynth.generators import maxent_model

    graph = EXACT["a triangle"]
    model, expected = graph.model(), graph.reference()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maxent_model, "BATCH_ROWS", 20_000)
        parts = list(model.batches(ROWS, np.random.default_rng(0)))
    assert len(parts) == 10
    for part in parts:
        assert errors(empirical(part.codes, graph.size_of), expected, part.count) < DRAWN
    joined = {name: np.concatenate([part.codes[name] for part in parts]) for name in graph.names}
    assert errors(empirical(joined, graph.size_of), expected, ROWS) < DRAWN


# The reference of the reference


def test_the_reference_agrees_with_a_chain_in_closed_form() -> None:
    graph = EXACT["a chain"]
    ab, bc, cd = (margin(graph.joint, graph.axes(pair)) for pair in graph.pairs)
    closed = np.einsum("ab,bc,cd->abcd", ab, bc / bc.sum(axis=1, keepdims=True), cd / cd.sum(axis=1, keepdims=True))
    assert np.abs(closed - graph.reference()).max() < 1e-12


@pytest.mark.integration
@pytest.mark.parametrize("name", ["a chain", "a triangle", "two triangles", "a cycle", "all pairs of four"])
def test_the_reference_agrees_with_mbi(name: str) -> None:
    jax = pytest.importorskip("jax", reason="needs the extra `reference` (mbi and jax)")
    jax.config.update("jax_enable_x64", True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of jax's settings
        mbi = pytest.importorskip("mbi", reason="needs the extra `reference` (mbi and jax)")
        from mbi.estimation import LBFGS

        graph = (EXACT | NEAR)[name]
        names = tuple(graph.names)
        measured = [
            mbi.LinearMeasurement(margin(graph.joint, graph.axes(pair)).ravel(), tuple(sorted(pair)), stddev=1e-3)
            for pair in graph.pairs
        ]
        model = LBFGS().estimate(mbi.Domain(names, graph.sizes), measured, known_total=1.0, iters=5_000)
        found = np.asarray(model.project(names).values).reshape(graph.sizes)
    assert np.abs(found - graph.reference()).max() < 1e-4
    assert 0.5 * np.abs(found - graph.reference()).sum() < 1e-4
