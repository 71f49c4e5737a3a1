"""The text of a condition taken apart: `age >= 80 and sex in ('F', 'M')` as terms with their positions.

    condition := term (("and" | "&" | "&&") term)*
    term      := column ("=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=") value
               | column ["not"] "in" "(" value ("," value)* ")"
               | column ["not"] "between" value "and" value
               | column "is" ["not"] ("missing" | "null")

Columns may stand in backticks or quotes, values in quotes of either kind; a quote within is doubled or has a backslash before it.
Without quotes a column is the longest text that is the name of one, and a value reaches as far as it is a label of its column, else to
the next `and`: `country = Trinidad and Tobago and age > 5` is read as it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privsynth.errors import UsageError
from privsynth.tableschema.model import LABELLED, Field, canonical_label

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<quoted>`|"|')|(?P<sign>>=|<=|!=|<>|==|=|<|>)|(?P<joint>&&?)|(?P<mark>[(),])"""
    r"""|(?P<word>[^\s=<>!&(),]+|!)"""
)
_SIGNS = {"==": "=", "<>": "!="}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a condition.

    Args:
        kind: quoted, sign, joint, mark or word.
        text: What it says, without quotes.
        start: Where it begins.
        end: Where it ends.
    """

    kind: str
    text: str
    start: int
    end: int

    @property
    def joins(self) -> bool:
        """Whether it may stand between two terms."""
        return self.kind == "joint" or (self.kind == "word" and self.text.lower() == "and")

    def says(self, word: str) -> bool:
        """Whether it is a word of the language."""
        return self.kind == "word" and self.text.lower() == word


@dataclass(frozen=True, slots=True)
class Written:
    """A term as it is written.

    Args:
        name: Column name.
        sign: One of = != < <= > >=, or in, between, missing.
        values: What the column is compared with.
        positive: False after `not`.
        text: The whole term.
        place: Position of its first character, from 1.
    """

    name: str
    sign: str
    values: tuple[str, ...]
    positive: bool
    text: str
    place: int


class Reader:
    """Reads one condition from the left to the right.

    Args:
        text: The condition.
        fields: The columns that it may name.
    """

    def __init__(self, text: str, fields: Mapping[str, Field]) -> None:
        self._text = text
        self._fields = fields
        self._tokens = _tokens(text)
        self._at = 0
        self._longest = max((len(name) for name in fields), default=0)
        self._labels: dict[str, tuple[frozenset[str], int]] = {}

    def terms(self) -> list[Written]:
        """Return all terms.

        Raises:
            UsageError: the text cannot be read; the message says where.
        """
        found = [self._term()]
        while self._at < len(self._tokens):
            if not self._tokens[self._at].joins:
                raise self._refused("`and` or the end was expected.")
            self._at += 1
            found.append(self._term())
        return found

    def _term(self) -> Written:
        begin = self._at
        name = self._column()
        sign, positive, values = self._rest(self._fields[name])
        first, last = self._tokens[begin], self._tokens[self._at - 1]
        return Written(name, sign, values, positive, self._text[first.start : last.end], first.start + 1)

    def _column(self) -> str:
        if self._at >= len(self._tokens):
            raise self._refused("a column was expected.")
        first = self._tokens[self._at]
        ends = self._ends(self._longest)
        for end in reversed(ends) if first.kind != "quoted" else ():
            name = self._text[first.start : self._tokens[end - 1].end]
            if name in self._fields and self._compares(end):
                self._at = end
                return name
        if first.kind == "quoted" and first.text in self._fields:
            self._at += 1
            return first.text
        raise self._refused(f"no modelled column has that name; the columns are: {', '.join(self._fields)}.")

    def _ends(self, most: int) -> list[int]:
        """Return where a text may end that begins here and has at most so many characters."""
        first, ends = self._tokens[self._at], []
        for end in range(self._at + 1, len(self._tokens) + 1):
            if self._tokens[end - 1].end - first.start > most:
                break
            ends.append(end)
        return ends

    def _labels_of(self, field: Field) -> tuple[frozenset[str], int]:
        """Return a column's labels and the length of the longest."""
        if field.name not in self._labels:
            found = (
                frozenset(canonical_label(label) for label in field.enum or ())
                if field.kind in LABELLED
                else frozenset()
            )
            self._labels[field.name] = found, max(map(len, found), default=0)
        return self._labels[field.name]

    def _compares(self, at: int) -> bool:
        """Whether a comparison may begin at a token (or the text ends there, which is said later)."""
        if at >= len(self._tokens):
            return True
        token = self._tokens[at]
        return token.kind == "sign" or any(token.says(word) for word in ("is", "in", "not", "between"))

    def _rest(self, field: Field) -> tuple[str, bool, tuple[str, ...]]:
        token = self._next("a comparison was expected: =, !=, <, <=, >, >=, in, between or is missing.")
        if token.kind == "sign":
            return _SIGNS.get(token.text, token.text), True, (self._operand(field),)
        if token.says("is"):
            positive = not self._took("not")
            if self._took("missing") or self._took("null"):
                return "missing", positive, ()
            raise self._refused("`missing` or `null` was expected.")
        positive = not token.says("not")
        token = token if positive else self._next("`in` or `between` was expected.")
        if token.says("in"):
            return "in", positive, self._list()
        if token.says("between"):
            low = self._operand(field)
            if self._at >= len(self._tokens) or not self._tokens[self._at].says("and"):
                raise self._refused("`and` was expected, as in `between 1 and 5`.")
            self._at += 1
            return "between", positive, (low, self._operand(field))
        self._at -= 1
        raise self._refused("a comparison was expected: =, !=, <, <=, >, >=, in, between or is missing.")

    def _operand(self, field: Field) -> str:
        """Read one value: quoted, or plain text up to where it ends."""
        if self._at >= len(self._tokens):
            raise self._refused("a value was expected.")
        first = self._tokens[self._at]
        if first.kind == "quoted":
            self._at += 1
            return first.text
        if first.joins:
            raise self._refused("a value was expected.")
        rest = range(self._at, len(self._tokens))
        near = next((at for at in rest if self._tokens[at].joins), len(self._tokens))
        labels, longest = self._labels_of(field)
        far = (end for end in reversed(self._ends(longest)) if end == len(self._tokens) or self._tokens[end].joins)
        named = (end for end in far if canonical_label(self._between(self._at, end)) in labels)
        end = next(named, near)
        text = self._between(self._at, end)
        self._at = end
        return text

    def _between(self, begin: int, end: int) -> str:
        return self._text[self._tokens[begin].start : self._tokens[end - 1].end]

    def _list(self) -> tuple[str, ...]:
        token = self._next("a list was expected, such as (1, 2).")
        if token.text != "(" or token.kind != "mark":
            self._at -= 1
            raise self._refused("a list was expected, such as (1, 2).")
        values: list[str] = []
        while True:
            begin = self._at
            while self._at < len(self._tokens) and self._tokens[self._at].kind not in ("mark", "quoted"):
                self._at += 1
            if self._at == begin and self._at < len(self._tokens) and self._tokens[self._at].kind == "quoted":
                self._at += 1
                values.append(self._tokens[begin].text)
            elif self._at > begin:
                values.append(self._between(begin, self._at))
            else:
                raise self._refused("a value was expected.")
            token = self._next("the end of the list was expected: `)`.")
            if token.kind == "mark" and token.text == ")":
                return tuple(values)
            if token.kind != "mark" or token.text != ",":
                self._at -= 1
                raise self._refused("`,` or `)` was expected; values that hold such signs are written in quotes.")

    def _next(self, expected: str) -> Token:
        if self._at >= len(self._tokens):
            raise self._refused(expected)
        self._at += 1
        return self._tokens[self._at - 1]

    def _took(self, word: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at].says(word)
        self._at += found
        return found

    def _refused(self, why: str) -> UsageError:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return _refused(self._text, token.start if token is not None else len(self._text), why)


def _refused(text: str, place: int, why: str) -> UsageError:
    found = f"at {text[place : place + 20]!r}" if place < len(text) else "at its end"
    return UsageError(
        f"The condition cannot be read {found} (character {place + 1}): {why} Write `column >= value`, joined by `and` (there "
        "is no `or`); names and values with odd signs in quotes."
    )


def _tokens(text: str) -> Sequence[Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:  # every character begins a token
            raise _refused(text, at, "that sign is not known.")
        if match.lastgroup == "quoted":
            said, end = _unquoted(text, at)
            found.append(Token("quoted", said, at, end))
            at = end
            continue
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at, match.end()))
        at = match.end()
    return found


def _unquoted(text: str, start: int) -> tuple[str, int]:
    """Return what stands between a quote and its end, and where it ends."""
    quote, said, at = text[start], list[str](), start + 1
    while at < len(text):
        pair = text[at : at + 2]
        if pair in (quote * 2, "\\" + quote, "\\\\"):
            said.append(pair[1])
            at += 2
        elif text[at] == quote:
            return "".join(said), at + 1
        else:
            said.append(text[at])
            at += 1
    raise _refused(text, start, "that quote is not closed.")
