"""Codes that stand for rows of the owner's table on a page that others may see: keyed digests of row numbers.

The key is drawn for each result and kept nowhere, so a code says nothing by itself. The owner's JSON and CSV files hold both, code and
row number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from privsynth.noise import OsNoise

_DIGITS = 10


def fresh_key() -> bytes:
    """Return 32 secret bytes."""
    return OsNoise().unit_key("codes of rows")


def row_code(row: int, key: bytes) -> str:
    """Return the code of a row: ten hexadecimal digits.

    Args:
        row: Its number in the train table.
        key: 16 to 64 secret bytes.
    """
    return hashlib.blake2b(str(row).encode(), key=key, digest_size=_DIGITS // 2, person=b"privsynth row").hexdigest()


def with_codes(entries: Iterable[Mapping[str, Any]], key: bytes) -> list[dict[str, Any]]:
    """Return JSON entries, each with the `code` of its `row`."""
    return [{"code": row_code(each["row"], key), **each} for each in entries]
