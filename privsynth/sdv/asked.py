"""What a caller asked for when a synthesizer was made, and the schema that it comes to for a table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from privsynth.errors import SchemaError, UsageError
from privsynth.sdv.marks import mark
from privsynth.sdv.metadata import schema_from_metadata
from privsynth.tableschema.constraint_checks import check_constraints
from privsynth.tableschema.constraint_file import constraints_from_document
from privsynth.tableschema.constraints import TYPES, Constraint
from privsynth.tableschema.declare import schema_from_declaration
from privsynth.tableschema.generalised import generalised_schema
from privsynth.tableschema.io import read_document
from privsynth.tableschema.model import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The arguments of a constructor; see `DPGaussianCopulaSynthesizer`."""

    epsilon: float
    delta: float = 1e-6
    unit: str | None = None
    max_rows: int | None = None
    declare: Any = None
    declared_types: bool = False
    declared_ranges: bool = False
    target: str | None = None
    focus: str | Sequence[str] | None = None
    ledger: Path | str | None = None
    dataset: str | None = None
    locales: Sequence[str] | str | None = None
    verbose: bool = False

    def schema(self, metadata: Any, constraints: Sequence[Constraint] = ()) -> Schema:
        """Return what is known for free: what the metadata may say, under what was declared.

        Raises:
            UsageError, SchemaError: a statement cannot be read or contradicts another one.
        """
        known = schema_from_metadata(
            metadata,
            declared_types=self.declared_types,
            declared_ranges=self.declared_ranges,
            locales=self.locales,
        )
        if self.declare is not None:
            known = _with_declaration(known, self.declare)
        if self.target is not None:
            known = replace(known, target=self.target)
        known = replace(known, constraints=(*known.constraints, *constraints))
        check_constraints(generalised_schema(known))
        return known


def _with_declaration(known: Schema, declare: Any) -> Schema:
    """Return a schema whose declared columns are as they were declared; the others stay as they are known."""
    by_path = isinstance(declare, str | os.PathLike)
    document = read_document(declare) if by_path else declare
    where, folder = (str(declare), Path(declare).parent) if by_path else ("the declaration", None)
    if not isinstance(document, Mapping):
        raise SchemaError(f"{where} is no mapping. Give `columns`, a mapping from column names to labels or bounds.")
    bare = {name: value for name, value in document.items() if name != "constraints"}
    declared = schema_from_declaration(bare, known.names, where=where, folder=folder)
    columns = document["columns"]
    fields = []
    for field in known.fields:
        spec = columns.get(field.name)
        whole = isinstance(spec, Mapping) and bool(spec.get("integer")) and declared[field.name].kind == "identifier"
        new = declared[field.name] if field.name in columns else field
        fields.append(mark(new, cells="integer") if whole else new)
    return replace(
        known,
        fields=tuple(fields),
        target=declared.target or known.target,
        unit_column=declared.unit_column,
        max_rows=declared.max_rows,
        constraints=constraints_from_document(document.get("constraints"), where=where, folder=folder),
        codebooks=declared.codebooks,
    )


def constraints_of(given: Any) -> tuple[Constraint, ...]:
    """Read SDV's constraints (`sdv.cag`), or ours as mappings.

    Raises:
        UsageError: it is no list, or a constraint is a program of the caller's.
        SchemaError: a constraint cannot be read.
    """
    if not isinstance(given, list | tuple):
        raise UsageError("`add_constraints` takes a list. Give the constraints as `[Inequality(..), ..]`.")
    return constraints_from_document([_document(each) for each in given], where="`add_constraints`")


def _document(constraint: Any) -> Any:
    if isinstance(constraint, Mapping):
        return constraint
    if type(constraint).__name__ not in TYPES or not hasattr(constraint, "get_constraint_dict"):
        raise UsageError(
            f"A {type(constraint).__name__} is no constraint that can be kept: only what is stated, and not programmed, holds in rows that "
            "are drawn from noisy counts. Use Inequality, Range, FixedCombinations, FixedIncrements or OneHotEncoding of `sdv.cag`."
        )
    named = constraint.get_constraint_dict()
    leaves = {
        name: value for name, value in named["parameters"].items() if name not in ("table_name", "learning_strategy")
    }
    return {"constraint_class": named["class_name"], "constraint_parameters": leaves}
