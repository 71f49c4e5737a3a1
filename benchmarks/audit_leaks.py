"""Synthetic tables that leak in known ways, made from train rows and an independent draw of the same population."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Ints = np.ndarray[Any, np.dtype[np.int64]]
FEW_LEVELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A train table, a synthetic table (an independent draw until a leak is made) and a holdout, of as many rows each."""

    train: pd.DataFrame
    synthetic: pd.DataFrame
    holdout: pd.DataFrame
    rng: np.random.Generator

    def leaking(self, rows: pd.DataFrame) -> World:
        """Put rows in the place of as many random synthetic rows."""
        kept = self.synthetic.sample(len(self.synthetic) - len(rows), random_state=int(self.rng.integers(2**31)))
        made = pd.concat([kept, rows], ignore_index=True)
        return World(train=self.train, synthetic=made, holdout=self.holdout, rng=self.rng)

    def some(self, share: float) -> pd.DataFrame:
        """Random train rows."""
        return self.train.iloc[self.rng.permutation(len(self.train))[: round(share * len(self.train))]]

    @property
    def numbers(self) -> list[str]:
        """Numeric columns."""
        return [name for name in self.train if pd.api.types.is_numeric_dtype(self.train[name])]

    @property
    def measures(self) -> list[str]:
        """Numeric columns of more than a dozen values."""
        return [name for name in self.numbers if self.train[name].nunique() > FEW_LEVELS]


@cache
def people(folder: Path) -> pd.DataFrame:
    """All distinct rows of a table, its modelled columns only."""
    parts = [
        pd.read_csv(folder / f"{name}.csv.gz", keep_default_na=False, na_values=[""]) for name in ("train", "holdout")
    ]
    named = json.loads((folder / "domain.json").read_text())
    columns = named.get("columns", named)
    table = pd.concat(parts, ignore_index=True)
    return table[[name for name in table if name in columns]].drop_duplicates(ignore_index=True)


def world(folder: Path, rows: int, seed: int) -> World:
    """Draw three tables of different people."""
    rng = np.random.default_rng(seed)
    drawn = people(folder).iloc[rng.permutation(len(people(folder)))[: 3 * rows]].reset_index(drop=True)
    train, holdout, synthetic = (drawn[at : at + rows].reset_index(drop=True) for at in (0, rows, 2 * rows))
    return World(train=train, synthetic=synthetic, holdout=holdout, rng=rng)


def copied(share: float) -> Callable[[World], World]:
    """Verbatim copies of random train rows."""
    return lambda given: given.leaking(given.some(share))


def outliers(given: World) -> World:
    """The 2% of train rows with the least frequent cells, numbers under 2% noise."""
    surprise = np.zeros(len(given.train))
    for name in given.train:
        column = given.train[name]
        if name in given.measures:
            surprise += np.abs((column - column.median()) / column.std()).fillna(0)
        else:
            surprise -= np.log(column.map(column.value_counts(normalize=True)).fillna(0.01).astype(float))
    chosen = given.train.iloc[np.argsort(-surprise)[: round(0.02 * len(given.train))]].copy()
    for name in given.measures:
        chosen[name] = _kept(given, name, chosen[name] * (1 + 0.02 * given.rng.standard_normal(len(chosen))))
    return given.leaking(chosen)


def noisy(sigma: float, share: float, redrawn: float = 0.0) -> Callable[[World], World]:
    """Train rows under noise of so many standard deviations; labels redrawn with a chance."""

    def leak(given: World) -> World:
        rows = given.some(share).copy()
        for name in rows:
            if name in given.measures:
                noise = sigma * given.train[name].std() * given.rng.standard_normal(len(rows))
                rows[name] = _kept(given, name, rows[name] + noise)
            else:
                chosen = given.rng.random(len(rows)) < redrawn
                rows.loc[chosen, name] = given.rng.choice(given.train[name].to_numpy(), int(chosen.sum()))
        return given.leaking(rows)

    return leak


def shifted(share: float) -> Callable[[World], World]:
    """Train rows, the column of most values moved by 1.5 standard deviations."""

    def leak(given: World) -> World:
        rows = given.some(share).copy()
        name = max(given.measures, key=lambda column: given.train[column].nunique())
        rows[name] = rows[name] + 1.5 * given.train[name].std()
        return given.leaking(rows)

    return leak


