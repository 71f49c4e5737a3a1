"""The owner's own rules for a scan: presidio's recognisers of patterns and words, headers, countries, columns that are settled.

The patterns of presidio's YAML files are interpreted here, without presidio: a rule sees each distinct value once, in a time
that is bounded. ``custom_file.read_rules`` reads the file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from privsynth.pii.entities import Entity
from privsynth.pii.model import ColumnFinding, Sign
from privsynth.pii.weights import ramp

if TYPE_CHECKING:
    from privsynth.pii.profile import Profile

SECONDS_EACH = 0.05  # for one value and one pattern
SECONDS_ALL = 5.0  # for all values of one column that took too long
FORM, SHAPE = 0.6, 0.3  # scores from which a pattern counts as a form of its own, and as a shape
CONTEXT = 0.35  # what a context word in the header adds to a score, as in presidio
SPAN = 0.5  # score from which a match inside a longer value is counted
WHOLE = 0.95  # share of values of an allowed shape that settles a column

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_HEADER = 200


def words_in(text: str) -> tuple[str, ...]:
    """Split a header or a phrase into lower-case words without accents; digits stay.

    Example:
        >>> words_in("StaffNo (état)")
        ('staff', 'no', 'etat')
    """
    decomposed = unicodedata.normalize("NFKD", text[:_LONGEST_HEADER].replace("ß", "ss"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return tuple(word.lower() for word in _WORD.findall(_CAMEL.sub(" ", plain)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern, or one list of words, of one recogniser.

    Attributes:
        rule: Public name of the recogniser.
        entity: What a match speaks for.
        search: A compiled pattern of the ``regex`` module, whose searches take a time limit.
        score: As presidio's: how far a match is to be trusted, 0 to 1.
        context: Words whose presence in a header adds to the score.
    """

    rule: str
    entity: str
    search: Any
    score: float
    context: tuple[tuple[str, ...], ...] = ()

    def score_under(self, header: tuple[str, ...]) -> float:
        """Return the score in a column of that header."""
        near = any(_within(words, header) for words in self.context)
        return min(1.0, self.score + CONTEXT) if near else self.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What a header is compared with: words in a row, or a pattern for the whole header."""

    words: tuple[str, ...] = ()
    search: Any = None

    def fits(self, name: str) -> bool:
        """Say whether the header has the words, or matches the pattern; a pattern that takes too long does not match."""
        if self.search is None:
            return _within(self.words, words_in(name))
        try:
            return self.search.fullmatch(name[:_LONGEST_HEADER], timeout=SECONDS_EACH) is not None
        except TimeoutError:
            return False


def _within(words: tuple[str, ...], header: tuple[str, ...]) -> bool:
    return bool(words) and any(
        header[place : place + len(words)] == words for place in range(len(header) - len(words) + 1)
    )


@dataclass(frozen=True, slots=True)
class _Census:
    """How many values a pattern matched wholly, matched in part, and did not finish."""

    tested: int
    whole: int
    inside: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one file.

    Attributes:
        patterns: Patterns and word lists.
        headers: Pairs of an entity and what its headers look like.
        countries: ISO 3166 codes of the countries whose numbers and phones may occur.
        allowed_columns: Headers of columns that the owner declares to be no personal data.
        allowed_shapes: Shapes (``AAA-999``) of values that are none.
        entities: Entities of the owner, and ours as the owner redefined them.
        notes: What was left out of the file, in sentences.
    """

    patterns: tuple[Pattern, ...] = ()
    headers: tuple[tuple[str, Phrase], ...] = ()
    countries: tuple[str, ...] = ()
    allowed_columns: tuple[Phrase, ...] = ()
    allowed_shapes: frozenset[str] = frozenset()
    entities: Mapping[str, Entity] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()

    def header_signs(self, name: str) -> list[Sign]:
        """Return what a header says by the owner's words: enough by itself."""
        found = dict.fromkeys(entity for entity, phrase in self.headers if phrase.fits(name))
        return [
            Sign(source="header", entity=entity, weight="header.strong", rule=f"custom.{entity}") for entity in found
        ]

    def value_signs(self, view: Profile, *, name: str = "") -> list[Sign]:
        """Return what the values say by the owner's patterns.

        A pattern that matches whole values speaks for its entity as a form (score from 0.6), a shape (from 0.3) or loosely.
        Matches inside longer values are counted as spans from score 0.5. Values on which a pattern takes too long count
        as spans too (rule ``... (too slow)``), so that such a column is looked at and not passed.

        Args:
            view: The column.
            name: Its header: context words in it raise a score, as in presidio.
        """
        header = words_in(name)
        return [sign for pattern in self.patterns for sign in _signs(pattern, view, pattern.score_under(header))]

    def declared(self, name: str, view: Profile | None = None) -> str | None:
        """Return why the owner's file settles a column as no personal data, or None.

        Args:
            name: The header.
            view: The values, or None when only the header is known.
        """
        if any(phrase.fits(name) for phrase in self.allowed_columns):
            return "declared by the owner to be no personal data (allow.columns)"
        if view is not None and view.tested and self.allowed_shapes:
            hits = sum(len(members) for shape, members in view.shapes.items() if shape in self.allowed_shapes)
            if hits >= WHOLE * view.tested:
                return f"declared by the owner to be no personal data (allow.shapes, {hits} of {view.tested} values)"
        return None

    def settled(self, found: ColumnFinding, view: Profile | None = None) -> ColumnFinding:
        """Return the finding, with role ``safe`` and the reason where the owner declared the column."""
        reason = self.declared(found.name, view)
        if reason is None:
            return found
        nothing: dict[str, Any] = dict.fromkeys(("entity", "detail", "hipaa", "gdpr", "pci", "faker"))
        return replace(found, **nothing, confidence=1.0, role="safe", action="keep", reason=reason, evidence=())


def _signs(pattern: Pattern, view: Profile, score: float) -> list[Sign]:
    census = _census(pattern, view.values, inside=score >= SPAN)
    rule, found = f"custom.{pattern.rule}", []
    strength = ramp(census.whole / census.tested) * (census.whole + 1) / (census.whole + 2) if census.tested else 0.0
    if strength > 0:
        weight = "value.form" if score >= FORM else "value.shape" if score >= SHAPE else "value.loose"
        found.append(
            Sign(
                source="recogniser",
                entity=pattern.entity,
                weight=weight,
                strength=strength,
                n_tested=census.tested,
                n_hit=census.whole,
                rule=rule,
            )
        )
    spans = census.inside + (census.whole if strength == 0 and score >= SPAN else 0)
    for hits, name in ((spans, rule), (census.late, f"{rule} (too slow)")):
        if hits:
            found.append(
                Sign(source="span", entity=pattern.entity, weight="span", n_tested=view.tested, n_hit=hits, rule=name)
            )
    return found


def _census(pattern: Pattern, values: Sequence[str], *, inside: bool) -> _Census:
    """Match every value within its time; after ``SECONDS_ALL`` of unfinished ones, the rest counts as unfinished."""
    whole = part = late = 0
    for value in values:
        if late * SECONDS_EACH >= SECONDS_ALL:
            late += len(values) - (whole + part + late)
            break
        try:
            if pattern.search.fullmatch(value, timeout=SECONDS_EACH) is not None:
                whole += 1
            elif inside and pattern.search.search(value, timeout=SECONDS_EACH) is not None:
                part += 1
        except TimeoutError:
            late += 1
    return _Census(tested=len(values), whole=whole, inside=part, late=late)
