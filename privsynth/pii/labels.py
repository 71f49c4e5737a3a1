"""Evidence from closed vocabularies: values that are nearly all genders, countries, jobs, diseases and the like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from privsynth.pii.label_lists import FIRM, PLACES, LabelLists, label_lists
from privsynth.pii.model import Sign
from privsynth.pii.profile import Profile
from privsynth.pii.wordlists import fold, fold_label
from privsynth.pii.wrappers import plain_text

LOOKED_UP = 2_000  # distinct values at most
_TRIED = 400  # distinct values after which a column without any hit is left alone
_LONGEST = 120  # characters of a label
_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[-.:)=]\s*|\s*\([^()]*\)\s*$|\s*/\s*a$|\s*\(a\)$")
_SEPARATOR = re.compile(r"\s*[;,|/+&\n]\s*|\s+and\s+|\s+und\s+")
_HEAD_ENDS = re.compile(r"\s*[,(/|;:]|\s+-\s+|\s+(?:of|for|in|at|to|with|i{1,3}|iv|[1-5])\b")
_WORD = re.compile(r"[^\W\d_]+")
_FIRM_END = re.compile(  # forms of firms in few letters, which as words say nothing
    r"(?<=\w[ ,])(?:S\.?A\.?(?:S|U|B de C\.?V)?\.?|S/A|SE|S\.? ?L\.?(?:U\.?)?|A/S|S\.?[pP]\.?[aA]\.?|S\.?[rR]\.?[lL]\.?|L\.?P\.?|N\.A\.?"
    r"|Co\.?,? ?(?:KG|Ltd\.?)?"
    r"|Bros\.?|C\.V\.|K\.K\.|d\.o\.o\.|Sp\. z o\.? ?o\.?|A\.?Ş\.?|\(Persero\))$|^(?:PT|CV|PT\.|CV\.|EURL|SCI|UTE) (?=[A-Z])"
)
_CLOSED_LISTS = "EDUCATION_LEVEL RELIGION ETHNIC_GROUP MARITAL_STATUS DISABILITY SEXUALITY SPOKEN_LANGUAGE"
_CLOSED = frozenset(_CLOSED_LISTS.split())
_SCHOOL_WORDS = (
    "degree diploma school college university bachelor bachelors master masters phd doctorate doctoral education graduate"
    " undergraduate grade schooling ensino escola universidad universidade secundaria primaria bachillerato licenciatura"
)
_SCHOOLED = frozenset(_SCHOOL_WORDS.split())
_UNLISTED = {  # how much a header is doubted when the list of what it names holds no value: more where lists are complete
    "GENDER": 0.5, "MARITAL_STATUS": 0.5, "SPOKEN_LANGUAGE": 0.45, "ETHNIC_GROUP": 0.35, "RELIGION": 0.35,
    "EDUCATION_LEVEL": 0.35, "OCCUPATION": 0.3,
}  # fmt: skip
_ENOUGH_TOLD = 3  # different values
_COUNTY = frozenset(["county", "parish", "borough", "landkreis", "kreis", "powiat", "okres", "judet", "megye"])
_CODE = re.compile(r"[A-Za-z]{2,3}")
_OF_REGION = re.compile(r"[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3})$")
_LOCALE = re.compile(r"[a-z]{2}[-_][A-Z]{2}")

# Codes that stand for something only where a header says so, or where the whole set is there.
_LETTERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "GENDER": (frozenset("mfwhdxunkvoetb"), frozenset()),
    "MARITAL_STATUS": (frozenset("smdwupcln"), frozenset()),
    "ETHNIC_GROUP": (frozenset("wbahoniupm"), frozenset()),
    "RELIGION": (frozenset(), frozenset(("ev", "rk", "rc", "vd", "ak", "lt", "c", "m", "h", "s", "b", "j", "ms"))),
    "POLITICS": (frozenset("drilgnu"), frozenset(("dem", "rep", "ind", "lib", "npa", "grn", "con", "ldm", "lab"))),
    "BLOOD_TYPE": (frozenset("abo"), frozenset(("ab",))),
}
_SEX_SETS = tuple(map(frozenset, ("mf", "mw", "mfx", "mfu", "mfo", "mfd", "mwd", "mfn", "mwx", "mft", "mfi")))
_SEX_NUMBERS = frozenset(["0", "1", "2", "3", "9", "-1"])
_CODE_STRENGTH = {"COUNTRY/2": 0.6, "SPOKEN_LANGUAGE/2": 0.5, "SPOKEN_LANGUAGE/3": 0.7, "REGION/us_ca": 0.9}


@dataclass(slots=True)
class _Seen:
    """What the values of one column hit."""

    tested: int = 0
    neutral: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    labels: dict[str, set[str]] = field(default_factory=dict)

    def add(self, entities: Sequence[str], label: str, *, exact: bool) -> None:
        for entity in entities:
            self.hits[entity] += 1
            self.exact[entity] += exact
            held = self.labels.setdefault(entity, set())
            if len(held) < 20:
                held.add(label)
        if len(entities) == 1:
            self.own[entities[0]] += 1


def spread(values: Sequence[str], most: int) -> Sequence[str]:
    """Return at most ``most`` of the values, evenly spread."""
    return values[:: -(-len(values) // most) or 1]


def _parts(value: str, exact: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what all parts of a value are: "English, French" is languages, "Lyon, France" a city."""
    parts = [fold_label(part) for part in _SEPARATOR.split(value) if part]
    held = [set(exact.get(part, ())) for part in parts]
    if len(parts) < 2 or not held[0]:
        return ()
    common = set.intersection(*held)
    if common:
        return tuple(sorted(common))
    places = "CITY" in held[0] and all(
        kinds & PLACES or len(part) == 2 for kinds, part in zip(held, parts, strict=True)
    )
    return ("CITY",) if places else ()


