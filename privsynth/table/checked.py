"""A table whose cells are read strictly by a schema: what each of them means, and which of them the schema does not allow.

Audits and fits read leniently, since no cell of a private table may raise. Here a table is to be handed on, so every cell is held
against the schema: labels, bounds, whole numbers, decimals, steps, the format of dates, and cells that may not be missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.table.cells import number_sql
from privsynth.table.kept import breaking_rows
from privsynth.table.source import open_table
from privsynth.table.sql import cell_sql, literal
from privsynth.table.texts import clock_seconds
from privsynth.tableschema.constraints import FixedCombinations
from privsynth.tableschema.model import LABELLED, Field, Schema, canonical_label

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
_TRUTH = {"true": "true", "1": "true", "1.0": "true", "false": "false", "0": "false", "0.0": "false"}
_SMALL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """The modelled columns of a table as what they mean, and what is wrong with them.

    Args:
        values: A `pyarrow.Table`: labels as dictionaries of text, numbers as float64, dates and moments as timestamps; null where a
            cell is missing or not allowed.
        wrong: What is wrong, in words -> bool[rows]; only what is wrong somewhere.
    """

    values: Any
    wrong: Mapping[str, Bools]

    @property
    def good(self) -> Bools:
        """bool[rows]: the rows in which nothing is wrong."""
        found = np.ones(self.values.num_rows, dtype=np.bool_)
        for rows in self.wrong.values():
            found &= ~rows
        return found

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows break each rule, the commonest first; a row may break several."""
        counts = {what: int(rows.sum()) for what, rows in self.wrong.items()}
        return dict(sorted(counts.items(), key=lambda each: -each[1]))


def check_header(names: Sequence[str], schema: Schema, where: str) -> None:
    """Refuse a table that lacks a column of the schema, or has one that the schema does not know or drops.

    Raises:
        SchemaError: naming the column.
    """
    known = {field.name: field for field in schema.fields}
    lacking = [field.name for field in schema.modelled if field.name not in names]
    if lacking:
        raise SchemaError(
            f"{where} lacks the column `{lacking[0]}`, which the schema models. Add it, or take the schema of this table."
        )
    strange = [name for name in names if name not in known]
    if strange:
        raise SchemaError(
            f"{where} has the column `{strange[0]}`, which the schema does not know. Leave it out, or add it to the schema."
        )
    dropped = [name for name in names if known[name].action == "drop"]
    if dropped:
        raise SchemaError(
            f"{where} has the column `{dropped[0]}`, which the schema drops. Leave it out, or change its action in the schema."
        )


def unlearned(schema: Schema) -> tuple[str, ...]:
    """Return the constraints that cannot be checked, since their combinations are still to be learned."""
    lists = [each for each in schema.constraints if isinstance(each, FixedCombinations)]
    return tuple(each.says for each in lists if each.combinations is None)


def checked(table: Any, schema: Schema) -> Checked:
    """Hold every cell of a table against a schema.

    Args:
        table: A `pyarrow.Table` of any types; text is read as the schema says, other types as what they are.
        schema: Its generalised fields describe the results of their rules.

    Returns:
        Its modelled columns, as far as the table has them. A constraint speaks of present cells; one whose combinations
        are still to be learned (`unlearned`) is passed over.
    """
    import pyarrow as pa

    fields = [field for field in schema.modelled if field.name in table.column_names]
    wrong: dict[str, Bools] = {}
    numbers = _numbers_of_texts(table, [field for field in fields if field.kind not in LABELLED], schema.missing)
    columns = {}
    for field in fields:
        column = _whole(table.column(field.name))
        if field.kind in LABELLED:
            columns[field.name] = _labels(column, field, schema.missing, wrong)
        else:
            read = numbers.get(field.name) or _numbers(column, field, schema.missing)
            columns[field.name] = _measured(*read, field, wrong)
    for field in schema.fields:
        if field.required and field.name in table.column_names and field not in fields:
            gone = np.asarray(table.column(field.name).is_null().to_numpy(), dtype=np.bool_)
            _note(wrong, f"`{field.name}` is missing", gone)
    values = pa.table(columns) if columns else table.select([])
    for says, rows in breaking_rows(values, _checkable(schema)).items():
        _note(wrong, says, rows)
    return Checked(values=values, wrong=wrong)


