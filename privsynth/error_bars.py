"""How far a count of a synthetic table may be from that of the real one: from the release alone, without a real row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from privsynth.accounting import event_from_json, spend_of
from privsynth.errors import UsageError
from privsynth.generators import make_config
from privsynth.generators.fitted import Fitted
from privsynth.noise import scale_of
from privsynth.table.source import open_table
from privsynth.table.typed import public_frame, typed_frame

if TYPE_CHECKING:
    import pandas as pd

MOST_LABELS = 30
LEVELS = {0.9: 1.6449, 0.95: 1.96, 0.99: 2.5758}


def noise_rows(model: Fitted, column: str) -> float:
    """Return the standard deviation of the noise in the measured counts of a column, in rows.

    It is the noise that was paid for, and follows from what a release says of itself: the event, the recipe and the schema.

    Args:
        model: A fitted model of `maxent` or `copula`.
        column: Name of a modelled column.

    Raises:
        UsageError: the model has no guarantee, another generator, or no such column.

    Source: the scale of a discrete Gaussian that is mu-Gaussian DP, Canonne, Kamath, Steinke 2020.
    """
    if model.guarantee.void is not None or model.generator not in ("maxent", "copula"):
        raise UsageError(
            f"The noise of a model of {model.generator} is not stated by its counts. Fit maxent or copula with a guarantee."
        )
    generator = event_from_json(model.event["events"][-1]["events"][-1])  # what the schema took stands before it
    recipe: Any = make_config(model.generator, model.config)
    plans = recipe.calibrate(model.schema, model.guarantee.unit, spend_of(generator)).marginals
    for plan in plans:
        if plan.name == column:
            return float(scale_of(model.guarantee.unit.max_rows, plan.first))
    raise UsageError(f"The model has no column `{column}`. Its columns are: {', '.join(each.name for each in plans)}.")


def error_bar(
    model: Fitted, table: pd.DataFrame, column: str, label: Any, *, even: bool = True, level: float = 0.95
) -> tuple[float, float]:
    """Return an interval for how many of the fitted rows have a label; `docs/error-bars.md` says which counts it is for.

    Args:
        model: A fitted model of `maxent` or `copula`.
        table: Rows that it drew.
        column: Name of a column of at most 30 labels.
        label: One of them.
        even: The rows were drawn by `sample` without conditions, which spreads them evenly; otherwise they scatter as independent draws.
        level: 0.9, 0.95 or 0.99.

    Returns:
        The ends, in rows of the fitted table; the lower one may be negative.

    Raises:
        UsageError: the column is a number or has more labels, or not this one; the table lacks it or has no row; or the level is
            another one.
    """
    known = {domain.name: domain for domain in model.domains}
    labels = known[column].labels if column in known else None
    if column in known and (labels is None or len(labels) > MOST_LABELS):
        raise UsageError(
            f"Column `{column}` holds numbers or more than {MOST_LABELS} labels, whose counts are smoothed together: their error "
            "does not follow from the noise alone. Ask for a column with few labels."
        )
    if level not in LEVELS:
        raise UsageError(f"The level {level!r} is not known. Give one of: {', '.join(map(str, LEVELS))}.")
    noise = noise_rows(model, column)
    if column not in table or not len(table):
        raise UsageError(f"The table has no row or no column `{column}`. Give rows that the model drew.")
    total, share = model.default_rows, _share(model, table[column], label, labels or ())
    drawing = 0.0 if even else total * math.sqrt(max(share * (1 - share), 1 / len(table)) / len(table))
    half = LEVELS[level] * math.hypot(noise, drawing)
    return total * share - half, total * share + half


def _share(model: Fitted, cells: pd.Series[Any], label: Any, labels: Sequence[str]) -> float:
    """Return the share of a label, which is read as the cells are: 1, 1.0, "1" and "1.0" are one label, true and True are another.

    Raises:
        UsageError: the column has no such label.
    """
    import pandas as pd

    name = str(cells.name)
    wanted, *found = (
        public_frame(typed_frame(open_table(pd.DataFrame({name: read})), model.schema, made=True))[name]
        for read in ([label], cells.to_numpy())
    )
    if wanted[0] not in labels:
        raise UsageError(f"Column `{name}` has no label {label!r}. Its labels are: {', '.join(labels)}.")
    return float((found[0] == wanted[0]).mean())
