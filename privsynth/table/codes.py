"""The codes of a table's rows, in pieces: in memory as long as they fit, and beyond that on disk, encrypted.

A row of 15 columns takes 15 to 30 bytes, so that 100 million rows fit into 2 or 3 GB. What does not fit goes to an unnamed file in
this process's folder of mode 0700, under a key that exists in memory only: when the process ends, however it ends, nothing is left
that could be read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from privsynth.errors import ResourceError
from privsynth.noise import OsNoise
from privsynth.table.counting import Chunk, Codes

LEAST_BYTES = 1 << 30
_SHARE_OF_MEMORY = 4


def memory_bound() -> int:
    """Return how many bytes of codes are kept in memory: a quarter of the machine's, at least 1 GiB."""
    if not hasattr(os, "sysconf"):
        return LEAST_BYTES
    return max(LEAST_BYTES, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE_OF_MEMORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a column of a piece lies in the file."""

    start: int
    bytes: int
    dtype: np.dtype[Any]


class CodeStore:
    """Pieces of coded rows, which can be passed over any number of times, in order.

    Args:
        folder: Makes and returns the folder of mode 0700 for what does not fit into memory; called only then.
        most_bytes: Bytes of codes that are kept in memory.
    """

    def __init__(self, folder: Callable[[], str], *, most_bytes: int | None = None) -> None:
        self._folder = folder
        self._most_bytes = memory_bound() if most_bytes is None else most_bytes
        self._kept: list[Chunk] = []
        self._kept_bytes = 0
        self._written: list[dict[str, _Place]] = []
        self._file: IO[bytes] | None = None
        self._key = b""

    def add(self, chunk: Chunk) -> None:
        """Add a piece.

        Raises:
            ResourceError: the disk is full.
        """
        size = sum(column.nbytes for column in chunk.values())
        if self._file is None and self._kept_bytes + size <= self._most_bytes:
            self._kept.append(chunk)
            self._kept_bytes += size
            return
        try:
            self._written.append(self._write(chunk))
        except OSError:
            raise ResourceError(
                "There was not enough memory for the coded table, nor enough disk for the rest of it. Free some and run "
                "it again."
            ) from None

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the pieces in the order in which they were added."""
        yield from self._kept
        for places in self._written:
            yield _Columns(self, places)

    def _write(self, chunk: Chunk) -> dict[str, _Place]:
        if self._file is None:
            self._key = OsNoise().unit_key("codes on disk")
            self._file = tempfile.TemporaryFile(dir=self._folder())  # noqa: SIM115 - it lives as long as the store
            weakref.finalize(self, self._file.close)
        places = {}
        for name, column in chunk.items():
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(self._ciphered(np.ascontiguousarray(column), start).data)
            places[name] = _Place(start=start, bytes=column.nbytes, dtype=column.dtype)
        return places

    def read(self, place: _Place) -> Codes:
        """Return a column of a piece that was written."""
        assert self._file is not None  # noqa: S101 - for the type checker
        self._file.seek(place.start)
        data = np.frombuffer(self._file.read(place.bytes), dtype=place.dtype)
        return self._ciphered(data, place.start)

    def _ciphered(self, codes: Codes, start: int) -> Codes:
        """Return codes exclusive-or a stream that follows from the key and the place in the file, never used twice."""
        stream = hashlib.shake_128(self._key + start.to_bytes(8, "little")).digest(codes.nbytes)
        return np.bitwise_xor(codes, np.frombuffer(stream, dtype=codes.dtype))


class _Columns(Mapping[str, Codes]):
    """A piece on disk, whose columns are read when they are asked for."""

    def __init__(self, store: CodeStore, places: Mapping[str, _Place]) -> None:
        self._store, self._places = store, places

    def __getitem__(self, name: str) -> Codes:
        return self._store.read(self._places[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
