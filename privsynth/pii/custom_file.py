"""Reads the owner's rules from YAML: presidio's recogniser files as they are, and our own keys beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from privsynth.errors import SchemaError
from privsynth.pii.custom import Pattern, Phrase, Rules, words_in
from privsynth.pii.entities import ENTITIES, Entity
from privsynth.pii.model import Action, Role
from privsynth.tableschema.io import read_document
from privsynth.threads import muted

_FLAGS = 26  # presidio's own: dot matches all, many lines, case ignored
_OWN = ("headers", "countries", "allow", "entities")
_PRESIDIO = ("recognizers", "supported_languages", "supported_countries", "global_regex_flags")
_RECOGNISER = (
    *("name", "class_name", "enabled", "type", "country_code", "score_thresholds", "context"),
    *("supported_language", "supported_languages", "supported_entity", "supported_entities"),
    *("patterns", "deny_list", "deny_list_score"),
)
_PATTERN = ("name", "regex", "score")
_ENTITY = ("role", "action", "faker", "laws", "why", "parent", "family")
_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_SHAPE = re.compile(r"[^B-Zb-z0-8\s][^B-Zb-z0-8]*")
_ROLES, _ACTIONS = get_args(Role), get_args(Action)
_LOOKS_FOR_TROUBLE = ("a" * 60 + "!", "1" * 60 + "!", "a1 " * 40 + "!", "-" * 60 + "!")
_SECONDS_TO_TRY = 0.5
_NAMED = 5  # recognisers that a note names


class _File:
    """One file of rules: what its errors say, and what was left out."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.notes: list[str] = []

    def wrong(self, what: str, remedy: str) -> SchemaError:
        return SchemaError(f"{what} in {self.where}. {remedy}")

    def mapping(self, value: Any, what: str, keys: Sequence[str] | None = None) -> Mapping[str, Any]:
        """Return a mapping, whose keys are among ``keys`` if these are given."""
        if not isinstance(value, Mapping):
            raise self.wrong(f"{what} is not a mapping", "Write it as `key: value` pairs.")
        for key in value:
            if keys is not None and key not in keys:
                raise self.wrong(f"{what} has the unknown key `{key}`", f"Use: {', '.join(keys)}.")
        return value

    def texts(self, value: Any, what: str) -> list[str]:
        """Return a list of texts; YAML's reading of `NO` as false is undone."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise self.wrong(f"{what} is not a list", "Write it as a list of texts.")
        found = ["NO" if item is False else "YES" if item is True else item for item in value]
        if not all(isinstance(item, str | int) for item in found):
            raise self.wrong(f"{what} holds something that is no text", "Write each item as a text, in quotes.")
        return [str(item) for item in found]

    def choice(self, value: Any, what: str, choices: Sequence[str]) -> str:
        if value not in choices:
            raise self.wrong(f"{what} is {value!r}", f"Use one of: {', '.join(choices)}.")
        return str(value)

    def number(self, value: Any, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.wrong(f"{what} is {value!r}", "Give a number from 0 to 1.")
        return float(value)

    def compiled(self, text: Any, what: str, flags: int = _FLAGS) -> Any:
        """Compile a pattern and try it on texts that slow patterns stumble over."""
        import regex

        if not isinstance(text, str) or not text:
            raise self.wrong(f"{what} is no text", "Write the pattern in quotes.")
        try:
            with muted():  # of signs that a later version may read otherwise
                found = regex.compile(text, flags)
            for trial in _LOOKS_FOR_TROUBLE:
                found.search(trial, timeout=_SECONDS_TO_TRY)
        except TimeoutError:
            raise self.wrong(
                f"{what} takes far too long on a short text",
                "Do not repeat a group that repeats: write `a+`, not `(a+)+`.",
            ) from None
        except (regex.error, ValueError, OverflowError) as error:
            pos = getattr(error, "pos", None)
            place = f" at character {pos + 1}" if isinstance(pos, int) else ""
            raise self.wrong(f"{what} is no pattern{place}", "Correct the regular expression.") from None
        return found


def read_rules(path: Path | str) -> Rules:
    """Read the owner's rules for a scan.

    Args:
        path: A YAML or JSON file (``schemas/scan_rules.schema.json``): presidio's ``recognizers``, and our ``headers``,
            ``countries``, ``allow`` and ``entities``.

    Raises:
        SchemaError: the file cannot be read, or a key, a pattern, a role or an entity in it is wrong; the message says
            which and where.
    """
    return rules_from_document(read_document(path), where=str(path))


def rules_from_document(document: Any, *, where: str = "the scan rules") -> Rules:
    """Read rules from plain values; see ``read_rules``."""
    file = _File(where)
    root = file.mapping({} if document is None else document, "The document", (*_PRESIDIO, *_OWN))
    entities = _entities(file, root.get("entities") or {})
    patterns = _recognisers(file, root.get("recognizers") or [], root.get("global_regex_flags", _FLAGS))
    for pattern in patterns:
        if pattern.entity not in ENTITIES and pattern.entity not in entities:
            entities[pattern.entity] = Entity(
                role="review", action="drop", why="found by a rule; its role is undeclared"
            )
            file.notes.append(
                f"The entity {pattern.entity} has no role: its columns are for review. Add it to `entities`."
            )
    allow = file.mapping(root.get("allow") or {}, "`allow`", ("columns", "shapes"))
    return Rules(
        patterns=tuple(patterns),
        headers=tuple(_headers(file, root.get("headers") or {}, entities)),
        countries=_countries(file, root.get("countries") or []),
        allowed_columns=tuple(_allowed(file, allow.get("columns") or [])),
        allowed_shapes=_shapes(file, allow.get("shapes") or []),
        entities=MappingProxyType(entities),
        notes=tuple(file.notes),
    )


def _entities(file: _File, document: Any) -> dict[str, Entity]:
    found = {}
    given = file.mapping(document, "`entities`")
    for name, row in given.items():
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise file.wrong(f"The entity `{name}` is no name", "Write it in capitals: STAFF_NUMBER.")
        found[name] = _entity(file, name, file.mapping(row, f"The entity `{name}`", _ENTITY), given)
    return found


def _entity(file: _File, name: str, row: Mapping[str, Any], given: Mapping[str, Any]) -> Entity:
    from privsynth.generators.fakes import is_known

    what = f"of the entity `{name}`"
    role = file.choice(row.get("role"), f"The role {what}", _ROLES)
    usual = "drop" if role in ("direct", "free_text", "review") else "keep"
    action = file.choice(row.get("action", usual), f"The action {what}", _ACTIONS)
    known = ENTITIES.get(name)
    faker, parent = row.get("faker"), row.get("parent", known.parent if known else "")
    if action == "fake" and (not isinstance(faker, str) or not is_known(faker)):
        raise file.wrong(
            f"The faker {what} is {faker!r}", "Name a stand-in that privsynth makes, such as uuid4 or name."
        )
    if parent and parent not in ENTITIES and parent not in given:
        raise file.wrong(f"The parent {what} is {parent!r}, which is no entity", "Name an entity, or leave it out.")
    if parent and _climbs_to(parent, name, given):
        raise file.wrong(f"The parent {what} leads back to it", "Leave one of the parents out.")
    laws = tuple(file.texts(row.get("laws", known.laws if known else []), f"The laws {what}"))
    return Entity(
        role=role,  # type: ignore[arg-type]  # checked against the literals
        action=action,  # type: ignore[arg-type]
        why=str(row.get("why") or "declared by the owner"),
        faker=faker if action == "fake" else None,
        laws=laws,
        family=str(row.get("family", known.family if known else "")),
        parent=parent,
        singles_out=role in ("quasi", "sensitive"),
    )


def _climbs_to(start: str, name: str, given: Mapping[str, Any]) -> bool:
    """Say whether the parents of ``start`` come to ``name``, or go round."""
    seen, here = set[str](), start
    while here and here not in seen:
        if here == name:
            return True
        seen.add(here)
        row = given.get(here)
        here = (row.get("parent", "") if isinstance(row, Mapping) else "") if here in given else ENTITIES[here].parent
        if here and here not in given and here not in ENTITIES:
            return False
    return bool(here)


def _recognisers(file: _File, document: Any, flags: Any) -> list[Pattern]:
    if not isinstance(document, list):
        raise file.wrong("`recognizers` is not a list", "Write it as in presidio: a list of recognisers.")
    if isinstance(flags, bool) or not isinstance(flags, int):
        raise file.wrong("`global_regex_flags` is no whole number", f"Leave it out for presidio's {_FLAGS}.")
    found: list[Pattern] = []
    foreign: list[str] = []
    for place, item in enumerate(document, start=1):
        if isinstance(item, str) or (isinstance(item, Mapping) and _is_presidios(item)):
            foreign.append(item if isinstance(item, str) else str(item.get("name")))
            continue
        row = file.mapping(item, f"Recogniser {place}", _RECOGNISER)
        name = row.get("name")
        if not isinstance(name, str) or not name:
            raise file.wrong(f"Recogniser {place} has no name", "Give it a `name`.")
        if row.get("enabled") is not False:
            found += _recogniser(file, name, row, flags)
    if foreign:
        named = ", ".join(foreign[:_NAMED]) + (", ..." if len(foreign) > _NAMED else "")
        file.notes.append(f"{len(foreign)} recognisers are presidio's own and were left out: {named}.")
    return found


def _is_presidios(row: Mapping[str, Any]) -> bool:
    """Say whether a recogniser is one of presidio's classes: the scan has rules of its own for those."""
    return row.get("type") == "predefined" and not row.get("patterns") and not row.get("deny_list")


