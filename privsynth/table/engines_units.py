"""At most so many rows of a unit, chosen where the rows lie.

An engine has no order of rows, so a row's priority is a keyed digest of the unit, of the row's modelled cells and of its number among
rows with the same cells. Which rows of a unit are used thus follows from the key and that unit's own rows: rows of others move
nothing, and rows that tie are equal in all that is ever asked.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from privsynth.errors import UsageError
from privsynth.privacy import Unit
from privsynth.table.engines_cells import fenced

_OWNER, _ROW, _COPY, _PRIORITY, _PLACE = "owner_", "row_", "copy_", "priority_", "place_"


def check_unit(table: Any, unit: Unit) -> None:
    """Refuse a column of units that an engine would compare in its own way.

    Raises:
        UsageError: it holds neither text nor whole numbers.
    """
    if unit.column is None:
        return
    kind = table[unit.column].type()
    if not (kind.is_string() or kind.is_integer() or kind.is_uuid()):
        raise UsageError(
            f"The unit `{unit.column}` has the type {kind} in the engine. Units are told apart by text or whole numbers there. "
            "Cast it, or export the table."
        )


def bounded(table: Any, names: Sequence[str], unit: Unit, key: bytes, dialect: str) -> Any:
    """Return an expression of the rows that are used, with the columns `names`: all, or at most `unit.max_rows` of each unit.

    Args:
        table: An Ibis table.
        names: The modelled columns.
        unit: Who is protected; a row without a unit is one of its own.
        key: Secret key of the digests. It stands in the text of the queries.
        dialect: Of the engine.
    """
    import ibis

    if unit.column is None:
        return table.select(*names)
    digest, secret = _md5(), ibis.literal(key.hex())
    place = {name: f"cell{number}_" for number, name in enumerate(names)}
    owner = table[unit.column].cast("string")
    rows = table.select(
        **{place[name]: table[name] for name in names},
        **{_OWNER: owner.notnull().ifelse(digest(secret + ":unit:" + owner), None)},
    )
    cells = [rows[each] for each in place.values()]
    text = functools.reduce(lambda one, other: one + other, map(_text, cells), secret + ":row:")
    rows = fenced(rows.mutate(**{_ROW: digest(text + rows[_OWNER].fill_null(""))}), dialect)
    same = ibis.window(group_by=[_OWNER, _ROW, *place.values()], order_by=[_ROW])
    rows = rows.mutate(**{_COPY: ibis.row_number().over(same)})
    priority = digest(secret + ":copy:" + rows[_ROW] + rows[_COPY].cast("string"))
    rows = fenced(rows.mutate(**{_PRIORITY: priority}), dialect)
    of_unit = ibis.window(group_by=_OWNER, order_by=[_PRIORITY, _ROW, *place.values()])
    rows = rows.mutate(**{_PLACE: ibis.row_number().over(of_unit)})
    rows = rows.filter(rows[_OWNER].isnull() | (rows[_PLACE] < unit.max_rows))
    return rows.select(**{name: rows[each] for name, each in place.items()})


def _text(cell: Any) -> Any:
    """Return a cell as text that says where it ends."""
    text = cell.cast("string")
    return text.isnull().ifelse("-", text.length().cast("string") + ":" + text)


@functools.cache
def _md5() -> Any:
    """Return the digest that all engines have. It is keyed and draws lots; nothing rests on its collisions being hard to find."""
    import ibis

    def md5(text: str) -> str:
        raise NotImplementedError

    return ibis.udf.scalar.builtin(md5)