def _checkable(schema: Schema) -> Schema:
    left = set(unlearned(schema))
    return replace(schema, constraints=tuple(each for each in schema.constraints if each.says not in left))


def _note(wrong: dict[str, Bools], what: str, rows: Bools) -> None:
    if rows.any():
        wrong[what] = rows


def _whole(column: Any) -> Any:
    """Return a chunked column as one array."""
    import pyarrow as pa

    found = column.combine_chunks()
    return found if not isinstance(found, pa.ChunkedArray) else pa.concat_arrays(found.chunks)


def is_text(kind: Any) -> bool:
    """Say whether an Arrow type is text."""
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def label_map(column: Any, field: Field, missing: Sequence[str] = ("",)) -> tuple[Any, list[str | None]]:
    """Return a column as a dictionary array and, for each value of it, the label that it means.

    Args:
        column: An Arrow array of any type.
        field: A labelled field.
        missing: Texts that mean missing.

    Returns:
        The array; one text for each of its values, None for what means missing. Labels need not be those of the field.
    """
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = to_text_table(pa.table({"c": encoded.dictionary})).column(0).to_pylist()
    return encoded, [None if not text or text in missing else _label(text, field) for text in texts]


def _label(text: str, field: Field) -> str:
    if field.truth:
        return _TRUTH.get(text.lower(), text)
    label = canonical_label(text)
    # A label that a spreadsheet would run as a formula has an apostrophe before it in CSV.
    bare = canonical_label(text[1:])
    return bare if text[0] == "'" and field.enum and label not in field.enum and bare in field.enum else label


def _labels(column: Any, field: Field, missing: Sequence[str], wrong: dict[str, Bools]) -> Any:
    import pyarrow as pa

    encoded, meant = label_map(column, field, missing)
    given = field.enum or (("false", "true") if field.kind == "boolean" else None)
    labels = list(given or dict.fromkeys(text for text in meant if text is not None))
    place = {canonical_label(label): at for at, label in enumerate(labels)}
    unknown, absent = len(labels), len(labels) + 1
    code_of = np.array([absent if text is None else place.get(text, unknown) for text in [*meant, None]])
    index = encoded.indices.cast(pa.int64()).fill_null(len(meant)).to_numpy(zero_copy_only=False)
    codes = code_of[index]
    if field.required:
        _note(wrong, f"`{field.name}` is missing", codes == absent)
    _note(wrong, f"`{field.name}` is no label of the schema", codes == unknown)
    indices = pa.array(np.where(codes >= unknown, 0, codes).astype(np.int32), mask=codes >= unknown)
    return pa.DictionaryArray.from_arrays(indices, pa.array(labels, type=pa.string()))


def _numbers_of_texts(
    table: Any, fields: Sequence[Field], missing: Sequence[str]
) -> dict[str, tuple[Floats, Bools, Bools]]:
    """Read columns of text as numbers, in one pass: name -> values, which cells are missing, which are unreadable."""
    import pyarrow as pa

    texts = {
        field.name: column.cast(pa.string()) for field in fields if is_text((column := table.column(field.name)).type)
    }
    read = [field for field in fields if field.name in texts]
    if not read:
        return {}
    source = open_table(pa.table(texts))
    asked = [_strict_sql(field, missing) for field in read] + [f"{cell_sql(f.name, missing)} IS NULL" for f in read]
    found = source.arrow([f"{sql} AS c{at}" for at, sql in enumerate(asked)])
    return {
        field.name: _settled(found.column(at), found.column(len(read) + at).to_numpy()) for at, field in enumerate(read)
    }


