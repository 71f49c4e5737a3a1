"""What SDV's methods are handed, as frames whose columns are known; messages name columns and never a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from privsynth.errors import UsageError
from privsynth.sdv.marks import table_of
from privsynth.tableschema.model import Schema

if TYPE_CHECKING:
    import pandas as pd


class ColumnError(UsageError, ValueError):
    """A column is unknown, missing, or none that can be given; a `ValueError` too, as SDV raises one."""


def frame_of(data: Any, schema: Schema) -> pd.DataFrame:
    """Return the frame of a table's data, whose columns are those of a schema in any order; no cell is looked at.

    Raises:
        UsageError: it is not one table of that name.
        ColumnError: a column is missing, or unknown.
    """
    import pandas as pd

    table, frame = table_of(schema), data
    if isinstance(data, Mapping):
        if list(data) != [table]:
            given = ", ".join(map(str, data)) or "none"
            raise UsageError(
                f"The data has the tables {given}, and the metadata has {table}. Give `{{{table!r}: frame}}`."
            )
        frame = data[table]
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"The data of `{table}` is a {type(frame).__name__}. Give a pandas DataFrame.")
    names = set(map(str, frame.columns))
    lost, strange = set(schema.names) - names, names - set(schema.names)
    if lost or strange:
        what = (
            f"lacks the column `{min(lost)}`" if lost else f"has the column `{min(strange)}`, which the metadata lacks"
        )
        raise ColumnError(f"The table `{table}` {what}. Correct the metadata, or the table.")
    return frame


def frames_of(conditions: Sequence[Any], schema: Schema) -> list[pd.DataFrame]:
    """Return one frame for all conditions on the same columns, in the order in which these first occur.

    Raises:
        UsageError: there is none, or something else is among them.
        ColumnError: a column is unknown, or made anew.
    """
    import pandas as pd

    if not isinstance(conditions, list | tuple) or not conditions:
        raise UsageError("There is no condition. Give a list of `sdv.sampling.Condition`.")
    groups: dict[tuple[str, ...], list[pd.DataFrame]] = {}
    for condition in conditions:
        if hasattr(condition, "get_column_values"):
            values = condition.get_column_values()
            frame = pd.DataFrame({name: [value] * condition.get_num_rows() for name, value in values.items()})
        elif hasattr(condition, "get_dataframe"):
            frame = condition.get_dataframe()
        else:
            raise UsageError(
                f"A {type(condition).__name__} is no condition. Give a `sdv.sampling.Condition` or a `DataFrameCondition`."
            )
        known_frame(frame, schema)
        _check_modelled(frame, schema)
        groups.setdefault(tuple(map(str, frame.columns)), []).append(frame)
    return [pd.concat(frames, ignore_index=True) for frames in groups.values()]


def frames_said(conditions: Sequence[Any]) -> dict[str, Any] | None:
    """Return what is said of rows that came as data frames of conditions, and may be real; None where all are conditions in words."""
    frames = [each.get_dataframe() for each in conditions if hasattr(each, "get_dataframe")]
    names = dict.fromkeys(str(name) for frame in frames for name in frame.columns)
    return {"table": "a condition", "rows": sum(map(len, frames)), "columns": list(names)} if frames else None


def known_frame(frame: Any, schema: Schema) -> pd.DataFrame:
    """Return a frame whose columns the model knows.

    Raises:
        UsageError: it is no frame, or has no column.
        ColumnError: a column is unknown.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise UsageError(f"A {type(frame).__name__} is no table of known columns. Give a pandas DataFrame.")
    if not len(frame.columns):
        raise UsageError("No column is given. Use `sample` to draw all of them.")
    strange = [str(name) for name in frame.columns if str(name) not in schema.names]
    if strange:
        raise ColumnError(f"The model has no column `{strange[0]}`. Its columns are: {', '.join(schema.names)}.")
    return frame


def _check_modelled(frame: pd.DataFrame, schema: Schema) -> None:
    modelled = {field.name for field in schema.modelled}
    for name in map(str, frame.columns):
        if name not in modelled:
            raise ColumnError(
                f"The column `{name}` is not modelled: it is made anew in every row, and nothing follows from it. Leave it out of the "
                "condition."
            )
