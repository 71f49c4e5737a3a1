"""Coded tables: small unsigned integers, and the two questions that generators may ask of them.

Anything with `domains`, `unit`, `counts` and `moments` is a data source; this one lives in memory.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from privsynth.noise import UnitCoins
from privsynth.privacy import Private, Unit
from privsynth.table.generalised import generalised
from privsynth.table.source import Source
from privsynth.table.sql import cell_sql, literal, quoted, short_sql
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Field, Schema, canonical_label

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.unsignedinteger[Any]]
_BLOCK_ROWS = 1 << 16


class DataSource(Protocol):
    """What a generator knows of a table."""

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the modelled columns."""
        ...

    @property
    def unit(self) -> Unit:
        """Who is protected; no unit holds more than `unit.max_rows` rows."""
        ...

    def counts(self, names: Sequence[str], groups: Mapping[str, Ints] | None = None) -> Private[Ints]:
        """Return the contingency table of a few columns."""
        ...

    def moments(
        self, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None = None
    ) -> Private[Ints]:
        """Return sums of products of scores, apart for each group of one column."""
        ...


class CodedTable:
    """A data source in memory.

    Args:
        domains: Domains of the columns.
        codes: Column name -> codes[n], each at most the domain's size.
        unit: Who is protected; the codes hold at most `unit.max_rows` rows of a unit.
    """

    def __init__(self, domains: Sequence[Domain], codes: Private[dict[str, Codes]], unit: Unit) -> None:
        self._domains = tuple(domains)
        self._codes = codes
        self._unit = unit

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the columns."""
        return self._domains

    @property
    def unit(self) -> Unit:
        """Who is protected."""
        return self._unit

    def counts(self, names: Sequence[str], groups: Mapping[str, Ints] | None = None) -> Private[Ints]:
        """Return the contingency table of a few columns.

        Adding or removing one row changes one cell by one, so one unit moves it by at most `unit.max_rows` in L2.

        Args:
            names: Column names, one axis each.
            groups: Column name -> int64[size + 1], the group of every code (the out-of-domain code included); columns
                without an entry keep their codes.

        Returns:
            int64 with one axis per column, as long as the column has groups (or size + 1).
        """
        codes = self._codes.reveal()
        sizes = {domain.name: domain.size + 1 for domain in self._domains}
        shape, key = [], np.zeros(1, dtype=np.int64)
        for name in names:
            group = (groups or {}).get(name)
            size = sizes[name] if group is None else int(group.max()) + 1
            column = codes[name] if group is None else group.astype(np.int64)[codes[name]]
            key = key * size + column
            shape.append(size)
        return Private(np.bincount(key.astype(np.int64, copy=False), minlength=math.prod(shape)).reshape(shape))

    def moments(
        self, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None = None
    ) -> Private[Ints]:
        """Return sums over rows of the products of two columns' scores, apart for each group of one column.

        A row whose score vector is longer than `radius` is shortened to it (rounded towards zero) and counts in one group only, so
        one row moves the answer by at most `moment_sensitivity(columns, radius)` in L2.

        Args:
            scores: Column name -> int64[groups, size + 1], the score of every code in each group, in units of a public grid.
            radius: Largest length of a row's score vector, in the same units.
            given: Name of the column that groups the rows and int64[size + 1], the group of each of its codes; None for
                one group of all rows.

        Returns:
            int64[groups, m (m - 1) / 2], upper triangles by rows, in the order of `scores`.
        """
        codes = self._codes.reveal()
        names = list(scores)
        groups = next(iter(scores.values())).shape[0]
        rows = len(next(iter(codes.values())))
        upper = np.triu_indices(len(names), k=1)
        total = np.zeros((groups, len(upper[0])))
        for start in range(0, rows, _BLOCK_ROWS):
            part = slice(start, start + _BLOCK_ROWS)
            group = np.zeros(1, dtype=np.int64) if given is None else given[1][codes[given[0]][part]]
            block = np.stack([scores[name][group, codes[name][part]] for name in names], axis=1).astype(np.float64)
            length = np.sqrt((block**2).sum(axis=1))
            long = length > radius
            block[long] = np.trunc(block[long] * (radius / length[long])[:, None])
            for each in range(groups):
                rows_of = block if given is None else block[group == each]
                total[each] += (rows_of.T @ rows_of)[upper]
        return Private(total.round().astype(np.int64))


def moment_sensitivity(columns: int, radius: int) -> float:
    """Return how far one row moves `moments`: radius**2 * sqrt((1 - 1/m) / 2).

    With row scores z of length at most R, the squared norm of the products is (|z|^4 - sum z_i^4) / 2, and sum z_i^4 is at least
    |z|^4 / m.
    """
    return radius**2 * math.sqrt((1 - 1 / columns) / 2) * (1 + 1e-12)


def encode(
    source: Source, schema: Schema, unit: Unit, key: bytes, *, keep: Private[npt.NDArray[np.bool_]] | None = None
) -> CodedTable:
    """Read a table and code its modelled columns; cells that do not parse or are not in the domain get the last code.

    Args:
        source: The table, as it is: rules that make cells coarser are applied here.
        schema: Says which columns are modelled and their domains.
        unit: Who is protected; surplus rows of a unit are left out by its own coins.
        key: Secret key of these coins.
        keep: bool[n], rows to use (a training part), or None for all.

    Raises:
        SchemaError: a column is missing from the table, a domain is incomplete, or the file is broken.
    """
    check_columns(source, schema, unit)
    source = generalised(source, schema)
    domains = [Domain.of(field) for field in schema.modelled]
    for number, domain in enumerate(domains):
        _declare_labels(source, domain, number)
    expressions = [_expression(domain, schema, number) for number, domain in enumerate(domains)]
    table = source.arrow([*expressions, owner_sql(unit)])
    mask = rows_used(table.column("unit_"), unit, key, keep)
    everything = bool(mask.all())
    codes = {}
    for number, domain in enumerate(domains):
        column = _to_codes(table.column(f"c{number}"), domain)
        codes[domain.name] = column if everything else column[mask]
    return CodedTable(domains, Private(codes), unit)


def check_columns(source: Source, schema: Schema, unit: Unit) -> None:
    """Refuse a schema that does not fit the table's header.

    Raises:
        SchemaError: the schema or the unit names a column that the table lacks, or nothing is left to model.
    """
    from privsynth.errors import SchemaError

    wanted = [field.name for field in schema.fields] + ([unit.column] if unit.column else [])
    for name in wanted:
        if name not in source.names:
            raise SchemaError(
                f"The schema names the column `{name}`, which {source.where} lacks. Its columns are: {', '.join(source.names)}."
            )
    if not schema.modelled:
        raise SchemaError(
            "No column is left to model: all are dropped, identifiers or text. Set `action: keep` on some."
        )


def number_sql(field: Field, missing: Sequence[str] = ("",)) -> str:
    """Return SQL that reads a column as the number it is coded by (days of dates, seconds of datetimes), or NULL."""
    cell = cell_sql(field.name, missing)
    if field.kind in ("date", "datetime"):
        iso = f"TRY_CAST({cell} AS TIMESTAMP)"
        stated = f"try_strptime({cell}, {literal(field.format or '')})"
        read = iso if field.format is None else f"coalesce({stated}, {_iso_only(cell)})"
        # DuckDB takes `epoch` and `infinity` for moments; a moment has a digit.
        seconds = f"epoch(CASE WHEN regexp_matches({cell}, '[0-9]') THEN {read} END)"
        return f"floor({seconds} / 86400)" if field.kind == "date" else f"floor({seconds})"
    return f"TRY_CAST({cell} AS DOUBLE)"


def _iso_only(cell: str) -> str:
    return f"CASE WHEN {cell} LIKE '____-__-___%' THEN TRY_CAST({cell} AS TIMESTAMP) END"


def truth_sql(cell: str) -> str:
    """Return SQL that reads a cell as `true` or `false`, or NULL; the spellings are those of Frictionless, and 1.0 and 0.0."""
    return (
        f"CASE WHEN {cell} IN ('true', 'True', 'TRUE', '1', '1.0') THEN 'true' "
        f"WHEN {cell} IN ('false', 'False', 'FALSE', '0', '0.0') THEN 'false' END"
    )


def _declare_labels(source: Source, domain: Domain, number: int) -> None:
    if domain.labels is not None:
        labels = ", ".join(literal(canonical_label(label)) for label in domain.labels)
        source.execute(f"DROP TYPE IF EXISTS labels_{number}")
        source.execute(f"CREATE TYPE labels_{number} AS ENUM ({labels})")


def _expression(domain: Domain, schema: Schema, number: int) -> str:
    field = domain.field
    if domain.labels is None:
        return f"{number_sql(field, schema.missing)} AS c{number}"
    cell, kind = cell_sql(field.name, schema.missing), f"labels_{number}"
    found = f"TRY_CAST({truth_sql(cell) if field.truth else cell} AS {kind})"
    if not field.truth and any(canonical_label(label) != label or _whole(label) for label in domain.labels):
        found = f"coalesce({found}, TRY_CAST({_whole_sql(cell)} AS {kind}))"
    return f"coalesce(CAST(enum_code({found}) AS UINTEGER), {domain.size})::{_sql_type(domain)} AS c{number}"


def _whole(label: str) -> bool:
    return label.lstrip("+-").isdigit()


def _whole_sql(cell: str) -> str:
    """Return SQL of a cell's canonical label where it is a whole number in another spelling; see `canonical_label`."""
    number = f"TRY_CAST({cell} AS DOUBLE)"
    spelled = f"regexp_full_match({cell}, '[+-]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][+-]?[0-9]+)?')"
    whole = f"{spelled} AND {number} = floor({number}) AND abs({number}) < 1e15"
    return f"CASE WHEN {whole} THEN CAST(CAST({number} AS BIGINT) AS VARCHAR) END"


