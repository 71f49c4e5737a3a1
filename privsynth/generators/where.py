"""Conditions on synthetic rows: `age >= 80 and sex = Female`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from privsynth.errors import UsageError
from privsynth.tableschema.model import LABELLED, Field, Schema, canonical_label

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
_TERM = re.compile(r"^\s*(?P<name>.+?)\s*(?P<sign>>=|<=|!=|==|=|>|<)\s*(?P<value>.+?)\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Terms that must all hold: (field, sign, value)."""

    terms: tuple[tuple[Field, str, str], ...]

    @classmethod
    def parse(cls, text: str, schema: Schema) -> Conditions:
        """Read terms joined by `and`.

        Raises:
            UsageError: a term cannot be read, names no modelled column, or asks for a value that the column cannot have.
        """
        known = {field.name: field for field in schema.modelled}
        terms = []
        for part in re.split(r"\s+and\s+|\s*&&?\s*", text.strip(), flags=re.IGNORECASE):
            found = _TERM.match(part)
            name = found["name"].strip("`\"'") if found else ""
            if found is None or name not in known:
                raise UsageError(
                    f"The condition {part!r} cannot be read. Write `column >= value`, joined by `and`; the columns are: {', '.join(known)}."
                )
            value = found["value"].strip("\"'")
            _check(known[name], found["sign"], value)
            terms.append((known[name], found["sign"], value))
        return cls(tuple(terms))

    def mask(self, table: Any) -> Any:
        """Return which rows of a decoded `pyarrow.Table` fulfil all terms; missing cells fulfil none."""
        import numpy as np
        import pyarrow as pa

        keep = np.ones(table.num_rows, dtype=np.bool_)
        for field, sign, value in self.terms:
            column = table.column(field.name).to_pandas()
            present = column.notna().to_numpy()
            if field.kind in LABELLED:
                known = {cell: canonical_label(cell) for cell in column.dropna().unique()}
                hit = _OPERATORS[sign](column.map(known), canonical_label(value)).to_numpy()
            else:
                numbers = _as_numbers(field, column)
                with np.errstate(invalid="ignore"):
                    hit = _OPERATORS[sign](numbers, field.to_number(value))
            keep &= present & hit.astype(np.bool_)
        return pa.array(keep)


def _as_numbers(field: Field, column: Any) -> Any:
    import numpy as np
    import pandas as pd

    if field.kind not in ("date", "datetime"):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    moments = pd.to_datetime(column, format=field.format, errors="coerce")
    seconds = (moments - pd.Timestamp("1970-01-01")).dt.total_seconds().to_numpy(dtype=np.float64)
    return np.floor(seconds / 86400) if field.kind == "date" else seconds


def _check(field: Field, sign: str, value: str) -> None:
    from privsynth.errors import SchemaError

    if field.kind in LABELLED:
        labels = {canonical_label(label) for label in field.enum or ("false", "true")}
        if sign not in ("=", "==", "!="):
            raise UsageError(f"Column `{field.name}` has labels, which are not ordered. Use = or !=.")
        if canonical_label(value) not in labels:
            raise UsageError(f"Column `{field.name}` has no label {value!r}. Its labels are listed in the schema.")
        return
    try:
        field.to_number(value)
    except SchemaError:
        raise UsageError(
            f"Column `{field.name}` is compared with {value!r}, which is no {field.kind}. Give one."
        ) from None
