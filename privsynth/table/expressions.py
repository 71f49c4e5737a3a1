"""Codes and counts as one Ibis expression, for engines that hold a table themselves: it compiles to the SQL of each of them.

`coded` turns the cells of a table into codes, `counted` counts rows by groups of codes; `engines_answers` puts the questions of a
generator together from them. Columns of text, whole numbers, decimals, floats, truth values, dates and timestamps without a time zone
get the codes of `encode`, in DuckDB, PostgreSQL and Spark; other columns are refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.table.engines_cells import DUCKDB, Steps, edge_of, fenced, inside, staged, value_of, whole_label
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

Ints = npt.NDArray[np.int64]
_TRUE = ("true", "True", "TRUE", "1", "1.0")
_FALSE = ("false", "False", "FALSE", "0", "0.0")


def coded(
    table: Any,
    schema: Schema,
    groups: Mapping[str, Ints] | None = None,
    *,
    names: Sequence[str] | None = None,
    dialect: str = DUCKDB,
) -> Any:
    """Return an expression of the modelled columns' codes, or of the groups of these codes.

    Args:
        table: An Ibis table.
        schema: Says which columns are modelled and how their cells are read.
        groups: Column name -> int64[size + 1], the group of every code; columns without an entry keep their codes.
        names: Columns; all modelled ones by default.
        dialect: Of the engine: "duckdb", "postgres" or "pyspark".

    Raises:
        UsageError: a column has a rule, or is of a type that is not read exactly.
    """
    fields = schema.modelled if names is None else [schema[name] for name in names]
    asked = [(Domain.of(field), (groups or {}).get(field.name)) for field in fields]
    return coded_as(table, dict(zip((field.name for field in fields), asked, strict=True)), schema.missing, dialect)


def coded_as(
    table: Any, columns: Mapping[str, tuple[Domain, Ints | None]], missing: Sequence[str], dialect: str
) -> Any:
    """Return an expression of codes, or of groups of them, under names of their own.

    Args:
        table: An Ibis table.
        columns: Name -> the domain of the column that is read, and int64[size + 1], the group of every code (None: its own).
        missing: Texts that mean missing.
        dialect: Of the engine.
    """
    place = {domain.name: f"cell{number}_" for number, (domain, _) in enumerate(columns.values())}
    cells = fenced(table.select(**{each: table[name] for name, each in place.items()}), dialect)
    read = {
        name: _code(cells[place[domain.name]], domain, missing, group, dialect)
        for name, (domain, group) in columns.items()
    }
    return staged(cells, read, dialect)


def _code(cell: Any, domain: Domain, missing: Sequence[str], group: Ints | None, dialect: str) -> Steps:
    group = np.arange(domain.size + 1) if group is None else group
    value = yield (yield from value_of(cell, domain, missing, dialect))
    if domain.numeric:
        return _of_number(value, domain, group, dialect)
    return (yield from _of_label(value, domain, group, dialect))


def counted(coded: Any, names: Sequence[str]) -> Any:
    """Return an expression of the rows of each combination of codes: the columns `names` and `rows_`; absent ones have no row."""
    return coded.group_by(list(names)).agg(rows_=coded.count())


def _of_label(value: Any, domain: Domain, group: Ints, dialect: str) -> Steps:
    """Return the group of the code of a label; null and unknown texts have that of the last code."""
    import ibis

    lookup = {label: int(group[code]) for label, code in domain.lookup().items()}
    if domain.field.truth:
        spelled = [(text, lookup["true"]) for text in _TRUE if "true" in lookup]
        spelled += [(text, lookup["false"]) for text in _FALSE if "false" in lookup]
        return value.cases(*spelled, else_=int(group[-1])).cast("int32")
    listed = value.cases(*lookup.items()).cast("int32")
    if any(text.lstrip("+-").isdigit() for text in lookup):
        whole = yield (yield from whole_label(value, dialect))
        listed = ibis.coalesce(listed, whole.cases(*lookup.items()).cast("int32"))
    return ibis.coalesce(listed, int(group[-1])).cast("int32")


def _of_number(value: Any, domain: Domain, group: Ints, dialect: str) -> Any:
    """Return the group of the code of a number or a moment; what is null or out of bounds has that of the last code."""
    assert domain.edges is not None  # noqa: S101 - for the type checker
    edge = edge_of(value.type(), domain, dialect)
    within = inside(value, domain, dialect).fill_null(False)
    return within.ifelse(steps(value, domain.edges[1:-1].tolist(), group[:-1], edge), int(group[-1])).cast("int32")


def steps(value: Any, edges: Sequence[Any], group: Ints, edge: Callable[[Any], Any]) -> Any:
    """Return group[k] where k edges are at or below a value: a tree of comparisons over the places where the group changes.

    Args:
        value: An expression.
        edges: Increasing, one fewer than `group`.
        group: int64[k + 1].
        edge: Makes an edge what the value is compared with.
    """
    import ibis

    places = [at for at, (one, other) in enumerate(itertools.pairwise(group.tolist())) if one != other]

    def tree(first: int, last: int) -> Any:
        if first == last:
            return ibis.literal(int(group[places[first]] if first < len(places) else group[-1]), "int32")
        middle = (first + last) // 2
        return (value < edge(edges[places[middle]])).ifelse(tree(first, middle), tree(middle + 1, last))

    return tree(0, len(places))
