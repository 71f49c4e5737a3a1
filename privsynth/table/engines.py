"""A table that stays where it is: a Spark data frame, a table of PostgreSQL or DuckDB. Counts of it come here, rows do not.

EngineSource   what `engine_table` opens and `fit` takes: column names, and nothing else without paying
EngineTable    the data source that a generator asks
Engine         what evaluates an expression
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast

import numpy as np
import numpy.typing as npt

from privsynth.errors import PrivsynthError, ResourceError, UsageError
from privsynth.privacy import Private, Unit
from privsynth.table import engines_answers as answers
from privsynth.table.counting import Question
from privsynth.table.engines_cells import DUCKDB, SPARK, check_readable
from privsynth.table.engines_trial import check_trial, trial_schema, trial_table
from privsynth.table.engines_units import bounded, check_unit
from privsynth.table.expressions import coded_as
from privsynth.table.source import Source, check_names
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import pyarrow as pa

Ints = npt.NDArray[np.int64]
_COUNTING = ("maxent", "copula")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where a table lies and how it is asked.

    Args:
        dialect: "duckdb", "postgres" or "pyspark".
        evaluate: Evaluates an Ibis expression, and returns an Arrow table.
        where: How messages name the table.
    """

    dialect: str
    evaluate: Callable[[Any], pa.Table]
    where: str

    def run(self, expression: Any) -> pa.Table:
        """Return what an expression evaluates to.

        Raises:
            ResourceError: the engine failed; what it said is kept back, because engines quote cells.
        """
        with without_words(self.where):
            return self.evaluate(expression)


@contextmanager
def without_words(where: str) -> Iterator[None]:
    """Turn whatever an engine raises into an error that says nothing that the engine said."""
    try:
        yield
    except PrivsynthError:
        raise
    except Exception:
        raise ResourceError(
            f"The engine of {where} did not answer. What it said may quote cells and is not shown here; look into its own log."
        ) from None


class EngineSource(Source):
    """A table in an engine, for `fit`: no row of it can be read here.

    Args:
        table: An Ibis table.
        engine: Evaluates expressions on it.
        address: Name under which its budget is kept unless another is given.
    """

    def __init__(self, table: Any, engine: Engine, *, address: str | None = None) -> None:
        names = list(table.columns)
        check_names(names, engine.where)
        super().__init__(cast(Any, None), "", names, engine.where)
        self._table = table
        self._engine = engine
        self.address = address

    @contextmanager
    def _ready(self) -> Iterator[None]:
        self._refuse()
        yield

    def _refuse(self) -> NoReturn:
        raise UsageError(
            f"The rows of {self.where} stay in the engine, and this needs rows. There, `fit` counts for the generators "
            f"{' and '.join(_COUNTING)} under a complete schema; for all else, open the table itself."
        )

    def beside(self, table: pa.Table) -> Source:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def execute(self, statement: str) -> None:  # noqa: ARG002
        """Refuse."""
        self._refuse()

    def loaded(self) -> Source:
        """Refuse."""
        self._refuse()

    def by_column(self) -> Source:
        """Refuse."""
        self._refuse()

    def check_fit(self, schema: Schema, unit: Unit, generator: str, *, learns: bool) -> None:
        """Refuse, before anything is spent, what cannot be counted in an engine.

        Raises:
            UsageError: the schema is not complete, the generator needs rows, or a column is not read exactly.
        """
        if learns:
            raise UsageError(
                f"The schema of {self.where} is not complete, and nothing is learned in an engine. Declare the kind, and labels or "
                "bounds, of every column that is modelled."
            )
        if generator not in _COUNTING:
            raise UsageError(
                f"The generator {generator} trains on rows, and the rows of {self.where} stay in the engine. Use "
                f"{' or '.join(_COUNTING)}, or export the table."
            )
        check_unit(self._table, unit)
        for field in schema.modelled:
            check_readable(self._table[field.name].type(), Domain.of(field), schema.missing)

    def settled(self, names: Sequence[str]) -> Source:
        """Return the table itself, after a trial of the engine and a question about no row.

        Raises:
            ResourceError: it did not answer.
            UsageError: it does not read cells as `encode` does.
        """
        check_trial(EngineTable(trial_table(), trial_schema(), self._engine), self.where)
        self._engine.run(self._table.select(*dict.fromkeys(names)).limit(0))
        return self

    def coded(self, schema: Schema, unit: Unit, key: bytes) -> EngineTable:
        """Return the data source of the modelled columns; see `encode`."""
        return EngineTable(self._table, schema, self._engine, unit=unit, key=key)