def _job(words: list[str], lists: LabelLists, folded: str) -> bool:
    head = _WORD.findall(_HEAD_ENDS.split(folded, maxsplit=1)[0])
    ends = (head[-1], head[0]) if head else (words[-1], words[0])
    return any(word in lists.heads or (len(word) > 8 and word.endswith(lists.job_ends)) for word in ends)


def _stem(words: list[str], lists: LabelLists) -> str | None:
    for word in words:
        if len(word) >= 7 and word not in lists.not_stems:
            for entity, pattern in lists.stems.items():
                if pattern.fullmatch(word):
                    return entity
    return None


def entities_by_words(value: str, lists: LabelLists) -> tuple[str, ...]:
    """Return what the words of a value speak for: heads of jobs, words of firms, stems of diseases and medicines."""
    folded = fold(value)
    words = _WORD.findall(folded)
    if not words or len(words) > 12:
        return ()
    spoken = next((lists.words[word] for word in words if word in lists.words), None) or _stem(words, lists)
    if spoken is not None and not (words[-1] in lists.firm_words or words[0] in lists.firm_words):
        return (spoken,)
    if len(words) > 1 and (words[-1] in _COUNTY or words[0] in _COUNTY):
        return ("COUNTY",)
    if _job(words, lists, folded):
        return ("OCCUPATION",)
    if len(words) > 1 and (not lists.firm_words.isdisjoint(words) or _FIRM_END.search(value)):
        return ("ORGANIZATION",)
    return ()


def _begins(label: str, lists: LabelLists, headed: frozenset[str]) -> tuple[str, ...]:
    """Return what the first words say where a header asks: "christianity and somewhat serious about it"."""
    words = label.split()
    closed = headed & _CLOSED
    for number in range(min(3, len(words) - 1), 0, -1):
        if spoken := closed.intersection(lists.exact.get(" ".join(words[:number]), ())):
            return tuple(sorted(spoken))
    return ("EDUCATION_LEVEL",) if "EDUCATION_LEVEL" in closed and not _SCHOOLED.isdisjoint(words) else ()


def _look(seen: _Seen, value: str, lists: LabelLists, headed: frozenset[str]) -> None:
    value = plain_text(value)
    label = fold_label(value)
    seen.tested += 1
    if label in lists.neutral:
        seen.neutral += 1
        return
    entities = lists.exact.get(label, ())
    if not entities and len(value) <= 14 and fold(value).replace(" ", "") in lists.blood:
        entities = ("BLOOD_TYPE",)
    if not entities and len(value) <= _LONGEST:
        plain = _NUMBERED.sub("", value)
        entities = lists.exact.get(fold_label(plain), ()) if plain != value else ()
        entities = entities or _parts(value, lists.exact)
    if entities:
        seen.add(entities, label, exact=True)
    elif begun := _begins(label, lists, headed):
        seen.add(begun, label, exact=False)
    elif len(value) <= _LONGEST and (found := entities_by_words(value, lists)):
        seen.add(found, label, exact=False)


