"""Public groups of labels: the chapter of a diagnosis code, the sector of an industry code.

A column with hundreds of labels has few rows of most of them, and noise drowns these one by one; their groups are large enough
to be seen. A hierarchy is a public fact about labels and costs nothing. It is written as

- the name of a codebook that is part of this package (`CODEBOOKS`);
- `prefix:N`: labels with the same first N letters and digits are of one group;
- a mapping from group to labels or ranges: `{circulatory: ["390-459", "785"], eye: ["H00-H59"]}`. A range is two whole numbers, and
  holds labels whose whole part is between them; or two codes of one length, and holds labels that begin with a code between
  them. A label that is listed by itself goes first;
- in a schema file, the path of a file beside it: a CSV with the columns `code,parent`, or of a YAML or JSON with such a mapping.

Labels of no group are of the group `other`, which comes last.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from privsynth.errors import SchemaError
from privsynth.tableschema.plain_file import document_of, read_beside, rows_of, shown

if TYPE_CHECKING:
    from privsynth.tableschema.model import Field

Ints = npt.NDArray[np.int64]
Groups = Mapping[str, Sequence[str]]
Hierarchy = str | Groups
CODEBOOKS = ("atc", "icd10", "icd9cm", "nace", "naics")
OTHER = "other"
_LONGEST_PREFIX = 20
_SUFFIXES = (".csv", ".tsv", ".yaml", ".yml", ".json")
_PREFIX = re.compile(r"prefix:([0-9]{1,2})")
_RANGE = re.compile(r"([A-Za-z]*[0-9]*[A-Za-z]?)-([A-Za-z]*[0-9]*[A-Za-z]?)")


def parents_of(field: Field) -> Ints | None:
    """Return int64[size], the number of the group of every label of a field, or None where it has no hierarchy or no labels."""
    found = _grouped(field)
    return None if found is None else found[0]


def group_names(field: Field) -> tuple[str, ...]:
    """Return the names of a field's groups by number; none where it has no hierarchy or no labels."""
    found = _grouped(field)
    return () if found is None else found[1]


def checked_hierarchy(hierarchy: Any, name: str) -> Hierarchy:
    """Return the hierarchy of a field if it can be used.

    Args:
        hierarchy: A codebook's name, `prefix:N`, or a mapping from group to labels and ranges.
        name: The field, for messages.

    Raises:
        SchemaError: it is none of these.
    """
    if isinstance(hierarchy, str):
        prefix = _PREFIX.fullmatch(hierarchy)
        if hierarchy in CODEBOOKS or (prefix and 1 <= int(prefix[1]) <= _LONGEST_PREFIX):
            return hierarchy
        raise SchemaError(
            f"Field `{name}` has the hierarchy {hierarchy!r}, which is no codebook. Use one of: {', '.join(CODEBOOKS)}; "
            "`prefix:N`; a mapping from group to labels; or, in a schema file, the path of a CSV beside it."
        )
    if not isinstance(hierarchy, Mapping) or not hierarchy:
        raise SchemaError(
            f"The hierarchy of `{name}` is no mapping from group to labels. Write it as `group: [labels]`."
        )
    return {str(group): _items(items, str(group), name) for group, items in hierarchy.items()}


def _items(items: Any, group: str, name: str) -> tuple[str, ...]:
    if (
        not isinstance(items, list | tuple)
        or not items
        or any(isinstance(v, Mapping | list) or v is None for v in items)
    ):
        raise SchemaError(
            f"The group {group!r} in the hierarchy of `{name}` has no list of labels or ranges. Write one."
        )
    texts = tuple(str(item) for item in items)
    for text in texts:
        found = _RANGE.fullmatch(text)
        if found and found[1] and found[2] and _ends(found[1], found[2]) is None:
            raise SchemaError(
                f"The group {group!r} in the hierarchy of `{name}` has the range {text!r}, whose ends differ in length or are in "
                "the wrong order. Write it as two codes of one length, such as 390-459 or A00-B99."
            )
    return texts


def read_hierarchy(path: str, folder: Path, name: str) -> tuple[Groups, dict[str, str]]:
    """Read a codebook beside a schema file.

    Args:
        path: A CSV or TSV with the columns `code,parent`, or a YAML or JSON with a mapping from group to labels and ranges.
        folder: Where the schema lies.
        name: The field, for messages.

    Returns:
        The mapping, and its source with name and digest.

    Raises:
        SchemaError: the file cannot be read or has another form.
    """
    content, text = read_beside(folder, path)
    source = {"source": "public", "name": Path(path).name, "sha256": hashlib.sha256(content).hexdigest()}
    if Path(path).suffix.lower() in (".csv", ".tsv"):
        return _from_rows(text, path), source
    found = document_of(text, path)
    if not isinstance(found, Mapping):
        raise SchemaError(
            f"The codebook {shown(path)} is no mapping from group to labels. Write it as `group: [labels]`."
        )
    return cast(Groups, checked_hierarchy(found, name)), source


def _from_rows(text: str, path: str) -> Groups:
    found: dict[str, dict[str, None]] = {}
    for code, parent in rows_of(text, path, ("code", "parent")):
        found.setdefault(parent, {})[code] = None
    if not found:
        raise SchemaError(f"The codebook {shown(path)} lists no code. Give it one line a code.")
    return {parent: tuple(codes) for parent, codes in found.items()}


