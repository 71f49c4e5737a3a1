"""Evidence in words: rule names and counts, never a cell."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.pii.model import Evidence, Sign

_SAID = 2
_WORDS = {
    "could_be": "values of a possible form",
    "cannot_be": "values of an impossible form",
    "many_values": "many different values",
    "few_values": "few different values",
    "few_codes": "a handful of codes",
    "sequence": "counts the rows",
    "all_different": "nearly all values differ",
    "all_different_one_shape": "nearly all values differ and share one shape",
    "all_different_long_numbers": "nearly all values are different long numbers",
    "names_one": "a name of the name lists",
    "names_full": "names of the name lists, first and last",
    "names_none": "no name of the name lists",
    "names_some": "some names of the name lists",
    "too_many_classes": "too many different values for a class",
    "about_people": "other columns are about people",
    "about_things": "no other column is about people",
}
_FAMILIES = {
    "shape": "written like {}",
    "header": "reads as {}",
    "check": "check digits of {}",
    "stdnum": "check digits ({})",
    "phonenumbers": "valid phone numbers ({})",
    "presidio": "recogniser {}",
}


def reason_of(evidence: Sequence[Evidence], entity: str) -> str:
    """Return the strongest evidence about one entity as half a sentence."""
    about = [item for item in evidence if item.entity == entity and item.weight]
    about.sort(key=lambda item: -abs(item.weight))
    return "; ".join(sentence_of(item) for item in about[:_SAID]) or "nothing was recognised"


def sentence_of(item: Evidence | Sign) -> str:
    """Return one piece of evidence in words."""
    against = isinstance(item, Evidence) and item.weight < 0
    sign = "against: " if against else ""
    if item.source == "header":
        return f"{sign}header words {item.rule}"
    words = _in_words(item.rule)
    if item.source == "context":
        return f"{sign}{words}"
    if item.source in ("uniqueness", "veto"):
        return f"{sign}{words} ({item.n_hit} of {item.n_tested})"
    return f"{sign}{words} in {item.n_hit} of {item.n_tested} distinct values"


def _in_words(rule: str) -> str:
    family, _, rest = rule.partition(".")
    plain = rest.replace("_", " ")
    return _WORDS.get(rule) or (
        _FAMILIES[family].format(plain) if family in _FAMILIES and rest else rule.replace("_", " ")
    )
