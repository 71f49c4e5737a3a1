"""How an engine reads one cell: as a number, a label's text or a moment; and so that no cell can make its query fail.

An engine has no cast that is the same everywhere and never raises, so a cell is made null first where a cast would fail, and the
cast is of what is left: such a guard holds whatever order the engine evaluates in. DuckDB reads numbers as `encode` does; the
grammar below is what it takes, so that the others read the same. Moments are compared and never computed with: a date that is
`infinity` is larger than any other, and no more.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from privsynth.errors import UsageError
from privsynth.tableschema.domain import Domain
from privsynth.tableschema.model import canonical_label

DUCKDB, POSTGRES, SPARK = "duckdb", "postgres", "pyspark"
Steps = Generator[Any, Any, Any]
_MOST_ROWS = 1 << 62
_LONGEST_NUMBER = 1000
_SPACE = r"[ \t\n\x0b\f\r]"
_DIGITS = r"[0-9][0-9_]*"
_NUMBER = rf"^{_SPACE}*[+]?[-]?({_DIGITS}([.]({_DIGITS})?)?|[.]{_DIGITS})([eE][+-]?{_DIGITS})?{_SPACE}*$"
_MISPLACED = r"__|_[^0-9]|_$"
_ZEROS_OF_EXPONENT = "(?<=[eE][+-]?)0+(?=[0-9])"  # of PostgreSQL's regular expressions
_HUGE_EXPONENT, _VANISHING_EXPONENT = "[eE][+-]?[0-9]{5}", "^[-]?[0.]+[eE]|[eE][-]"
_WHOLE = r"^[+-]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][+-]?[0-9]+)?$"
_NOT_OF_NUMBERS = r"[^0-9eE.+-]"
_LARGEST = "1.7976931348623157e308"
_HALF_OF_SMALLEST = f"{5**1075}e-1075"  # 2**-1075, in full: what is not above it is rounded to zero
_DAY = 86_400
_EPOCH = dt.datetime(1970, 1, 1)
_LAST = dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)


def staged(table: Any, columns: Mapping[str, Steps], dialect: str) -> Any:
    """Return an expression of columns that are computed step by step, each step of all of them in one subquery.

    What a step yields has a name in the next one: written out in full wherever it is used, it would be computed as often.

    Args:
        table: An Ibis table.
        columns: Name -> generator that yields expressions, gets columns in their place and returns its last expression.
        dialect: Of the engine.
    """
    number = {name: place for place, name in enumerate(columns)}
    done: dict[str, Any] = {}
    asked: dict[str, Any] = dict.fromkeys(columns)
    step = 0
    while asked:
        wanted = {}
        for name, answer in asked.items():
            try:
                wanted[name] = columns[name].send(answer)
            except StopIteration as end:
                done[name] = end.value
        places = {name: f"step{step}_{number[name]}_" for name in wanted}
        table = fenced(table.mutate(**{places[name]: each for name, each in wanted.items()}), dialect)
        asked = {name: table[places[name]] for name in wanted}
        step += 1
    return fenced(table.select(**done).select(*columns), dialect)


def fenced(expression: Any, dialect: str) -> Any:
    """Return an expression whose columns are computed once: PostgreSQL would put them in wherever they are used."""
    return expression.limit(_MOST_ROWS) if dialect == POSTGRES else expression


def number(text: Any, dialect: str) -> Steps:
    """Return the number that a text stands for, or null; the same in every engine, up to texts of more than 1000 characters."""
    if dialect == DUCKDB:
        return text.try_cast("float64")
    short = yield (text.length() <= _LONGEST_NUMBER).ifelse(text, None)
    spelled = yield (short.re_search(_NUMBER) & ~short.re_search(_MISPLACED)).ifelse(short, None)
    plain = yield spelled.re_replace(rf"{_SPACE}|_", "").re_replace("^[+]", "")
    if dialect == SPARK:
        return plain.try_cast("float64")
    short = yield plain.re_replace(_ZEROS_OF_EXPONENT, "")
    vanishes = short.re_search(_VANISHING_EXPONENT).ifelse("0", None)
    exact = yield short.re_search(_HUGE_EXPONENT).ifelse(vanishes, short).cast("decimal")
    return (yield from _double(exact))


def _double(exact: Any) -> Steps:
    """Return the float nearest to an exact number of PostgreSQL, whose cast fails where that is infinite or vanishes."""
    finite = yield (exact.abs() <= _literal(_LARGEST, "decimal")).ifelse(exact, None)
    vanishes = finite.abs() <= _literal(_HALF_OF_SMALLEST, "decimal")
    return vanishes.ifelse(_literal("0", "decimal"), finite).cast("float64")


def whole_label(text: Any, dialect: str) -> Steps:
    """Return the canonical label of a whole number in another spelling, or null; see `canonical_label`."""
    spelled = yield (text.re_search(_WHOLE) & ~text.re_search(_NOT_OF_NUMBERS)).ifelse(text, None)
    value = yield (yield from number(spelled, dialect))
    small = yield (value.abs() < _literal("1e15", "float64")).ifelse(value, None)
    near = yield small.cast("int64")
    return (near.cast("float64") == small).ifelse(near, None).cast("string")


def present(cell: Any, missing: Sequence[str]) -> Any:
    """Return a text, or null where it means missing."""
    return cell.notin(sorted({"", *missing})).ifelse(cell, None)


def value_of(cell: Any, domain: Domain, missing: Sequence[str], dialect: str) -> Steps:
    """Return what a cell is coded by: its label's text, its number or its moment; null where missing.

    Raises:
        UsageError: the column's type is not read exactly.
    """
    kind, moment = cell.type(), domain.field.kind in ("date", "datetime")
    check_readable(kind, domain, missing)
    if moment:
        return cell
    if kind.is_string():
        text = yield present(cell, missing)
        return (yield from number(text, dialect)) if domain.numeric else text
    if kind.is_floating():
        return cell.cast("float64") if domain.numeric else _label_of_float(cell.cast("float64"), domain)
    if any(missing) or not domain.numeric:
        text = yield present(cell.cast("string"), missing)
        if not domain.numeric:
            return text
        cell = yield text.notnull().ifelse(cell, None)
    if kind.is_boolean():
        return cell.ifelse(None, None).cast("float64")
    return (yield from _of_decimal(cell, dialect)) if kind.is_decimal() else cell.cast("float64")


def _of_decimal(cell: Any, dialect: str) -> Steps:
    if dialect == DUCKDB:
        return cell.cast("string").try_cast("float64")
    return (yield from _double(cell)) if dialect == POSTGRES else cell.cast("float64")


def check_readable(kind: Any, domain: Domain, missing: Sequence[str]) -> None:
    """Refuse a column whose cells an engine would read in its own way.

    Raises:
        UsageError: it has a rule, is a moment that is not of a type without a zone, or is of another type that is not read.
    """
    field, name = domain.field, domain.name
    if field.generalisation is not None:
        raise UsageError(
            f"Column `{name}` has the rule `{field.generalisation.name}`, which an engine does not know. Make it coarser in the "
            "engine, and declare the result; or export the table."
        )
    zoneless = kind.is_date() or (kind.is_timestamp() and kind.timezone is None)
    if field.kind in ("date", "datetime"):
        if not zoneless:
            raise UsageError(
                f"Column `{name}` is a {field.kind}, and its type in the engine is {kind}. An engine counts moments of the types "
                "date and timestamp without time zone. Cast it there, or export the table."
            )
        tokens = [token for token in missing if any(character.isdigit() for character in token)]
    elif kind.is_floating():
        if field.truth:
            raise UsageError(f"Column `{name}` holds floats that stand for true and false. Cast it in the engine.")
        tokens = [token for token in missing if _is_float(token)]
    elif kind.is_string() or kind.is_integer() or kind.is_boolean() or kind.is_decimal():
        return
    else:
        raise UsageError(
            f"Column `{name}` has the type {kind}, which is not coded in an engine. Cast it to text there, or drop the column."
        )
    if tokens:
        raise UsageError(
            f"Column `{name}` of type {kind} cannot be compared with {tokens[0]!r}, which means missing. Put null in its place."
        )


def _is_float(token: str) -> bool:
    try:
        return math.isfinite(float(token))
    except ValueError:
        return False


def _label_of_float(cell: Any, domain: Domain) -> Any:
    """Return the label that a float is written as, by its value."""
    import ibis
    import pyarrow as pa

    from privsynth.table.frames import to_text_table

    cases = []
    for label in map(canonical_label, domain.labels or ()):
        if _is_float(label) and to_text_table(pa.table({"x": [float(label)]})).column(0)[0].as_py() == label:
            cases.append((cell == _literal(label, "float64"), label))
    return ibis.cases(*cases) if cases else cell.isnull().ifelse(None, None).cast("string")


def inside(value: Any, domain: Domain, dialect: str) -> Any:
    """Return whether a number or a moment is within the bounds; not a number is beyond all in each of the engines."""
    low, high = domain.field.bounds()
    edge = edge_of(value.type(), domain, dialect)
    if not (value.type().is_date() or value.type().is_timestamp()):
        return (value >= edge(low)) & (value <= edge(high))
    if value.type().is_timestamp() and _moment(math.floor(high) + 1, domain) == _LAST:
        return (value >= edge(math.ceil(low))) & (value <= edge(math.floor(high) + 1))
    if value.type().is_date() and domain.field.kind == "date":
        return (value >= edge(math.ceil(low))) & (value <= edge(math.floor(high)))
    return (value >= edge(math.ceil(low))) & (value < edge(math.floor(high) + 1))


def edge_of(kind: Any, domain: Domain, dialect: str) -> Callable[[float], Any]:
    """Return what makes an edge of a domain's grid a value that cells of a type are compared with: at or above it, and below it."""
    import ibis

    if kind.is_date():
        return lambda edge: ibis.literal(_day(edge, domain))
    if kind.is_timestamp():
        return lambda edge: _timestamp(_moment(edge, domain), dialect)
    return _float


