"""Tables of the same columns, one below the other."""

from __future__ import annotations

from privsynth.table.source import Source, open_table
from privsynth.table.sql import quoted


def stacked(first: Source, second: Source | None) -> Source:
    """Return the rows of one table with those of another below them, in memory, in the columns that both have.

    Args:
        first: A table.
        second: Another, or None.
    """
    if second is None:
        return first.loaded()
    import pyarrow as pa

    names = [name for name in first.names if name in second.names]
    parts = [each.arrow([quoted(name) for name in names]).cast(_text(names)) for each in (first, second)]
    return open_table(pa.concat_tables(parts)).loaded()


def _text(names: list[str]) -> object:
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in names])
