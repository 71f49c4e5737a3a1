"""Codes and counts as one Ibis expression, for engines that hold a table themselves: it compiles to the SQL of each of them.

`coded` turns the cells of a table into codes, `counted` counts rows by groups of codes; `EngineTable` is the data source on top, which
never brings a row here. What is exact: columns of text, whole numbers, floats and truth values, under schemas without rules that make
cells coarser. Moments in time are read by the engine in ways that differ from ours, so such columns are refused. DuckDB gives the codes of
`encode` to the last one (it is tested on hostile cells); another engine parses numbers in text by its own rules.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import UsageError
from privsynth.privacy import Private, Unit
from privsynth.table.counting import Question
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema, canonical_label

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
_WHOLE = r"^[+-]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][+-]?[0-9]+)?$"
_TRUE = ("true", "True", "TRUE", "1", "1.0")
_FALSE = ("false", "False", "FALSE", "0", "0.0")


def coded(
    table: Any, schema: Schema, groups: Mapping[str, Ints] | None = None, *, names: Sequence[str] | None = None
) -> Any:
    """Return an expression of the modelled columns' codes, or of the groups of these codes.

    Args:
        table: An Ibis table.
        schema: Says which columns are modelled and how their cells are read.
        groups: Column name -> int64[size + 1], the group of every code; columns without an entry keep their codes.
        names: Columns; all modelled ones by default.

    Raises:
        UsageError: a column has a rule, or is a moment in time or of a type that is not read exactly.
    """
    columns = {}
    for field in schema.modelled if names is None else [schema[name] for name in names]:
        domain = Domain.of(field)
        group = (groups or {}).get(field.name, np.arange(domain.size + 1))
        columns[field.name] = _group_of(_read(table[field.name], domain, schema.missing), domain, group)
    return table.select(**columns)


def counted(coded: Any, names: Sequence[str]) -> Any:
    """Return an expression of the rows of each combination of codes: the columns `names` and `rows_`; absent ones have no row."""
    return coded.group_by(list(names)).agg(rows_=coded.count())


class EngineTable:
    """A data source whose rows stay in an engine. It answers counts and distances, and has no `moments`: correlations need rows.

    Args:
        table: An Ibis table; one row is one unit.
        schema: As for `coded`.
        run: Evaluates an expression and returns an Arrow table: `expression.to_pyarrow` of Ibis, or another way.
    """

    def __init__(self, table: Any, schema: Schema, run: Callable[[Any], pa.Table]) -> None:
        self._table = table
        self._schema = schema
        self._run = run
        self._domains = tuple(Domain.of(field) for field in schema.modelled)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the columns."""
        return self._domains

    @property
    def unit(self) -> Unit:
        """Who is protected: one row."""
        return Unit()

    def counts(self, names: Sequence[str], groups: Mapping[str, Ints] | None = None) -> Private[Ints]:
        """Return the contingency table of a few columns; see `CodedTable.counts`."""
        sizes = {domain.name: domain.size + 1 for domain in self._domains}
        shape = [int(groups[name].max()) + 1 if groups and name in groups else sizes[name] for name in names]
        found = self._run(counted(coded(self._table, self._schema, groups, names=names), names))
        cells = tuple(np.asarray(found.column(name).to_numpy(), dtype=np.int64) for name in names)
        total = np.zeros(shape, dtype=np.int64)
        np.add.at(total, cells, np.asarray(found.column("rows_").to_numpy(), dtype=np.int64))
        return Private(total)

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Ints]]:
        """Return the contingency tables of several questions, one after the other."""
        return [self.counts(names, groups) for names, groups in questions]

    def distances(self, questions: Sequence[Question], tables: Sequence[Ints]) -> Private[Ints]:
        """Return how far the contingency table of each question is from a public one; see `CodedTable.distances`."""
        pairs = zip(self.counts_many(questions), tables, strict=True)
        return Private(np.array([np.abs(found.reveal() - table).sum() for found, table in pairs], dtype=np.int64))


def duckdb_run(connection: Any) -> Callable[[Any], pa.Table]:
    """Return what evaluates expressions on a DuckDB connection, whose tables go by the names that the expressions use."""
    import ibis

    return lambda expression: connection.sql(str(ibis.to_sql(expression, dialect="duckdb"))).to_arrow_table()


