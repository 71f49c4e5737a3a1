"""Was a real value carried over? A look at the columns whose values could name people, after synthesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privsynth.generators.fakes import faked
from privsynth.privacy import Private
from privsynth.table.source import Source, open_table
from privsynth.table.typed import public_frame, text_columns, text_frame
from privsynth.table.units import others
from privsynth.tableschema.model import LABELLED, Schema

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORMAT = "privsynth.carried/1"
MANY_LABELS = 50  # labels from which a modelled column is looked at


def carried_over(
    source: Source, synthetic: Any, schema: Schema, held: Private[npt.NDArray[np.bool_]]
) -> dict[str, Any]:
    """Count real values in the synthetic columns that should hold none, beside what chance gives, and scan the synthetic table.

    Args:
        source: The real table.
        synthetic: The synthetic table (an Arrow table).
        schema: Says which columns were made anew, and which have many labels.
        held: bool[n], rows that the generator never saw.

    Returns:
        A JSON object of format ``privsynth.carried/1`` (see ``schemas/carried.schema.json``): for the owner only.
    """
    from privsynth.pii import scan_columns
    from privsynth.quality.repeats import repeats

    made = open_table(synthetic)
    anew = [field.name for field in faked(schema)]
    labels = {
        field.name: frozenset(field.enum)
        for field in schema.modelled
        if field.kind in LABELLED and field.enum is not None and len(field.enum) > MANY_LABELS
    }
    names = [name for name in (*anew, *labels) if name in source.names]
    found = repeats(
        text_frame(source, names, keep=others(held)),
        public_frame(text_frame(made, names)),
        text_frame(source, names, keep=held),
        names,
        domains=labels,
    )
    scan = scan_columns(text_columns(made))
    direct = [column.name for column in scan.columns if column.role == "direct"]
    return {
        "format": FORMAT,
        "repeats": [repeat.to_json() for repeat in found],
        "scan": {
            "made_anew": [name for name in direct if name in anew],
            "unexpected": [name for name in direct if name not in anew],
        },
    }