def found_hierarchy(given: Any, folder: Path | None, name: str) -> tuple[Hierarchy | None, dict[str, Any]]:
    """Return the hierarchy that a file states of a field, and its provenance where it is not the file itself.

    Args:
        given: A codebook's name, `prefix:N`, a path, a mapping, or None.
        folder: Where codebooks lie; None where no file may be read.
        name: The field, for messages.

    Returns:
        The hierarchy, and `{"hierarchy": source}` of a codebook, else an empty mapping.
    """
    if given is None:
        return None, {}
    if isinstance(given, str) and folder is not None and Path(given).suffix.lower() in _SUFFIXES:
        groups, source = read_hierarchy(given, folder, name)
        return groups, {"hierarchy": source}
    if isinstance(given, str) and given in CODEBOOKS:
        return given, {
            "hierarchy": {"source": "public", "name": given, "sha256": hashlib.sha256(_content(given)).hexdigest()}
        }
    return checked_hierarchy(given, name), {}


def hierarchy_document(hierarchy: Hierarchy | None) -> str | dict[str, list[str]] | None:
    """Return a hierarchy as plain values."""
    if hierarchy is None or isinstance(hierarchy, str):
        return hierarchy
    return {group: list(items) for group, items in hierarchy.items()}


def codebook(name: str) -> dict[str, Any]:
    """Return a codebook of this package: `title`, `source` and `groups`."""
    return dict(json.loads(_content(name)))


@functools.cache
def _content(name: str) -> bytes:
    return (files("privsynth.tableschema") / "codebooks" / f"{name}.json").read_bytes()


def _grouped(field: Field) -> tuple[Ints, tuple[str, ...]] | None:
    if field.hierarchy is None or field.enum is None:
        return None
    if isinstance(field.hierarchy, str) and field.hierarchy not in CODEBOOKS:
        names = _prefixes(field.enum, int(field.hierarchy.partition(":")[2]))
    elif isinstance(field.hierarchy, str):
        book = codebook(field.hierarchy)
        names = _listed(field.enum, book["groups"], int(book["digits"]))
    else:
        names = _listed(field.enum, field.hierarchy, 0)
    order = [name for name in dict.fromkeys(names) if name is not None]
    if isinstance(field.hierarchy, Mapping) or field.hierarchy in CODEBOOKS:
        groups = field.hierarchy if isinstance(field.hierarchy, Mapping) else codebook(field.hierarchy)["groups"]
        order = [name for name in groups if name in set(order)]
    number = {name: place for place, name in enumerate(order)}
    parents = np.array([len(order) if name is None else number[name] for name in names], dtype=np.int64)
    return parents, (*order, OTHER) if None in names else tuple(order)


def _prefixes(labels: Sequence[str], length: int) -> list[str | None]:
    """Return the first letters and digits of every label, in capitals; None for a label that is shorter."""
    texts = (re.sub(r"[^0-9A-Za-z]", "", label).upper() for label in labels)
    return [text[:length] if len(text) >= length else None for text in texts]


def _listed(labels: Sequence[str], groups: Groups, digits: int) -> list[str | None]:
    """Return the group of every label: that which lists it, else the first that has a range around it, else None."""
    from privsynth.tableschema.model import canonical_label

    alone = {canonical_label(item): group for group, items in reversed(list(groups.items())) for item in items}
    ranges = [(*ends, group) for group, items in groups.items() for item in items if (ends := _range(item)) is not None]
    found: list[str | None] = []
    for label in labels:
        group = alone.get(canonical_label(label))
        if group is None:
            code = _code(label, digits)
            group = next((each for low, high, each in ranges if _within(code, low, high, by_value=not digits)), None)
        found.append(group)
    return found


def _range(item: str) -> tuple[str, str] | None:
    found = _RANGE.fullmatch(item)
    return _ends(found[1].upper(), found[2].upper()) if found and found[1] and found[2] else None


def _ends(low: str, high: str) -> tuple[str, str] | None:
    """Return the ends of a range if it is one: codes of one length, or whole numbers, in order."""
    if low.isdigit() and high.isdigit():
        return (low, high) if int(low) <= int(high) else None
    return (low, high) if len(low) == len(high) and low <= high and low.isdigit() == high.isdigit() else None


def _code(label: str, digits: int) -> str:
    """Return a label in capitals; a number that lost its leading zeros gets them back, to so many digits before the point."""
    text = label.strip().upper()
    whole, point, rest = text.partition(".")
    return f"{whole.zfill(digits)}{point}{rest}" if digits and whole.isdigit() else text


def _within(code: str, low: str, high: str, *, by_value: bool) -> bool:
    """Whether a code begins with one between two others, or, where ends are numbers `by_value`, its whole part is between them."""
    if by_value and low.isdigit():
        whole = code.partition(".")[0]
        return whole.isdecimal() and int(low) <= int(whole) <= int(high)
    return low <= code[: len(low)] <= high and code[:1].isdigit() == low[:1].isdigit() and len(code) >= len(low)
