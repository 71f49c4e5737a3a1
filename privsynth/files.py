"""Files and folders that are complete or absent: written under a temporary name beside, synced, renamed last."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from privsynth.errors import PrivsynthError, ResourceError, UsageError

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
TEMPORARY = ".tmp-"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_BROKEN = {errno.EIO, errno.EROFS, errno.ENOMEM, errno.EMFILE, errno.ENFILE}
_USAGE = {
    errno.EACCES: "Permission is denied. Choose a place where you may write",
    errno.EPERM: "Permission is denied. Choose a place where you may write",
    errno.ENOENT: "A folder on the way does not exist. Create it first",
    errno.ENOTDIR: "A file stands where a folder is needed. Choose another place",
    errno.EISDIR: "A folder stands where a file is needed. Choose another name",
    errno.EEXIST: "The name was taken meanwhile. Choose another name, or remove what is there",
    errno.ENOTEMPTY: "The name was taken meanwhile. Choose another name, or remove what is there",
    errno.ENAMETOOLONG: "The name is too long. Choose a shorter one",
}


def json_text(document: Any) -> str:
    """Return JSON values as every file and every output of ours has them: one line for each entry, never NaN."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def refusal(error: OSError, path: Path) -> PrivsynthError | None:
    """Say an operating system's error in our words, or return None where it is not about room or permission.

    Args:
        error: What was raised while `path` was written.
        path: The output that was asked for (never a temporary name).

    Returns:
        ResourceError (disk full, broken or read-only) or UsageError (permission, a missing folder), not raised.
    """
    if error.errno in _FULL:
        return ResourceError(
            f"The disk or the quota is full. `{path}` was not written and nothing was left behind. "
            "Free some room or choose another disk, then run it again."
        )
    if error.errno in _BROKEN:
        reason = os.strerror(error.errno)
        return ResourceError(f"The system could not write `{path}` ({reason}). Choose another disk, then run it again.")
    if error.errno in _USAGE:
        return UsageError(f"`{path}` could not be written. {_USAGE[error.errno]}.")
    return None


@contextmanager
def atomic_file(path: Path, *, private: bool = False, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it is synced and renamed to `path`.

    Whatever is raised in the block (an interrupt included), the temporary file is removed and an earlier `path` stays
    as it was. A device or a pipe is written directly. The temporary name ends like `path`, so that writers that go by
    the ending work.

    Args:
        path: The file to write; a link is followed.
        private: Give it mode 0600 from the first byte on.
        replace: Replace an existing file; otherwise refuse it.

    Raises:
        UsageError: it exists (with `replace=False`), is a folder, or cannot be written there.
        ResourceError: the disk or the quota is full, or the disk is broken.
    """
    path = Path(path)
    with _explained(path):
        if _special(path):
            yield path
            return
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise UsageError(f"`{path}` is a folder, and a file is to be written there. Add a file name to it.")
        if _exists(path) and not replace:
            raise _taken(path)
        temporary = temporary_beside(target)
        with _removed_on_error(temporary, _unlink):
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE if private else 0o666))
            yield temporary
            if private:
                temporary.chmod(PRIVATE_FILE)
            _sync(temporary)
            _rename_file(temporary, target, replace=replace)
        _sync(target.parent)


@contextmanager
def atomic_folder(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a new temporary folder beside `path`; when the block ends well all of it is synced and renamed to `path`.

    Whatever is raised in the block (an interrupt included), the temporary folder is removed and `path` does not exist.

    Args:
        path: The folder to make; its parent must exist.
        private: Give it and what it holds modes 0700 and 0600; the folder itself from the start on.

    Raises:
        UsageError: it exists, or cannot be written there.
        ResourceError: the disk or the quota is full, or the disk is broken.
    """
    path = Path(os.path.abspath(path))
    with _explained(path):
        if _exists(path):
            raise _taken(path)
        temporary = temporary_beside(path)
        with _removed_on_error(temporary, _remove_tree):
            os.mkdir(temporary, PRIVATE_FOLDER if private else 0o777)
            yield temporary
            _settle_tree(temporary, private=private)
            os.rename(temporary, path)
        _sync(path.parent)


def _exists(path: Path) -> bool:
    """Say whether the name is taken, by a dangling link too; a name that the disk cannot hold raises OSError."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True


def _taken(path: Path) -> UsageError:
    return UsageError(f"`{path}` exists already. It is never overwritten. Choose another name, or remove it first.")


def _special(path: Path) -> bool:
    """Say whether this is a device, a pipe or a socket: nothing that can be renamed over."""
    with suppress(OSError):
        mode = path.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def temporary_beside(path: Path) -> Path:
    """Return a new name in the same folder; it begins with `TEMPORARY` and ends like `path`."""
    # The last 60 characters keep every ending and stay under the 255 bytes of a name; no randomness is needed.
    return path.with_name(
        f"{TEMPORARY}{os.getpid()}-{threading.get_native_id()}-{time.monotonic_ns():x}-{path.name[-60:]}"
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = refusal(error, path)
        if told is None or (isinstance(told, UsageError) and not _concerns(error, path)):
            raise
        raise told from None


def _concerns(error: OSError, path: Path) -> bool:
    """Say whether an error is about this output: a missing input that the block reads is not a wrong output."""
    named = error.filename
    return not isinstance(named, str) or os.path.abspath(named).startswith(os.path.realpath(path.parent))


@contextmanager
def _removed_on_error(temporary: Path, remove: Callable[[Path], None]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        remove(temporary)
        raise


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _remove_tree(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _rename_file(temporary: Path, target: Path, *, replace: bool) -> None:
    if replace:
        os.replace(temporary, target)
        return
    try:
        os.link(temporary, target)  # unlike a rename, a link never replaces what another program made meanwhile
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
            raise
        os.rename(temporary, target)  # a disk without links (FAT): the check before has to do
        return
    temporary.unlink()


def _settle_tree(folder: Path, *, private: bool) -> None:
    for here, _, names in os.walk(folder, topdown=False):
        for path in (Path(here, name) for name in names):
            if path.is_symlink():
                continue
            if private:
                path.chmod(PRIVATE_FILE)
            _sync(path)
        if private:
            os.chmod(here, PRIVATE_FOLDER)
        _sync(Path(here))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some file systems cannot sync a folder
            raise
    finally:
        os.close(handle)
