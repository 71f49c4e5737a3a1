"""Signs from the words of a header alone; it reads no cell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from privsynth.pii import header_words, lexicon, lexicon_around
from privsynth.pii.entities import ENTITIES, lineage
from privsynth.pii.header_words import Header
from privsynth.pii.model import Sign

_WEAKER = {"strong": "fair", "fair": "ambiguous", "ambiguous": "weak", "weak": "weak"}
_LONG_QUESTION = 6  # words; a longer header is a sentence that may mention more than it asks for
_MOST_NAMED = 5
_MOST_SIGNS = 9
_AT_ANY_REQUEST = ("PERSON", "RECORD_ID", "PHONE_NUMBER", "CREDIT_CARD", "NATIONAL_ID", "TAX_ID")
_NOT_PEOPLE = frozenset(
    (
        "thing",
        "city",
        "county",
        "region",
        "country",
        "organization",
        "drug",
        "diagnosis",
        "procedure",
        "condition",
        "gene",
        "state",
    )
)
_NUMBER_WORDS = frozenset(lexicon_around.OF_NUMBERS.split())
_TEXT_LIKE = frozenset(("prose", "description", "report"))
_OF_THE_PERSON = frozenset(("PERSON", "RECORD_ID", "MEDICAL_RECORD_NUMBER", "OCCUPATION", "UUID"))
_OF_RECORDS = frozenset(
    ("person", "patient", "event", "record", "record+id", "household", "case", "subject", "id", "reference")
)
_STATE_KINDS = frozenset(("NATIONAL_ID", "TAX_ID", "HEALTH_PLAN_NUMBER"))
_TAX_TOO = frozenset(("IT_FISCAL_CODE", "ES_NIF", "BR_CPF", "HR_OIB", "US_SSN", "IE_PPS"))
_SECOND = frozenset(("ES_NIE", "IN_VOTER", "US_MBI", "MX_RFC"))
_NUMBERING = frozenset(("id", "number", "code", "identity", "key"))
_LIKE_A_NUMBER = _NUMBERING | {
    "person",
    "patient",
    "personal",
    "citizen",
    "birth",
    "national",
    "document",
    "card",
    "event",
    "civil",
    "social",
    "name",
}
_Named = tuple[str, str, str]  # entity, strength, rule


def words_of(name: str) -> tuple[str, ...]:
    """Split a header into lower-case words without accents.

    Example:
        >>> words_of("PatientFirst_Name2")
        ('patient', 'first', 'name')
    """
    return header_words.words_of(name)


def countries_of(name: str) -> tuple[str, ...]:
    """Return the ISO 3166 codes of the countries that the words of a header name or imply.

    Example:
        >>> countries_of("dni_paciente")
        ('ES', 'AR', 'PE')
    """
    return header_words.countries_of(name)


def header_signs(name: str) -> list[Sign]:
    """Return what the words of a header say, for and against entities.

    Args:
        name: The header, any text.

    Returns:
        Nine signs at most, whose ``rule`` names concepts of the lexicon. A word of amount, count, kind or a flag
        (``phone_count``, ``card_type``, ``has_email``) denies what the other words name, and what such values may look like.
    """
    return list(_signs(name))


def is_quantity(signs: Iterable[Sign]) -> bool:
    """Return whether the header says that the values are counts, amounts, kinds, flags or codes of a list."""
    return any(sign.weight == "header.denied" for sign in signs)


@lru_cache(maxsize=8192)
def _signs(name: str) -> tuple[Sign, ...]:
    header = _without_prefix(header_words.read(name))
    named, left = _matched(header)
    named = _ranked(_narrowed(_weakened(_of_country(named, header), header)))
    denied = _denied(named, header, left)
    refused = {entity for entity, _ in denied}
    kept = [row for row in named if row[1] != "weak" or row[0] not in refused]
    found = [_sign(entity, _weight(entity, strength, rule), rule) for entity, strength, rule in kept]
    found += [_sign(entity, "header.denied", rule) for entity, rule in denied][: _MOST_SIGNS - 1 - len(found)]
    if _NOT_PEOPLE & header.concepts and not any(e == "PERSON" and s in ("strong", "fair") for e, s, _ in named):
        found = [sign for sign in found if sign.entity != "PERSON" or sign.weight == "header.denied"]
        found.append(_sign("PERSON", "header.thing", "thing_or_place"))
    return tuple(found)


def _weight(entity: str, strength: str, rule: str) -> str:
    """Return the weight of a reading; the number of a word that nobody knows has one of its own."""
    of_unknown = entity == "RECORD_ID" and strength == "weak" and rule == "number"
    return "header.number" if of_unknown else f"header.{strength}"


@lru_cache(maxsize=8192)
def _sign(entity: str, weight: str, rule: str) -> Sign:
    return Sign(source="header", entity=entity, weight=weight, rule=rule)


def _without_prefix(header: Header) -> Header:
    """Leave out a word for the person or the table where the rest has a meaning of its own: pt_item_name, cust_ip."""
    rest = header.rest
    if rest is None:
        return header
    if rest.concepts & {"thing", "test"} or "%count" in rest.concepts - header.concepts:
        return rest
    named, _ = _matched(rest)
    clear = any(strength in ("strong", "fair") and entity not in _OF_THE_PERSON for entity, strength, _ in named)
    return rest if clear else header


def _of_country(named: list[_Named], header: Header) -> list[_Named]:
    """Turn a number that states issue into that of the country that the header names."""
    if not header.countries:
        return named
    found = []
    about = any(ENTITIES[entity].role != "direct" and strength != "weak" for entity, strength, _ in named)
    if header.concepts <= _LIKE_A_NUMBER and header.concepts & _NUMBERING and not about:
        named = [("NATIONAL_ID", "strong", "nation+number")]
    for entity, strength, rule in named:
        found.append((_local(entity, header), strength, rule) if strength != "weak" else (entity, strength, rule))
    return found


def _local(entity: str, header: Header) -> str:
    """Return the entity of the header's country for a number of one kind, or the kind where it has several or none."""
    kind = next((wider for wider in lineage(entity) if wider in _STATE_KINDS), "")
    if not kind or _country(entity) in header.countries:
        return entity
    of_country = [other for other, row in ENTITIES.items() if row.parent and _country(other) in header.countries]
    local = [other for other in of_country if ENTITIES[other].parent == kind]
    if kind == "TAX_ID" and not local:
        local = [other for other in of_country if other in _TAX_TOO]
    if len(local) > 1:
        social = bool(header.concepts & {"security", "social", "insurance", "@US_SSN"})
        cards = any("CARD" in other for other in local) and not social
        local = [other for other in local if ("CARD" in other) == cards and other not in _SECOND]
    return local[0] if len(local) == 1 else kind


