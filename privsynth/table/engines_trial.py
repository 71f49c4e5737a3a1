"""A trial before anything is spent: cells that everybody knows, coded in the engine and here, must be the same.

Settings of an engine can change how it reads the text of a query (Spark's `escapedStringLiterals`, PostgreSQL's
`standard_conforming_strings`), and versions can change how it reads numbers. Such an engine is told before it is asked about rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.errors import UsageError
from privsynth.privacy import Unit
from privsynth.table.coded import DataSource, encode
from privsynth.table.source import open_table
from privsynth.tableschema.model import Field, Schema

CELLS = (
    "12", " 1_2e0\t", "+1.2E1", "12\n", "a\\b", "it's", "é", "1e400", "-1e400", "1e-400", "0e99999", "nan", "inf", "0x1p3", "1d",
    "--5", "+-5", "", "12\u2028", "\\t3", "7 ", "x{0}%s$1", "0.30000000000000004", "A", "a",
)  # fmt: skip
_LABELS = ("12", "a\\b", "it's", "é", "x{0}%s$1", "\\t3", "A")
_RADIUS = 23


def trial_schema() -> Schema:
    """Return the schema of a table that holds the trial's cells twice."""
    declared = dict.fromkeys(("kind", "minimum", "maximum", "enum"), "declared")
    number = Field(name="number", kind="integer", minimum=-20, maximum=20, provenance=declared)
    label = Field(name="label", kind="categorical", enum=_LABELS, provenance=declared)
    return Schema(fields=(number, label))


def trial_table() -> Any:
    """Return an Ibis table of the trial's cells, which lies in no engine."""
    import ibis

    cells = ibis.array([ibis.literal(cell) for cell in CELLS]).unnest().name("number").as_table()
    return cells.mutate(label=cells.number)


def check_trial(found: DataSource, where: str) -> None:
    """Refuse an engine that codes or shortens otherwise.

    Args:
        found: The trial's table in the engine.
        where: How messages name the table.

    Raises:
        UsageError: it does.
    """
    import pyarrow as pa

    cells = pa.array(CELLS, pa.string())
    expected = encode(open_table(pa.table({"number": cells, "label": cells})), trial_schema(), Unit(), bytes(32))
    scores = {
        each.name: np.stack([np.arange(each.size + 1) % 37 - 18, 7 * np.arange(each.size + 1) % 41]).astype(np.int64)
        for each in expected.domains
    }
    given = ("label", (np.arange(len(_LABELS) + 1) % 2).astype(np.int64))
    names = [each.name for each in expected.domains]
    same = np.array_equal(found.counts(names).reveal(), expected.counts(names).reveal()) and np.array_equal(
        found.moments(scores, radius=_RADIUS, given=given).reveal(),
        expected.moments(scores, radius=_RADIUS, given=given).reveal(),
    )
    if not same:
        raise UsageError(
            f"The engine of {where} reads texts or numbers in a way of its own; its settings may say so (Spark's "
            "`escapedStringLiterals`, PostgreSQL's `standard_conforming_strings`). Reset them, or export the table."
        )
