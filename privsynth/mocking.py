"""Rows from a schema alone: no data are read, and what comes out tells nothing but the schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from privsynth.errors import SchemaError, UsageError
from privsynth.generators.fakes import faked
from privsynth.generators.fitted import Fitted
from privsynth.generators.uniform import UniformModel
from privsynth.given_schema import read_any_schema
from privsynth.preconditions import check_actions, void_of
from privsynth.privacy import Guarantee, Unit
from privsynth.provenance import Provenance, with_provenance
from privsynth.table.frames import as_form, check_form
from privsynth.tableschema.constraints import FixedCombinations
from privsynth.tableschema.model import LABELLED, Field, Schema
from privsynth.tableschema.person import RowsPerPerson

MISSING = 0.05
GENERATOR = "schema"
_MOST_NAMED = 20
_ROW = " "


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mock:
    """A schema that rows can be made from.

    Args:
        schema: Complete: bounds or labels for every column that is made.
        missing: Share of missing cells where the schema allows them.
        void: Why the rows are not free of data, or None.
        unknown: Constraints that only a fit would learn, and that the rows do not keep.
    """

    schema: Schema
    missing: float = MISSING
    void: str | None = None
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, schema: Any, *, missing: float = MISSING, allow_data_dependent_schema: bool = False) -> Mock:
        """Check a schema.

        Args:
            schema: As a path, plain values or itself.
            missing: Share of missing cells in columns that are not `required`.
            allow_data_dependent_schema: Take statements that were read from data without paying; every output says so.

        Raises:
            SchemaError: columns lack bounds or labels, or the schema was read from the data.
            UsageError: the share is none.
        """
        if isinstance(missing, bool) or not 0 <= missing < 1:
            raise UsageError(
                f"The share of missing cells is {missing!r}. Give a number from 0 to below 1, such as 0.05."
            )
        known = read_any_schema(schema)
        void = void_of(known, allow_data_dependent_schema, then="rows made from it would tell them")
        check_actions(known)
        _check_complete(known)
        learned = tuple(
            each for each in known.constraints if isinstance(each, FixedCombinations) and each.combinations is None
        )
        stated = tuple(each for each in known.constraints if each not in learned)
        return cls(
            schema=replace(known, constraints=stated),
            missing=float(missing),
            void=void,
            unknown=tuple(each.says for each in learned),
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns that the rows do not have: dropped by the schema, text and identifiers without a stand-in."""
        made = {field.name for field in (*self.schema.modelled, *faked(self.schema))}
        return tuple(name for name in self.schema.names if name not in made)

    def provenance(self, rows: int) -> Provenance:
        """Return what is said of the rows wherever they go."""
        unknown = self.schema.spend is None and bool(self.schema.learned())
        spend = self.schema.spend or ({"epsilon": None, "delta": None} if unknown else {})
        unit = {"column": self.schema.unit_column, "max_rows": self.schema.max_rows}
        return Provenance(
            generation=1,
            generator=GENERATOR,
            dp=False if self.void else None if unknown else True,
            guarantee={
                "sentence": self.sentence(),
                "epsilon": None if self.void else spend.get("epsilon", 0.0),
                "delta": spend.get("delta", 0.0),
                "unit": spend.get("unit", unit),
            },
            rows=rows,
        )

    def sentence(self) -> str:
        """Say in a sentence what the rows tell of anybody."""
        if self.void:
            return f"NO PRIVACY GUARANTEE: {self.void}"
        made = "Made from the schema alone; no data were read (epsilon 0)"
        if self.schema.spend is None and not self.schema.learned():
            return f"{made}."
        paid = (self.schema.spend or {}).get("epsilon")
        cost = "under a budget of its own" if paid is None else f"at epsilon {paid:g}"
        return f"{made}. The schema itself was learned from a table {cost}, and that guarantee covers these rows."

    def batches(
        self,
        rows: int,
        *,
        seed: int | None = None,
        where: str | None = None,
        rows_per_person: int | str | RowsPerPerson | None = None,
    ) -> Iterator[Any]:
        """Make rows as `pyarrow.Table`s of bounded size, at least one; arguments and errors as of `mock`."""
        said, schema = self.provenance(rows), _with_a_row(self.schema)
        unit = Unit(column=self.schema.unit_column, max_rows=self.schema.max_rows if self.schema.unit_column else 1)
        fitted = Fitted(
            generator=GENERATOR,
            config={"missing": self.missing},
            schema=schema,
            guarantee=Guarantee(epsilon=0.0, delta=0.0, unit=unit, mu=0.0),
            event={},
            model=UniformModel.of(schema, rows, self.missing),
        )
        drawn = fitted.batches(rows, seed=seed, where=where, rows_per_person=rows_per_person)
        wanted = [name for name in self.schema.names if name not in self.left_out]
        return (with_provenance(batch.select(wanted), said) for batch in drawn)


