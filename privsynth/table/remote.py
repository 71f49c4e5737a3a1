"""Files that lie elsewhere, as fsspec reaches them: copied here to be read, and put there when they are complete."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from privsynth.errors import PrivsynthError, ResourceError, SchemaError, UsageError
from privsynth.files import PRIVATE_FILE, refusal
from privsynth.table.connection import spill_folder
from privsynth.table.urls import check_file_url, scheme_of

MANIFEST = ".manifest.json"  # added to the name of a table's file
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "adl": "adlfs",
    "http": "aiohttp requests",
    "https": "aiohttp requests",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "smb": "smbprotocol",
    "oss": "ossfs",
    "hf": "huggingface_hub",
}
# Addresses of fsspec that are no places: they keep copies, unpack, or run what a file says.
_REFUSED = ("simplecache", "filecache", "blockcache", "cached", "reference", "dask", "dir", "root", "generic", "data")


class Copy:
    """A copy of a file that lies elsewhere, in a folder of mode 0700 that is removed with this object, or when the program ends.

    Args:
        url: Its address.

    Raises:
        UsageError: the protocol is not known, needs a package, or is refused.
        SchemaError: there is no such file, or it cannot be read.
    """

    def __init__(self, url: str) -> None:
        folder = Path(tempfile.mkdtemp(prefix="copy-", dir=spill_folder()))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        with reached(url) as (system, place):
            self.path = folder / _name(url)
            if system.isdir(place):
                raise SchemaError(f"{check_file_url(url)} is a folder. Give the address of one file.")
            system.get_file(place, str(self.path))
            self.path.chmod(PRIVATE_FILE)
            _get_beside(system, place, self.path.with_name(self.path.name + MANIFEST))


@contextmanager
def reached(url: str) -> Iterator[tuple[Any, str]]:
    """Yield the file system of an address and the place in it; its errors, which may quote anything, become ours.

    Raises:
        UsageError, SchemaError, ResourceError: see `Copy`.
    """
    shown, scheme = check_file_url(url), scheme_of(url)
    try:
        yield _system(url, scheme)
    except (MemoryError, PrivsynthError):
        raise
    except ImportError:
        raise UsageError(_missing(scheme)) from None
    except FileNotFoundError:
        raise SchemaError(f"There is no file {shown}. Check the address.") from None
    except PermissionError:
        raise UsageError(f"{shown} may not be read or written. Check your rights and credentials there.") from None
    except NotImplementedError:
        raise UsageError(f"{shown} cannot be written: {scheme}:// is for reading. Choose another place.") from None
    except OSError as error:
        if isinstance(told := refusal(error, Path(shown)), ResourceError):
            raise told from None
        raise _failed(shown, error) from None
    except Exception as error:  # of any service, whose classes are not known here
        raise _failed(shown, error) from None


def _system(url: str, scheme: str) -> tuple[Any, str]:
    import fsspec

    if scheme in _REFUSED or scheme not in fsspec.available_protocols():
        raise UsageError(
            f"Addresses that begin with {scheme}:// are not known. Give a path, a file (s3://, gs://, https://, sftp://, ..) or a "
            "table of a database (postgresql://host/db::table, sqlite:///f.db::table, duckdb:///f.db::table)."
        )
    system, place = fsspec.core.url_to_fs(url)
    system.invalidate_cache()
    return system, str(place)


def _missing(scheme: str) -> str:
    package = _PACKAGES.get(scheme)
    how = f"pip install {package}" if package else f"see the documentation of fsspec for {scheme}://"
    return f"Addresses that begin with {scheme}:// need a package that is not installed: {how}."


def _failed(shown: str, error: Exception) -> SchemaError:
    return SchemaError(
        f"{shown} could not be read or written ({type(error).__name__}). Check the address, the network and your credentials."
    )


def _get_beside(system: Any, place: str, file: Path) -> None:
    """Copy the manifest of a table, where there is one beside it."""
    with suppress(OSError):
        system.get_file(place + MANIFEST, str(file))
        return
    file.unlink(missing_ok=True)


def put_when_complete(url: str, write: Callable[[Path], int]) -> int:
    """Write a file here, and put it and its manifest at an address when both are complete.

    Args:
        url: The address.
        write: Writes the file and its manifest, and returns how many rows; it finds the manifest of an earlier file beside.

    Returns:
        How many rows.

    Raises:
        UsageError: the protocol is not known, needs a package, or is for reading only.
        SchemaError: it fails; what the service keeps of an upload that was cut off is the service's matter.
    """
    with tempfile.TemporaryDirectory(prefix="put-", dir=spill_folder()) as folder:
        file = Path(folder) / _name(url)
        beside = file.with_name(file.name + MANIFEST)
        with reached(url) as (system, place):
            _get_beside(system, place, beside)
        before = beside.read_bytes() if beside.exists() else None
        rows = write(file)
        with reached(url) as (system, place):
            if beside.exists():
                system.put_file(str(beside), place + MANIFEST)
            try:
                system.put_file(str(file), place)
            except BaseException:
                _put_back(system, place, beside, before)
                raise
            if before is not None and not beside.exists():
                system.rm_file(place + MANIFEST)
    return rows


def _put_back(system: Any, place: str, beside: Path, before: bytes | None) -> None:
    """Put back the manifest of the table that is still there, so that none speaks of other rows."""
    with suppress(Exception):
        if before is None:
            system.rm_file(place + MANIFEST)
            return
        beside.write_bytes(before)
        system.put_file(str(beside), place + MANIFEST)


def check_address(url: str) -> None:
    """Refuse an address that cannot be written for its form, its ending or a missing package, before any work is done.

    Raises:
        UsageError: with what to do.
    """
    from privsynth.table.write import check_output_name

    check_output_name(Path(_name(url)))
    if scheme_of(url) in ("http", "https"):
        raise UsageError(f"{check_file_url(url)} is for reading only. Choose another place for the output.")
    with reached(url):
        pass


def _name(url: str) -> str:
    return PurePosixPath(check_file_url(url)).name or "table"