def _seen(values: Sequence[str], lists: LabelLists, headed: frozenset[str]) -> _Seen:
    tried = spread(values, _TRIED)
    seen = _Seen()
    for value in tried:
        _look(seen, value, lists, headed)
    if len(tried) == len(values) or max(seen.hits.values(), default=0) < 0.1 * (seen.tested - seen.neutral):
        return seen
    seen = _Seen()
    for value in spread(values, LOOKED_UP):
        _look(seen, value, lists, headed)
    return seen


def _sign(entity: str, weight: str, strength: float, seen: tuple[int, int], rule: str) -> Sign:
    tested, hits = seen
    strength = round(max(0.0, min(1.0, strength)), 3)
    return Sign(
        source="labels", entity=entity, weight=weight, strength=strength, n_tested=tested, n_hit=hits, rule=rule
    )


def _from_lists(seen: _Seen, headed: frozenset[str]) -> list[Sign]:
    told = max(1, seen.tested - seen.neutral)
    found = []
    for entity, hits in seen.hits.items():
        share, distinct = hits / told, len(seen.labels[entity])
        if entity.startswith("(") or share < 0.3:
            continue
        if entity == "ORGANIZATION":  # beside "Pixar Animation Studios", "Disney" is no mark of a product
            hits, share = hits + seen.hits[FIRM], min(1.0, share + seen.hits[FIRM] / told)
        own = seen.own[entity] / hits
        founded = own >= 0.15 or entity in headed
        strength = share * (1.0 if founded else 0.7) * (0.85 + 0.15 * seen.exact[entity] / hits)
        rule = "words_of_" if seen.exact[entity] < 0.5 * hits else "list_of_"
        weight = "labels.all" if share >= 0.8 and distinct >= 2 and founded else "labels.some"
        if weight == "labels.all":
            strength *= {2: 0.85, 3: 0.95}.get(distinct, 1.0) if entity not in ("GENDER", "SEXUALITY") else 1.0
        elif distinct == 1:
            strength *= 0.7
        found.append(_sign(entity, weight, strength, (seen.tested, hits), rule + entity.lower()))
    return found


def _unlisted(seen: _Seen, headed: frozenset[str]) -> list[Sign]:
    """Doubt a header that names a closed list of which no value is in the list: "language" over Python, C++ and Go."""
    told = seen.tested - seen.neutral
    if told < _ENOUGH_TOLD:
        return []
    return [
        _sign(entity, "fit.cannot", _UNLISTED[entity], (seen.tested, 0), "none_listed")
        for entity in sorted(headed.intersection(_UNLISTED))
        if not seen.hits[entity]
    ]


def _from_codes(values: Sequence[str], lists: LabelLists, headed: frozenset[str]) -> list[Sign]:
    """Two and three letters: states, countries, languages, each weak alone."""
    if sum(len(value) <= 5 for value in values) < 0.9 * len(values):
        return []
    if "SPOKEN_LANGUAGE" in headed:  # en, en-gb, zh_CN
        values = [_OF_REGION.sub("", value) for value in values]
    codes = [value for value in values if _CODE.fullmatch(value)]
    if _share(_LOCALE, values) >= 0.9:
        return [_sign("SPOKEN_LANGUAGE", "labels.some", 1.0, (len(values), len(values)), "codes_of_locales")]
    upper = sum(code.isupper() for code in codes) >= 0.9 * len(codes)
    counts = Counter(name for code in codes for name in lists.codes.get(code.upper(), ()))
    likely = {
        name: hits
        for name, hits in counts.items()
        if hits >= 0.9 * len(values) and (upper or name.partition("/")[0] in headed or name.startswith("SPOKEN"))
    }
    found = []
    for entity, (strength, name, hits) in _best_lists(likely, lists, len(codes)).items():
        sure = entity in headed or (name == "COUNTRY/3" and strength >= 0.8)
        few = len(codes) < 2
        found.append(
            _sign(
                entity,
                "labels.all" if sure and not few else "labels.some",
                1.0 if entity in headed else strength,
                (len(values), hits),
                "codes_of_" + entity.lower(),
            )
        )
    return found


