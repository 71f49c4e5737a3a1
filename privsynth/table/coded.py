"""Coded tables: small unsigned integers, and the two questions that generators may ask of them.

Anything with `domains`, `unit`, `counts` and `moments` is a data source; this one keeps a few bytes of each row, whatever the size of
the table was as text.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from privsynth.errors import PrivsynthError, ResourceError, SchemaError, UsageError
from privsynth.privacy import Private, Unit
from privsynth.table.codes import CodeStore
from privsynth.table.connection import spill_folder
from privsynth.table.counting import Chunk, Codes, Question, count
from privsynth.table.reading import Reading
from privsynth.table.source import Source
from privsynth.table.units import rows_and_units, rows_used
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

Ints = npt.NDArray[np.int64]
_BLOCK_ROWS = 1 << 16
_QUESTIONS = 1 << 11


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

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Ints]]:
        """Return the contingency tables of several questions, with fewer passes than one each."""
        ...

    def distances(self, questions: Sequence[Question], tables: Sequence[Ints]) -> Private[Ints]:
        """Return how far the contingency table of each question is from a public one, in rows."""
        ...

    def moments(
        self, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None = None
    ) -> Private[Ints]:
        """Return sums of products of scores, apart for each group of one column."""
        ...


@runtime_checkable
class RowSource(DataSource, Protocol):
    """What a generator that trains on rows knows of a table besides: the rows, and which of them belong together."""

    def rows(self) -> Private[dict[str, Codes]]:
        """Return column name -> codes[n] of all rows."""
        ...

    def owners(self) -> Private[Ints]:
        """Return int64[n], a number of the unit of each of `rows()`."""
        ...


class CodedTable:
    """A data source of codes.

    Args:
        domains: Domains of the columns.
        codes: Column name -> codes[n], each at most the domain's size; or any number of such pieces, which are passed over again and
            again.
        unit: Who is protected; the codes hold at most `unit.max_rows` rows of a unit.
        owners: int64[n], a number of each row's unit from 0 to u - 1, for generators that train on rows; None where nobody will ask,
            or where each row is a unit of its own.
    """

    def __init__(
        self,
        domains: Sequence[Domain],
        codes: Private[dict[str, Codes]] | Private[CodeStore] | Private[list[dict[str, Codes]]],
        unit: Unit,
        *,
        owners: Private[Ints] | None = None,
    ) -> None:
        self._domains = tuple(domains)
        given = codes.reveal()
        self._chunks: Private[Iterable[Chunk]] = Private([given] if isinstance(given, Mapping) else given)
        self._unit = unit
        self._owners = owners

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the columns."""
        return self._domains

    @property
    def unit(self) -> Unit:
        """Who is protected."""
        return self._unit

    def rows(self) -> Private[dict[str, Codes]]:
        """Return column name -> codes[n] of all rows, in memory: for generators that train on rows."""
        chunks = list(self._chunks.reveal())
        return Private(
            {
                each.name: np.concatenate([np.zeros(0, dtype=each.dtype), *(chunk[each.name] for chunk in chunks)])
                for each in self._domains
            }
        )

    def owners(self) -> Private[Ints]:
        """Return int64[n], a number of the unit of each of `rows()`, 0 to u - 1 in the order of the units' first rows.

        The numbers say which rows belong together and nothing else. When a unit comes or goes, the numbers of others move; that has no
        bearing on privacy as long as what is done with them treats all units alike: each unit is drawn by a coin of its own and
        counts in a sum, whatever its number and place, and the numbers themselves are not released.

        Raises:
            UsageError: the table was made without them.
            PrivsynthError: they do not fit the rows, leave numbers out or give a unit more than `unit.max_rows` rows: a bug.
        """
        first = self._domains[0].name
        rows = sum(len(chunk[first]) for chunk in self._chunks.reveal())
        if self._unit.column is None:
            return Private(np.arange(rows, dtype=np.int64))
        if self._owners is None:
            raise UsageError("Whose rows the coded rows are was not kept. Encode the table with `owners=True`.")
        owners = self._owners.reveal()
        sizes = np.bincount(owners, minlength=1) if rows else np.ones(1, dtype=np.int64)
        if len(owners) != rows or not 1 <= sizes.min() <= sizes.max() <= self._unit.max_rows:
            raise PrivsynthError("Units have more rows than they may have, or numbers with gaps. This is a bug.")
        return self._owners

    def keyed_digest(self, key: bytes) -> str:
        """Return a digest of all codes and of whose they are, under a secret key.

        Whoever has it and the key can test guesses of the table, so it may stand in a file of the owner (0600) and nowhere else.

        Args:
            key: 16 to 64 secret bytes.
        """
        hashers = [hashlib.blake2b(each.name.encode(), key=key, person=b"privsynth table") for each in self._domains]
        for chunk in self._chunks.reveal():
            for each, hasher in zip(self._domains, hashers, strict=True):
                hasher.update(np.ascontiguousarray(chunk[each.name], dtype=each.dtype).data)
        whole = hashlib.blake2b(key=key, person=b"privsynth table", digest_size=32)
        for each, hasher in zip(self._domains, hashers, strict=True):
            whole.update(f"{each.size} {hasher.hexdigest()}".encode())
        if self._owners is not None:
            whole.update(np.ascontiguousarray(self._owners.reveal(), dtype=np.int64).data)
        return whole.hexdigest()

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
        return self.counts_many([(names, groups)])[0]

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Ints]]:
        """Return the contingency tables of several questions in one pass; see `counts`.

        Args:
            questions: Names and groups of each.
        """
        codes = {domain.name: domain.size + 1 for domain in self._domains}
        return [Private(answer) for answer in count(self._chunks.reveal(), questions, codes)]

    def distances(self, questions: Sequence[Question], tables: Sequence[Ints]) -> Private[Ints]:
        """Return the sum of absolute differences between each question's contingency table and a public one.

        Adding or removing one row changes one cell by one and so each distance by at most one; one unit moves the answer by at most
        `unit.max_rows * sqrt(len(questions))` in L2.

        Args:
            questions: Names and groups of each.
            tables: int64 of the same shape as the contingency table of each.

        Returns:
            int64[len(questions)].
        """
        found = []
        for start in range(0, len(questions), _QUESTIONS):
            part = slice(start, start + _QUESTIONS)
            for answer, table in zip(self.counts_many(questions[part]), tables[part], strict=True):
                found.append(int(np.abs(answer.reveal() - table).sum()))
        return Private(np.array(found, dtype=np.int64))

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
        names = list(scores)
        groups = next(iter(scores.values())).shape[0]
        upper = np.triu_indices(len(names), k=1)
        total = np.zeros((groups, len(upper[0])), dtype=np.int64)
        for codes in _blocks(self._chunks.reveal(), [*names, *([] if given is None else [given[0]])]):
            group = np.zeros(1, dtype=np.int64) if given is None else given[1][codes[given[0]]]
            block = np.stack([scores[name][group, codes[name]] for name in names], axis=1).astype(np.float64)
            length = np.sqrt((block**2).sum(axis=1))
            long = length > radius
            block[long] = np.trunc(block[long] * (radius / length[long])[:, None])
            for each in range(groups):
                rows_of = block if given is None else block[group == each]
                total[each] += (rows_of.T @ rows_of)[upper].round().astype(np.int64)
        return Private(total)


