"""A table's manifest on disk: within Parquet and Arrow files, and beside files that have no room for it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from privsynth._container import read_regular
from privsynth.errors import ArtifactError, UsageError
from privsynth.files import atomic_file, json_text
from privsynth.provenance.model import FORMAT, Provenance
from privsynth.provenance.reading import parsed, unusable
from privsynth.table.source import open_table
from privsynth.table.urls import is_url

MARK = "privsynth"
_ENDING = ".manifest.json"
_PANDAS = b"PANDAS_ATTRS"
_PARQUET, _ARROW = (".parquet", ".pq"), (".arrow", ".feather", ".ipc")
_MOST_BYTES = 4 * 2**20


def sidecar_of(path: Path | str) -> Path:
    """Return where the manifest of a file lies: beside it, `.manifest.json` added to its name."""
    path = Path(path)
    return path.with_name(path.name + _ENDING)


def write_provenance(path: Path | str, provenance: Provenance) -> Path:
    """Write the manifest of a table's file beside it (beside what a link leads to), complete or not at all, in place of an earlier one.

    Args:
        path: The table's file; it need not exist yet.
        provenance: What is said about it.

    Returns:
        Where it was written.

    Raises:
        UsageError: a file that is no manifest of privsynth has that name; it stays as it is.
        ResourceError: the disk is full or broken.
    """
    beside = check_sidecar(path)
    with atomic_file(beside) as temporary:
        temporary.write_text(json_text(provenance.to_json()), encoding="utf-8")
    if beside != sidecar_of(path):
        _forget(sidecar_of(path))
    return beside


def check_sidecar(path: Path | str) -> Path:
    """Return where the manifest of a file is to be written, before any work is done.

    Raises:
        UsageError: what has that name is no manifest of privsynth, and is not overwritten.
    """
    beside = _home_of(path)
    if os.path.lexists(beside) and not _ours(beside):
        raise UsageError(
            f"`{beside}` is there and is no manifest of privsynth, so it is not overwritten. Move it, or name another output."
        )
    return beside


def forget_sidecar(path: Path | str) -> None:
    """Remove the manifest of an earlier table of the same name; a file that is not ours stays."""
    for beside in {_home_of(path), sidecar_of(path)}:
        _forget(beside)


@contextmanager
def kept_on_error(path: Path | str) -> Iterator[None]:
    """Put back the manifest of a table that is not replaced after all (the block raises), so that none speaks of other rows."""
    home = _home_of(path)
    before = home.read_bytes() if _ours(home) else None
    try:
        yield
    except BaseException:
        forget_sidecar(path)
        if before is not None:
            with atomic_file(home) as temporary:
                temporary.write_bytes(before)
        raise


def is_foreign(path: Path | str) -> bool:
    """Return whether a file with content is there that privsynth did not write: nothing says where its rows come from."""
    place = Path(path)
    if not place.is_file() or not place.stat().st_size:
        return False
    try:
        return embedded(place) is None and beside(place) is None
    except ArtifactError:
        return True


def _forget(beside: Path) -> None:
    with suppress(OSError):
        if _ours(beside):
            beside.unlink()


def _home_of(path: Path | str) -> Path:
    """Return where the manifest of a file belongs: beside what a link leads to, whose rows are written and read by other names too."""
    return sidecar_of(os.path.realpath(path) if os.path.islink(path) else path)


def _ours(beside: Path) -> bool:
    try:
        found = parsed(read_regular(beside, _MOST_BYTES, beside), str(beside))
    except ArtifactError:
        return False
    return isinstance(found, dict) and str(found.get("format")).startswith(FORMAT.partition("/")[0] + "/")


def with_provenance(table: Any, provenance: Provenance) -> Any:
    """Return a `pyarrow.Table` whose metadata `privsynth` says where it comes from; its columns are stated as they are."""
    known = {name: said for name, said in (table.schema.metadata or {}).items() if name != MARK.encode()}
    said = replace(provenance, columns=tuple(table.column_names))
    return table.replace_schema_metadata({**known, MARK: json.dumps(said.to_json())})


def provenance_of(metadata: Mapping[Any, Any] | None, where: str = "the table") -> Provenance | None:
    """Return what Arrow metadata or the `attrs` of a frame say, or None where they say nothing.

    Args:
        metadata: Of an Arrow schema (bytes) or of a pandas frame (JSON values).
        where: How messages name the table.

    Raises:
        ArtifactError: it is damaged.
    """
    said = (metadata or {}).get(MARK.encode()) or (metadata or {}).get(MARK)
    where = f"The metadata `{MARK}` of {where}"
    if said is None and _PANDAS in (metadata or {}):  # a frame that pandas wrote
        with suppress(ArtifactError):
            attrs = parsed(bytes((metadata or {})[_PANDAS]), where)
            said = attrs.get(MARK) if isinstance(attrs, dict) else None
    if isinstance(said, bytes):
        said = parsed(said[:_MOST_BYTES], where)
    return None if said is None else Provenance.from_json(said, where=where)


def read_provenance(table: Any) -> Provenance | None:
    """Return what is said about a table, or None where nothing is; no row is looked at.

    Args:
        table: A path (what is within a Parquet or Arrow file comes first, then the manifest beside it), the address of a file or of a
            database's table, or a pandas or Arrow frame.

    Raises:
        ArtifactError: what is said is damaged, or of a newer version; the message says what to do.
        UsageError, SchemaError: as `open_table`, of an address.
    """
    if is_url(table):
        source = open_table(table)
        return None if (origin := source.origin(None)) is None else read_provenance(origin)
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        return embedded(path) or beside(path)
    maker = type(table).__module__.partition(".")[0]
    if maker == "pandas":
        return provenance_of(table.attrs)
    return provenance_of(table.schema.metadata) if maker == "pyarrow" and hasattr(table, "schema") else None


def provenance_for(table: Any, columns: Sequence[str]) -> Provenance | None:
    """Return what is said about a table with these columns: as `read_provenance`, but what lies beside rows must be about such columns.

    A file may have been written over one that a manifest is about, and so may a table of a database. What is within a file or a frame
    came with its rows, whichever columns were left out since.

    Raises:
        ArtifactError: it is damaged, or about other columns.
    """
    if is_url(table):
        origin = open_table(table).origin(None)
        return None if origin is None else provenance_for(origin, columns)
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        if (within := embedded(path)) is not None:
            return within
        found, name, where = beside(path), path.name, f"The manifest {sidecar_of(path).name}"
    else:
        found, name, where = read_provenance(table), "the table", "The manifest that the database has of the table"
        if getattr(table, "num_columns", None) != 0:  # no table without columns, as which a database tells it
            return found
    if found is not None and not found.describes(columns):
        raise ArtifactError(
            f"{where} describes a table with other columns, so it does not belong to {name}. "
            "Remove it if the table is not synthetic, or make the table again."
        )
    return found


def embedded(path: Path) -> Provenance | None:
    """Return what a Parquet or Arrow file says of itself; a file that cannot be opened says nothing here.

    Raises:
        ArtifactError: what it says is damaged.
    """
    name = path.name.lower()
    if not name.endswith(_PARQUET + _ARROW):
        return None
    import pyarrow as pa

    try:
        if name.endswith(_PARQUET):
            import pyarrow.parquet as pq

            schema = pq.read_schema(path)
        else:
            with pa.OSFile(str(path)) as file:
                schema = pa.ipc.open_file(file).schema
    except (pa.ArrowException, OSError):
        return None
    return provenance_of(schema.metadata, path.name)


def beside(path: Path) -> Provenance | None:
    """Return what the manifest beside what a link leads to, or beside the link, says; a file of somebody else's says nothing.

    Raises:
        ArtifactError: it is damaged.
    """
    places = (_home_of(path), sidecar_of(path))
    place = next((each for each in places if os.path.lexists(each)), None)
    if place is None:
        return None
    where = f"The manifest {place.name}"
    try:
        content = read_regular(Path(os.path.realpath(place)), _MOST_BYTES, place)
    except ArtifactError:
        raise unusable(where, f"it is no plain file of at most {_MOST_BYTES // 2**20} MiB") from None
    found = parsed(content, where)
    if isinstance(found, dict) and "format" not in found:
        return None
    return Provenance.from_json(found, where=where)
