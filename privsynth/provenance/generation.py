"""A model of a synthetic table is a generation further from real rows: it is said, counted, and refused where a limit says so."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privsynth.errors import ArtifactError, SchemaError, UsageError
from privsynth.provenance.files import provenance_for
from privsynth.provenance.model import Provenance
from privsynth.table.urls import is_url

_WHY = "What a model gets wrong, a model of its rows gets wrong too, and adds to it."
_STATE = "Fit the real table, or raise --max-generation (max_generation)"


def next_generation(table: Any, columns: Sequence[str], limit: int | None = None) -> int | None:
    """Return the generation of a model of this table: one more than that of the table, which is real where nothing else is said.

    Nothing but the manifest and the header is looked at, so it costs no privacy.

    Args:
        table: A path, or a pandas or Arrow frame; others say nothing.
        columns: Names in the table's header.
        limit: The deepest generation that is allowed, or None for any.

    Returns:
        1 for a model of real rows; None where the manifest is damaged, belongs to another table, or does not know.

    Raises:
        UsageError: the limit is none.
        SchemaError: the model would be of a deeper generation than the limit, or of an unknown one.
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise UsageError(
            f"--max-generation is {limit!r}. It is a number from 1 on; 1 allows models of real rows alone."
        )
    name = _name(table)
    try:
        said = _said(table, columns)
    except ArtifactError as error:
        _say_unknown(name, error.message, limit)
        return None
    if said is None or not said.synthetic:
        return 1
    if said.generation is None:
        _say_unknown(
            name, f"{name} is synthetic by its manifest, which does not say of which generation. {_WHY}", limit
        )
        return None
    found = said.generation + 1
    told = f"{name} is synthetic (generation {said.generation} by its manifest)"
    if limit is not None and found > limit:
        raise SchemaError(f"{told}: a model of it would be of generation {found}, and {limit} is allowed. {_STATE}.")
    warnings.warn(f"{told}: the model is of generation {found}. {_WHY} Fit the real table where you can.", stacklevel=2)
    return found


def _said(table: Any, columns: Sequence[str]) -> Provenance | None:
    """Return what is said about a table.

    Raises:
        ArtifactError: it is damaged, or a manifest beside a file is about other columns.
    """
    return None if is_url(table) else provenance_for(table, columns)  # a database that says nothing of it


def _say_unknown(name: str, why: str, limit: int | None) -> None:
    """Say that nobody knows the generation of a table.

    Raises:
        SchemaError: there is a limit, which an unknown generation does not keep.
    """
    if limit is not None:
        raise SchemaError(
            f"The generation of {name} is not known, and at most {limit} is allowed for a model of it: {why}"
        )
    warnings.warn(f"{why} The model is recorded as one of an unknown generation.", stacklevel=3)


def _name(table: Any) -> str:
    return Path(table).name if isinstance(table, str | os.PathLike) else "the table"
