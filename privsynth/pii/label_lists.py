"""Closed vocabularies by value: what a cell of a column of genders, countries, jobs, diseases ... can say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from privsynth.pii.wordlists import faker_lists, fold, fold_label, own_lists, split_labels

# Vocabularies that are no entity of ours, but say that a value is no name of a person.
COLOUR, CALENDAR, FIRM, DEPARTMENT = "(colour)", "(calendar)", "(firm)", "(department)"
PLACES = frozenset(("CITY", "REGION", "COUNTRY", "COUNTY"))

_EXACT = {
    "people": (
        "GENDER MARITAL_STATUS ETHNIC_GROUP RELIGION POLITICS SEXUALITY DISABILITY PROTECTION_GROUP EDUCATION_LEVEL"
    ),
    "health": "DIAGNOSIS MEDICATION PROCEDURE HEALTH",
    "places": "COUNTRY NATIONALITY SPOKEN_LANGUAGE REGION CITY",
    "work": "CRIMINAL_RECORD",
}
_NOT_EXACT = {("OCCUPATION", "heads"), ("OCCUPATION", "de_ends"), ("ORGANIZATION", "words")}
_PLACE_LISTS = {
    "COUNTRY": re.compile(r"countries"),
    "CITY": re.compile(r"cities|city_names?|real_city_names|municipalities|metropolitan_cities"),
    "REGION": re.compile(r"states|provinces|regions|region_names|cantons|departments|prefectures|distritos|estados"),
    "COUNTY": re.compile(r"counties|districts"),
}
_SHORT = frozenset(["uk", "us", "eu", "hi", "bi"])  # two letters that are more than a code
_JOBS_IN = "en_US de_DE fr_FR es_ES pt_PT pl_PL tr_TR ru_RU fi_FI cs_CZ uk_UA ja_JP hr_HR ar_AA"
_JOB_LOCALES = frozenset(_JOBS_IN.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLists:
    """All vocabularies.

    Attributes:
        exact: Folded value -> entities whose list holds it.
        neutral: Folded values that any list of choices may hold (other, unknown).
        codes: Upper-case code -> vocabularies of codes that hold it, such as ``REGION/us``.
        heads: Word that a job title ends or begins with.
        job_ends: Ends of German job titles in one word.
        firm_words: Words of names of organisations.
        words: Word -> entity that it speaks for wherever it stands.
        stems: Entity -> ends of words.
        not_stems: Words that end so by chance.
        blood: Blood groups without spaces.
    """

    exact: dict[str, tuple[str, ...]]
    neutral: frozenset[str]
    codes: dict[str, tuple[str, ...]]
    heads: frozenset[str]
    job_ends: tuple[str, ...]
    firm_words: frozenset[str]
    words: dict[str, str]
    stems: dict[str, re.Pattern[str]]
    not_stems: frozenset[str]
    blood: frozenset[str]


def _places(found: dict[str, set[str]]) -> None:
    every = re.compile("|".join(pattern.pattern for pattern in _PLACE_LISTS.values()))
    for _, attribute, values in faker_lists("address", every):
        entity = next(entity for entity, pattern in _PLACE_LISTS.items() if pattern.fullmatch(attribute))
        found[entity].update(fold_label(value) for value in values if len(value) > 1 and not value[0].isdigit())


def _jobs(found: dict[str, set[str]]) -> None:
    for _, _, values in faker_lists("job", re.compile(r"jobs|jobs_female"), locales=_JOB_LOCALES):
        found["OCCUPATION"].update(fold_label(value) for value in values)


def _add(exact: dict[str, list[str]], entity: str, values: Iterable[str]) -> None:
    for value in values:
        if entity not in (held := exact.setdefault(value, [])):
            held.append(entity)


def _exact() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {entity: set() for entity in (*_PLACE_LISTS, "OCCUPATION", "ORGANIZATION")}
    for name, entities in _EXACT.items():
        for entity in entities.split():
            found.setdefault(entity, set()).update(split_labels(own_lists(name)[entity]))
    for entity in ("OCCUPATION", "ORGANIZATION"):
        lists = own_lists("work")[entity].items()
        found[entity] |= split_labels({key: text for key, text in lists if (entity, key) not in _NOT_EXACT})
    _places(found)
    _jobs(found)
    from faker.providers.person import Provider

    found["SPOKEN_LANGUAGE"].update(fold_label(name) for name in Provider.language_names)
    words = own_lists("words")
    others = {
        COLOUR: words["colours"],
        CALENDAR: words["calendar"],
        FIRM: words["firms"],
        DEPARTMENT: words["departments"],
    }
    exact: dict[str, list[str]] = {}
    for entity, values in found.items():
        _add(exact, entity, (value for value in values if len(value) > 2 or value in _SHORT or not value.isascii()))
    for kind, values_of in others.items():
        _add(exact, kind, split_labels(values_of))
    neutral = split_labels(own_lists("people")["NEUTRAL"])
    return {value: tuple(kinds) for value, kinds in exact.items() if value not in neutral}


def _codes() -> dict[str, tuple[str, ...]]:
    from faker.providers.address import Provider as Address
    from faker.providers.person import Provider as Person

    lists = {f"REGION/{country}": text.split() for country, text in own_lists("places")["STATE_CODES"].items()}
    lists["REGION/us_ca"] = [*lists["REGION/us"], *lists["REGION/ca"]]
    lists["COUNTRY/2"] = [*Address.alpha_2_country_codes, "HK", "PR", "PS", "TW", "XK", "EU"]
    lists["COUNTRY/3"] = [*Address.alpha_3_country_codes, "HKG", "PRI", "PSE", "TWN", "XKX"]
    lists["SPOKEN_LANGUAGE/2"] = [code.upper() for code in Person.language_locale_codes]
    lists["SPOKEN_LANGUAGE/3"] = _ISO_639_2.upper().split()
    codes: dict[str, list[str]] = {}
    for name, values in lists.items():
        _add(codes, name, values)
    return {code: tuple(names) for code, names in codes.items()}


# ISO 639-2 codes of the larger languages.
_ISO_639_2 = (
    "eng fra fre deu ger spa ita por nld dut rus ukr pol ces cze slk slo hun ron rum bul ell gre tur ara heb fas per"
    " pus kur urd hin pan ben tam tel mar guj kan mal nep sin mya bur tha lao khm vie ind msa may tgl zho chi jpn kor"
    " mon swe nor dan fin isl est lav lit hrv srp bos slv mkd sqi hye kat aze kaz uzb swa amh tir som hau yor ibo zul"
    " xho afr kin lin wol cat eus baq glg cym wel gle mlt ltz lat yue cmn hat"
)


def _stem(entity: str) -> re.Pattern[str]:
    ends = "|".join(sorted(split_labels(own_lists("health")[f"{entity}_STEMS"]), key=len, reverse=True))
    return re.compile(rf"\w{{3,}}(?:{ends})")


@lru_cache(maxsize=1)
def label_lists() -> LabelLists:
    """Return all vocabularies; they are read on the first call."""
    health, work = own_lists("health"), own_lists("work")
    stems = {entity: _stem(entity) for entity in ("MEDICATION", "PROCEDURE", "DIAGNOSIS")}
    words = dict.fromkeys(split_labels(health["DIAGNOSIS_WORDS"]), "DIAGNOSIS")
    for entity in ("PROCEDURE", "MEDICATION"):
        listed = split_labels(health[entity]) - split_labels(own_lists("words")["vague_procedures"])
        words.update(dict.fromkeys((word for word in listed if " " not in word and len(word) > 5), entity))
    words.update(dict.fromkeys(("mri", "ecg", "ekg", "eeg"), "PROCEDURE"))
    jobs = work["OCCUPATION"]
    romance = {key: text for key, text in jobs.items() if key in ("heads", "fr", "es", "it", "pt", "nl", "pl", "de")}
    return LabelLists(
        exact=_exact(),
        neutral=frozenset(split_labels(own_lists("people")["NEUTRAL"])),
        codes=_codes(),
        heads=frozenset(word for word in split_labels(romance) if " " not in word and len(word) > 2),
        job_ends=tuple(jobs["de_ends"].split("|")),
        firm_words=frozenset(split_labels({"words": work["ORGANIZATION"]["words"]})),
        words=words,
        stems=stems,
        not_stems=frozenset().union(*(split_labels(health[f"NOT_{entity}"]) for entity in stems)),
        blood=frozenset(fold(value).replace(" ", "") for value in health["BLOOD_TYPE"]["all"].split("|")),
    )
