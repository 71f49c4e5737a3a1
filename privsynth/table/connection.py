"""DuckDB as it is used here: in memory, without extensions, and with errors that quote no cell."""

from __future__ import annotations

import atexit
import functools
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from privsynth.errors import PrivsynthError, ResourceError, SchemaError

if TYPE_CHECKING:
    import duckdb


@functools.cache
def spill_folder() -> str:
    """Return this process's folder of mode 0700, which is removed when the process ends."""
    folder = tempfile.mkdtemp(prefix="privsynth-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def configuration() -> dict[str, str | bool | int | float | list[str]]:
    """Return how every DuckDB is set: no extension is loaded, and what it spills is encrypted, in a folder of mode 0700."""
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_file_encryption": "true",
        "temp_directory": spill_folder(),
    }


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that loads no extension, and spills encrypted, into a folder of mode 0700, or not at all (DuckDB 2.0)."""
    import duckdb

    connection = duckdb.connect(config=configuration())
    connection.execute("SET enable_progress_bar=false")
    # It makes a join of a long `IN (...)`, and a join's rows come in any order: answers are in row order (`Source.arrow`).
    connection.execute("SET disabled_optimizers='in_clause'")
    return connection


@contextmanager
def without_cells(where: str) -> Iterator[None]:
    """Turn errors of the reader, which quote cells, into ours, which do not."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise _translated(str(error), where) from None
    except OSError as error:  # pyarrow's of a DuckDB error while batches are taken
        raise _translated(str(error), where) from None
    except RuntimeError as error:
        if "interrupted" in str(error).lower():  # DuckDB says so in place of what a signal's handler raised
            raise KeyboardInterrupt from None
        raise


def _translated(text: str, where: str) -> PrivsynthError:
    place = _place(text, where)
    said = re.split(r"\nPossible (?:fixes|Solution)", text)[0].strip()
    lower = (said.splitlines() or [""])[
        -1 if "Original Line" in said else 0
    ].lower()  # the lines between are the table's
    if "no space left" in lower or "out of memory" in lower or "crypto module" in lower:  # of a spill
        return ResourceError(f"There was not enough disk or memory while reading {where}. Free some and run it again.")
    if "unicode" in lower or "utf" in lower or "encod" in lower:
        return SchemaError(
            f"{place} is not valid UTF-8 text. Convert it, or name its encoding with --encoding latin-1."
        )
    if "column" in lower and ("expected" in lower or "number of" in lower):
        return SchemaError(
            f"{place} has more or fewer cells than the header: the table is ragged or was cut off. Repair the file."
        )
    if "quote" in lower:
        return SchemaError(f"{place} has a quote that is not closed or not escaped. Repair the file.")
    if "maximum line size" in lower:
        return SchemaError(
            f"{place} is longer than 16 MB. Is a quote missing? Repair the file, or leave such a column out."
        )
    if "state machine" in lower:
        return SchemaError(
            f"{where} is no regular CSV: it mixes line ends (LF and CRLF), or has a quote in the wrong place. "
            "Write it again."
        )
    return SchemaError(
        f"{place} could not be read as a table. Check that the file is whole and of the type that its name says."
    )


def _place(text: str, where: str) -> str:
    if found := re.search(r"CSV Error on Line: (\d+)", text):
        return f"{where}, line {found[1]}"
    if found := re.search(r"at byte \d+ in line (\d+)", text):  # of JSON; DuckDB counts one too many
        return f"{where}, line {max(int(found[1]) - 1, 1)}"
    return where
