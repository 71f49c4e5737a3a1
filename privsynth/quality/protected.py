"""Which attributes are protected: asked for, marked in the schema, or sensitive labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privsynth.tableschema.model import LABELLED, Field, Schema


def protected_columns(schema: Schema, asked: Iterable[str] = ()) -> dict[str, str]:
    """Return the protected attributes, each with who says so.

    Those that were asked for come first, then fields with `protected: true` among their `privsynth` keys; where there is neither, fields of
    the role `sensitive` that hold labels.

    Args:
        schema: Of the table.
        asked: Names of columns.

    Returns:
        Column -> `asked`, `schema: protected` or `schema: sensitive`.
    """
    found = dict.fromkeys(asked, "asked")
    found.update(
        {each.name: "schema: protected" for each in schema.modelled if each.name not in found and _marked(each)}
    )
    if found:
        return found
    labelled = (each for each in schema.modelled if each.kind in LABELLED and each.name != schema.target)
    return {each.name: "schema: sensitive" for each in labelled if each.role == "sensitive"}


def _marked(field: Field) -> bool:
    own = field.extra.get("privsynth")
    return isinstance(own, Mapping) and own.get("protected") is True