def mock(
    schema: Any,
    n: int,
    *,
    seed: int | None = None,
    missing: float = MISSING,
    where: str | None = None,
    rows_per_person: int | str | RowsPerPerson | None = None,
    allow_data_dependent_schema: bool = False,
    to: str = "pandas",
) -> Any:
    """Make rows from a schema alone: labels alike, numbers even between their bounds, constraints kept, people made up.

    Guarantee:
        No data are read: epsilon 0. Where the schema was learned under a budget, that guarantee covers the rows.

    Args:
        schema: As a path, plain values or itself.
        n: How many rows.
        seed: Makes them reproducible.
        missing: Share of missing cells in columns that are not `required`.
        where: Conditions such as ``age >= 80 and sex in ('F', 'X')``.
        rows_per_person: Give made-up people several rows: 4 for 1 to 4 of them, or `geometric:4`; by default what the schema says.
        allow_data_dependent_schema: Take a schema that was read from data without paying; `attrs` then says that nothing is private.
        to: "pandas", "polars" or "arrow": as what the rows come back.

    Returns:
        The rows; `attrs["privsynth"]` (of pandas, and the metadata of Arrow) says where they come from.

    Raises:
        SchemaError: columns lack bounds or labels (all are named), or the schema was read from data.
        UsageError: the number of rows, the seed, the share or the conditions are not usable.
    """
    made = Mock.of(schema, missing=missing, allow_data_dependent_schema=allow_data_dependent_schema)
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise UsageError(f"{n!r} rows cannot be made. Give a whole number, 0 or more.")
    import pyarrow as pa

    check_form(to)
    table = pa.concat_tables(made.batches(n, seed=seed, where=where, rows_per_person=rows_per_person))
    return as_form(with_provenance(table, made.provenance(table.num_rows)), to)


def _with_a_row(schema: Schema) -> Schema:
    """Return a schema with something to model: where all columns are stand-ins, a constant that is not written."""
    if schema.modelled:
        return schema
    return schema.with_fields((*schema.fields, Field(name=_ROW, kind="constant", enum=("0",), required=True)))


def _check_complete(schema: Schema) -> None:
    """Refuse a schema that does not say what its columns may hold.

    Raises:
        SchemaError: naming all columns and what each lacks.
    """
    lacking = []
    for field in schema.modelled:
        if field.kind in LABELLED:
            wanted = ["enum"] if field.enum is None and field.kind != "boolean" else []
        else:
            wanted = [leaf for leaf in ("minimum", "maximum") if getattr(field, leaf) is None]
        if wanted:
            lacking.append(f"`{field.name}` ({' and '.join(wanted)})")
    if lacking:
        more = f" and {len(lacking) - _MOST_NAMED} more" if len(lacking) > _MOST_NAMED else ""
        raise SchemaError(
            f"The schema does not say what these columns may hold: {', '.join(lacking[:_MOST_NAMED])}{more}. Add what is in brackets to "
            "their `constraints`, or set their action to `drop`."
        )
    if not schema.modelled and not faked(schema):
        raise SchemaError(
            "No column is left to make: all are dropped, or text and identifiers without a stand-in (`faker`)."
        )