def redrawn(cells: int, share: float) -> Callable[[World], World]:
    """Train rows in which about so many cells are those of other train rows."""

    def leak(given: World) -> World:
        rows = given.some(share).copy()
        for name in rows:
            chosen = given.rng.random(len(rows)) < cells / len(rows.columns)
            rows.loc[chosen, name] = given.rng.choice(given.train[name].to_numpy(), int(chosen.sum()))
        return given.leaking(rows)

    return leak


def coarse(given: World) -> World:
    """All train rows with their labels and target as they are, and numbers rounded to a tenth of the ranks."""
    rows = given.train.copy()
    for name in given.measures:
        rank = (given.train[name].rank(pct=True) * 10).round() / 10
        rows[name] = given.train[name].quantile(rank.fillna(0.5).to_numpy()).to_numpy()
    return given.leaking(rows)


def between(share: float, neighbours: int = 5) -> Callable[[World], World]:
    """Rows between a train row and one of its nearest (SMOTE: Chawla and others 2002)."""

    def leak(given: World) -> World:
        from sklearn.neighbors import NearestNeighbors

        labels = [name for name in given.train if name not in given.numbers]
        parts = [given.train[given.numbers].rank(pct=True).fillna(0.5).to_numpy()]
        parts += [0.7 * pd.get_dummies(given.train[labels]).to_numpy(dtype=float)] if labels else []
        near = NearestNeighbors(n_neighbors=neighbours + 1).fit(np.hstack(parts)).kneighbors()[1][:, :neighbours]
        count = round(share * len(given.train))
        one = given.rng.integers(len(given.train), size=count)
        other = near[one, given.rng.integers(neighbours, size=count)]
        way = given.rng.random(count)
        made = {}
        for name in given.train:
            ours, theirs = given.train[name].to_numpy()[one], given.train[name].to_numpy()[other]
            if name in given.measures:
                made[name] = _kept(given, name, pd.Series(ours + way * (theirs - ours)))
            else:
                made[name] = np.where(way < 0.5, ours, theirs)
        return given.leaking(pd.DataFrame(made))

    return leak


def network(bins: int, parents: int) -> Callable[[World], World]:
    """A Bayesian network fitted to the train rows without noise; numbers in equal-count bins, drawn evenly within one."""

    def leak(given: World) -> World:
        edges = {name: np.unique(given.train[name].quantile(np.linspace(0, 1, bins + 1))) for name in given.measures}
        codes = {name: _coded(given.train[name], edges.get(name)) for name in given.train}
        rows, made = len(given.synthetic), {}
        for name, others in _structure(codes, parents, given.rng):
            ours, theirs = np.zeros(len(given.train), dtype=np.int64), np.zeros(rows, dtype=np.int64)
            for other in others:
                ours, theirs = ours * 1000 + codes[other], theirs * 1000 + made[other]
            made[name] = codes[name][_alike(ours, theirs, given.rng)]
        table = {}
        for name in given.train:
            if name in edges:
                low, high = edges[name][made[name]], edges[name][made[name] + 1]
                table[name] = _kept(given, name, pd.Series(low + given.rng.random(rows) * (high - low)))
            else:
                table[name] = given.train[name].to_numpy()[np.unique(codes[name], return_index=True)[1]][made[name]]
        return given.leaking(pd.DataFrame(table))

    return leak


def trees(leaf: int) -> Callable[[World], World]:
    """Column by column, a value of a train row in the same leaf of a decision tree (Reiter 2005); numbers with 5% noise."""

    def leak(given: World) -> World:
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        rows, made = len(given.synthetic), {}
        ours, theirs = np.empty((len(given.train), 0)), np.empty((rows, 0))
        for name in given.train:
            column = given.train[name]
            values = (
                column.fillna(column.median()).to_numpy(dtype=float)
                if name in given.numbers
                else _coded(column, None) * 1.0
            )
            at = given.rng.integers(len(column), size=rows)
            if ours.shape[1]:
                kind = DecisionTreeRegressor if name in given.numbers else DecisionTreeClassifier
                tree = kind(min_samples_leaf=leaf, random_state=0).fit(ours, values)
                at = _alike(tree.apply(ours), tree.apply(theirs), given.rng)
            drawn = values[at]
            if name in given.measures:
                drawn = drawn + 0.05 * values.std() * given.rng.standard_normal(rows)
            ours, theirs = np.column_stack([ours, values]), np.column_stack([theirs, drawn])
            made[name] = drawn if name in given.numbers else column.to_numpy()[at]
        return given.leaking(pd.DataFrame(made))

    return leak


