"""Small files of text that somebody else may have written: schemas, declarations, rules, and the codebooks beside them.

A codebook is public, and what it lists leaves with the model. So a schema may name only what lies in its own folder or below, and that
is no link: a schema that was handed over cannot point to a private file elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from privsynth.errors import SchemaError

MAX_BYTES = 16_000_000
_BOOKS = ("codebook", "hierarchy")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def text_of(value: Any) -> str:
    """Return a value of a file as the text that a table would have: `true`, `false`, a date as ISO."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def read_bytes(path: Path, *, links: bool = True) -> bytes:
    """Return the content of a plain file of at most 16 MB; devices and pipes are refused unread.

    Args:
        path: The file.
        links: Follow a link.

    Raises:
        SchemaError: it is none of that, or cannot be read; the message holds nothing of its content.
    """
    try:
        handle = os.open(path, _FLAGS | (0 if links else _NO_LINK))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise SchemaError(f"{shown(path)} is not a plain file. Give the path of one.")
            with open(handle, "rb", closefd=False) as file:
                content = file.read(MAX_BYTES + 1)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise SchemaError(f"There is no file {shown(path)}. Check the path.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path is none"
        raise SchemaError(f"The file {shown(path)} cannot be read ({why}). Check the path and its rights.") from None
    if len(content) > MAX_BYTES:
        raise SchemaError(
            f"The file {shown(path)} is larger than 16 MB. Leave out what is not needed, or check the path."
        )
    return content


def shown(path: Path | str) -> str:
    """Write a path that nobody vouches for without the signs that a terminal obeys."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))


def read_text(path: Path, *, links: bool = True) -> str:
    """Return the text of such a file; see `read_bytes`.

    Raises:
        SchemaError: as `read_bytes`, or it is not UTF-8.
    """
    return _decoded(read_bytes(path, links=links), path)


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SchemaError(f"The file {shown(path)} is not readable as UTF-8 text. Convert it.") from None


def read_beside(folder: Path, name: str) -> tuple[bytes, str]:
    """Return the content and the text of a codebook in the folder of a schema or below.

    Args:
        folder: Where the schema lies.
        name: The path of the codebook, relative to that folder.

    Raises:
        SchemaError: it lies elsewhere, or there is a link on the way, or it is no plain file of text of at most 16 MB.
    """
    path = folder / name
    if not _is_within(folder, name):
        raise SchemaError(
            f"The codebook {shown(name)} does not lie beside the schema. What a codebook lists is published with the model, so it has to "
            "be a file in the schema's folder or below, and no link. Copy it there if it is public."
        )
    content = read_bytes(path, links=False)
    return content, _decoded(content, path)


def _is_within(folder: Path, name: str) -> bool:
    pure = PurePosixPath(name), PureWindowsPath(name)
    if any(each.anchor or ".." in each.parts for each in pure) or not pure[0].parts or "\x00" in name:
        return False
    return os.path.realpath(folder / name) == os.path.join(os.path.realpath(folder), *Path(name).parts)


def books_of(document: Any, folder: Path | None) -> tuple[str, ...]:
    """Return the files that a schema or a declaration names as codebooks, as absolute paths.

    Args:
        document: As plain values.
        folder: Where it lies; None where no file may be read.
    """
    if folder is None:
        return ()
    return tuple(sorted({os.path.abspath(folder / name) for name in _named(document)}))


def _named(document: Any) -> Iterator[str]:
    rest = [document]
    while rest:
        each = rest.pop()
        if isinstance(each, Mapping):
            yield from (value for key, value in each.items() if key in _BOOKS and isinstance(value, str))
        if isinstance(each, Mapping | list | tuple):
            rest.extend(each.values() if isinstance(each, Mapping) else each)


def rows_of(text: str, name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of some columns of a codebook as CSV (TSV by its name), row by row; rows without one of them are left out.

    Raises:
        SchemaError: it lacks a column, or is no CSV; the message holds nothing of its content.
    """
    reader = csv.reader(io.StringIO(text), delimiter="\t" if name.lower().endswith(".tsv") else ",")
    try:
        header = next(reader, [])
        for column in columns:
            if column not in header:
                raise SchemaError(
                    f"The codebook {shown(name)} has no column `{column}`. Its first line has to name: {', '.join(columns)}."
                )
        places = [header.index(column) for column in columns]
        for row in reader:
            cells = tuple(row[place] if place < len(row) else "" for place in places)
            if all(cells):
                yield cells
    except csv.Error:
        raise SchemaError(
            f"The codebook {shown(name)} is no CSV: a quote is not closed, or a cell is too long. Correct it."
        ) from None


def document_of(text: str, path: Path | str) -> Any:
    """Read YAML, or JSON by its name, into plain values.

    Raises:
        SchemaError: it is neither, or uses YAML's anchors and aliases, by which a few lines stand for gigabytes.
    """
    import yaml

    try:
        return json.loads(text) if str(path).endswith(".json") else _plain_loader()(text).get_single_data()
    except (ValueError, RecursionError, OverflowError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        place = f" at line {where.line + 1}" if where is not None else ""
        why = f": {error.problem}" if isinstance(error, yaml.composer.ComposerError) else ""
        raise SchemaError(f"The file {shown(path)} is not readable as YAML or JSON{place}{why}. Correct it.") from None


def _plain_loader() -> Any:
    """Return PyYAML's safe loader without anchors and aliases."""
    import yaml

    class PlainLoader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            if getattr(event, "anchor", None) is not None:
                what = "anchors (&) and aliases (*) are not read; write the values out"
                raise yaml.composer.ComposerError(None, None, what, event.start_mark)
            return super().compose_node(parent, index)

    return PlainLoader
