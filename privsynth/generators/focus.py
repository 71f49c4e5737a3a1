"""The focus of a fit: columns whose tables with all others are measured, because somebody will predict or compare by them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from privsynth.errors import SchemaError
from privsynth.tableschema.model import Schema

Focus = tuple[str, ...] | None


def focused(schema: Schema, wanted: str | Sequence[str] | None) -> tuple[Schema, Focus]:
    """Return a schema whose target goes with the focus, and the focus: None for the schema's target, empty for none.

    A target that is a focus, or one beside an empty focus, stays; else the first focus becomes the target.

    Args:
        schema: What is known before the fit.
        wanted: Names of columns, one name, none (an empty list), or None for the schema's target.

    Raises:
        SchemaError: a focus is no column, is not modelled, or follows from other columns.
    """
    if wanted is None:
        return schema, None
    names = tuple(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))
    derived = schema.totals
    for name in names:
        _check(schema, name, derived)
    return (schema if not names or schema.target in names else replace(schema, target=names[0])), names


def remaining(focus: Focus, schema: Schema) -> Focus:
    """Return the focus without the columns that a learned schema does not model."""
    kept: Collection[str] = {field.name for field in schema.modelled} - set(schema.totals)
    return None if focus is None else tuple(name for name in focus if name in kept)


def _check(schema: Schema, name: str, derived: dict[str, tuple[str, ...]]) -> None:
    if name not in schema.names:
        raise SchemaError(f"The focus `{name}` is no column of the schema. Its columns are: {', '.join(schema.names)}.")
    if name in derived:
        raise SchemaError(
            f"The focus `{name}` is the sum of other columns, which are drawn instead of it. Name one of these: "
            f"{', '.join(derived[name])}."
        )
    modelled = [field.name for field in schema.modelled]
    if name not in modelled:
        raise SchemaError(
            f"The focus `{name}` is not modelled: it is dropped, text or an identifier. Name one of: {', '.join(modelled)}."
        )