def mixture(rows_each: int) -> Callable[[World], World]:
    """A Gaussian mixture of normal scores with one component for so many train rows."""

    def leak(given: World) -> World:
        from scipy.stats import norm
        from sklearn.mixture import GaussianMixture

        codes = {}
        for name in given.train:
            column = given.train[name]
            label = _coded(column, None) + given.rng.random(len(column))
            codes[name] = column.rank(method="first").fillna(1).to_numpy() if name in given.numbers else label
        ranks = pd.DataFrame(codes).rank(method="first").to_numpy().astype(np.int64) - 1
        scores = norm.ppf((ranks + 0.5) / len(ranks))
        model = GaussianMixture(
            max(1, len(ranks) // rows_each),
            covariance_type="diag",
            reg_covar=0.02,
            random_state=0,
            max_iter=30,
            init_params="random_from_data",
        ).fit(scores)
        drawn = np.clip(
            (norm.cdf(model.sample(len(given.synthetic))[0]) * len(ranks)).astype(np.int64), 0, len(ranks) - 1
        )
        made = {
            name: given.train[name].to_numpy()[np.argsort(ranks[:, at])[drawn[:, at]]]
            for at, name in enumerate(given.train)
        }
        return given.leaking(pd.DataFrame(made))

    return leak


LEAKS: dict[str, Callable[[World], World]] = {
    "none (an independent draw)": lambda given: given,
    "0.5% copied": copied(0.005),
    "1% copied": copied(0.01),
    "2% copied": copied(0.02),
    "5% copied": copied(0.05),
    "2% outliers, 2% noise": outliers,
    "5% copied, noise 0.01 sd": noisy(0.01, 0.05),
    "5% copied, noise 0.1 sd": noisy(0.1, 0.05),
    "all copied, noise 0.3 sd, 30% of labels redrawn": noisy(0.3, 1.0, 0.3),
    "3% copied, one column shifted": shifted(0.03),
    "all copied, one column shifted": shifted(1.0),
    "3% copied, 2 cells redrawn": redrawn(2, 0.03),
    "10% copied, 4 cells redrawn": redrawn(4, 0.1),
    "all copied, numbers coarsened, target kept": coarse,
    "10% between neighbours": between(0.1),
    "all between neighbours": between(1.0),
    "Bayesian network, 15 bins, 2 parents": network(15, 2),
    "Bayesian network, 8 bins, 2 parents": network(8, 2),
    "Bayesian network, 20 bins, 3 parents": network(20, 3),
    "trees, 5 rows a leaf": trees(5),
    "trees, 20 rows a leaf": trees(20),
    "mixture, 20 rows a component": mixture(20),
    "mixture, 100 rows a component": mixture(100),
}


def _kept(given: World, name: str, values: pd.Series[Any]) -> pd.Series[Any]:
    """Whole numbers stay whole."""
    return values.round() if bool((given.train[name].dropna() % 1 == 0).all()) else values


def _coded(column: pd.Series[Any], edges: np.ndarray[Any, Any] | None) -> Ints:
    if edges is None:
        return np.asarray(column.astype(str).factorize(sort=True)[0], dtype=np.int64)
    return np.clip(np.searchsorted(edges, column.to_numpy(), side="right") - 1, 0, len(edges) - 2)


def _alike(ours: Ints, theirs: Ints, rng: np.random.Generator) -> Ints:
    """For each synthetic key a random train row of the same key, or any row where there is none."""
    order = np.argsort(ours, kind="stable")
    low, high = (np.searchsorted(ours[order], theirs, side=side) for side in ("left", "right"))
    found = low + (rng.random(len(theirs)) * (high - low)).astype(np.int64)
    return np.where(high > low, order[np.minimum(found, len(ours) - 1)], rng.integers(len(ours), size=len(theirs)))


def _structure(codes: dict[str, Ints], parents: int, rng: np.random.Generator) -> list[tuple[str, list[str]]]:
    """Greedy order of columns with their parents, by mutual information."""
    from sklearn.metrics import mutual_info_score

    names = list(codes)
    shared = {(a, b): mutual_info_score(codes[a], codes[b]) for a in names for b in names if a < b}

    def told(a: str, b: str) -> float:
        return float(shared[min(a, b), max(a, b)])

    placed: list[tuple[str, list[str]]] = [(names[int(rng.integers(len(names)))], [])]
    while len(placed) < len(names):
        known = [name for name, _ in placed]
        best = {
            name: sorted(known, key=lambda other, name=name: -told(name, other))[:parents]
            for name in names
            if name not in known
        }
        name = max(best, key=lambda name: sum(told(name, other) for other in best[name]))
        placed.append((name, best[name]))
    return placed
