"""Values written in the form of a table that exists: its types, its columns, its spelling of labels, its format of dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.errors import UsageError
from privsynth.table.checked import is_text, label_map
from privsynth.tableschema.model import LABELLED, Field, Schema, canonical_label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """How the columns of a table are written.

    Args:
        schema: Says what the columns hold.
        layout: The `pyarrow.Schema` of the table.
        spellings: Name of a labelled column -> label -> how the table writes it, as a Python value.
        digits: Name of a column of numbers in text -> digits after the point, where all its cells have as many.
    """

    schema: Schema
    layout: Any
    spellings: Mapping[str, Mapping[str, Any]]
    digits: Mapping[str, int]

    @classmethod
    def of(cls, table: Any, schema: Schema) -> Form:
        """Return the form of a `pyarrow.Table`; of several spellings of a label, the first one counts."""
        fields = [field for field in schema.modelled if field.name in table.column_names]
        columns = {field.name: table.column(field.name) for field in fields}
        spellings = {
            field.name: _spelling(columns[field.name], field, schema) for field in fields if field.kind in LABELLED
        }
        numbers = [field.name for field in fields if field.kind in ("integer", "number")]
        found = {name: _digits(columns[name]) for name in numbers if is_text(columns[name].type)}
        digits = {name: count for name, count in found.items() if count}
        return cls(schema=schema, layout=table.schema, spellings=spellings, digits=digits)

    def write(self, values: Any, others: Mapping[str, Any]) -> Any:
        """Return values as a table of this form.

        Args:
            values: The modelled columns as `Checked.values`.
            others: Arrow arrays of columns that are not modelled; one that is lacking is left without a value.

        Raises:
            UsageError: a value cannot be written in the type of its column.
        """
        import pyarrow as pa

        columns = []
        for each in self.layout:
            try:
                columns.append(self._column(each, values, others))
            except (pa.ArrowException, ValueError, TypeError, OverflowError):
                raise UsageError(
                    f"The column `{each.name}` has the type {each.type}, in which new rows cannot be written. Save the table as "
                    "CSV or as Parquet of plain types."
                ) from None
        return pa.table(columns, schema=self.layout)

    def _column(self, place: Any, values: Any, others: Mapping[str, Any]) -> Any:
        import pyarrow as pa

        if place.name not in values.column_names:
            given = others.get(place.name)
            return pa.nulls(values.num_rows, type=place.type) if given is None else given.cast(place.type)
        field = self.schema[place.name]
        column = values.column(place.name).combine_chunks()
        if field.kind in LABELLED:
            return self._labels(column, field, place.type)
        if field.kind in ("date", "datetime"):
            return _moments(column, field, place.type)
        return _numbers(column, field, place.type, self.digits.get(field.name))

    def _labels(self, column: Any, field: Field, kind: Any) -> Any:
        import pyarrow as pa

        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        known = self.spellings.get(field.name, {})
        labels = [canonical_label(label) for label in column.dictionary.to_pylist()]
        written = [known[label] if label in known else _as_type(label, plain) for label in labels]
        found = pa.array(written, type=plain).take(column.indices)
        return found.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else found


def _spelling(column: Any, field: Field, schema: Schema) -> dict[str, Any]:
    encoded, meant = label_map(column.combine_chunks(), field, schema.missing)
    found: dict[str, Any] = {}
    for label, cell in zip(meant, encoded.dictionary.to_pylist(), strict=True):
        if label is not None:
            found.setdefault(label, cell)
    return found


def _as_type(label: str, kind: Any) -> Any:
    """Return a label as a Python value of an Arrow type."""
    import pyarrow as pa

    if pa.types.is_boolean(kind):
        return {"true": True, "false": False}[label]
    if pa.types.is_integer(kind):
        return int(label)
    return float(label) if pa.types.is_floating(kind) else label


def _digits(column: Any) -> int | None:
    """Return how many digits stand after the point in every cell of a column of text that has any, or None."""
    import pyarrow.compute as pc

    some = pc.filter(column, pc.greater(pc.binary_length(column), 0))
    point = pc.find_substring(some, ".")
    length = pc.subtract(pc.subtract(pc.binary_length(some), point), 1)
    ends = pc.min_max(length).as_py()
    whole = not len(some) or pc.min(point).as_py() < 0
    return None if whole or ends["min"] != ends["max"] or not 0 < ends["min"] <= 15 else int(ends["min"])


def _numbers(column: Any, field: Field, kind: Any, digits: int | None) -> Any:
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    if is_text(kind) and digits is not None:
        return pa.array([None if cell is None else f"{cell:.{digits}f}" for cell in column.to_pylist()], type=kind)
    if field.kind == "integer":
        column = column.cast(pa.int64())
    if is_text(kind):
        return to_text_table(pa.table({"c": column})).column(0).combine_chunks().cast(kind)
    return column.cast(kind)


def _moments(column: Any, field: Field, kind: Any) -> Any:
    import pyarrow.compute as pc

    if not is_text(kind):
        return column.cast(kind)
    plain = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}[field.kind]
    unique = column.dictionary_encode()
    texts = pc.strftime(unique.dictionary, format=(field.format or plain).replace("%f", "000000"))
    return texts.cast(kind).take(unique.indices)


def joined(tables: list[Any]) -> Any:
    """Return tables of one form as one."""
    import pyarrow as pa

    found = pa.concat_tables(tables)
    return found.unify_dictionaries() if any(pa.types.is_dictionary(kind) for kind in found.schema.types) else found


def some_of(table: Any, rows: Any) -> Any:
    """Return some rows of a table, by a mask or by row numbers."""
    import pyarrow as pa

    index = np.asarray(rows)
    return table.filter(pa.array(index)) if index.dtype == np.bool_ else table.take(pa.array(index))