@lru_cache(maxsize=1024)
def _country(entity: str) -> str:
    return "US" if entity == "US_SSN" else ENTITIES[entity].country


def _matched(header: Header) -> tuple[list[_Named], set[str]]:
    """Match the rules, longest first; each concept serves one rule. Return what is named and the concepts left over."""
    left = set(header.concepts)
    named: list[_Named] = []
    issued = sorted(concept[1:] for concept in left if concept[0] == "@")
    if issued:
        left -= {*(f"@{entity}" for entity in issued), *_NUMBER_WORDS}
        named = [_issued(issued)]
    whole = header.concepts - {"%flag"}
    fitting = [
        rule
        for concept in left
        for rule in lexicon.RULES.get(concept, ())
        if rule.concepts <= left and (not rule.alone or rule.concepts == whole)
    ]
    for rule in sorted(fitting, key=lambda rule: (-len(rule.concepts), not rule.alone, rule.name)):
        if rule.concepts <= left:
            left -= rule.concepts
            named += [(entity, strength, rule.name) for entity, strength in rule.says]
    return named, left


def _issued(entities: list[str]) -> _Named:
    """Name the number of one state, or what the numbers of several have in common."""
    parent = ENTITIES[entities[0]].parent
    shared = len(entities) > 1 and all(ENTITIES[entity].parent == parent for entity in entities)
    return parent if shared else entities[0], "strong", "+".join(entities).lower()


def _weakened(named: list[_Named], header: Header) -> list[_Named]:
    """Lower what unknown words, a plural or a long question leave open."""
    found = []
    for entity, strength, rule in named:
        unsure = strength == "ambiguous" and "*" in header.concepts and entity != "RECORD_ID"
        unsure = unsure or (entity == "RECORD_ID" and strength != "strong" and "thing" in header.concepts)
        if unsure or (
            header.plural
            and strength in ("ambiguous", "fair")
            and entity in ("PERSON", "RECORD_ID", "MEDICAL_RECORD_NUMBER")
        ):
            strength = "weak"
        if header.guessed and strength in ("strong", "fair"):
            strength = "ambiguous"
        if header.unsure and strength in ("strong", "fair"):
            strength = _WEAKER[strength]
        if header.length > _LONG_QUESTION:
            strength = _WEAKER[strength]
        found.append((entity, strength, rule))
    return found