def _read(cell: Any, domain: Domain, missing: Sequence[str]) -> Any:
    """Return what a cell is coded by: its label's text, or its number; null where missing."""
    kind = cell.type()
    if domain.field.generalisation is not None or domain.field.kind in ("date", "datetime"):
        raise UsageError(
            f"Column `{domain.name}` is a moment or has a rule; an engine reads it in its own way. Export it."
        )
    if kind.is_string():
        present = cell.notin(sorted({"", *missing})).ifelse(cell, None)
        return _number(present) if domain.numeric else present
    if not (kind.is_integer() or kind.is_floating() or kind.is_boolean()) or any(missing):
        raise UsageError(f"Column `{domain.name}` has a type that is not coded in an engine. Cast it to text there.")
    if domain.numeric:
        return cell.cast("float64") if not kind.is_boolean() else cell.ifelse(None, None).cast("float64")
    if kind.is_floating():
        if domain.field.truth:
            raise UsageError(
                f"Column `{domain.name}` holds floats that stand for true and false. Cast it in the engine."
            )
        return _of_float(cell.cast("float64"), domain)
    return cell.cast("string")


def _of_float(cell: Any, domain: Domain) -> Any:
    """Return the label that a float is written as, by its value."""
    import ibis
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    cases = []
    for label in map(canonical_label, domain.labels or ()):
        try:
            value = float(label)
        except ValueError:
            continue
        if to_text_table(pa.table({"x": [value]})).column(0)[0].as_py() == label:
            cases.append((cell == value, label))
    return ibis.cases(*cases) if cases else cell.cast("string").nullif(cell.cast("string"))


def _number(cell: Any) -> Any:
    return cell.try_cast("float64")


def _group_of(value: Any, domain: Domain, group: Ints) -> Any:
    """Return the group of the code of a value; what is null, unknown or out of bounds has that of the last code."""
    return _of_number(value, domain, group) if domain.numeric else _of_label(value, domain, group)


def _of_label(value: Any, domain: Domain, group: Ints) -> Any:
    import ibis

    lookup = domain.lookup()
    if domain.field.truth:
        spelled = [(text, int(group[lookup["true"]])) for text in _TRUE if "true" in lookup]
        spelled += [(text, int(group[lookup["false"]])) for text in _FALSE if "false" in lookup]
        return value.cases(*spelled, else_=int(group[-1])).cast("int32")
    found = ibis.coalesce(_listed(value, lookup), _listed(_canonical(value), lookup), len(group) - 1)
    return _steps(found, np.arange(1, len(group)), group)


def _listed(value: Any, lookup: Mapping[str, int]) -> Any:
    return value.cases(*lookup.items()).cast("int32")


def _canonical(value: Any) -> Any:
    """Return the canonical label of a whole number in another spelling, or null; see `canonical_label`."""
    number = _number(value)
    near = number.try_cast("int64")  # and no floor, which raises where the number is too large
    whole = value.re_search(_WHOLE) & (near.cast("float64") == number) & (number.abs() < 1e15)
    return whole.ifelse(near, None).cast("string")


def _of_number(value: Any, domain: Domain, group: Ints) -> Any:
    assert domain.edges is not None  # noqa: S101 - for the type checker
    low, high = domain.field.bounds()
    inside = (value >= low) & (value <= high) & ~value.isnan()
    return inside.ifelse(_steps(value, domain.edges[1:-1], group[:-1]), int(group[-1])).fill_null(int(group[-1]))


def _steps(value: Any, edges: npt.NDArray[Any], group: Ints) -> Any:
    """Return group[k] where k edges are at or below a value: a tree of comparisons over the places where the group changes."""
    import ibis

    places = [at for at, (one, other) in enumerate(itertools.pairwise(group.tolist())) if one != other]

    def tree(first: int, last: int) -> Any:
        if first == last:
            return ibis.literal(int(group[places[first]] if first < len(places) else group[-1]), "int32")
        middle = (first + last) // 2
        edge = edges[places[middle]].item()
        return (value < edge).ifelse(tree(first, middle), tree(middle + 1, last))

    return tree(0, len(places))