def _sql_type(domain: Domain) -> str:
    return {1: "UTINYINT", 2: "USMALLINT"}.get(domain.dtype.itemsize, "UINTEGER")


def _to_codes(column: Any, domain: Domain) -> Codes:
    if domain.labels is not None:
        return np.asarray(column.to_numpy(), dtype=domain.dtype)
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    return domain.encode_numbers(values)


def owner_sql(unit: Unit) -> str:
    """Return SQL of the unit that a row belongs to, as the column `unit_`."""
    return "CAST(0 AS UTINYINT) AS unit_" if unit.column is None else f"{short_sql(quoted(unit.column))} AS unit_"


def rows_used(
    owners: Any, unit: Unit, key: bytes, keep: Private[npt.NDArray[np.bool_]] | None
) -> npt.NDArray[np.bool_]:
    """Return which rows of `keep` are used so that no unit has more than `max_rows` of them."""
    used = np.ones(len(owners), dtype=np.bool_) if keep is None else keep.reveal()
    return used & _bounded(owners, used, unit, key)


def _bounded(owners: Any, used: npt.NDArray[np.bool_], unit: Unit, key: bytes) -> npt.NDArray[np.bool_]:
    """Return which rows to keep so that no unit has more than `max_rows` among the used ones."""
    if unit.column is None:
        return np.ones(len(used), dtype=np.bool_)

    coins = UnitCoins(key)
    encoded = owners.combine_chunks().dictionary_encode() if hasattr(owners, "combine_chunks") else owners
    names = [(text or "").encode("utf-8") for text in encoded.dictionary.to_pylist()]
    index = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    nobody = index < 0
    ordinal = _occurrence(np.where(used, index, -1))
    bits = coins.keyed(names)[np.where(nobody, 0, index)] if names else np.zeros(len(index), dtype=np.uint64)
    priority = coins.mixed(bits, ordinal)
    order = np.lexsort((priority, np.where(used, index, -1)))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = _occurrence(np.where(used, index, -1)[order])
    return nobody | (place < unit.max_rows)


