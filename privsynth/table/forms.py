"""Written forms of cells: what a cell looks like, by public rules; a cell has exactly one form.

A form is a function of the cell alone. What follows from how many cells have which form is decided elsewhere, on noisy counts.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privsynth.table.connection import connect, without_cells
from privsynth.table.form_rules import (
    DIGIT_FIRST,
    MAIL,
    NAME_PARTS,
    NUMBERS,
    ROUTES,
    WITH_DIGITS,
    first_sql,
    routed_sql,
)
from privsynth.table.name_forms import NAME_FORMS, Parts, name_forms

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_OTHERS = ("url", "long_text", "sentence", "text")
_OF_RULES = (form for rules in (NUMBERS, DIGIT_FIRST, MAIL, WITH_DIGITS) for form, _ in rules)
FORMS: tuple[str, ...] = ("missing", *dict.fromkeys([*_OF_RULES, *NAME_FORMS, *_OTHERS]))
# Forms whose cells are counted apart: the first of each text, and all further ones.
REPEATABLE = ("integer", "integer_6", "integer_7", "integer_8", "text", "code", "sentence", "long_text")
_ALONE = threading.Lock()
_PLAIN = "lower(strip_accents(trim(c)))"
_SPACED = rf"trim(regexp_replace({_PLAIN}, '[\s,.]+', ' ', 'g'))"
_PARTS = f"(SELECT c, trim(c) AS t, {_PLAIN} AS n, string_split({_SPACED}, ' ') AS w FROM texts)"  # noqa: S608 - public rules only
_NUMBER = {form: number for number, form in enumerate(FORMS)}


def forms_of(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Return the form of each text.

    Args:
        texts: string[n], with nulls for missing cells.

    Returns:
        int64[n], places in `FORMS`. No text can raise.
    """
    import pyarrow as pa

    found = _by_numbers(texts)
    for route, code in ROUTES.items():
        sent = np.flatnonzero(found == code)
        if len(sent):
            part = texts if len(sent) == len(texts) else texts.take(pa.array(sent))
            found[sent] = _by_names(part) if route == "names" else _places(_asked(route, part))
    return found


def _places(answer: pa.Table) -> npt.NDArray[np.int64]:
    return np.asarray(answer.column(0).to_numpy(), dtype=np.int64)


def _by_numbers(texts: pa.Array) -> npt.NDArray[np.int64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    forms = _places(_asked("first", texts)).copy()
    for form, plus in (("card_number", 0), ("provider_number", 24)):  # 24 stands for 80840, issuer of provider numbers
        claimed = np.flatnonzero(forms == _NUMBER[form])
        if len(claimed):
            digits = pc.split_pattern(texts.take(pa.array(claimed)), ".", max_splits=1)
            whole = pc.list_element(digits, 0).cast(pa.uint64()).to_numpy()
            passed = luhn(whole, plus=plus)
            forms[claimed[~passed]] = _whole_number(whole[~passed])
    return forms


def luhn(numbers: npt.NDArray[np.uint64], *, plus: int = 0) -> npt.NDArray[np.bool_]:
    """Return which numbers pass the check of Luhn (ISO/IEC 7812-1, annex B); a tenth of all do.

    Args:
        numbers: uint64[n], at most 19 digits.
        plus: Sum of digits that are not written.
    """
    total, left = np.full(len(numbers), plus, dtype=np.int64), numbers
    for place in range(19):
        digit = (left % np.uint64(10)).astype(np.int64)
        left = left // np.uint64(10)
        total += digit if place % 2 == 0 else 2 * digit - 9 * (digit > 4)
    return np.equal(total % 10, 0)


def _whole_number(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the form of whole numbers of 10 or of 13 to 19 digits that carry no check digit."""
    size = np.searchsorted(10 ** np.arange(1, 20, dtype=np.uint64), numbers, side="right") + 1
    named = np.array([_NUMBER.get(f"integer_{digits}", _NUMBER["digits"]) for digits in range(20)])
    moment = (size == 10) & (numbers >= 1_100_000_000) & (numbers < 1_900_000_000)
    return np.where(moment, _NUMBER["moment"], named[np.minimum(size, 19)])


def _by_names(texts: pa.Array) -> npt.NDArray[np.int64]:
    places = np.array([_NUMBER[form] for form in NAME_FORMS])
    return places[name_forms(Parts(_asked("names", texts)))]


def _asked(question: str, texts: pa.Array) -> pa.Table:
    import pyarrow as pa

    with _ALONE, without_cells("the table"):
        connection = _rules()
        connection.register("given", pa.table({"c": texts}))
        try:
            connection.execute("INSERT INTO texts SELECT c FROM given")
            return connection.sql(f"EXECUTE {question}").to_arrow_table()
        finally:
            connection.execute("DELETE FROM texts")
            connection.unregister("given")


@functools.cache
def _rules() -> duckdb.DuckDBPyConnection:
    """Return a database that holds the rules, compiled once, and texts only while a question about them is answered."""
    connection = connect()
    connection.execute("CREATE TABLE texts (c VARCHAR)")
    parts = ", ".join(f"{expression} AS {name}" for name, expression in NAME_PARTS.items())
    questions = {"first": first_sql(_NUMBER)}
    questions |= {route: routed_sql(route, _NUMBER) for route in ROUTES if route != "names"}
    selected = {name: f"CAST({expression} AS UTINYINT) AS form_" for name, expression in questions.items()}
    for name, columns in (selected | {"names": parts}).items():
        connection.execute(f"PREPARE {name} AS SELECT {columns} FROM {_PARTS}")  # noqa: S608 - public rules only
    return connection