def _recogniser(file: _File, name: str, row: Mapping[str, Any], flags: int) -> list[Pattern]:
    what = f"of the recogniser `{name}`"
    if not row.get("patterns") and not row.get("deny_list"):
        raise file.wrong(
            f"The recogniser `{name}` has neither patterns nor a deny_list",
            "Give it one of them, or `type: predefined` if it is presidio's own.",
        )
    entity, context = _entity_of(file, row, what), _context(file, row, what)
    found = []
    for pattern in row.get("patterns") or []:
        given = file.mapping(pattern, f"A pattern {what}", _PATTERN)
        search = file.compiled(given.get("regex"), f"The pattern `{given.get('name', '')}` {what}", flags)
        score = file.number(given.get("score"), f"The score of a pattern {what}")
        found.append(Pattern(rule=name, entity=entity, search=search, score=score, context=context))
    if words := file.texts(row.get("deny_list") or [], f"The deny_list {what}"):
        score = file.number(row.get("deny_list_score", 1.0), f"The deny_list_score {what}")
        search = file.compiled(_any_of(words), f"The deny_list {what}", flags)
        found.append(Pattern(rule=name, entity=entity, search=search, score=score, context=context))
    return found


def _any_of(words: Sequence[str]) -> str:
    """Return a pattern for any of the words, where no word goes on before or after."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in ordered)})(?!\w)"


def _entity_of(file: _File, row: Mapping[str, Any], what: str) -> str:
    """Return the one entity of a recogniser, in capitals."""
    several = row.get("supported_entities")
    given = row.get("supported_entity") if several is None else several
    names = [given] if isinstance(given, str) else list(given) if isinstance(given, list) else []
    if len(names) != 1 or not isinstance(names[0], str):
        raise file.wrong(f"The entities {what} are {len(names)}", "Patterns find one entity: give `supported_entity`.")
    entity = re.sub(r"\W+", "_", names[0].strip()).upper()
    if _NAME.fullmatch(entity) is None:
        raise file.wrong(f"The entity {what} is {names[0]!r}", "Write it in capitals: STAFF_NUMBER.")
    return entity


def _context(file: _File, row: Mapping[str, Any], what: str) -> tuple[tuple[str, ...], ...]:
    """Return the context words of all languages: a header does not say which language it is in."""
    words = file.texts(row.get("context") or [], f"The context {what}")
    for language in row.get("supported_languages") or []:
        if isinstance(language, Mapping):
            words += file.texts(language.get("context") or [], f"The context {what}")
    return tuple(dict.fromkeys(words_in(word) for word in words if words_in(word)))


def _phrase(file: _File, text: str, what: str) -> Phrase:
    """Return words in a row, or the pattern between two slashes."""
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        return Phrase(search=file.compiled(text[1:-1], f"The pattern {text} of {what}"))
    if not words_in(text):
        raise file.wrong(f"{what} has an entry without a word", "Write words, or a pattern between slashes.")
    return Phrase(words=words_in(text))


def _headers(file: _File, document: Any, entities: Mapping[str, Entity]) -> list[tuple[str, Phrase]]:
    found = []
    for entity, phrases in file.mapping(document, "`headers`").items():
        if entity not in ENTITIES and entity not in entities:
            raise file.wrong(f"`headers` names {entity!r}, which is no entity", "Correct it, or add it to `entities`.")
        what = f"`headers.{entity}`"
        found += [(str(entity), _phrase(file, text, what)) for text in file.texts(phrases, what)]
    return found


def _allowed(file: _File, document: Any) -> list[Phrase]:
    """Return the settled columns: a name means that very column, whatever its case, and not all that have its words."""
    found = []
    for text in file.texts(document, "`allow.columns`"):
        is_pattern = len(text) > 2 and text.startswith("/") and text.endswith("/")
        pattern = text[1:-1] if is_pattern else re.escape(text)
        found.append(Phrase(search=file.compiled(pattern, f"The column {text} of `allow.columns`")))
    return found


def _shapes(file: _File, document: Any) -> frozenset[str]:
    shapes = file.texts(document, "`allow.shapes`")
    for shape in shapes:
        if _SHAPE.fullmatch(shape) is None:
            raise file.wrong(
                f"`allow.shapes` holds {shape!r}, which is no shape", "Write letters as A or a, digits as 9."
            )
    return frozenset(shapes)


def _countries(file: _File, document: Any) -> tuple[str, ...]:
    from phonenumbers import SUPPORTED_REGIONS

    found = []
    for text in file.texts(document, "`countries`"):
        code = "GB" if text.upper() == "UK" else text.upper()
        if code not in SUPPORTED_REGIONS:
            raise file.wrong(f"`countries` holds {text!r}", "Use ISO 3166 codes of two letters: DE, FR, US.")
        found.append(code)
    return tuple(dict.fromkeys(found))