class EngineTable:
    """A data source whose rows stay in an engine; it answers as `CodedTable` does.

    Args:
        table: An Ibis table.
        schema: Says which columns are modelled and how their cells are read.
        engine: Evaluates expressions.
        unit: Who is protected; of a unit of several rows, at most `max_rows` are used.
        key: Secret key by which they are chosen.
    """

    def __init__(
        self, table: Any, schema: Schema, engine: Engine, *, unit: Unit | None = None, key: bytes = b""
    ) -> None:
        self._unit = Unit() if unit is None else unit
        check_unit(table, self._unit)
        self._domains = {field.name: Domain.of(field) for field in schema.modelled}
        self._rows = bounded(table, list(self._domains), self._unit, key, engine.dialect)
        self._missing = schema.missing
        self._engine = engine
        self._codes = {name: domain.size + 1 for name, domain in self._domains.items()}

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The public domains of the columns."""
        return tuple(self._domains.values())

    @property
    def unit(self) -> Unit:
        """Who is protected."""
        return self._unit

    @property
    def dialect(self) -> str:
        """The dialect of the engine."""
        return self._engine.dialect

    def run(self, expression: Any) -> pa.Table:
        """Return what an expression evaluates to."""
        return self._engine.run(expression)

    def selected(self, groups: Sequence[tuple[str, Ints | None]]) -> Any:
        """Return an expression of groups of codes: c0, c1, ..."""
        columns = {f"c{number}": (self._domains[name], group) for number, (name, group) in enumerate(groups)}
        return coded_as(self._rows, columns, self._missing, self.dialect)

    def counts(self, names: Sequence[str], groups: Mapping[str, Ints] | None = None) -> Private[Ints]:
        """Return the contingency table of a few columns; see `CodedTable.counts`."""
        return self.counts_many([(names, groups)])[0]

    def counts_many(self, questions: Sequence[Question]) -> list[Private[Ints]]:
        """Return the contingency tables of several questions, by few queries; see `CodedTable.counts`."""
        return [Private(answer) for answer in answers.counts_many(self, questions, self._codes)]

    def distances(self, questions: Sequence[Question], tables: Sequence[Ints]) -> Private[Ints]:
        """Return how far the contingency table of each question is from a public one; see `CodedTable.distances`."""
        pairs = zip(self.counts_many(questions), tables, strict=True)
        return Private(np.array([np.abs(found.reveal() - table).sum() for found, table in pairs], dtype=np.int64))

    def moments(
        self, scores: Mapping[str, Ints], *, radius: int, given: tuple[str, Ints] | None = None
    ) -> Private[Ints]:
        """Return sums over rows of the products of two columns' scores; see `CodedTable.moments`."""
        return Private(answers.moments(self, scores, radius=radius, given=given))

    def keyed_digest(self, key: bytes) -> str:  # noqa: ARG002
        """Refuse: a digest would need the rows.

        Raises:
            UsageError: always.
        """
        raise UsageError("A table in an engine has no digest here. Leave the checkpoint out.")


def compiled(expression: Any, dialect: str) -> str:
    """Return the SQL of an expression."""
    import ibis

    if dialect == SPARK:
        _ = ibis.pyspark  # loads its options, which its compiler looks up
    return str(ibis.to_sql(expression, dialect=dialect, pretty=False))


def duckdb_run(connection: Any) -> Callable[[Any], pa.Table]:
    """Return what evaluates expressions on a DuckDB connection, whose tables go by the names that the expressions use."""
    return lambda expression: connection.sql(compiled(expression, DUCKDB)).to_arrow_table()


def duckdb_engine(connection: Any, where: str = "the table") -> Engine:
    """Return a DuckDB connection as an engine."""
    return Engine(dialect=DUCKDB, evaluate=duckdb_run(connection), where=where)
