"""Which cells are written like names of persons, by public lists of names."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from privsynth.table.connection import connect
from privsynth.table.name_list import name_lists

if TYPE_CHECKING:
    import pyarrow as pa

Truths = npt.NDArray[np.bool_]
_BITS = {"first": 1, "last": 2, "other": 4}
_FEW = 20_000
NAME_FORMS = ("full_name", "likely_name", "other_word", "one_name", "username", "street", "text")


class Parts:
    """Parts of cells, one column each, and which lists their words stand in.

    Args:
        table: The columns of `form_rules.NAME_PARTS`.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._lists: dict[str, npt.NDArray[np.uint8]] = {}

    def __getitem__(self, part: str) -> npt.NDArray[Any]:
        """Return a part that is no text: a length, or a truth."""
        values: npt.NDArray[Any] = self._table.column(part).to_numpy()
        return values

    def is_a(self, part: str, *kinds: str) -> Truths:
        """Return whether the words of a part stand in one of the lists."""
        if part not in self._lists:
            self._lists[part] = _lists_of(self._table.column(part))
        return (self._lists[part] & sum(_BITS[kind] for kind in kinds)) > 0

    def pair(self, one: str, other: str) -> Truths:
        """Return whether one part is a first and the other a last name, in either order."""
        ahead = self.is_a(one, "first") & self.is_a(other, "last")
        return ahead | (self.is_a(one, "last") & self.is_a(other, "first"))


def _lists_of(words: pa.ChunkedArray) -> npt.NDArray[np.uint8]:
    """Return for each word the bits of the lists that it stands in."""
    import pyarrow.compute as pc

    bits, known = plain_lists()
    if len(words) < _FEW:  # the same answer; which is quicker depends on the number of words
        return np.array([bits.get(word, 0) for word in words.to_pylist()], dtype=np.uint8)
    place = pc.index_in(words, value_set=known).fill_null(len(known)).to_numpy()
    found: npt.NDArray[np.uint8] = np.array([*bits.values(), 0], dtype=np.uint8)[place]
    return found


@functools.cache
def plain_lists() -> tuple[dict[str, int], pa.Array]:
    """Return the words of all lists, in lower case and without accents, with the bits of their lists; also as an array."""
    import pyarrow as pa

    lists, bits = name_lists(), dict[str, int]()
    for kind, bit in _BITS.items():
        words = pa.table({"word": sorted(getattr(lists, kind))})
        with connect() as connection:  # the same database spells cells and lists
            connection.register("words", words)
            plain = connection.sql("SELECT lower(strip_accents(word)) AS word FROM words").to_arrow_table()
        for word in plain.column(0).to_pylist():
            if word:
                bits[word] = bits.get(word, 0) | bit
    return bits, pa.array(list(bits))


def name_forms(parts: Parts) -> npt.NDArray[np.int64]:
    """Return the place in `NAME_FORMS` of the form of each cell: the first that fits, or the last."""
    size = parts["size"]
    single, several = size == 1, (size >= 2) & (size <= 5) & ~parts["firm"].astype(np.bool_)
    name = parts.is_a("first", "first", "last") & single
    halves = parts.is_a("before", "first", "last") & parts.is_a("after", "first", "last")
    plain = ~parts.is_a("before", "other") & ~parts.is_a("after", "other")
    east = parts["east_asian"].astype(np.bool_)
    given = (parts.is_a("first", "first") & ~parts.is_a("first", "other")) | (
        parts.is_a("last", "first") & ~parts.is_a("last", "other")
    )
    login = parts.is_a("login_first", "first", "last") & ~parts.is_a("login_first", "other")
    login |= parts.is_a("login_but_one", "last") & ~parts.is_a("login_first", "other", "first")
    login |= parts.pair("login_first", "login_last")
    rules = (
        ("full_name", parts["titled"].astype(np.bool_)),
        ("full_name", several & (parts.pair("first", "last") | parts.pair("first", "second"))),
        ("full_name", east & (parts.is_a("one", "last") & parts.is_a("but_one", "first"))),
        ("full_name", east & (parts.is_a("two", "last") & parts.is_a("but_two", "first"))),
        ("likely_name", several & parts["capital"].astype(np.bool_) & given),
        ("other_word", name & parts.is_a("first", "other")),
        ("one_name", name & (parts["letters"] > 2)),
        ("one_name", single & parts["hyphen"].astype(np.bool_) & halves & plain),
        ("username", parts["login"].astype(np.bool_) & login),
        ("street", parts["street"].astype(np.bool_)),
    )
    places = [NAME_FORMS.index(form) for form, _ in rules]
    return np.select([truth for _, truth in rules], places, default=len(NAME_FORMS) - 1).astype(np.int64)
