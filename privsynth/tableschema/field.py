"""One column of a table, as far as it is public: its kind, role, action, domain, and where each of these statements comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from privsynth.errors import SchemaError
from privsynth.tableschema.generalise import Rule
from privsynth.tableschema.hierarchy import Hierarchy, checked_hierarchy

KINDS = ("boolean", "categorical", "ordinal", "integer", "number", "datetime", "date", "text", "identifier", "constant")
LABELLED = ("boolean", "categorical", "ordinal", "constant")
NUMERIC = ("integer", "number", "datetime", "date")
UNMODELLED = ("text", "identifier")
ROLES = ("direct", "quasi", "sensitive", "safe", "free_text", "target", "review")
ACTIONS = ("keep", "drop", "fake", "generalise")
SOURCES = ("declared", "public", "dp", "data", "default")
LEAVES = (
    "kind",
    "role",
    "action",
    "rule",
    "faker",
    "required",
    "format",
    "decimals",
    "minimum",
    "maximum",
    "enum",
    "hierarchy",
)
DIRECTIVES = ("%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S", "%f", "%p", "%b", "%B", "%a", "%A", "%j", "%%")
MAX_LABELS = 60_000
_EPOCH = datetime(1970, 1, 1)


def canonical_label(label: object) -> str:
    """Return a label as text, so that 12, 12.0 and "12.0" are one label and "012" stays another.

    Example:
        >>> canonical_label("12.0"), canonical_label(12), canonical_label("012"), canonical_label(" a")
        ('12', '12', '012', ' a')
    """
    text = str(label)
    if not isinstance(label, str) and text in ("True", "False"):  # numpy's truth values too
        return text.lower()
    try:
        number = float(text)
    except ValueError:
        return text
    digits = text.lstrip("+-")
    zeros = digits[:1] == "0" and digits[1:2].isdigit()
    if not math.isfinite(number) or zeros or not text.isascii() or "_" in text or text.strip() != text:
        return text
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column: its kind, role, action, domain, and the source of each of these statements.

    Args:
        name: Column name.
        kind: One of `KINDS`.
        role: One of `ROLES`.
        action: One of `ACTIONS`.
        minimum: Smallest value (numbers; dates and datetimes as ISO text), inclusive, or None.
        maximum: Largest value, inclusive, or None.
        enum: Labels of a labelled field, as written in the table, or None.
        required: True where a cell is never missing.
        format: strptime format of dates and datetimes, or None.
        decimals: Digits after the point of a number, or None.
        faker: Faker provider that makes the column anew where the action is `fake`, or None.
        rule: Public rule that makes cells coarser before they are coded, where the action is `generalise`, or None; all other
            leaves but `format` then describe the results.
        hierarchy: Public groups of the labels: a codebook's name, `prefix:N`, or a mapping from group to labels and ranges; or None.
        increment: What a number is a multiple of, or None; a schema sets it from its constraints.
        provenance: Leaf name -> source, or a mapping with `source` and details.
        extra: Keys of the file that privsynth does not know, kept for writing.
    """

    name: str
    kind: str
    role: str = "safe"
    action: str = "keep"
    minimum: float | str | None = None
    maximum: float | str | None = None
    enum: tuple[str, ...] | None = None
    required: bool = False
    format: str | None = None
    decimals: int | None = None
    faker: str | None = None
    rule: str | None = None
    hierarchy: Hierarchy | None = None
    increment: float | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for leaf, value, allowed in (
            ("kind", self.kind, KINDS),
            ("role", self.role, ROLES),
            ("action", self.action, ACTIONS),
        ):
            if value not in allowed:
                raise SchemaError(f"Field `{self.name}` has the {leaf} {value!r}. Use one of: {', '.join(allowed)}.")
        self._check_types()
        if self.decimals is not None and not 0 <= self.decimals <= 15:
            raise SchemaError(f"Field `{self.name}` has decimals {self.decimals!r}. Give a whole number from 0 to 15.")
        if self.kind in NUMERIC and self.minimum is not None and self.maximum is not None:
            low, high = self.bounds()
            if not low <= high:
                raise SchemaError(
                    f"Field `{self.name}` has its minimum {self.minimum} above its maximum {self.maximum}. Swap them."
                )
        if self.enum is not None:
            self._check_labels(self.enum)
        if self.format is not None and (self.kind in ("date", "datetime") or self.rule is not None):
            self._check_format(self.format)
        if self.rule is not None:
            Rule.parse(self.rule, self.name)
        if self.hierarchy is not None:
            object.__setattr__(self, "hierarchy", checked_hierarchy(self.hierarchy, self.name))

    def _check_types(self) -> None:
        for leaf, value, types in (
            ("minimum", self.minimum, (int, float, str)),
            ("maximum", self.maximum, (int, float, str)),
            ("format", self.format, (str,)),
            ("faker", self.faker, (str,)),
            ("rule", self.rule, (str,)),
            ("decimals", self.decimals, (int,)),
        ):
            if value is not None and (isinstance(value, bool) or not isinstance(value, types)):
                what = "a number or a text" if float in types else "a whole number" if int in types else "a text"
                raise SchemaError(f"Field `{self.name}` has the {leaf} {value!r}. Give {what}.")

    def _check_format(self, text: str) -> None:
        directives = re.findall(r"%.?", text, flags=re.DOTALL)
        wrong = [found for found in directives if found not in DIRECTIVES]
        if wrong or not directives:
            what = f"the directive {wrong[0]!r}" if wrong else "no directive"
            raise SchemaError(
                f"The format {text!r} of field `{self.name}` has {what}. Use {', '.join(DIRECTIVES)}, such as %d/%m/%Y."
            )

    def _check_labels(self, labels: tuple[str, ...]) -> None:
        if len(labels) > MAX_LABELS:
            raise SchemaError(
                f"Field `{self.name}` lists {len(labels)} labels; at most {MAX_LABELS} can be coded. "
                "Group them, or set its kind to identifier so that it is not modelled."
            )
        seen: dict[str, str] = {}
        for label in labels:
            text = canonical_label(label)
            if text in seen:
                raise SchemaError(
                    f"Field `{self.name}` lists the label {label!r} twice (also as {seen[text]!r}). Remove one."
                )
            if "\x00" in label:
                raise SchemaError(f"Field `{self.name}` lists a label with a NUL byte. Remove it.")
            seen[text] = label

    @property
    def modelled(self) -> bool:
        """Whether the column reaches a generator."""
        return (
            self.action in ("keep", "generalise")
            and self.kind not in UNMODELLED
            and self.role not in ("direct", "free_text", "review")
        )

    @property
    def truth(self) -> bool:
        """Whether the cells are true and false, in any of their spellings."""
        return self.kind == "boolean" and set(self.enum or ()) <= {"true", "false"}

    @property
    def generalisation(self) -> Rule | None:
        """The rule that cells go through before they are coded, or None."""
        return Rule.parse(self.rule) if self.action == "generalise" and self.rule is not None else None

    @property
    def step(self) -> float | None:
        """What the values of a number are multiples of, by its rule or by a constraint; None where they are any."""
        rule = self.generalisation
        return rule.step if rule is not None and rule.step is not None else self.increment

    def source(self, leaf: str) -> str:
        """Return where a leaf comes from: one of `SOURCES`."""
        found = self.provenance.get(leaf, "default")
        return str(found.get("source", "default")) if isinstance(found, Mapping) else str(found)

    def bounds(self) -> tuple[float, float]:
        """Return the bounds as numbers (days of dates and seconds of datetimes since 1970).

        Raises:
            SchemaError: a bound is missing or cannot be read.
        """
        if self.minimum is None or self.maximum is None:
            which = "minimum" if self.minimum is None else "maximum"
            raise SchemaError(
                f"Column `{self.name}` has no {which}. A column of kind {self.kind} needs one before fitting. "
                f"Add `{which}` to its constraints, or leave the schema out and let --epsilon pay for it."
            )
        return self.to_number(self.minimum), self.to_number(self.maximum)

    def to_number(self, value: float | str | date) -> float:
        """Return a bound or a literal as the number that the column is coded by."""
        try:
            if self.kind in ("date", "datetime"):
                moment = datetime.fromisoformat(str(value))
                if moment.tzinfo is not None:
                    moment = moment.replace(tzinfo=None)
                return (
                    (moment - _EPOCH) / timedelta(days=1) if self.kind == "date" else (moment - _EPOCH).total_seconds()
                )
            number = float(value)  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise SchemaError(
                f"Field `{self.name}` has the bound {value!r}, which is not a finite {self.kind}. Correct it."
            )
        return number

    def with_(self, source: str | Mapping[str, Any] | None = None, **leaves: Any) -> Field:
        """Return a copy with other leaves, all of them from `source`."""
        provenance = dict(self.provenance)
        if source is not None:
            provenance.update({leaf: source for leaf in leaves if leaf in LEAVES})
        return replace(self, provenance=provenance, **leaves)