def _moment(edge: float, domain: Domain) -> dt.datetime:
    """Return the first moment of an edge in days or seconds; the last one that has a name where it is later."""
    seconds = int(edge) * (_DAY if domain.field.kind == "date" else 1)
    return _LAST if seconds > (_LAST - _EPOCH).total_seconds() else _EPOCH + dt.timedelta(seconds=seconds)


def _day(edge: float, domain: Domain) -> dt.date:
    """Return the first day whose midnight is at or after an edge."""
    days = int(edge) if domain.field.kind == "date" else -(-int(edge) // _DAY)
    last = (_LAST - _EPOCH).days
    return (_EPOCH + dt.timedelta(days=min(days, last))).date()


def _timestamp(moment: dt.datetime, dialect: str) -> Any:
    import ibis

    if dialect != SPARK:
        return ibis.literal(moment)
    # A literal of Spark is a moment in the session's time zone, and comparing with it would be too.
    return _zoneless()(moment.isoformat(sep=" "))


@functools.cache
def _zoneless() -> Any:
    import ibis

    def to_timestamp_ntz(text: str) -> dt.datetime:
        raise NotImplementedError

    return ibis.udf.scalar.builtin(to_timestamp_ntz)


def _float(value: float) -> Any:
    """Return a float that every engine reads exactly: a number with a point would be a decimal of few digits to some."""
    import ibis

    return (
        ibis.literal(int(value))
        if value == int(value) and abs(value) < 2**53
        else _literal(repr(float(value)), "float64")
    )


def _literal(text: str, kind: str) -> Any:
    import ibis

    return ibis.literal(text).cast(kind)
