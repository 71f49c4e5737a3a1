"""The file under the ledger: SQLite, appended to and never rewritten."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from privsynth._chain import COLUMNS, KEPT, START, Entry, broken_links, miscounted
from privsynth.errors import ArtifactError, PrivsynthError, ResourceError, UsageError
from privsynth.files import temporary_beside

WAIT_SECONDS = 30.0
_MOUNTS = Path("/proc/self/mounts")
_APPLICATION = 0x70735F6C  # "ps_l", so that another program's SQLite file is told apart
_VERSION = 1
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "ceph", "glusterfs", "lustre"}
_RESOURCES = {
    sqlite3.SQLITE_FULL: "the disk or the quota is full",
    sqlite3.SQLITE_IOERR: "the disk refused, is full or is broken",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder cannot be opened for writing",
    sqlite3.SQLITE_PERM: "permission is denied",
    sqlite3.SQLITE_NOMEM: "memory ran out",
    sqlite3.SQLITE_BUSY: f"another program held it for {WAIT_SECONDS:g} seconds",
    sqlite3.SQLITE_LOCKED: f"another program held it for {WAIT_SECONDS:g} seconds",
}
_NUMBERED = ("line", "id")
_CREATE = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
CREATE TABLE entry ({", ".join(f"{n} {'INTEGER' if n in _NUMBERED else 'TEXT'} NOT NULL" for n in COLUMNS)},
                    PRIMARY KEY (line), UNIQUE (prev_hash), UNIQUE (hash));
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is only appended to'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the ledger is only appended to'); END;
"""
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM entry ORDER BY line"  # noqa: S608 - constants only
_INSERT = f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


class Chain:
    """All lines as one transaction sees them; what is appended is on disk when the transaction has ended well."""

    def __init__(self, connection: sqlite3.Connection, lines: list[Entry]) -> None:
        self._connection = connection
        self.lines = lines

    def append(self, **content: Any) -> Entry:
        """Add a line; position, day and hashes are filled in."""
        before = self.lines[-1].hash if self.lines else START
        entry = Entry(line=len(self.lines) + 1, at=str(datetime.now(UTC).date()), prev_hash=before, **content)
        entry = replace(entry, hash=entry.digest())
        self._connection.execute(_INSERT, tuple(getattr(entry, name) for name in COLUMNS))
        self.lines.append(entry)
        return entry

    def move(self, old: Entry, *, state: str, release_digest: str) -> Entry:
        """Add a line that is `old` in a newer state."""
        return self.append(**{name: getattr(old, name) for name in KEPT}, state=state, release_digest=release_digest)


class ChainFile:
    """The SQLite file of a chain. Each use opens it, acts and closes it; nothing is kept in memory.

    Args:
        path: The file.
        allow_network: Write it on a network file system too, where SQLite cannot keep two writers apart.
    """

    def __init__(self, path: Path, *, allow_network: bool = False) -> None:
        self.path = path
        self._allow_network = allow_network

    @contextmanager
    def appending(self) -> Iterator[Chain]:
        """Yield the checked chain inside one exclusive transaction, durable when the block ends well, else undone.

        Raises:
            ArtifactError: the file is damaged, altered or not a ledger.
            ResourceError: the disk is full, read-only, or the file was held by others for too long.
        """
        with self._told():
            self._create()
            with self._connected() as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield Chain(connection, self._checked(connection))
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        with suppress(sqlite3.Error):
                            connection.rollback()
                    raise

    def lines(self) -> list[Entry]:
        """Return the lines of an unbroken chain; none where there is no file."""
        if not self.exists():
            return []
        with self._told(), self._connected() as connection:
            return self._checked(connection)

    def exists(self) -> bool:
        """Say whether there is a file."""
        with self._told():
            return self.path.exists()

    def inspect(self) -> list[Entry]:
        """Return the lines as they are, broken or not, after SQLite's own check of the whole file."""
        with self._told(), self._connected() as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise ArtifactError(_damaged(self.path))
            return self._read(connection)

    def _checked(self, connection: sqlite3.Connection) -> list[Entry]:
        lines = self._read(connection)
        problems = broken_links(lines) or [told for entry in lines if (told := miscounted(entry, accounted=False))]
        if problems:
            raise ArtifactError(
                f"The ledger `{self.path}` was altered. {problems[0]} Nothing is granted on it: restore a copy, "
                "and see `privsynth ledger verify`."
            )
        return lines

    def _read(self, connection: sqlite3.Connection) -> list[Entry]:
        rows = connection.execute(_SELECT).fetchall()
        if not all(_well_typed(row) for row in rows):
            raise ArtifactError(_damaged(self.path))
        return [Entry(**dict(zip(COLUMNS, row, strict=True))) for row in rows]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        name = f"file:{quote(os.path.abspath(self.path))}?mode=rw"
        with closing(sqlite3.connect(name, uri=True, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
            # EXTRA is FULL and also syncs the folder after the rollback journal is gone: without that, a power cut
            # right after a commit can bring the journal back and undo a spend that was acknowledged.
            connection.execute("PRAGMA synchronous = EXTRA")
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if application != _APPLICATION:
                raise ArtifactError(
                    f"`{self.path}` is not a ledger of privsynth: empty, or another program's file. Name another file, "
                    "or restore the ledger from a copy."
                )
            if version > _VERSION:
                raise ArtifactError(f"The ledger `{self.path}` has the newer form {version}. Use a newer privsynth.")
            yield connection

    def _create(self) -> None:
        """Make the file complete under another name and link it: an empty ledger file is always a damaged one."""
        if self.path.exists():
            return
        if not self._allow_network and (system := _network(self.path)):
            raise UsageError(
                f"The ledger `{self.path}` would lie on a network disk ({system}), where two programs could spend the "
                "same budget. Name a file on a local disk (--ledger or PRIVSYNTH_LEDGER)."
            )
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = temporary_beside(self.path)
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                connection.executescript(_CREATE)
            with suppress(FileExistsError):  # another program was first: its file counts
                os.link(temporary, self.path)
        finally:
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the errors of SQLite and of the system into ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise _translated(error, self.path) from None
        except UnicodeError:  # SQLite quotes the bytes of a damaged file in its message, and Python fails on them
            raise ArtifactError(_damaged(self.path)) from None
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            raise _unusable(self.path, reason) from None


def _well_typed(row: Sequence[object]) -> bool:
    return all(type(value) is (int if name in _NUMBERED else str) for name, value in zip(COLUMNS, row, strict=True))


def _translated(error: sqlite3.Error, path: Path) -> PrivsynthError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _RESOURCES:
        return _unusable(path, _RESOURCES[code])
    return ArtifactError(_damaged(path))


def _unusable(path: Path, reason: str) -> ResourceError:
    return ResourceError(
        f"The ledger `{path}` cannot be used: {reason}. Nothing was granted. Free it, or name a file elsewhere "
        "(--ledger or PRIVSYNTH_LEDGER)."
    )


def _damaged(path: Path) -> str:
    return (
        f"The ledger `{path}` is damaged or is not a ledger of privsynth. Nothing is granted on it. Restore it from "
        "a copy; a new ledger would forget what was spent."
    )


def _network(path: Path) -> str | None:
    """Return the kind of network file system that holds a path, or None for a local or unknown one."""
    try:
        mounts = [line.split()[1:3] for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return None
    real, longest, system = os.path.realpath(path), 0, ""
    for point, kind in mounts:
        point = point.replace("\\040", " ")
        if len(point) >= longest and os.path.commonpath([real, point]) == point:
            longest, system = len(point), kind
    return system if system in _NETWORK else None
