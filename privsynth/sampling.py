"""Rows from a model, as often as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privsynth.generators.fitted import Fitted, load_model
from privsynth.provenance import with_provenance
from privsynth.table.frames import as_form, check_form


def sample(
    model: Fitted | Path | str,
    n: int | None = None,
    *,
    seed: int | None = None,
    where: str | None = None,
    given: Any = None,
    rows_per_person: int | str | None = None,
    licence: str | None = None,
    terms: Sequence[str] = (),
    to: str = "pandas",
    encoding: str = "utf-8",
) -> Any:
    """Draw synthetic rows from a model; it may be repeated and costs nothing.

    Args:
        model: A fitted model or the path of a saved one.
        n: Rows; by default the noisy number of rows of the table.
        seed: Makes the rows reproducible.
        where: Conditions such as ``age >= 80 and sex in ('F', 'X')``.
        given: A path or a frame with some of the columns: the others are drawn for its rows, which come back as they are. The
            guarantee does not cover such a result.
        rows_per_person: Give made-up people several rows: 4 for 1 to 4 of them, or `geometric:4`; by default what the schema says.
        licence: Of the result, as an SPDX identifier; not stated by default.
        terms: Tags of its terms of use.
        to: "pandas", "polars" or "arrow": as what the rows come back.
        encoding: Of a CSV file of given rows.

    Returns:
        The rows; `attrs["privsynth"]` (of pandas, and the metadata of Arrow) says where they come from (`schemas/provenance.schema.json`).
    """
    from privsynth.table.given import read_given

    fitted = model if isinstance(model, Fitted) else load_model(model)
    known = None if given is None else read_given(given, fitted.schema, encoding=encoding)
    check_form(to)
    drawn = fitted.sample(n, seed=seed, where=where, given=known, rows_per_person=rows_per_person)
    said = fitted.provenance(drawn.num_rows, known).under(licence, terms)
    return as_form(with_provenance(drawn, said), to)
