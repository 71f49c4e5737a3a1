"""CSV and TSV files: the header, the checks that no cell can change, and the SQL that reads them as text."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from privsynth.errors import SchemaError
from privsynth.table.sql import literal

MAX_LINE_BYTES = 16_000_000
_BUFFER_BYTES = 2 * MAX_LINE_BYTES
_HEADER_BYTES = 1 << 20
_CHUNK_BYTES = 8 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_header(path: Path, codec: str) -> tuple[list[str], str]:
    """Read the first record of a file, and no byte after its line.

    Returns:
        The column names and the delimiter: a tab for .tsv, else the most frequent of comma, semicolon, tab and bar.

    Raises:
        SchemaError: it is empty, no text, or has no complete header.
    """
    with _explained(path), _opened(path) as stream:
        data = _first_record(stream, path.name)
        _check_bytes(data, path.name)
        text = codecs.getincrementaldecoder(codec)().decode(data, final=True).lstrip("\ufeff").rstrip("\r\n")
    if not text.strip():
        raise SchemaError(f"{path.name} is empty. A table needs a header line with column names.")
    delimiter = "\t" if path.name.lower().endswith((".tsv", ".tsv.gz")) else _delimiter(text)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)), delimiter
    except csv.Error:
        raise SchemaError(
            f"The header of {path.name} has a quote or a line end in the wrong place. Repair the file."
        ) from None


def _first_record(stream: IO[bytes], name: str) -> bytes:
    """Read lines until their quotes balance: a quoted column name may hold line ends."""
    data = stream.readline(_HEADER_BYTES)
    while data.count(b'"') % 2:
        more = stream.readline(_HEADER_BYTES)
        if not more or len(data) > _HEADER_BYTES:
            raise SchemaError(f"The header of {name} has a quote that is never closed. Repair the file.")
        data += more
    if len(data) >= _HEADER_BYTES:
        raise SchemaError(
            f"The header of {name} is longer than 1 MB. Are its line ends LF or CRLF? Write the file again with such "
            "line ends."
        )
    return data


def _delimiter(header: str) -> str:
    line = re.sub(r'"[^"]*"', "", header)
    return max((",", ";", "\t", "|"), key=line.count)


def reader_sql(path: Path, names: Sequence[str], delimiter: str, codec: str) -> str:
    """Return SQL of the table function that reads the file as text."""
    columns = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    options = (
        f"columns={columns}, header=true, auto_detect=false, delim={literal(delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, null_padding=false, nullstr='', encoding={literal(codec)}, max_line_size={MAX_LINE_BYTES}, "
        f"buffer_size={_BUFFER_BYTES}"
    )
    return f"read_csv({pattern(path)}, {options})"


def pattern(path: Path) -> str:
    """Return an SQL literal that matches this path only; DuckDB reads `*`, `?` and `[` in a path as a pattern."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def check_text(path: Path, codec: str) -> None:
    """Check what no cell can change: encoding, NUL bytes, balanced quotes, a whole .gz.

    Raises:
        SchemaError: with what to do and without any cell.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    quotes = 0
    with _explained(path), _opened(path) as stream:
        for chunk in iter(lambda: stream.read(_CHUNK_BYTES), b""):
            if b"\x00" in chunk:
                raise SchemaError(f"{path.name} has a NUL byte: it is no text file, or it was damaged. Write it again.")
            quotes += chunk.count(b'"')
            if not (chunk.isascii() and decoder.getstate()[0] == b""):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    if quotes % 2:
        raise SchemaError(f"{path.name} has an unbalanced quote: a cell was opened and never closed. Repair the file.")


def _check_bytes(data: bytes, name: str) -> None:
    if data[:2] in _UTF16 or 3 * data.count(b"\x00") > len(data):
        raise SchemaError(f"{name} is UTF-16 text. Save it as UTF-8.")
    if b"\x00" in data:
        raise SchemaError(f"{name} has a NUL byte: it is no text file, or it was damaged. Write it again.")
    if b"\r" in data.rstrip(b"\r\n"):
        raise SchemaError(f"{name} ends its lines with CR alone, or has a CR in its header. Write it with LF or CRLF.")


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn errors of decoding and unpacking, which quote bytes, into ours, which do not."""
    try:
        yield
    except UnicodeDecodeError:
        raise SchemaError(
            f"{path.name} is not valid UTF-8 text. Convert it, or name its encoding with --encoding latin-1."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SchemaError(f"{path.name} is a truncated or damaged gzip file. Copy or write it again.") from None
