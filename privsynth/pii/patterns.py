"""What values look like: rules with a shape (cheap, once per shape) and a check (once per value that has the shape)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from privsynth.pii import weights
from privsynth.pii.model import Evidence
from privsynth.pii.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A value rule.

    Attributes:
        name: Key of ``weights.VALUE``.
        entity: What a match speaks for.
        shape: Full match on the shape of a value.
        check: Test of one value that has the shape.
        chance: Share of unrelated values of that shape that pass the check.
        numeric: Whether the rule also reads integer columns.
    """

    name: str
    entity: str
    shape: re.Pattern[str]
    check: Callable[[str], bool]
    chance: float = 0.01
    numeric: bool = False


_DOUBLED = {str(digit): digit * 2 - 9 if digit > 4 else digit * 2 for digit in range(10)}


def luhn(digits: str) -> bool:
    """Return whether a digit string passes the Luhn check (a tenth of all do)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[digit] if place % 2 else int(digit)
    return total % 10 == 0


_SEPARATORS = re.compile(r"[ .\-/()]+")
_NOT_DIGIT = re.compile(r"\D+")
_PHONE_START = re.compile(r"[+(0]|(?:1[ .\-])?[2-9]\d\d[ .\-]\d{3}[ .\-]\d{4}")
_PREFIX = re.compile(r"4|5[0-8]|2[2-7]|3[0-9]|6")
_LETTER_VALUES = {chr(65 + place): str(10 + place) for place in range(26)}


def card(value: str) -> bool:
    """Return whether a value is a card number by length, issuer prefix and Luhn."""
    digits = value if value.isdigit() else _NOT_DIGIT.sub("", value)
    return 12 <= len(digits) <= 19 and _PREFIX.match(digits) is not None and luhn(digits)


def iban(value: str) -> bool:
    """Return whether a value passes the mod-97 check of ISO 13616."""
    text = value.replace(" ", "").upper()
    turned = text[4:] + text[:4]
    if not (15 <= len(text) <= 34 and turned.isascii() and turned.isalnum()):
        return False
    return int("".join(_LETTER_VALUES.get(letter, letter) for letter in turned)) % 97 == 1


def _address(version: int) -> Callable[[str], bool]:
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address

    def check(value: str) -> bool:
        try:
            kind(value)
        except ValueError:
            return False
        return True

    return check


def _matches(pattern: str, flags: int = 0) -> Callable[[str], bool]:
    compiled = re.compile(pattern, flags)
    return lambda value: compiled.fullmatch(value) is not None


def _phone(value: str) -> bool:
    digits = _NOT_DIGIT.sub("", value.lower().partition("x")[0])
    return 7 <= len(digits) <= 15 and len(set(digits)) > 2 and _PHONE_START.match(value) is not None


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_SUFFIX = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|way|terrace|parkway|pkwy"
    r"|highway|hwy|circle|cir|trail|crescent|close|grove|mews|apt|suite|unit|floor|ridge|view|views|path|row|walk|alley|pike"
    r"|plaza|point|summit|shore|shores|hill|hills|island|islands|meadow|meadows|valley|valleys|village|common|commons|cove"
    r"|creek|crossing|crossroad|curve|dam|divide|estate|estates|expressway|extension|fall|falls|ferry|field|fields|flat"
    r"|flats|ford|fords|forest|forge|forges|fork|forks|fort|freeway|garden|gardens|gateway|glen|glens|green|greens|groves"
    r"|harbor|harbors|haven|heights|hollow|inlet|isle|junction|junctions|key|keys|knoll|knolls|lake|lakes|land|landing"
    r"|light|lights|loaf|lock|locks|lodge|loop|mall|manor|manors|mill|mills|mission|motorway|mount|mountain|mountains|neck"
    r"|orchard|oval|overpass|park|parks|parkways|pass|passage|pine|pines|plain|plains|plazas|points|port|ports|prairie"
    r"|radial|ramp|ranch|rapid|rapids|rest|river|roads|route|rue|run|shoal|shoals|skyway|spring|springs|spur|spurs"
    r"|squares|station|stravenue|stream|streets|throughway|trace|track|trafficway|tunnel|turnpike|underpass|union|unions"
    r"|via|viaduct|villages|ville|vista|walks|wall|ways|well|wells|bridge|bridges|brook|brooks|burg|burgs|bypass|camp"
    r"|canyon|cape|causeway|center|centers|circles|cliff|cliffs|club|corner|corners|course|courts|coves)"
)
_STREET_EN = re.compile(rf"\d{{1,6}}[a-z]?,? .{{0,60}}?\b{_SUFFIX}\b", re.IGNORECASE)
_STREET_OTHER = re.compile(
    r"\w[\w .'\-]{1,50}(?:stra(?:ss|ß)e|str\.|gasse|weg|platz|allee|ring|straat|laan|plein)\.? \d{1,5}\b"
    r"|(?:\d{1,5},? ?(?:bis |ter )?)?(?:rue|avenue|boulevard|chemin|place|impasse|calle|avenida|paseo|plaza"
    r"|glorieta|ronda|cuesta|via|viale|piazza|rua|travessa|ulica|ul\.|aleja|al\.|rotonda|pasaje|camino|alameda|urbanizaci[oó]n|canale?"
    r"|vicolo|strada|stretto|borgo|contrada|incrocio|largo) \w",
    re.IGNORECASE,
)
_STREET_LIKE = re.compile(r"\d{1,6} [^\W\d_]{2,}(?: [^\W\d_]{2,}){1,4}")


def _street(value: str) -> bool:
    return _STREET_EN.match(value) is not None or _STREET_OTHER.match(value) is not None


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME = r"(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d\d:?\d\d)?)?"
_DATE = (
    r"(?:(?:1[6-9]|2[01])\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/. ])(?:0?[1-9]|[12]\d|3[01])\2(?:1[6-9]|2[01])\d\d"
    r"|\d?\d([-/])\d?\d\3\d\d|[0-3]\d\.[01]\d\.\d\d"
    rf"|(?:0?[1-9]|[12]\d|3[01])[-/. ]{_MONTH}[-/. ,]+(?:\d{{4}}|\d\d)"
    rf"|{_MONTH} (?:0?[1-9]|[12]\d|3[01]),? \d{{4}}){_TIME}"
)
_COMPACT = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_EXTENSION = r"(?: ?a{1,3}\.? ?9{1,6})?"
_PHONE_SHAPE = (
    rf"(?:\+?9{{1,3}}[ .\-]?)?\(9{{3}}\)[ .\-]?9{{3}}[ .\-]?9{{4}}{_EXTENSION}"  # (212) 555-0100
    rf"|(?:\+?9{{1,3}}[ .\-])?9{{3}}[ .\-]9{{3}}[ .\-]9{{4}}{_EXTENSION}"  # 212-555-0100
    rf"|\+9{{1,3}}[ .\-]?(?:\(9{{1,4}}\))?[9 .\-/]{{6,16}}{_EXTENSION}"  # +49 30 901820
    r"|\(\+?9{2,5}\) ?[9 .\-]{5,12}|9{2,5}[ /\-]9{2,8}(?:[ \-]?9{2,4}){0,4}|99(?:[ .]99){4}"  # 030 901820
)
RULES: tuple[Rule, ...] = (
    Rule(name="email", entity="EMAIL", shape=_shape(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]*"),
         check=_matches(r"[^@\s,;]{1,64}@[\w\-.]{1,200}\.[^\W\d_]{2,24}"), chance=1e-3),
    Rule(name="url", entity="URL", shape=_shape(r"(?:a{2,5}://|aaa\.)\S+"),
         check=_matches(r"(?:https?|ftps?)://\S+|www\.\S+\.\S+", re.IGNORECASE), chance=1e-3),
    Rule(name="uuid", entity="RECORD_ID", shape=_shape(r"\{?[9a]{8}-(?:[9a]{4}-){3}[9a]{12}\}?"),
         check=_matches(r"\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)),
    Rule(name="mac", entity="MAC_ADDRESS", shape=_shape(r"(?:[9a]{2}[:\-]){5}[9a]{2}|(?:[9a]{4}\.){2}[9a]{4}"),
         check=_matches(r"(?:[0-9a-f]{2}([:\-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}",
                        re.IGNORECASE)),
    Rule(name="ipv6", entity="IP_ADDRESS", shape=_shape(r"[9a]{0,4}:[9a:]{1,36}:[9a:.]{0,20}"), check=_address(6)),
    Rule(name="ipv4", entity="IP_ADDRESS", shape=_shape(r"9{1,3}(?:\.9{1,3}){3}"), check=_address(4), chance=0.05),
    Rule(name="iban", entity="IBAN", shape=_shape(r"a{2}99(?: ?[9a]){11,30}"), check=iban, chance=0.0104),
    Rule(name="card", entity="CREDIT_CARD", shape=_shape(r"9{12,19}|9{4}(?:[ \-]9{4}){3}|9{4}[ \-]9{6}[ \-]9{5}"),
         check=card, chance=0.1, numeric=True),
    Rule(name="ssn_dashed", entity="US_SSN", shape=_shape(r"9{3}([\- ])99\1[9]{4}"),
         check=_matches(r"(?!000|666|9)\d{3}([\- ])(?!00)\d\d\1(?!0000)\d{4}")),
    Rule(name="phone_written", entity="PHONE", shape=_shape(_PHONE_SHAPE), check=_phone),
    Rule(name="street", entity="STREET_ADDRESS", shape=_shape(r".*[ ].*"), check=_street, chance=0.02),
    Rule(name="street_like", entity="STREET_ADDRESS", shape=_shape(r"9{1,6} .+"),
         check=lambda value: _STREET_LIKE.match(value) is not None),
    Rule(name="zip_plus4", entity="POSTAL_CODE", shape=_shape(r"9{5}-9{4}"), check=lambda _: True),
    Rule(name="postcode_letters", entity="POSTAL_CODE", shape=_shape(r"a9a ?9a9|a{1,2}9{1,2}a? 9aa"),
         check=lambda _: True),
    Rule(name="icd10_dotted", entity="DIAGNOSIS", shape=_shape(r"a9[9a](?:\.[9a]{1,4})?"),
         check=_matches(r"[A-TV-Z]\d[0-9A-B](?:\.[0-9A-Z]{1,4})?", re.IGNORECASE), chance=0.05),
    Rule(name="icd10_plain", entity="DIAGNOSIS", shape=_shape(r"a9[9a][9a]{0,4}"),
         check=_matches(r"[A-TV-Z]\d[0-9A-B][0-9A-Z]{0,4}", re.IGNORECASE), chance=0.3),
    Rule(name="date", entity="DATE", shape=_shape(r"[9a]{1,9}(?:[-/.]| )[9a]{1,9}(?:[-/., ]{1,2})[9a]{1,4}.{0,24}"),
         check=_matches(_DATE, re.IGNORECASE)),
    Rule(name="date_compact", entity="DATE", shape=_shape(r"9{8}"), check=_matches(_COMPACT), numeric=True),
    Rule(name="epoch", entity="DATE", shape=_shape(r"9{10}(?:9{3})?"), check=_matches(r"(?:9|1\d)\d{8}(?:\d{3})?"),
         chance=0.11, numeric=True),
)  # fmt: skip


def _share_of_dots(shapes: dict[str, list[str]]) -> float:
    dotted = sum(len(members) for shape, members in shapes.items() if "." in shape)
    return dotted / max(1, sum(map(len, shapes.values())))


def _accepted(rule: Rule, view: Profile) -> bool:
    """Second looks at a whole column: what a single value cannot tell."""
    if rule.name == "ipv4":  # version strings such as 1.4.0.2 have small parts
        large = sum(any(len(part) == 3 for part in value.split(".")) for value in view.values)
        return large >= 0.3 * view.tested
    if rule.name == "icd10_dotted":
        return _share_of_dots(view.shapes) >= 0.3
    if rule.name == "epoch":  # numbers that spread over all ten-digit space are not times
        return bool(view.tested) and {value[:2] for value in view.values if len(value) in (10, 13)} != {"10"}
    return True


def _weight(rule: Rule, tested: int, eligible: int, hits: int) -> float:
    share = weights.ramp(hits / tested)
    return share * min(weights.VALUE[rule.name], weights.above_chance(eligible, hits, rule.chance))


def value_evidence(view: Profile) -> list[Evidence]:
    """Apply the rules to the distinct values of one column.

    Returns:
        One piece of evidence for each rule with a hit; a check's hits count only above the rate that chance brings.
    """
    if view.kind not in ("text", "integer") or not view.values:
        return []
    found = []
    for rule in RULES:
        if view.kind == "integer" and not rule.numeric:
            continue
        having = [members for shape, members in view.shapes.items() if rule.shape.fullmatch(shape)]
        eligible = sum(map(len, having))
        hits = sum(rule.check(value) for members in having for value in members)
        if hits and _accepted(rule, view):
            weight = _weight(rule, view.tested, eligible, hits)
            item = Evidence(
                source="value", entity=rule.entity, weight=weight, n_tested=view.tested, n_hit=hits, rule=rule.name
            )
            found.append(item)
    return found