def _occurrence(values: Ints) -> Ints:
    """Return for each element how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, dtype=np.bool_)
    start = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    out = np.empty(len(values), dtype=np.int64)
    out[order] = np.arange(len(ranked)) - start
    return out


def split_units(source: Source, unit: Unit, share_percent: int, key: bytes) -> Private[npt.NDArray[np.bool_]]:
    """Draw a holdout by an independent coin of each unit (each row without a unit column).

    A row's coin is a function of its own content and of how many equal rows stand before it, so that another row never moves it.

    Args:
        source: The table.
        unit: Who is protected.
        share_percent: Expected share of units in the holdout.
        key: Secret key of the coins.

    Returns:
        bool[n]: True where a row is in the holdout.
    """
    from fractions import Fraction

    expressions = [f"{_keyed_hash(source.names, key)} AS row_"]
    if unit.column is not None:
        expressions += [f"{quoted(unit.column)} IS NULL AS nobody_", f"{_keyed_hash([unit.column], key)} AS owner_"]
    table = source.arrow(expressions)
    rows = np.asarray(table.column("row_").to_numpy(), dtype=np.uint64)
    coins = UnitCoins(key)
    own = coins.mixed(rows, _occurrence(rows.view(np.int64)))
    if unit.column is not None:
        owners = np.asarray(table.column("owner_").to_numpy(), dtype=np.uint64)
        shared = coins.mixed(owners, np.full(len(owners), 2**32))
        own = np.where(np.asarray(table.column("nobody_").to_numpy(zero_copy_only=False), dtype=np.bool_), own, shared)
    return Private(coins.chosen(own, Fraction(share_percent, 100)))


def _keyed_hash(names: Sequence[str], key: bytes) -> str:
    """Return SQL of 64 bits of a row's cells under a secret key, so that nobody can plant rows that collide with another's."""
    cells = ", ".join(f"coalesce(concat(length({quoted(name)}), ':', {quoted(name)}), '-')" for name in names)
    return f"CAST(concat('0x', substr(sha256(concat({literal(key.hex())}, {cells})), 1, 16)) AS UBIGINT)"


def others(mask: Private[npt.NDArray[np.bool_]]) -> Private[npt.NDArray[np.bool_]]:
    """Return the rows that a mask leaves out."""
    return Private(~mask.reveal())