def _best_lists(hits: Mapping[str, int], lists: LabelLists, seen: int) -> dict[str, tuple[float, str, int]]:
    """Return of each entity the list of codes that says most: how much, its name and how many values it has.

    Args:
        hits: List -> values that are in it.
        lists: All codes.
        seen: Codes that were seen.
    """
    best: dict[str, tuple[float, str, int]] = {}
    for name, count in hits.items():
        entity = name.partition("/")[0]
        size = sum(name in held for held in lists.codes.values())
        # Chance that letters hit by accident, one over the values seen: the smaller the list, the more it says.
        width = 3 if name.endswith("/3") or "/au" in name else 2
        chance = (size / 26**width) ** seen
        surprise = min(1.0, 1.0 if chance < 1e-6 else 0.7 if chance < 1e-3 else 0.4)
        best[entity] = max(best.get(entity, (0.0, "", 0)), (surprise * _CODE_STRENGTH.get(name, 0.8), name, count))
    return best


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _from_letters(values: Sequence[str], lists: LabelLists, headed: frozenset[str]) -> list[Sign]:
    """Single letters: a bare m/f is a gender; the rest needs a header."""
    if len(values) > 40 or any(len(value) > 4 for value in values):
        return []
    told = {
        folded for value in values if (folded := fold_label(value)) and (folded not in lists.neutral or folded == "u")
    }
    if not told:
        return []
    counts = (len(values), len(told))
    if told in _SEX_SETS:
        return [_sign("GENDER", "labels.all", 1.0 if "f" in told else 0.8, counts, "letters_of_gender")]
    found = []
    for entity, (letters, codes) in _LETTERS.items():
        if entity in headed and all(value in letters or value in codes for value in told):
            weight = "labels.all" if len(told) >= 2 else "labels.some"
            found.append(_sign(entity, weight, 0.9, counts, "letters_of_" + entity.lower()))
    if not found and {"ab", "o"} <= told <= {"a", "b", "ab", "o"}:
        found.append(_sign("BLOOD_TYPE", "labels.some", 1.0, counts, "letters_of_blood_type"))
    if not found and told in ({"m"}, {"f"}) and "GENDER" not in headed:
        found.append(_sign("GENDER", "labels.some", 0.4, counts, "letters_of_gender"))
    return found


def label_signs(view: Profile, *, headed: frozenset[str]) -> list[Sign]:
    """Look the values of a column up in closed vocabularies of many languages.

    Args:
        view: The column.
        headed: Entities that the header names: codes and single letters count in full only for those.

    Returns:
        At most one sign per entity: ``labels.all`` when at least four fifths of the values that say something are in
        its list (at least two different ones, and some in no other list), ``labels.some`` for less or for short codes.
    """
    if view.kind in ("empty", "float") or not view.values:
        return []
    if view.kind == "integer" or (view.kind == "boolean" and all(not value.isalpha() for value in view.values)):
        coded = "GENDER" in headed and set(view.values) <= _SEX_NUMBERS
        rule, counts = "numbers_of_gender", (view.tested, view.tested)
        return [_sign("GENDER", "labels.some", 0.8, counts, rule)] if coded else []
    lists = label_lists()
    letters = _from_letters(view.values, lists, headed)
    if letters or view.kind == "boolean":
        return letters
    values = spread(view.values, LOOKED_UP)
    found = {sign.entity: sign for sign in _from_codes(values, lists, headed)}
    seen = _seen(view.values, lists, headed)
    if not found and sum(map(str.isascii, values)) >= 0.6 * len(values):
        found = {sign.entity: sign for sign in _unlisted(seen, headed)}
    for sign in _from_lists(seen, headed):
        held = found.get(sign.entity)
        if held is None or (sign.weight, -sign.strength) < (held.weight, -held.strength):
            found[sign.entity] = sign
    return list(found.values())
