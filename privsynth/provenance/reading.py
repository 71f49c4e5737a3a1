"""JSON from anybody: every entry is looked at before it is used, and no message quotes one."""

from __future__ import annotations

import json
import math
from typing import Any

from privsynth.errors import ArtifactError

_MOST_TEXT = 20_000
_MOST_COUNT = 10**15


def parsed(content: bytes, where: str) -> Any:
    """Return the JSON values of bytes that nobody vouches for.

    Raises:
        ArtifactError: they are not JSON in UTF-8, or too deep.
    """
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise unusable(where, "it is not JSON in UTF-8") from None


class Document:
    """A mapping of JSON values, with entries of a stated type; an absent entry is None.

    Args:
        content: JSON values.
        where: How messages name it.

    Raises:
        ArtifactError: it is no mapping.
    """

    def __init__(self, content: Any, where: str) -> None:
        if not isinstance(content, dict):
            raise unusable(where, "it is no JSON object where one is needed")
        self._content, self._where = content, where

    def check_format(self, wanted: str) -> None:
        """Refuse another format, or a newer one.

        Raises:
            ArtifactError: with which of both it is.
        """
        family, _, major = str(self._content.get("format")).partition("/")
        if family != wanted.partition("/")[0]:
            raise unusable(self._where, f"its format is not {wanted}")
        if f"{family}/{major}" != wanted:
            raise ArtifactError(f"{self._where} has another format than {wanted}. Use a newer privsynth to read it.")

    def text(self, name: str) -> str | None:
        """Return a text, control characters replaced."""
        found = self._typed(name, str)
        return None if found is None else self._plain(name, found)

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        found: bool | None = self._typed(name, bool)
        return found

    def count(self, name: str) -> int | None:
        """Return a number from 0 on."""
        found = self._typed(name, int)
        if found is not None and (isinstance(found, bool) or not 0 <= found <= _MOST_COUNT):
            raise self._refusal(name)
        return None if found is None else int(found)

    def number(self, name: str) -> float | None:
        """Return a finite number."""
        found = self._typed(name, int, float)
        if found is not None and (isinstance(found, bool) or not abs(found) <= _MOST_COUNT or not math.isfinite(found)):
            raise self._refusal(name)
        return None if found is None else float(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is absent."""
        found = self._listed(name)
        return tuple(self._plain(name, each) for each in found)

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list of names as they are, whatever characters they have: they are compared and never shown."""
        found = self._listed(name)
        if any("\ud800" <= letter <= "\udfff" for each in found for letter in each):  # no file has such a header
            raise self._refusal(name)
        return tuple(found)

    def _listed(self, name: str) -> list[str]:
        found: list[str] = self._typed(name, list) or []
        if not all(isinstance(each, str) for each in found):
            raise self._refusal(name)
        return found

    def part(self, name: str) -> Document | None:
        """Return a mapping within this one."""
        found = self._typed(name, dict)
        return None if found is None else Document(found, self._where)

    def parts(self, name: str) -> list[Document]:
        """Return a list of mappings, empty where it is absent."""
        return [Document(each, self._where) for each in self._typed(name, list) or []]

    def _typed(self, name: str, *kinds: type) -> Any:
        found = self._content.get(name)
        if found is not None and not isinstance(found, kinds):
            raise self._refusal(name)
        return found

    def _plain(self, name: str, text: str) -> str:
        if len(text) > _MOST_TEXT:
            raise self._refusal(name)
        return "".join(each if each.isprintable() else "\ufffd" for each in text)  # nothing for a terminal to obey

    def _refusal(self, name: str) -> ArtifactError:
        return unusable(self._where, f"its entry `{name}` is not what it must be")


def unusable(where: str, what: str) -> ArtifactError:
    """Return the error of a manifest that cannot be used."""
    return ArtifactError(
        f"{where} cannot be used: {what}. Restore it from where the table was made, or remove it if the table is not synthetic."
    )