def _blocks(chunks: Iterable[Chunk], names: Sequence[str]) -> Iterable[Chunk]:
    """Yield some columns in blocks that fit into the cache."""
    for chunk in chunks:
        columns = {name: chunk[name] for name in names}
        for start in range(0, len(columns[names[0]]), _BLOCK_ROWS):
            yield {name: column[start : start + _BLOCK_ROWS] for name, column in columns.items()}


def moment_sensitivity(columns: int, radius: int) -> float:
    """Return how far one row moves `moments`: radius**2 * sqrt((1 - 1/m) / 2).

    With row scores z of length at most R, the squared norm of the products is (|z|^4 - sum z_i^4) / 2, and sum z_i^4 is at least
    |z|^4 / m.
    """
    return radius**2 * math.sqrt((1 - 1 / columns) / 2) * (1 + 1e-12)


def encode(
    source: Source,
    schema: Schema,
    unit: Unit,
    key: bytes,
    *,
    keep: Private[npt.NDArray[np.bool_]] | None = None,
    owners: bool = False,
) -> CodedTable:
    """Read a table and code its modelled columns; cells that do not parse or are not in the domain get the last code.

    The rows pass by in batches, so that memory holds their codes and never the table. Rows of units are read twice: first whose they
    are, then the cells of those that are used.

    Args:
        source: The table, as it is: rules that make cells coarser are applied here.
        schema: Says which columns are modelled and their domains.
        unit: Who is protected; surplus rows of a unit are left out by its own coins.
        key: Secret key of these coins.
        keep: bool[n], rows to use (a training part), or None for all.
        owners: Whether to keep in memory whose row each row is (8 bytes of each): see `CodedTable.owners`.

    Raises:
        SchemaError: a column is missing from the table, a domain is incomplete, or the file is broken.
        ResourceError: the file changed between two passes.
    """
    check_columns(source, schema, unit)
    domains = [Domain.of(field) for field in schema.modelled]
    reading = Reading(source, schema, domains)
    used = None if keep is None else keep.reveal()
    numbers = None
    if unit.column is not None and owners:
        used, found = rows_and_units(reading.owners(unit), unit, key, keep)
        numbers = Private(found)
    elif unit.column is not None:
        used = rows_used(reading.owners(unit), unit, key, keep)
    store, at = CodeStore(spill_folder), 0
    for chunk in reading.chunks():
        rows = len(chunk[domains[0].name])
        if used is not None:
            chosen = used[at : at + rows]
            if len(chosen) != rows:
                raise _changed(source)
            chunk = {name: column[chosen] for name, column in chunk.items()}
        store.add(chunk)
        at += rows
    if used is not None and at != len(used):
        raise _changed(source)
    return CodedTable(domains, Private(store), unit, owners=numbers)


def _changed(source: Source) -> ResourceError:
    """Say that two passes over a table did not see as many rows; how many is not said."""
    return ResourceError(f"{source.where} changed while it was read. Let nothing write to it, and run it again.")


def check_columns(source: Source, schema: Schema, unit: Unit) -> None:
    """Refuse a schema that does not fit the table's header.

    Raises:
        SchemaError: the schema or the unit names a column that the table lacks, or nothing is left to model.
    """
    named = [field.name for field in schema.fields]
    for name in named + ([unit.column] if unit.column else []):
        if name not in source.names:
            who = "The schema names the column" if name in named else "The unit is to be the column"
            raise SchemaError(
                f"{who} `{name}`, which {source.where} lacks. Its columns are: {', '.join(source.names)}."
            )
    if not schema.modelled:
        if any(field.source("kind") == "dp" for field in schema.fields):
            raise SchemaError(
                "No column is left to model: with so few rows or so small an epsilon nothing could be learned of them. Declare "
                "what they hold (--declare, --schema), or ask for more epsilon. What was spent on learning stays spent."
            )
        raise SchemaError(
            "No column is left to model: all are dropped, identifiers or text. Set `action: keep` on some."
        )
