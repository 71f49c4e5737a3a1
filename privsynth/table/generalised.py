"""A table seen through the public rules of its schema."""

from __future__ import annotations

from privsynth.table.source import Source
from privsynth.table.sql import cell_sql
from privsynth.tableschema.model import Schema


def generalised(source: Source, schema: Schema, *, made: bool = False) -> Source:
    """Return the same rows with the results of the schema's rules in the columns that are to be generalised.

    Each cell becomes a function of itself alone, so neighbouring tables stay neighbours. Whoever reads the result must not apply the
    rules again. The column of the unit keeps its cells: they say whose row it is and are never modelled.

    Args:
        source: The table as it is.
        schema: Its generalised fields say which rules apply.
        made: The table is synthetic, so its cells are results already.
    """
    cells = {}
    for field in schema.generalised:
        rule = field.generalisation
        if rule is not None and field.name in source.names:
            cells[field.name] = rule.sql(cell_sql(field.name, schema.missing), field.format, made=made)
    return source.replaced(cells)
