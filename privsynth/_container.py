"""The two vessels of a model, a folder or a zip file, read without trust: bounded sizes, known names, plain files."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from privsynth.errors import ArtifactError

MANIFEST, ARRAYS = "manifest.json", "arrays.safetensors"
MAX_BYTES = {MANIFEST: 16 * 2**20, ARRAYS: 2 * 2**30}
_END, _END_BYTES, _FAR_END, _FAR_BYTES = b"PK\x05\x06", 22, b"PK\x06\x07", 20
_MAX_DIRECTORY_BYTES = 4096
_MAX_ZIP_BYTES = sum(MAX_BYTES.values()) + 2**16
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def shown(name: str) -> str:
    """Write a name from a file that nobody vouches for: quoted, escaped, short."""
    return ascii(name[:80])


def read_parts(path: Path) -> dict[str, bytes]:
    """Return the bytes of the manifest and of the arrays of a model folder or zip.

    Raises:
        ArtifactError: it is missing, holds other names, links or devices, is compressed, or is too large.
    """
    try:
        if path.is_dir():
            return _folder_parts(path)
        if path.is_file():
            return _zip_parts(path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ArtifactError(f"The model `{path}` cannot be read ({reason}). Check its permissions.") from None
    raise ArtifactError(f"There is no model at `{path}`. A model is a folder or a .zip file; check the name.")


def read_regular(path: Path, max_bytes: int, whole: Path) -> bytes:
    """Return the bytes of one plain file of at most this size; links, devices and pipes are refused unread.

    Args:
        path: The file.
        max_bytes: More is refused before it is read.
        whole: The artifact that it belongs to, for messages.

    Raises:
        ArtifactError: it is none of that.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ArtifactError(
            f"`{whole}` is no artifact of privsynth: {shown(path.name)} cannot be opened ({reason}). It must be a "
            "plain file; copy the artifact again."
        ) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise _foreign(whole, f"{shown(path.name)} is not a plain file")
    with os.fdopen(handle, "rb") as file:
        return _bounded(file, status.st_size, max_bytes, whole, path.name)


def write_zip(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write files into an uncompressed zip whose bytes depend on nothing but the parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _FIRST_DAY)
            member.create_system, member.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, content)


def _folder_parts(path: Path) -> dict[str, bytes]:
    names = set()
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name not in MAX_BYTES:
                raise _foreign(path, f"it holds the foreign name {shown(entry.name)}")
            names.add(entry.name)
    _all_there(names, path)
    return {name: read_regular(path / name, limit, path) for name, limit in MAX_BYTES.items()}


def _zip_parts(path: Path) -> dict[str, bytes]:
    with path.open("rb") as file:
        _check_end(file, path)
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                for member in members:
                    _check_member(member, path)
                _all_there({member.filename for member in members}, path)
                return {member.filename: _member_bytes(archive, member, path) for member in members}
        except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, struct.error, OverflowError, KeyError):
            raise _foreign(path, "its zip structure is damaged") from None


def _check_end(file: IO[bytes], path: Path) -> None:
    """Look at the end record alone, so that a directory of millions of names is never read."""
    size = file.seek(0, os.SEEK_END)
    if not _END_BYTES <= size <= _MAX_ZIP_BYTES:
        raise _foreign(path, "its size is not that of a model")
    file.seek(max(0, size - _END_BYTES - _FAR_BYTES))
    tail = file.read()
    end = tail[-_END_BYTES:]
    entries, directory_bytes, _, comment_bytes = struct.unpack("<HIIH", end[10:])
    if end[:4] != _END or tail[:4] == _FAR_END or comment_bytes:
        raise _foreign(path, "it does not end as a model zip does")
    if entries != len(MAX_BYTES) or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise _foreign(path, "it does not hold exactly the two files of a model")


def _check_member(member: zipfile.ZipInfo, path: Path) -> None:
    name = member.filename
    if name not in MAX_BYTES or member.orig_filename != name:
        raise _foreign(path, f"it holds the foreign name {shown(name)}")
    if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
        raise _foreign(path, f"{shown(name)} is compressed, which a model never is. Unpack it and name the folder")
    if member.flag_bits & 0x1 or stat.S_IFMT(member.external_attr >> 16) not in {0, stat.S_IFREG}:
        raise _foreign(path, f"{shown(name)} is encrypted or not a plain file")


def _member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    with archive.open(member) as file:
        return _bounded(file, member.file_size, MAX_BYTES[member.filename], path, member.filename)


def _bounded(file: IO[bytes], stated_bytes: int, max_bytes: int, whole: Path, name: str) -> bytes:
    if stated_bytes > max_bytes:
        raise _foreign(whole, f"{shown(name)} is larger than {max_bytes // 2**20} MiB")
    content = file.read(stated_bytes + 1)
    if len(content) != stated_bytes:
        raise _foreign(whole, f"{shown(name)} does not have the size that is stated for it")
    return content


def _all_there(names: set[str], path: Path) -> None:
    if missing := sorted(MAX_BYTES.keys() - names):
        raise _foreign(path, f"`{missing[0]}` is missing")


def _foreign(path: Path, what: str) -> ArtifactError:
    return ArtifactError(
        f"`{path}` is no model or release of privsynth: {what}. Nothing of it was used. Copy it again from its "
        "source, or make it again."
    )
