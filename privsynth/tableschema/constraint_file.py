"""Constraints as a schema file or a declaration writes them, and as SDV writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privsynth.errors import SchemaError
from privsynth.tableschema.constraints import (
    TYPES,
    Constraint,
    FixedCombinations,
    FixedIncrements,
    Inequality,
    OneHotEncoding,
    Range,
    Sum,
    checked_shape,
)
from privsynth.tableschema.plain_file import document_of, read_beside, rows_of, shown, text_of

_ROWS = (".csv", ".tsv", ".txt")
_LARGEST = 1e300
_SOURCES = ("declared", "public", "dp", "data", "default")
# SDV's names of parameters -> ours (SDV 1.x `constraint_parameters`, and the arguments of its 2.x classes).
_FROM_SDV = {
    "low_column_name": "low",
    "middle_column_name": "middle",
    "high_column_name": "high",
    "strict_boundaries": "strict",
    "column_names": "columns",
    "column_name": "column",
    "increment_value": "increment",
}
_UNARY = ("ScalarInequality", "ScalarRange", "Positive", "Negative")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Inequality": ("low", "high", "strict"),
    "Range": ("low", "middle", "high", "strict"),
    "FixedCombinations": ("columns", "combinations", "codebook", "learn"),
    "FixedIncrements": ("column", "increment"),
    "OneHotEncoding": ("columns",),
    "Sum": ("total", "parts"),
}


def constraints_from_document(document: Any, *, where: str, folder: Path | None = None) -> tuple[Constraint, ...]:
    """Read a list of constraints.

    Args:
        document: Such as `[{"type": "Inequality", "low": "admission", "high": "discharge"}]`, or SDV's
            `[{"constraint_class": "Inequality", "constraint_parameters": {"low_column_name": .., "high_column_name": ..}}]`.
        where: Name of the document in messages.
        folder: Where codebooks lie; None where no file may be read.

    Raises:
        SchemaError: an entry cannot be read.
    """
    if document is None:
        return ()
    if not isinstance(document, Sequence) or isinstance(document, str):
        raise SchemaError(
            f"`constraints` in {where} is not a list. Write one mapping with a `type` for each constraint."
        )
    return tuple(_constraint(each, number, where, folder) for number, each in enumerate(document, start=1))


def _constraint(given: Any, number: int, where: str, folder: Path | None) -> Constraint:
    place = f"constraint {number} in {where}"
    if not isinstance(given, Mapping):
        raise SchemaError(f"The {place} is not a mapping. Write its `type` and its columns.")
    name, leaves, from_sdv = _named(given)
    if name in _UNARY:
        raise SchemaError(f"The {place} is {name}. Write it as `minimum` and `maximum` of the field instead.")
    if name not in TYPES:
        raise SchemaError(f"The {place} has the type {name!r}. Use one of: {', '.join(TYPES)}.")
    unknown = sorted(set(map(str, leaves)) - set(_KEYS[name]))
    if unknown:
        raise SchemaError(f"The {place} has the unknown key {unknown[0]!r}. {name} takes: {', '.join(_KEYS[name])}.")
    source = given.get("provenance", "declared")
    found = source.get("source") if isinstance(source, Mapping) else source
    if found not in _SOURCES:
        raise SchemaError(f"The `provenance` of {place} is {found!r}. Use one of: {', '.join(_SOURCES)}.")
    if from_sdv and name == "Range":
        leaves.setdefault("strict", True)  # SDV's default
    if from_sdv and name == "FixedCombinations" and not {"combinations", "codebook"} & set(leaves):
        leaves["learn"] = True  # SDV means those of the data, which have to be paid for
    return checked_shape(_made(name, leaves, source, place, folder))


def _named(given: Mapping[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """Return the type of a constraint, its leaves under our names, and whether SDV's spelling was used."""
    parameters = next((given[key] for key in ("constraint_parameters", "parameters") if key in given), None)
    named = next((key for key in ("type", "constraint_class", "constraint_name") if key in given), "type")
    rest = parameters if isinstance(parameters, Mapping) else {}
    outer = (
        "type",
        "constraint_class",
        "constraint_name",
        "constraint_parameters",
        "parameters",
        "provenance",
        "table_name",
    )
    leaves = {**rest, **{key: value for key, value in given.items() if key not in outer}}
    leaves.pop("table_name", None)
    from_sdv = named != "type" or bool(set(_FROM_SDV) & set(leaves))
    return (
        str(given.get(named, "")),
        {_FROM_SDV.get(str(key), str(key)): value for key, value in leaves.items()},
        from_sdv,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaves:
    """What is written about a constraint, each leaf read as what it has to be.

    Args:
        given: Leaf -> value, as written.
        place: Which constraint it is, in words.
    """

    given: Mapping[str, Any]
    place: str

    def text(self, key: str) -> str:
        if not isinstance(self.given.get(key), str) or not self.given[key]:
            raise SchemaError(f"The {self.place} has no `{key}`. Give the name of a column.")
        return str(self.given[key])

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.given.get(key)
        if not isinstance(found, list | tuple) or not all(isinstance(each, str) and each for each in found):
            raise SchemaError(f"The {self.place} has no `{key}`. Give a list of names of columns.")
        return tuple(found)

    def truth(self, key: str) -> bool:
        if not isinstance(self.given.get(key, False), bool):
            raise SchemaError(f"The {self.place} has the `{key}` {self.given[key]!r}. Give true or false.")
        return bool(self.given.get(key, False))

    def number(self, key: str) -> float:
        found = self.given.get(key, 0)
        if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < _LARGEST:
            raise SchemaError(f"The {self.place} has no `{key}`. Give a number above 0.")
        return found


def _made(name: str, given: Mapping[str, Any], source: Any, place: str, folder: Path | None) -> Constraint:
    leaves = _Leaves(given=given, place=place)
    match name:
        case "Inequality":
            low, high = leaves.text("low"), leaves.text("high")
            return Inequality(low=low, high=high, strict=leaves.truth("strict"), source=source)
        case "Range":
            columns = {key: leaves.text(key) for key in ("low", "middle", "high")}
            return Range(**columns, strict=leaves.truth("strict"), source=source)
        case "FixedIncrements":
            return FixedIncrements(column=leaves.text("column"), increment=leaves.number("increment"), source=source)
        case "OneHotEncoding":
            return OneHotEncoding(columns=leaves.texts("columns"), source=source)
        case "Sum":
            return Sum(total=leaves.text("total"), parts=leaves.texts("parts"), source=source)
    return _combinations(given, leaves.texts("columns"), leaves.truth("learn"), source, place, folder)


def _combinations(
    leaves: Mapping[str, Any], columns: tuple[str, ...], learn: bool, source: Any, place: str, folder: Path | None
) -> FixedCombinations:
    listed, book = leaves.get("combinations"), leaves.get("codebook")
    if sum((listed is not None, book is not None, learn)) > 1:
        raise SchemaError(f"The {place} has more than one of `combinations`, `codebook` and `learn`. Give one of them.")
    if book is not None:
        listed, source = _codebook(book, columns, place, folder)
    rows = None if listed is None else _rows(listed, columns, place)
    if rows is not None and book is not None:
        rows = tuple(sorted(rows))  # the order of a codebook's lines says nothing that has to be published
    return FixedCombinations(columns=columns, combinations=rows, learn=learn, source=source)


def _rows(listed: Any, columns: tuple[str, ...], place: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(listed, list | tuple):
        raise SchemaError(f"The `combinations` of {place} are no list. Give one list of values for each combination.")
    found: dict[tuple[str, ...], None] = {}
    for each in listed:
        cells = [each.get(name) for name in columns] if isinstance(each, Mapping) else each
        if not isinstance(cells, list | tuple) or any(
            cell is None or isinstance(cell, list | Mapping) for cell in cells
        ):
            raise SchemaError(
                f"A combination of {place} is no list of texts or numbers. Give one value for each of: {', '.join(columns)}. "
                "Missing cells need no combination."
            )
        found.setdefault(tuple(text_of(cell) for cell in cells))
    return tuple(found)


def _codebook(book: Any, columns: tuple[str, ...], place: str, folder: Path | None) -> tuple[list[Any], dict[str, Any]]:
    """Read the combinations of a codebook: CSV or TSV with these columns, or YAML or JSON with a list."""
    if not isinstance(book, str) or folder is None:
        raise SchemaError(
            f"The {place} has the codebook {book!r}, which cannot be looked up here. Give a path beside the schema's file, or "
            "list the `combinations`."
        )
    content, text = read_beside(folder, book)
    source = {"source": "public", "name": Path(book).name, "sha256": hashlib.sha256(content).hexdigest()}
    if Path(book).suffix.lower() in _ROWS:
        return list(rows_of(text, book, columns)), source
    document = document_of(text, book)
    listed = document.get("combinations") if isinstance(document, Mapping) else document
    if not isinstance(listed, list):
        raise SchemaError(
            f"The codebook {shown(book)} is no list of combinations. Write one list of values for each of them, or a CSV with the "
            f"columns: {', '.join(columns)}."
        )
    return listed, source


def constraint_document(constraint: Constraint) -> dict[str, Any]:
    """Return a constraint as plain values, its source included."""
    document: dict[str, Any] = {"type": constraint.type}
    for key in _KEYS[constraint.type]:
        value = getattr(constraint, key, None)
        if key == "combinations" and value is not None:
            value = [list(row) for row in value]
        if value is not None and value is not False:
            document[key] = list(value) if isinstance(value, tuple) else value
    source = constraint.source
    document["provenance"] = dict(source) if isinstance(source, Mapping) else source
    return document
