"""Rules about written forms: a pattern for the shape, seen once per shape, and a check, seen by values of that shape."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from privsynth.pii.entities import lineage
from privsynth.pii.model import Sign, Source
from privsynth.pii.profile import Profile
from privsynth.pii.weights import above_chance, ramp

LOOKED_AT = 1000  # values of a column that one check sees at most
_SOFT = 4.0  # log-likelihood ratio at which evidence has 63 % of its full strength
_CARRIES = 0.3  # share of a column above which a strong rule vouches for weaker forms of the same entity
_SMALLEST = 0.02  # strength under which a sign is not worth a line
_SIGNS = "9a@:./-(+ ,#*"
_BITS = {sign: 1 << place for place, sign in enumerate(_SIGNS)}
_OTHER = 1 << len(_SIGNS)
_KNOWN = str.maketrans("", "", _SIGNS + ")")
_ORDER = ("value.checksum", "value.form", "value.shape", "value.loose")
_WORTH = {"value.checksum": 7.0, "value.form": 7.0, "value.shape": 4.0, "value.loose": 2.0}

Check = Callable[[str], bool]


def shape(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for folded shapes: ``9`` is a digit and ``a`` a letter of either case."""
    return re.compile(pattern, re.DOTALL)


def matches(pattern: str, flags: int = re.IGNORECASE) -> Check:
    """Return a check that a whole value matches a pattern."""
    compiled = re.compile(pattern, flags)
    return lambda value: compiled.fullmatch(value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule about written forms.

    Attributes:
        name: Public name, ``shape.email``.
        entity: What a match speaks for.
        weight: A key of ``weights.json``.
        shape: Full match on the folded shape of a value.
        check: Test of one value that has the shape; None when the shape says it all.
        chance: Share of unrelated values of that shape that pass.
        needs: Signs that the shape must hold (digits as 9, letters as a).
        longest: Length of a shape that the rule sees at most (shapes are cut to 64).
        only: The signs that it may hold; "" for any.
        numeric: Whether the rule also reads integer columns.
        headed: The rule is asked only behind a header that names one of these; () for always.
        whole: Second look at values that passed, together: what one value cannot tell. Not asked behind a header.
        limit: Values that the check sees at most.
        wide: Whether it also matches what stronger rules of the entity match.
        source: Source of the sign.
    """

    name: str
    entity: str
    weight: str
    shape: re.Pattern[str]
    check: Check | None = None
    chance: float = 0.001
    needs: str = ""
    only: str = ""
    longest: int = 64
    numeric: bool = False
    headed: tuple[str, ...] = ()
    whole: Callable[[Sequence[str]], bool] | None = None
    limit: int = LOOKED_AT
    wide: bool = False
    source: Source = "value"

    def asked(self, headed: Collection[str]) -> bool:
        """Return whether the header lets the rule speak."""
        return not self.headed or any(entity in headed for entity in self.headed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What one rule found in a column.

    Attributes:
        rule: The rule's name.
        entity: What it speaks for.
        weight: A key of ``weights.json``.
        share: Share of the tested values that match (an estimate when the check saw a sample).
        ratio: Log-likelihood ratio of the hits against chance.
        n_tested: Values behind ``share``.
        n_hit: Of these, matching.
        wide: As in ``Rule``.
        source: Source of the sign.
    """

    rule: str
    entity: str
    weight: str
    share: float
    ratio: float
    n_tested: int
    n_hit: int
    wide: bool = False
    source: Source = "value"

    @property
    def strength(self) -> float:
        """Strength of the sign: how far above chance, times how much of the column."""
        return evidence_strength(self.ratio) * ramp(self.share)


def evidence_strength(ratio: float) -> float:
    """Return how convincing a log-likelihood ratio is, 0 to 1: 4 gives 0.63, 12 gives 0.95."""
    return 1.0 - math.exp(-max(0.0, ratio) / _SOFT)


def strided(values: Sequence[str], limit: int) -> Sequence[str]:
    """Return at most ``limit`` values, spread over all."""
    return values[:: -(-len(values) // limit)] if len(values) > limit else values


def _mask(folded: str) -> int:
    bits = sum(bit for sign, bit in _BITS.items() if sign in folded)
    return bits | _OTHER if folded.translate(_KNOWN) else bits


def _bits(signs: str) -> int:
    return sum(_BITS[sign] for sign in set(signs))


@dataclass(frozen=True)
class Forms:
    """The values of a column by folded shape (letters in lower case), indexed by the signs that occur in it."""

    view: Profile
    countries: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> dict[str, list[str]]:
        """Folded shape -> values."""
        found: dict[str, list[str]] = {}
        for text, members in self.view.shapes.items():
            low = text.lower()
            found[low] = found[low] + members if low in found else members
        return found

    @cached_property
    def by_mask(self) -> dict[tuple[int, int], list[str]]:
        """Signs in the shape, as bits, and its length -> folded shapes."""
        found: dict[tuple[int, int], list[str]] = defaultdict(list)
        for folded in self.folded:
            found[_mask(folded), len(folded)].append(folded)
        return dict(found)

    def having(self, pattern: re.Pattern[str], *, needs: str = "", only: str = "", longest: int = 10**6) -> list[str]:
        """Return the values whose shape matches, by way of the signs that they must and may hold."""
        must, may = _bits(needs), _bits(only) if only else -1
        groups = (
            shapes
            for (mask, length), shapes in self.by_mask.items()
            if mask & must == must and not mask & ~may and length <= longest
        )
        return [value for group in groups for text in group if pattern.fullmatch(text) for value in self.folded[text]]


def apply(rule: Rule, forms: Forms, headed: Collection[str]) -> Hits | None:
    """Ask one rule about a column.

    Args:
        rule: The rule.
        forms: The column by shape.
        headed: Entities that the header names, wider kinds included.

    Returns:
        What it found, or None for nothing.
    """
    if not rule.asked(headed):
        return None
    eligible = forms.having(rule.shape, needs=rule.needs, only=rule.only, longest=rule.longest)
    if not eligible:
        return None
    sample = strided(eligible, rule.limit)
    passed = sample if rule.check is None else [value for value in sample if rule.check(value)]
    if not passed or (rule.whole is not None and rule.entity not in headed and not rule.whole(passed)):
        return None
    return counted(rule, forms.view, eligible=len(eligible), asked=len(sample), passed=len(passed))


def counted(rule: Rule, view: Profile, *, eligible: int, asked: int, passed: int) -> Hits:
    """Weigh counts: ``eligible`` values have the shape, ``asked`` were checked, ``passed`` did."""
    all_seen = asked == eligible
    return Hits(
        rule=rule.name,
        entity=rule.entity,
        weight=rule.weight,
        share=passed / asked * eligible / max(1, view.tested),
        ratio=above_chance(asked, passed, rule.chance),
        n_tested=view.tested if all_seen else asked,
        n_hit=passed,
        wide=rule.wide,
        source=rule.source,
    )


def _share_of(found: Sequence[Hits]) -> float:
    """Return the share of values that some rule matches: disjoint forms add up, a wide one covers the others."""
    disjoint = sum(item.share for item in found if not item.wide)
    return min(1.0, max([disjoint, *(item.share for item in found if item.wide)]))


def _together(found: Sequence[Hits]) -> Hits:
    """Add up rules of one entity that see different written forms of it.

    Where stronger rules match a good part of the column, the rest is most likely written another way: then the sum has the
    weight of the stronger, otherwise of the weakest.
    """
    best, tested = max(found, key=lambda item: item.share), max(item.n_tested for item in found)
    strong = [item for item in found if item.weight == found[0].weight]
    carried = _share_of(strong) >= _CARRIES
    share = _share_of(found)
    return Hits(
        rule=(max(strong, key=lambda item: item.share) if carried else best).rule,
        entity=best.entity,
        weight=(strong if carried else found)[-1].weight,
        share=share,
        ratio=sum(item.ratio for item in found),
        n_tested=tested,
        n_hit=round(share * tested),
        source=best.source,
    )


def _best(found: list[Hits]) -> Hits:
    """Return the most telling of: each class of rules with all stronger classes."""
    found.sort(key=lambda item: _ORDER.index(item.weight))
    ends = [place for place, item in enumerate(found, 1) if place == len(found) or found[place].weight != item.weight]
    return max((_together(found[:end]) for end in ends), key=lambda item: item.strength * _WORTH[item.weight])


def signs(found: Iterable[Hits]) -> list[Sign]:
    """Turn what the rules found into one sign per entity."""
    by_entity: dict[str, list[Hits]] = defaultdict(list)
    for item in found:
        by_entity[item.entity].append(item)
    best = (_best(items) for items in by_entity.values())
    return [
        Sign(
            source=item.source,
            entity=item.entity,
            weight=item.weight,
            strength=round(item.strength, 4),
            n_tested=item.n_tested,
            n_hit=item.n_hit,
            rule=item.rule,
        )
        for item in best
        if item.strength >= _SMALLEST
    ]


def names_of(entity: str) -> tuple[str, ...]:
    """Return the headers behind which a check of ``entity`` is asked: the entity and its wider kinds."""
    return tuple(name for name in lineage(entity) if name not in ("RECORD_ID", "ORGANIZATION"))