@lru_cache(maxsize=8192)
def _tier(row: _Named) -> int:
    entity, _, rule = row
    if lexicon.HEADS & set(rule.split("+")) and entity == "DATE_TIME":
        return -1
    if rule in _TEXT_LIKE:
        return len(lexicon.TIERS) + 1
    if entity == "RECORD_ID":
        return len(lexicon.TIERS) + 2
    return next((lexicon.TIER[wider] for wider in lineage(entity) if wider in lexicon.TIER), len(lexicon.TIERS))


def _ranked(named: list[_Named]) -> list[_Named]:
    """Let what a header is about outrank what its other words mention."""
    clear = [row for row in named if row[1] != "weak"]
    if not clear:
        return named[:_MOST_NAMED]
    first = min(_tier(row) for row in clear)
    about = [row for row in clear if _tier(row) == first]
    names = {entity for entity, _, _ in about}
    aside = [
        (entity, "weak", rule) for entity, strength, rule in clear if entity not in names and strength != "ambiguous"
    ]
    return [*about, *aside][:_MOST_NAMED]


def _narrowed(named: list[_Named]) -> list[_Named]:
    """Speak for the wider kind too, one step weaker, when a header names a number of one state."""
    found = list(named)
    for entity, strength, rule in named:
        row = ENTITIES[entity]
        if row.parent and (row.country or entity in ("US_SSN", "UUID")) and strength != "weak":
            found.append((row.parent, _WEAKER[strength], rule))
    best: dict[str, _Named] = {}
    for item in found:
        if item[0] not in best or _order(item) < _order(best[item[0]]):
            best[item[0]] = item
    return _stepped(best)


def _stepped(best: dict[str, _Named]) -> list[_Named]:
    """Let a kind and its wider kind differ by a step: what speaks for the wider one speaks for both."""
    for entity, strength, _ in list(best.values()):
        for wider in lineage(entity)[1:]:
            if wider not in best or entity not in best:
                continue
            if _order(best[wider]) < _order(best[entity]):
                del best[entity]
            elif _order(best[wider]) == _order(best[entity]):
                best[wider] = (wider, _WEAKER[strength], best[wider][2])
    return list(best.values())


def _order(item: _Named) -> int:
    return list(_WEAKER).index(item[1])


def _denied(named: list[_Named], header: Header, left: set[str]) -> list[tuple[str, str]]:
    """Return the entities that words of amount, count, kind, flag or a code list speak against."""
    found: dict[str, str] = {}
    kinds = sorted(lexicon.QUALIFIES.get(concept, concept)[1:] for concept in left if _qualifies(concept))
    for kind in kinds:
        found |= {entity: kind for entity, _, rule in named if _denies(kind, entity) and not _dated(kind, entity, rule)}
    labels = [entity for entity, _, _ in named if ENTITIES[entity].family == "label" and entity != "ORGANIZATION"]
    if (labels and {"id", "key"} & header.concepts) or {"concept", "id"} <= header.concepts:
        found["RECORD_ID"] = "code_list"
    standing = [entity for entity, strength, _ in named if entity not in found and strength != "weak"]
    if "code" in left and left & {"thing", "*"} and not header.concepts & _OF_RECORDS:
        found["RECORD_ID"] = "code_list"
    if kinds and not standing:
        found |= {entity: kinds[0] for entity in _AT_ANY_REQUEST if entity not in found}
    return list(found.items())


def _dated(kind: str, entity: str, rule: str) -> bool:
    """Return whether a date stands although something was done, or its unit is named: date_email_sent, date_hour."""
    return kind in ("done", "unit") and entity == "DATE_TIME" and bool(lexicon.HEADS & set(rule.split("+")))


def _qualifies(concept: str) -> bool:
    return concept[0] == "%" or concept in lexicon.QUALIFIES


@lru_cache(maxsize=1024)
def _denies(kind: str, entity: str) -> bool:
    row = ENTITIES[entity]
    if row.role in ("direct", "free_text") or entity in ("ORGANIZATION", "GEO_COORDINATES"):
        return True
    if row.role == "target" or entity in ("HEALTH", "FINANCES", "CRIMINAL_RECORD"):
        return False
    if row.family in ("place", "date"):
        return True
    if entity == "AGE":
        return kind in ("count", "amount", "flag", "done")
    return kind in ("count", "amount", "unit") or (
        kind in ("flag", "done") and row.role == "quasi" and entity in ("NATIONALITY",)
    )