def _strict_sql(field: Field, missing: Sequence[str]) -> str:
    """Return SQL of a cell as a number; a date or moment has to be in the format that the schema states."""
    if field.kind not in ("date", "datetime"):
        return number_sql(field, missing)
    if field.format is None:
        seconds = number_sql(replace(field, kind="datetime"), missing)
        return f"{seconds} / 86400" if field.kind == "date" else seconds
    moment = f"epoch(try_strptime({cell_sql(field.name, missing)}, {literal(field.format)}))"
    return f"{moment} / 86400" if field.kind == "date" else f"floor({moment})"


def _settled(column: Any, missing: Any) -> tuple[Floats, Bools, Bools]:
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    absent = np.asarray(missing, dtype=np.bool_)
    return values, absent, ~absent & ~np.isfinite(values)


def _numbers(column: Any, field: Field, missing: Sequence[str]) -> tuple[Floats, Bools, Bools]:
    """Read a column of another type as numbers."""
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    kind = column.type
    moment = pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if (moment and getattr(kind, "tz", None) is None) if field.kind in ("date", "datetime") else number:
        plain = clock_seconds(column).cast(pa.int64()) if moment else column
        values = np.asarray(plain.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)
        values = values / 86400 if field.kind == "date" else values
        absent = np.isnan(values) | np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
        for token in missing:
            absent |= values == _value(token)
        return values, absent, ~absent & ~np.isfinite(values)
    text = to_text_table(pa.table({field.name: column}))
    return _numbers_of_texts(text, [replace(field, format=None)], missing)[field.name]


def _value(token: str) -> float:
    try:
        return float(token)
    except ValueError:
        return float("nan")


def _measured(values: Floats, absent: Bools, unreadable: Bools, field: Field, wrong: dict[str, Bools]) -> Any:
    """Hold numbers, dates and moments against their field, and return them as Arrow values."""
    import pyarrow as pa

    if field.required:
        _note(wrong, f"`{field.name}` is missing", absent)
    form = f", written as {field.format}" if field.format and field.kind in ("date", "datetime") else ""
    what = {"integer": "whole number", "datetime": "date and time"}.get(field.kind, field.kind)
    broken = absent | unreadable
    clean = np.where(broken, 0.0, values)
    if field.kind in ("integer", "date"):
        unreadable = unreadable | (~broken & (clean != np.floor(clean)))
    _note(wrong, f"`{field.name}` is no {what}{form}", unreadable)
    broken = absent | unreadable
    low, high = _ends(field)
    outside = ~broken & ((clean < low) | (clean > high))
    _note(wrong, f"`{field.name}` is out of its bounds", outside)
    rough = ~broken & ~outside & _off_grid(clean, field) & (clean != low) & (clean != high)
    _note(wrong, f"`{field.name}` is no {_grid_says(field)}", rough)
    gone = broken | outside | rough
    if field.kind in ("date", "datetime"):
        seconds = np.where(gone, 0, np.clip(clean * (86400 if field.kind == "date" else 1), -6e10, 2.6e11))
        return pa.array(seconds.astype(np.int64), mask=gone).cast(pa.timestamp("s"))
    return pa.array(clean, mask=gone)


def _ends(field: Field) -> tuple[float, float]:
    low = -np.inf if field.minimum is None else field.to_number(field.minimum)
    return low, np.inf if field.maximum is None else field.to_number(field.maximum)


def _off_grid(values: Floats, field: Field) -> Bools:
    """Return which numbers are no multiple of the field's step, or have more decimals than it declares."""
    found = np.zeros(len(values), dtype=np.bool_)
    units = [field.step, None if field.kind != "number" or field.decimals is None else 10.0**-field.decimals]
    for unit in (each for each in units if each is not None):
        count = values / unit
        found |= np.abs(count - np.round(count)) > np.maximum(_SMALL, np.abs(count) * 1e-15)
    return found


def _grid_says(field: Field) -> str:
    decimals = "" if field.kind != "number" or field.decimals is None else f"number of {field.decimals} decimals"
    step = "" if field.step is None else f"multiple of {field.step:g}"
    return " and ".join(each for each in (step, decimals) if each)
