"""What is public about a table: fields, their domains, roles and where each statement comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from privsynth.errors import SchemaError
from privsynth.tableschema.constraints import Constraint, FixedCombinations, FixedIncrements, Sum, source_of
from privsynth.tableschema.field import (
    ACTIONS,
    DIRECTIVES,
    KINDS,
    LABELLED,
    LEAVES,
    MAX_LABELS,
    NUMERIC,
    ROLES,
    SOURCES,
    UNMODELLED,
    Field,
    canonical_label,
)

__all__ = [
    "ACTIONS",
    "DIRECTIVES",
    "KINDS",
    "LABELLED",
    "LEAVES",
    "MAX_LABELS",
    "NUMERIC",
    "ROLES",
    "SOURCES",
    "UNMODELLED",
    "Field",
    "Schema",
    "canonical_label",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All fields of a table, in column order, and what holds for the table as a whole.

    Args:
        fields: In the order of the columns.
        target: Name of the column that later models predict, or None.
        unit_column: Column that says whose row it is, or None where each row is its own unit.
        max_rows: Rows kept of a unit.
        missing: Cell texts that mean missing; the empty cell always does.
        spend: What the derivation of this schema has spent: event, delta, dataset and ledger entry; or None.
        policy: A policy that the schema follows, with its public parameters: `{"name": .., "as_of": ..}`; or None.
        constraints: What holds between the columns of every row.
        codebooks: Absolute paths of the files that it was read from besides its own; they are not written.
        extra: Keys of the file that privsynth does not know, kept for writing.
    """

    fields: tuple[Field, ...]
    target: str | None = None
    unit_column: str | None = None
    max_rows: int = 1
    missing: tuple[str, ...] = ("",)
    spend: Mapping[str, Any] | None = None
    policy: Mapping[str, Any] | None = None
    constraints: tuple[Constraint, ...] = ()
    codebooks: tuple[str, ...] = field(default=(), compare=False, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = {each.column: each.increment for each in self.constraints if isinstance(each, FixedIncrements)}
        if any(each.increment != steps.get(each.name) for each in self.fields):
            stepped = tuple(replace(each, increment=steps.get(each.name)) for each in self.fields)
            object.__setattr__(self, "fields", stepped)
        seen: dict[str, int] = {}
        for position, each in enumerate(self.fields, start=1):
            if each.name in seen:
                raise SchemaError(
                    f"The schema names the field `{each.name}` twice (as field {seen[each.name]} and {position}). "
                    "Remove one."
                )
            seen[each.name] = position
        if isinstance(self.max_rows, bool) or not isinstance(self.max_rows, int) or self.max_rows < 1:
            raise SchemaError(
                f"The schema keeps {self.max_rows!r} rows of a unit (`max_rows`). Give a whole number, 1 or more."
            )
        for what, name in (("target", self.target), ("unit", self.unit_column)):
            if name is not None and not isinstance(name, str):
                raise SchemaError(f"The schema's {what} is {name!r}. Give the name of a column.")
            if name is not None and name not in seen and not (what == "unit" and name):
                raise SchemaError(
                    f"The schema's {what} is `{name}`, which it does not list as a field. Add or correct it."
                )

    def __getitem__(self, name: str) -> Field:
        for each in self.fields:
            if each.name == name:
                return each
        raise SchemaError(f"The schema has no field `{name}`. Its fields are: {', '.join(self.names)}.")

    def _repr_html_(self) -> str:
        """Return a card for a notebook."""
        from privsynth.shown import card

        rows = [[each.name, each.kind or "", each.role, each.action] for each in self.fields]
        return card(f"Schema of {len(rows)} columns", table=(("column", "kind", "role", "action"), rows))

    @property
    def names(self) -> tuple[str, ...]:
        """All field names in column order."""
        return tuple(each.name for each in self.fields)

    @property
    def modelled(self) -> tuple[Field, ...]:
        """The fields that reach a generator, in column order."""
        return tuple(each for each in self.fields if each.modelled and each.name != self.unit_column)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of the modelled fields whose role is `sensitive`."""
        return tuple(each.name for each in self.modelled if each.role == "sensitive")

    @property
    def generalised(self) -> tuple[Field, ...]:
        """The modelled fields whose cells go through a rule first, in column order."""
        return tuple(each for each in self.modelled if each.generalisation is not None)

    @property
    def totals(self) -> dict[str, tuple[str, ...]]:
        """The columns that are computed from others when rows are drawn -> their parts; no model holds shares of them."""
        return {each.total: each.parts for each in self.constraints if isinstance(each, Sum)}

    def data_leaves(self) -> tuple[str, ...]:
        """Return `field.leaf` of every statement that was read from the data without paying."""
        leaves = tuple(f"{each.name}.{leaf}" for each in self.fields for leaf in LEAVES if each.source(leaf) == "data")
        return leaves + tuple(f"constraint {each.says}" for each in self.constraints if source_of(each) == "data")

    def learned(self) -> tuple[str, ...]:
        """Names of modelled fields with a leaf, or a constraint, that was learned under a budget."""
        bound = {name for each in self.constraints if source_of(each) == "dp" for name in each.columns}
        return tuple(
            each.name
            for each in self.modelled
            if each.name in bound or any(each.source(leaf) == "dp" for leaf in LEAVES)
        )

    def declared(self) -> tuple[str, ...]:
        """Names of modelled fields that the owner or a codebook vouches for."""
        learned = set(self.learned())
        return tuple(each.name for each in self.modelled if each.name not in learned)

    def listed(self) -> tuple[str, ...]:
        """Names of the columns whose combinations are stated by a codebook or a declaration, in column order."""
        lists = [each for each in self.constraints if isinstance(each, FixedCombinations)]
        bound = {name for each in lists if each.combinations and source_of(each) != "dp" for name in each.columns}
        return tuple(name for name in self.names if name in bound)

    def with_fields(self, fields: Iterable[Field]) -> Schema:
        """Return a copy with other fields."""
        return replace(self, fields=tuple(fields))
