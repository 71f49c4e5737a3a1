"""A maxent model as named arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.generators.array_checks import (
    correlations,
    every_number,
    fitting_arrays,
    permutation,
    require,
    rows,
    starts_of,
    whole,
)
from privsynth.generators.base import Arrays
from privsynth.generators.binning import Marginal
from privsynth.generators.gaps import Gap
from privsynth.generators.maxent_model import MaxentModel
from privsynth.generators.structure import Structure
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Given = Mapping[str, npt.NDArray[Any]]


def to_arrays(model: MaxentModel) -> Arrays:
    """Return a model as named arrays."""
    names = list(model.marginals)
    pairs = [[names.index(a), names.index(b)] for a, b in model.tables]
    out: Arrays = {
        "focuses": np.array([names.index(name) for name in model.focuses], dtype=np.int64),
        "classes": model.classes,
        "correlation": model.correlation,
        "pairs": np.array(pairs, dtype=np.int64).reshape(-1, 2),
        "tables": np.concatenate([np.zeros(0), *(table.ravel() for table in model.tables.values())]),
    }
    if model.gaps:
        ends = [[names.index(gap.low), names.index(gap.high)] for gap in model.gaps]
        out["gap_ends"] = np.array(ends, dtype=np.int64)
        out["gaps"] = np.array([[gap.mean, gap.flat] for gap in model.gaps])
    for number, (name, marginal) in enumerate(model.marginals.items()):
        out[f"{number}.starts"] = marginal.starts
        out[f"{number}.counts"] = np.append(marginal.counts, marginal.missing)
        out[f"{number}.bins"] = model.bins[name]
        out[f"{number}.mass"] = model.mass[name]
        if name in model.orders:
            out[f"{number}.order"] = model.orders[name]
    return out


def from_arrays(schema: Schema, arrays: Given, neighbours: int) -> MaxentModel:
    """Rebuild a model.

    Raises:
        ArtifactError: an array is missing or does not fit the schema.
    """
    with fitting_arrays():
        return _rebuilt(schema, arrays, neighbours)


def _rebuilt(schema: Schema, arrays: Given, neighbours: int) -> MaxentModel:
    structure = Structure.of(schema)
    fields = [field for field in schema.modelled if field.name not in structure.derived]
    domains = {field.name: Domain.of(field) for field in fields}
    names = list(domains)
    marginals = {name: _marginal(domains[name], arrays, number) for number, name in enumerate(names)}
    mass = {name: rows(arrays[f"{number}.mass"]) for number, name in enumerate(names)}
    bins = {name: _bins(arrays, number, marginals[name], len(mass[name])) for number, name in enumerate(names)}
    focuses = tuple(names[place] for place in whole(arrays["focuses"], below=len(names)))
    require(len(set(focuses)) == len(focuses))
    classes, number_of_classes = _classes(arrays, len(mass[focuses[0]]) if focuses else 1)
    orders = {
        name: permutation(arrays[f"{number}.order"], len(mass[name]))
        for number, name in enumerate(names)
        if name not in focuses[:1]
    }
    correlation = correlations(arrays["correlation"], (number_of_classes, len(orders), len(orders)))
    tables = _tables(arrays, names, {name: len(each) for name, each in mass.items()})
    for name in orders:
        require(not focuses or (focuses[0], name) in tables or (name, focuses[0]) in tables)
    return MaxentModel(
        schema=schema,
        marginals=marginals,
        bins=bins,
        mass=mass,
        focuses=focuses,
        classes=classes,
        orders=orders,
        correlation=correlation,
        tables=tables,
        neighbours=neighbours,
        structure=structure,
        gaps=_gaps(arrays, names, structure) if "gaps" in arrays else (),
    )


def _gaps(arrays: Given, names: list[str], structure: Structure) -> tuple[Gap, ...]:
    ends, values = whole(arrays["gap_ends"], below=len(names), axes=2), arrays["gaps"]
    require(values.dtype == np.float64 and values.ndim == 2 and ends.shape == values.shape and ends.shape[1] == 2)
    require(bool(np.isfinite(values).all() and (values[:, 0] > 0).all() and (values[:, 1] >= 0).all()))
    require(bool((values[:, 1] <= 1).all()))
    bound = {(low, high) for order in structure.orders for low, high, _ in order.edges}
    found = [(names[low], names[high]) for low, high in ends]
    require(set(found) <= bound and len(set(found)) == len(found))
    return tuple(
        Gap(low=low, high=high, mean=float(mean), flat=float(flat))
        for (low, high), (mean, flat) in zip(found, values, strict=True)
    )


def _bins(arrays: Given, number: int, marginal: Marginal, bins: int) -> Ints:
    """Return the bin of each group of a column, and that of missing."""
    found = whole(arrays[f"{number}.bins"], below=bins)
    require(len(found) == marginal.groups + 1)
    every_number(found, bins)
    return found


def _classes(arrays: Given, bins: int) -> tuple[Ints, int]:
    """Return the class of each bin of the first focus, and how many classes there are."""
    found = whole(arrays["classes"], below=len(arrays["classes"]))
    classes = int(found.max()) + 1
    require(len(found) == bins)
    every_number(found, classes)
    return found, classes


def _marginal(domain: Domain, arrays: Given, number: int) -> Marginal:
    counts = rows(arrays[f"{number}.counts"])
    starts = starts_of(arrays[f"{number}.starts"], domain.size, len(counts))
    return Marginal(
        domain=domain,
        starts=starts,
        counts=counts[:-1],
        variance=np.zeros(len(counts) - 1),
        missing=float(counts[-1]),
        missing_variance=0.0,
    )


def _tables(arrays: Given, names: list[str], sizes: Mapping[str, int]) -> dict[tuple[str, str], Floats]:
    pairs, values = whole(arrays["pairs"], below=len(names), axes=2), rows(arrays["tables"])
    require(pairs.shape[1] == 2 and len(np.unique(np.sort(pairs, axis=1), axis=0)) == len(pairs))
    tables, start = {}, 0
    for first, second in pairs:
        a, b = names[first], names[second]
        stop = start + sizes[a] * sizes[b]
        require(a != b and stop <= len(values))
        tables[a, b] = values[start:stop].reshape(sizes[a], sizes[b])
        start = stop
    require(start == len(values))
    return tables
