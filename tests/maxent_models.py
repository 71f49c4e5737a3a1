"""Maxent models made by hand from exact tables, and the joint distribution of largest entropy that agrees with these tables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.binning import Marginal
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.structure import Structure
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]
TOTAL = 10_000.0


def random_joint(sizes: Sequence[int], rng: np.random.Generator, *, strength: float = 0.8) -> Floats:
    """Return a distribution in which all columns depend on one another, in twos and in threes and all together."""
    logs = np.zeros(sizes)
    for count in (1, 2, 3, len(sizes)):
        for axes in itertools.combinations(range(len(sizes)), count):
            shape = [size if axis in axes else 1 for axis, size in enumerate(sizes)]
            logs = logs + rng.normal(0, strength / math.sqrt(count), shape)
    joint = np.exp(logs)
    return np.asarray(joint / joint.sum())


def margin(joint: Floats, axes: Sequence[int]) -> Floats:
    """Return the marginal of a joint table, its axes in this order."""
    rest = tuple(axis for axis in range(joint.ndim) if axis not in axes)
    kept = joint.sum(axis=rest)
    return np.asarray(np.transpose(kept, np.argsort(np.argsort(axes))) if len(axes) > 1 else kept)


def largest_entropy(
    sizes: Sequence[int], tables: Mapping[tuple[int, ...], Floats], possible: Any = None, *, passes: int = 20_000
) -> Floats:
    """Return the distribution of largest entropy that agrees with some marginals: iterative proportional fitting of the whole joint.

    It starts even over what is possible, so that its limit is the largest entropy there (Csiszár, 1975).

    Args:
        sizes: Bins of each column.
        tables: Axes, ascending -> shares.
        possible: bool of the joint's shape, or None where everything is.
    """
    joint = np.ones(sizes) if possible is None else np.asarray(possible, dtype=np.float64)
    joint = joint / joint.sum()
    for _ in range(passes):
        gap = 0.0
        for axes, table in tables.items():
            found = margin(joint, axes)
            gap = max(gap, float(np.abs(found - table).max()))
            shape = [size if axis in axes else 1 for axis, size in enumerate(sizes)]
            joint = joint * np.divide(table, found, out=np.zeros_like(table), where=found > 0).reshape(shape)
        if gap < 1e-13:
            return joint
    raise AssertionError(f"the reference has not converged: {gap:g}")


def schema_of(sizes: Mapping[str, int], **more: Any) -> Schema:
    """Return a schema of required columns of ordered labels."""
    fields = (
        Field(name=name, kind="ordinal", enum=tuple(f"{name}{label}" for label in range(size)), required=True)
        for name, size in sizes.items()
    )
    return Schema(fields=tuple(fields), **more)


def model_of(
    schema: Schema,
    joint: Floats,
    pairs: Sequence[Pair],
    *,
    focuses: tuple[str, ...] = (),
    classes: Sequence[int] | None = None,
    total: float = TOTAL,
) -> MaxentModel:
    """Return the model of exact answers: all 1-way counts of a joint distribution and some of its pairs, and no correlation.

    Args:
        schema: Columns of labels, as many as the joint has axes; each label is its own bin.
        joint: Shares.
        pairs: The measured pairs.
        focuses: The focus columns; all their pairs have to be among `pairs`.
        classes: The class of each bin of the first focus; each its own by default.
        total: Number of rows.
    """
    names = list(schema.names)
    marginals, bins, mass = {}, {}, {}
    for axis, name in enumerate(names):
        mass[name] = total * margin(joint, [axis])
        size = len(mass[name])
        marginals[name] = Marginal(
            domain=Domain.of(schema[name]),
            starts=np.arange(size + 1),
            counts=mass[name],
            variance=np.zeros(size),
            missing=0.0,
            missing_variance=0.0,
        )
        bins[name] = np.append(np.arange(size), 0)
    features = [name for name in names if name not in focuses[:1]]
    own = np.arange(len(mass[focuses[0]])) if focuses else np.zeros(1, dtype=np.int64)
    own = own if classes is None else np.asarray(classes, dtype=np.int64)
    return MaxentModel(
        schema=schema,
        marginals=marginals,
        bins=bins,
        mass=mass,
        focuses=focuses,
        classes=own,
        orders={name: np.arange(len(mass[name])) for name in features},
        correlation=np.repeat(np.eye(len(features))[None], int(own.max()) + 1, axis=0),
        tables={(a, b): total * margin(joint, [names.index(a), names.index(b)]) for a, b in pairs},
        neighbours=10,
        structure=Structure.of(schema),
    )


def empirical(columns: Mapping[str, Any], sizes: Mapping[str, int]) -> Floats:
    """Return the shares of all combinations of bins in rows."""
    key = np.ravel_multi_index([np.asarray(columns[name]) for name in sizes], tuple(sizes.values()))
    counts = np.bincount(key, minlength=math.prod(sizes.values()))
    return counts.reshape(tuple(sizes.values())) / counts.sum()


def errors(found: Floats, expected: Floats, rows: int) -> float:
    """Return how far shares of rows are from what is expected, in total variation, where 1 is what independent draws would be."""
    usual = 0.5 * np.sqrt(2 / math.pi * expected * (1 - expected) / rows).sum()
    return float(0.5 * np.abs(found - expected).sum() / usual)
