"""Telephone numbers: written forms of many countries, then `phonenumbers` on a sample."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from privsynth.pii.dates import is_compact, is_date
from privsynth.pii.rules import Check, Forms, Hits, Rule, apply, counted, matches, shape, strided

_ASKED = 300  # values of a column that are parsed at most
_WORTH_PARSING = 0.3  # share of the column
_TRIED = 24  # of these, in every region, to find the region
REGIONS = [
    "US",
    "GB",
    "DE",
    "FR",
    "ES",
    "IT",
    "PT",
    "NL",
    "BE",
    "CH",
    "AT",
    "PL",
    "SE",
    "NO",
    "DK",
    "FI",
    "BR",
    "MX",
    "IN",
    "JP",
    "KR",
    "CN",
    "AU",
    "NZ",
    "ZA",
    "TR",
    "RU",
    "IE",
    "CA",
    "CZ",
    "GR",
    "RO",
    "HU",
    "IL",
    "SG",
    "AR",
    "CO",
    "CL",
    "PH",
    "ID",
    "UA",
]
_EXTENSION = r"(?:,? ?[(]?[ax#.]{1,9}\.?:? ?9{1,6}[)]?)?"
_NOT_PHONES = (
    "DATE_TIME",
    "CREDIT_CARD",
    "IP_ADDRESS",
    "IBAN_CODE",
    "IMEI",
    "GEO_COORDINATES",
    "US_SSN",
    "US_ITIN",
    "UUID",
)
# Unmistakable: a country code behind +, an area code in brackets, 3-3-4 of North America
_FORM = (
    rf"(?:a{{2,6}}[:.]? ?)?\+9[9 .\-/()]{{6,22}}{_EXTENSION}"
    rf"|(?:(?:\+?|00)9{{1,3}}[ .\-]?)?\(9{{2,5}}\) ?[ .\-]?9{{2,5}}(?:[ .\-]?9{{2,5}}){{0,3}}{_EXTENSION}"
    rf"|(?:(?:\+?|00)9{{1,3}}[ .\-])?9{{3}}([\-.])9{{3}}\1?9{{4}}{_EXTENSION}"
    rf"|9{{3}}[.\-]9{{3}}[.\-]9{{4}}{_EXTENSION}|9{{3}}/9{{3}}-9{{4}}"
    r"|9 ?\(9{3}\) ?9{3}-99-99|99 9{5}-9{4}"
)
# Starts with a trunk 0 and is grouped; or grouped as one country does
_ZERO = (
    r"9{2,5}[ /\-]9{5,8}|9{2,5}[ /.\-]9{3,4}[ .\-]9{3,4}|99([ .\-])99(?:\1?99){3}|99(?:[ .\-]99){4}"
    r"|9{2,4}[ /\-]9{3}[ .]99[ .]99|9{4}[ /]99[ .]99[ .]99|9{2,4}-9{2,3} 9{2,3} 9{2,3}|9{3,6} 99 99 99|9{3,5} 9{2,3} 9{2,3}"
    r"|9{3}-9{7}|9{2,4}[ \-]9{2,4}[ \-]9{2,4}[ \-]9{2,4}|00 ?9{1,3}[ 9\-]{7,16}|99 9{3,4} 9{3,4}"
)
# Other groupings, with the regions that write numbers so
_GROUPED: dict[str, str] = {
    "9{3} 9{3} 9{3}|9{3}-9{3}-9{3}": "ES PT",
    "9{2} 9{3} 99 99|9{3} 99 99 99": "ES PL FI HU",
    "99 99 99 99|9{3} 99 9{3}|9{4} 9{4}": "NO DK SG",
    "99 9{4} 9{4}|9{3} 9{3} 9{4}": "MX US BR IT",
    "9{5} 9{5}": "IN GB",
    "9{3}[ \\-]9{4}[ \\-]9{4}": "CN BR KR",
    "99 9{3} 9{4}": "PT ZA NZ",
    "9 9{3} 9{3} 9{2} 9{2}|9-9{3}-9{3}-(?:9{4}|99-99)": "RU US",
}
_DIGITS = r"[+]?9{7,15}"
_EXTENDED = re.compile(
    r"[ ,(]*(?:ext|extension|x|poste|int|ramal|durchwahl|dw|anexo|#)[. :]*[0-9]{1,6}\)?$", re.IGNORECASE
)


def _digit_count(value: str) -> int:
    return sum(letter.isdigit() for letter in value)


def _written(value: str) -> bool:
    """Return whether a value without its extension has the digits of a phone number, and is no date."""
    number = _EXTENDED.sub("", value)
    return 8 <= _digit_count(number) <= 15 and len(set(number)) > 3 and not is_date(value)


def _trunk(value: str) -> bool:
    return value[0] == "0" and 9 <= _digit_count(value) <= 13 and _written(value)


_ndc: Check = matches(r"\d{4}-\d{4}-\d\d|\d{5}-\d{3,4}-\d{1,2}")
_FORM_RULE = Rule(name="shape.phone", entity="PHONE_NUMBER", weight="value.form", shape=shape(_FORM), check=_written, needs="9",
                  chance=0.02, numeric=True)  # fmt: skip
_ZERO_RULE = Rule(name="shape.phone_trunk_zero", entity="PHONE_NUMBER", weight="value.shape", shape=shape(_ZERO), needs="9",
                  check=lambda value: _trunk(value) and not _ndc(value), only="9 ./-", longest=26, chance=0.05)  # fmt: skip
_GROUP_RULES = tuple(
    (Rule(name="shape.phone_grouped", entity="PHONE_NUMBER", weight="value.loose", shape=shape(pattern), needs="9", only="9 -", longest=26,
          check=lambda value: len(set(value)) > 3 and not is_date(value), chance=0.3), tuple(regions.split()))
    for pattern, regions in _GROUPED.items()
)  # fmt: skip
_BARE_RULE = Rule(name="phonenumbers.digits", entity="PHONE_NUMBER", weight="value.shape", shape=shape(_DIGITS), needs="9",
                  only="9+", longest=26, numeric=True, chance=0.5, headed=("PHONE_NUMBER",),
                  check=lambda value: not is_compact(value))  # fmt: skip
_BESIDE_RULE = Rule(name="shape.phone_digits", entity="PHONE_NUMBER", weight="value.form", shape=shape("9{7,14}"), needs="9",
                    only="9", longest=26, chance=0.5, numeric=True)  # fmt: skip


@lru_cache(maxsize=20_000)
def is_valid(value: str, region: str | None) -> bool:
    """Return whether `phonenumbers` takes a value for a number of one region (None: written with + and country)."""
    import phonenumbers

    try:
        number: Any = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_valid_number(number))


def best_region(values: Sequence[str], regions: Sequence[str]) -> str:
    """Return the region in which most of a few values are valid."""
    sample = strided(values, _TRIED)
    return max(regions, key=lambda region: sum(is_valid(value, region) for value in sample))


def _parsed(forms: Forms, rule: Rule, weight: str, chance: float, regions: Sequence[str]) -> Hits | None:
    """Ask `phonenumbers` about values of one written form, in the region that fits them best."""
    values = forms.having(rule.shape, needs=rule.needs, only=rule.only)
    values = [value for value in values if rule.check is None or rule.check(value)]
    if len(values) < 0.2 * forms.view.tested or not values:
        return None
    sample = strided(values, _ASKED)
    region = best_region(sample, forms.countries or regions)
    passed = sum(is_valid(value, None if value[0] == "+" else region) for value in sample)
    ruled = Rule(name="phonenumbers.national", entity=rule.entity, weight=weight, shape=rule.shape, chance=chance)
    return counted(ruled, forms.view, eligible=len(values), asked=len(sample), passed=passed)


def phone_hits(forms: Forms, headed: Collection[str], taken: Collection[str]) -> list[Hits]:
    """Say whether a column holds telephone numbers.

    Written forms speak by themselves; forms that other numbers have too are parsed by `phonenumbers`, in the declared
    countries or in the region that fits best; digits without + or separators need a header or a declared country.

    Args:
        forms: The column by shape.
        headed: Entities that the header names.
        taken: Entities that have been recognised already (a date is no phone number).

    Returns:
        Hits for ``PHONE_NUMBER``.
    """
    if any(entity in taken for entity in _NOT_PHONES):
        return []
    found = [apply(_FORM_RULE, forms, headed)]
    if forms.view.kind == "text":
        found.append(_grouped(forms, headed, _ZERO_RULE, "value.form", 0.8, REGIONS))
        found += [_grouped(forms, headed, rule, "value.shape", 0.5, regions) for rule, regions in _GROUP_RULES]
    if "PHONE_NUMBER" in headed or forms.countries:
        found.append(_parsed(forms, _BARE_RULE, _BARE_RULE.weight, 0.5, REGIONS))
    seen = [item for item in found if item is not None]
    mixed = 0.25 <= sum(item.share for item in seen if item.weight != "value.loose") < 0.95
    beside = apply(_BESIDE_RULE, forms, headed) if mixed else None
    return seen if beside is None else [*seen, beside]


def _grouped(
    forms: Forms, headed: Collection[str], rule: Rule, weight: str, chance: float, regions: Sequence[str]
) -> Hits | None:
    """Judge a written form by its shape, and by `phonenumbers` when enough of the column has it."""
    seen = apply(rule, forms, headed)
    if seen is None or seen.share < _WORTH_PARSING:
        return seen
    parsed = _parsed(forms, rule, weight, chance, regions)
    return parsed if parsed is not None and parsed.strength >= 0.5 else seen
