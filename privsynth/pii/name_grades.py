"""How much one value looks like the name of a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from privsynth.pii.name_lists import NameLists
from privsynth.pii.wordlists import fold

_ASIDE = re.compile(r"\([^()]*\)|[\"“”][^\"“”]*[\"“”]|<[^<>]*>")
_NUMBERED_WORD = re.compile(r"(?<=[^\W\d_]{2})\d{1,3}(?=\s|$)")
_FIRM_ENDS = frozenset(("SA", "S.A.", "S/A", "AG", "AS", "A/S", "AD", "SE", "SL", "KK", "ME", "EI", "Co", "Co.", "CO"))
_DIGIT = re.compile(r"\d")
_SPLIT = re.compile(r"[\s_·・]+")
_SEVERAL = re.compile(r"\s*[;|\n]\s*|\s+/\s+")
_COUPLE = re.compile(r"\s+(?:&|and|und|et|y|e|i|og|och|en)\s+")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+-?(?:[^\W\d_]\.?)?")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]+")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_HAN_ENDS = frozenset("市省县縣区區都道府州町村路街道站色语語文族教公司行院学校園园大部局厅湾山川河湖岛島国國")
_PREFIXED = re.compile(r"(?:al|el|an|as|ad|ul|d|l|van|de|o)[-'][A-Z]")  # al-Assad, d'Artagnan
_PLAIN = re.compile(r"[A-Z][a-z]{2,} [A-Z][a-z]{2,}")
_MOST_WORDS = 7


@dataclass(frozen=True, slots=True)
class Grade:
    """What one value says.

    Attributes:
        person: As a full name, 0 to 1.
        first: As one or more first names alone: 0 not listed, up to 1 for a name that is nothing else.
        last: The same as last names alone.
        other: 1 when it is clearly something else, 2 when it is clearly a firm.
        neutral: It says nothing (unknown, other).
    """

    person: float = 0.0
    first: float = 0.0
    last: float = 0.0
    other: float = 0.0
    neutral: bool = False


FIRM = Grade(other=2.0)  # "Smith Ltd" tells more about a column than "Smith" does
NOTHING, OTHER, NEUTRAL = Grade(), Grade(other=1.0), Grade(neutral=True)


class NameGrader:
    """Grades values by the lists.

    Args:
        lists: Names and words.
    """

    def __init__(self, lists: NameLists) -> None:
        self.lists = lists

    def grade(self, value: str, *, other: bool = False) -> Grade:
        """Return what the value says.

        Args:
            value: A cell.
            other: Whether a list of places, jobs, colours ... holds it.
        """
        if _PLAIN.fullmatch(value) and not other:
            return self._plain_pair(value.lower().split(" "))
        if not value.isascii():
            if _HAN.search(value):
                return OTHER if other else self._han(re.sub(r"[\s·・]", "", value), value)
            if _HANGUL.search(value):
                return OTHER if other else self._hangul(re.sub(r"\s", "", value))
        if "(" in value or '"' in value or "“" in value or "<" in value:
            value = _ASIDE.sub(" ", value).strip()
        if _DIGIT.search(value):
            value = _NUMBERED_WORD.sub("", value)
            if _DIGIT.search(value):
                return OTHER
        several = _SEVERAL.split(value) if len(value) > 12 else [value]
        if len(several) > 1 and all(several):
            return _mean([self._one_or_pair(part) for part in several])
        return self._one_or_pair(value, other=other)

    def _plain_pair(self, names: list[str]) -> Grade:
        """Grade "John Smith" without the rest of the rules."""
        lists = self.lists
        before = names[0] in lists.particles or names[0] in lists.titles or names[0] in lists.place_first
        after = names[1] in lists.suffixes or names[1] in lists.place_last or names[1] in lists.company_ends
        odd = before or after or not lists.vetoes.isdisjoint(names)
        return self._words([name.title() for name in names]) if odd else self._graded(names, lower=False)

    def _one_or_pair(self, value: str, *, other: bool = False) -> Grade:
        if "," in value:
            return self._with_commas([part.strip() for part in value.split(",") if part.strip()])
        if "&" in value or " " in value:
            parts = _COUPLE.split(value)
            if len(parts) == 2 and "" not in parts:
                return self._couple(parts, value)
        return self._words(_SPLIT.split(value.strip()), other=other)

    def _with_commas(self, parts: list[str]) -> Grade:
        while len(parts) > 1 and all(fold(word).replace(".", "") in self.lists.suffixes for word in parts[-1].split()):
            parts = parts[:-1]
        if len(parts) > 1 and not any(" " in part for part in parts[:-1]) and len(_COUPLE.split(parts[-1])) == 2:
            allied = [self._words([name]) for part in parts for name in _COUPLE.split(part)]
            if any(grade.last > grade.first for grade in allied):  # Brown, White and Green
                return FIRM
        if len(parts) == 2 and not any(" " in part and len(part.split()) > 3 for part in parts):
            turned = self._words(_SPLIT.split(f"{parts[1]} {parts[0]}"))
            if turned.person > 0:
                return Grade(person=min(1.0, turned.person + 0.15))
        grades = [self._one_or_pair(part) for part in parts]
        return grades[0] if len(grades) == 1 else _mean(grades) if grades else NOTHING

    def _couple(self, parts: list[str], value: str) -> Grade:
        left, right = (_SPLIT.split(part.strip()) for part in parts)
        if len(left) == 1 and len(right) == 1:
            both = [self._words(left), self._words(right)]
            return (
                Grade(first=min(grade.first for grade in both)) if all(grade.first >= 0.9 for grade in both) else OTHER
            )
        whole = self._words(right)
        if len(left) == 1 and whole.person > 0 and self._words(left).first > 0:
            return whole
        grades = [self._words(left), whole]
        if all(grade.person > 0 for grade in grades):
            return _mean(grades)
        return self._words([word for word in _SPLIT.split(value) if word != "&"]) if "&" not in value else OTHER

    def _words(self, raw: Sequence[str], *, other: bool = False) -> Grade:
        words, titled = self._without_titles([word for word in raw if word])
        if not words or len(words) > _MOST_WORDS:
            return OTHER if words else NOTHING
        plain = [fold(word).strip(".'-") for word in words]
        if plain[-1] in self.lists.company_ends or (words[-1] in _FIRM_ENDS and not words[0].isupper()):
            return FIRM
        if not self.lists.vetoes.isdisjoint(plain):
            return OTHER
        if len(words) > 1 and (plain[-1] in self.lists.place_last or plain[0] in self.lists.place_first):
            return OTHER
        core = [
            (word, name) for word, name in zip(words, plain, strict=True) if name and name not in self.lists.particles
        ]
        if len(core) > 1 and len(core) < len(words) and plain[0] in ("the", "of", "in", "to", "a", "al"):
            return OTHER
        if not core:
            return NOTHING
        if other and not titled:
            return self._single(core[0][1], other=True) if len(core) == 1 else OTHER
        if len(core) == 1:
            return Grade(person=0.8) if titled and core[0][0][0].isupper() else self._single(core[0][1], other=other)
        return self._several(core, titled=titled)

    def _without_titles(self, words: list[str]) -> tuple[list[str], bool]:
        titled = False
        while len(words) > 1 and fold(words[0]).strip(".,") in self.lists.titles and (len(words[0]) > 1):
            words, titled = words[1:], True
        while len(words) > 1 and fold(words[-1]).replace(".", "").strip(",") in self.lists.suffixes and len(words) > 2:
            words = words[:-1]
        return words, titled

    def _rank(self, name: str, ranks: dict[str, int]) -> int:
        rank = ranks.get(name, 0)
        if rank or name.isalpha():
            return rank
        if "-" in name:
            parts = [part for part in name.split("-") if part and part not in self.lists.particles]
            rank = min((ranks.get(part, 0) for part in parts), default=0)
        if rank == 0 and "'" in name:
            rank = ranks.get(name.replace("'", ""), 0) or ranks.get(name.rpartition("'")[2], 0)
        return rank

    def _single(self, name: str, *, other: bool) -> Grade:
        first, last = self._rank(name, self.lists.first), self._rank(name, self.lists.last)
        common = name in self.lists.words
        if other or (common and first < 4):
            scale = 0.3
        elif common:
            scale = 0.6
        else:
            scale = 1.0
        surname = last or (1 if len(name) > 5 and name.endswith(self.lists.ends) else 0)
        clear_first = 0.0 if not first else scale * (1.0 if first > last else 0.6 if first == last else 0.3)
        clear_last = 0.0 if not surname else scale * (1.0 if last > first else 0.6 if last == first else 0.3)
        if other and not (first >= 3 or last >= 3):
            return Grade(first=clear_first, last=clear_last, other=1.0)
        return Grade(first=clear_first, last=clear_last, other=0.5 if other else 0.0)

    def _several(self, core: Sequence[tuple[str, str]], *, titled: bool) -> Grade:
        cased = [word for word, _ in core if word[0].isupper() != word[0].islower() and not _PREFIXED.match(word)]
        lower = sum(word[0].islower() for word in cased)
        if lower and lower < len(cased):
            return OTHER
        initials = [_is_initial(word) for word, _ in core]
        if any(initials) and not (lower and len(cased) == len(core)):
            return self._with_initials(core, initials, titled=titled)
        names = [name for _, name in core]
        if len(names) > 5:
            return OTHER
        if titled and all(name not in self.lists.words for name in names):
            return Grade(person=1.0)
        return self._graded(names, lower=bool(lower))

    def _with_initials(self, core: Sequence[tuple[str, str]], initials: list[bool], *, titled: bool) -> Grade:
        names = [name for (_, name), initial in zip(core, initials, strict=True) if not initial]
        if not names:
            return NOTHING
        if len(names) > 1:
            if any(initials[1:-1]):  # John F. Kennedy: an initial in the middle is hardly anything but a name
                grade = self._graded(names, lower=False)
                return Grade(person=min(1.0, max(grade.person, 0.2) + 0.3)) if not self._worded(names) else grade
            return self._graded(names, lower=False)
        dotted = any(_DOTTED.fullmatch(word) for (word, _), initial in zip(core, initials, strict=True) if initial)
        rank = self._rank(names[0], self.lists.last) or names[0].endswith(self.lists.ends)
        if names[0] in self.lists.words or len(names[0]) < 2:
            return Grade(person=0.3 if rank and dotted else 0.0)
        if rank:
            return Grade(person=0.9 if dotted else 0.7)
        given = self._rank(names[0], self.lists.first)
        return Grade(person=0.6 if dotted or titled or given else 0.1)

    def _worded(self, names: Sequence[str]) -> bool:
        return sum(name in self.lists.words for name in names) >= len(names) - 0.5

    def _graded(self, names: Sequence[str], *, lower: bool) -> Grade:
        first = [self._rank(name, self.lists.first) for name in names]
        last = [self._rank(name, self.lists.last) or int(self._like_surname(name)) for name in names]
        straight = self._ordered(first[0], max(last[1:]), names[0], names[-1])
        if (
            straight < 0.7 and first[0] and first[-1] and names[0] not in self.lists.words
        ):  # Hassan as the name of a father
            straight = 0.7
        turned = self._ordered(max(first[1:]), last[0], names[1], names[0]) - 0.1
        person = max(straight, turned * (0.5 if names[0] in self.lists.words else 1.0), 0.0)
        person *= self._plainness(names, first, last)
        person *= 0.6 if lower and person < 0.9 else 1.0
        given = len(names) <= 3 and min(first) > 0
        family = len(names) <= 3 and min(last) > 0
        if (
            given
            and "-" not in names[-1]
            and names[0] < "\u0250"
            and all(mine >= 3 * theirs for mine, theirs in zip(first, last, strict=True))
        ):
            return Grade(person=0.5 * person, first=1.0)
        if family and "-" not in names[-1] and all(mine > 2 * theirs for mine, theirs in zip(last, first, strict=True)):
            return Grade(person=0.5 * person, last=0.9)
        other = 0.0 if person > 0 else 0.5 if self._worded(names) or lower else 0.0
        return Grade(person=person, first=0.5 * given, last=0.5 * family, other=other)

    def _plainness(self, names: Sequence[str], first: Sequence[int], last: Sequence[int]) -> float:
        """Return what is left of a grade when some of the words are common words."""
        if self._worded(names):
            return 0.5
        common = [index for index, name in enumerate(names) if name in self.lists.words]
        if any(first[index] == 0 and last[index] == 0 for index in common):
            return 0.3
        if names[-1] in self.lists.words and last[-1] <= 1:
            return 0.3
        if names[0] in self.lists.words and first[0] < 4 and "-" not in names[-1]:  # King George, Rose Hill
            return 0.5
        return 0.85 if common else 1.0

    def _ordered(self, given: int, family: int, given_name: str, family_name: str) -> float:
        """Grade a first name and a last name by how widely each is used."""
        if given and family:
            return 1.0 if given >= 2 else 0.85 if family >= 2 else 0.75
        if given and family_name not in self.lists.words and len(family_name) > 2:
            return 0.6 if given >= 2 else 0.35
        if family and given_name not in self.lists.words and len(given_name) > 2:
            return 0.45 if family >= 2 else 0.25
        return 0.0

    def _like_surname(self, name: str) -> bool:
        return len(name) > 5 and name.endswith(self.lists.ends) and name not in self.lists.words

    def _han(self, joined: str, value: str) -> Grade:
        if not _HAN.fullmatch(joined) or not 2 <= len(joined) <= 6:
            return OTHER
        first, last = self.lists.first, self.lists.last
        parts = value.split()
        if len(parts) == 2 and (parts[0] in last or parts[1] in first):
            return Grade(person=1.0 if parts[0] in last and parts[1] in first else 0.8)
        if joined[-1] in _HAN_ENDS and len(joined) > 2:
            return OTHER
        for cut in (1, 2, 3):
            if joined[:cut] in last and 1 <= len(joined) - cut <= (3 if cut > 1 else 2):
                return Grade(person=1.0 if joined[cut:] in first else 0.8 if len(joined) == 3 or cut == 2 else 0.45)
        return Grade(last=1.0) if joined in last else Grade(first=1.0) if joined in first else NOTHING

    def _hangul(self, joined: str) -> Grade:
        if not _HANGUL.fullmatch(joined) or not 2 <= len(joined) <= 4:
            return OTHER
        if joined[0] in self.lists.last and len(joined) == 3:
            return Grade(person=1.0 if joined[1:] in self.lists.first else 0.75)
        return Grade(first=1.0) if joined in self.lists.first else NOTHING


def _is_initial(word: str) -> bool:
    return (len(word) <= 2 and word.strip(".").isupper() and len(word.strip(".")) <= 2) or (
        _DOTTED.fullmatch(word) is not None
    )


def _mean(grades: Sequence[Grade]) -> Grade:
    number = len(grades)
    return Grade(
        person=sum(grade.person for grade in grades) / number,
        first=min(grade.first for grade in grades),
        last=min(grade.last for grade in grades),
        other=sum(grade.other for grade in grades) / number,
    )
