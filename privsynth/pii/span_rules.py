"""Patterns of identifiers that are written inside other text, and the checks that a pattern cannot make.

The patterns are for RE2, which has no look-around: a pattern takes one character on either side with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One kind of written identifier.

    Attributes:
        rule: Public name.
        entity: What it is.
        pattern: RE2 pattern of the identifier with its surroundings.
        any_case: Whether the pattern reads upper and lower case alike.
        check: What else a value that the pattern matches must pass, or None.
        chance: Share of values of that form that pass the check by chance.
    """

    rule: str
    entity: str
    pattern: str
    any_case: bool = False
    check: Callable[[str], bool] | None = None
    chance: float = 0.0


# Cards and accounts
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_CARD_GROUPED = r"[2-6]\d{3}[ \-]\d{4}[ \-]\d{4}[ \-]\d{4}|3[47]\d\d[ \-]\d{6}[ \-]\d{5}"
_CARD_PLAIN = r"3[47]\d{13}|(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d|64[4-9]\d|35[2-8]\d)\d{12}"
_CARD = re.compile(rf"(?<![\w\-.])(?:{_CARD_GROUPED}|{_CARD_PLAIN})(?![\w\-])", re.ASCII)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,40}", re.ASCII)
# ISO 13616 registry: country and length
_IBAN_TABLE = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18"
    " FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20"
    " LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24"
    " SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
)
_IBAN_LENGTHS = {item[:2]: int(item[2:]) for item in _IBAN_TABLE.split()}
_LETTERS = str.maketrans({chr(65 + place): str(10 + place) for place in range(26)})


def _luhn(digits: str) -> bool:
    single = sum(map(int, digits[-1::-2]))
    return (single + sum(_DOUBLED[int(digit)] for digit in digits[-2::-2])) % 10 == 0


def _has_card(value: str) -> bool:
    return any(_luhn(match[0].replace(" ", "").replace("-", "")) for match in _CARD.finditer(value))


def _has_iban(value: str) -> bool:
    """Return whether some stretch is an account number of its country's length that passes the check of ISO 13616."""
    for match in _IBAN.finditer(value):
        text = match[0].replace(" ", "")
        length = _IBAN_LENGTHS.get(text[:2], len(text) + 1)
        if len(text) >= length and int((text[4:length] + text[:4]).translate(_LETTERS)) % 97 == 1:
            return True
    return False


# People
_TITLES = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Herr|Herrn|Frau|Mme|Mlle|Monsieur|Madame|Mademoiselle|Señor|Señora|Sra|Srta"
    "|Signor|Signora|Dott|Dhr|Mevr|Mevrouw|Doña|Senhor|Senhora"
)
_CALLED = (
    "[Pp]atient|[Pp]t|[Cc]lient|[Rr]esident|[Nn]urse|[Dd]octor|[Pp]hysician|mother|father|wife|husband|son|daughter|brother"
    "|sister|spouse|[Cc]aller|[Cc]ustomer|[Ww]itness|[Aa]ttn|c/o|[Ss]igned|named|[Nn]ame is|[Nn]ame:|[Ss]poke (?:to|with)"
    "|[Ss]een by|[Rr]eferred by|[Rr]eviewed by|[Ss]igned by|[Rr]egards,|[Ss]incerely,"
)
_NO_NAMES = (
    "And|Or|The|Of|In|On|To|At|For|Apt|Suite|Ste|Unit|Avenue|Street|Road|Care|Services?|Support|Name|Id|ID|Number|Safety|Records?"
    "|Relations?|Portal|Satisfaction|Experience|Management|Manager|Cent(?:er|re)|Dep(?:artmen)?t|Account|Success|Data|Type|Status"
    "|Group|House|Home|North|South|East|West|Staff|Team|Office|Education|Access|Transport|Information"
)
_WORD = rf"(?!(?:{_NO_NAMES})\b)[^\W\d_][\w'’\-]*"
_TITLED = re.compile(
    rf"\b(?P<title>{_TITLES}|MR|MRS|MS|DR)\b\.?,? ?{_WORD}|\b(?:{_CALLED}):? {_WORD}(?: [^\W\d_]\.?)? {_WORD}"
)
_HOUSE_NUMBER = re.compile(r"\d[\w\-/]*(?: [A-Z0-9][\w.'’\-]*){1,4} $")
_CAPITAL = r"\p{Lu}[\pL'’\-]+"


def _has_person(value: str) -> bool:
    """Return whether a title leads to a name: "Dr" after a house number is a drive, "Patient Care Unit" nobody."""
    for match in _TITLED.finditer(value):
        drive = (match["title"] or "").upper() == "DR"
        if not (drive and _HOUSE_NUMBER.search(value[max(0, match.start() - 60) : match.start()])):
            return True
    return False


# Numbers of computers
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_WIDE_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]\d)"  # 1.2.3.4 may be a version
_IPV4 = "|".join(r"\.".join(_WIDE_OCTET if place == wide else _OCTET for place in range(4)) for wide in range(4))
_HEX = "[0-9a-f]{1,4}"
_IPV6 = rf"(?:{_HEX}:){{7}}{_HEX}|{_HEX}(?::{_HEX}){{1,5}}::(?:{_HEX}(?::{_HEX}){{0,4}})?"

# Numbers of people, and the words that lead to them
_SSN_AREA = r"(?:00[1-9]|0[1-9]\d|[1-57-8]\d\d|6[0-57-9]\d|66[0-57-9])"
_SSN_GROUP = r"(?:0[1-9]|[1-9]\d)"
_SSN_SERIAL = r"(?:000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})"
_NUMBER = r"(?: ?(?:id|no|nos|nr|number|num)\b\.?| ?#)"
_IS = r"[ :.#=\-]{0,4}(?:is |was )?"
_CALLS = "tel|telephone|telefon|téléphone|teléfono|telefono|telefoon|phone|mobile|mobil|cell|mob|fax|call|calling|handy|gsm|whatsapp|ph"
_BIRTHS = (
    r"d\.?o\.?b\.?|date of birth|birth ?date|birthday|born(?: on)?|geb\.?|geboren(?: am)?|geburtsdatum|né le|née le|date de naissance"
    r"|naissance|nacid[oa] el|fecha de nacimiento|nat[oa] il|data di nascita|nascid[oa] em|data de nascimento|geboortedatum"
    r"|geboren op|urodzon[ya]|född|født"
)
_DATE = (
    r"(?:\d{1,4}[\-/.] ?\d{1,2}[\-/.] ?\d{2,4}|\d{1,2}(?:st|nd|rd|th)?\.?(?: of| de)? [^\s\d,./]{3,10}\.?,?(?: de)? \d{2,4}"
    r"|[^\s\d,./]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|(?:19|20)\d{6})"
)
_CHARTS = (
    r"mrn|m\.r\.n\.|medical record|patient(?: id| no\.?| nr\.?| number)|hospital (?:id|no\.?|number)|chart (?:no\.?|number|#)"
    r"|patientennummer|fallnummer|numéro de dossier"
)
_BEFORE = r"(?:^|[^\w.+\-])"
_AFTER = r"(?:$|[^\w\-])"

EMAIL = Span(
    rule="email_inside",
    entity="EMAIL_ADDRESS",
    pattern=r"[^\x00-\x20@<>()\[\],;:'\"]@[^\x00-,/:-@\[-`{-\x7f.]+(?:\.[^\x00-,/:-@\[-`{-\x7f.]+)*\.[A-Za-z]{2}",
)
PERSON = Span(
    rule="person_by_title",
    entity="PERSON",
    pattern=rf"(?:^|[^\pL\pN])(?:(?:{_TITLES})\.?,? {_CAPITAL}|(?:Mr|Mrs|Ms|Dr|Prof)\.{_CAPITAL}|(?:MR|MRS|MS|DR)\. ?\p{{Lu}}{{2}}"
    rf"|(?:{_CALLED}):? {_CAPITAL}(?: \p{{Lu}}\.?)? {_CAPITAL})",
    check=_has_person,
)
# By their form; these have two digits in a row, as those below.
FORMED: tuple[Span, ...] = (
    Span(rule="ssn_inside", entity="US_SSN", pattern=rf"{_BEFORE}{_SSN_AREA}-{_SSN_GROUP}-{_SSN_SERIAL}{_AFTER}"),
    Span(rule="phone_inside", entity="PHONE_NUMBER",
         pattern=rf"{_BEFORE}(?:\+?1[ .\-]?)?(?:\([2-9]\d\d\) ?\d{{3}}[ .\-]?\d{{4}}|[2-9]\d\d-\d{{3}}-\d{{4}}"
                 rf"|[2-9]\d\d\.\d{{3}}\.\d{{4}}|[2-9]\d\d [2-9]\d\d[ \-]\d{{4}})(?:$|[^\w\-]|x)"),
    Span(rule="phone_abroad", entity="PHONE_NUMBER",
         pattern=r"(?:(?:^|[^\w.+\-])(?:\+[1-9](?:[ \-/()]{0,3}\d){7,14}|\+[1-9]\d{0,2}(?:\.\d{1,4}){2,5})"
                 r"|(?:^|\pL[.:]? ?)00[1-9]\d{0,2}[ \-/](?:[ \-/()]{0,2}\d){7,12})(?:$|[^\w.,\-]|[.,](?:$|\D)|x)"),
    Span(rule="iban_inside", entity="IBAN_CODE", pattern=r"(?:^|[^A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}",
         check=_has_iban, chance=0.0104),
    Span(rule="card_inside", entity="CREDIT_CARD", pattern=rf"(?:^|[^\w\-.])(?:{_CARD_GROUPED}|{_CARD_PLAIN}){_AFTER}",
         check=_has_card, chance=0.1),
    Span(rule="ip_inside", entity="IP_ADDRESS", pattern=rf"(?:^|[^\w.\-])(?:{_IPV4})(?:$|[^\w.\-]|\.(?:$|\D))"),
    Span(rule="ipv6_inside", entity="IP_ADDRESS", any_case=True, pattern=rf"(?:^|[^\w:.])(?:{_IPV6})(?:$|[^\w:])"),
    Span(rule="nino_inside", entity="UK_NINO",
         pattern=r"(?:^|[^\w\-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: \d\d \d\d \d\d ?[A-D]|\d{6}[A-D])(?:$|[^\w\-])"),
)  # fmt: skip
# By a word before them.
NAMED: tuple[Span, ...] = (
    Span(rule="ssn_named", entity="US_SSN", any_case=True,
         pattern=rf"\b(?:ssn|social security|soc sec){_NUMBER}?{_IS}{_SSN_AREA}[ \-]?{_SSN_GROUP}[ \-]?{_SSN_SERIAL}{_AFTER}"),
    Span(rule="phone_named", entity="PHONE_NUMBER", any_case=True,
         pattern=rf"(?:^|[^\pL])(?:{_CALLS})(?:\b{_NUMBER})?(?:[ :#=.]{{1,4}}|[+(:])(?:is |was |at |on |(?:us|me|him|her) (?:at|on) )?"
                 r"[+(]?\d(?:[ .\-/()]{0,2}\d){6,14}(?:$|[^\w\-]|x)"),
    Span(rule="record_number_named", entity="MEDICAL_RECORD_NUMBER", any_case=True,
         pattern=rf"(?:^|[^\pL])(?:{_CHARTS}){_NUMBER}?{_IS}[a-z]{{0,4}}[ \-]?\d[\d\-]{{3,}}"),
    Span(rule="nhs_named", entity="UK_NHS", any_case=True,
         pattern=rf"\bnhs{_NUMBER}?{_IS}\d{{3}}[ \-]?\d{{3}}[ \-]?\d{{4}}(?:$|\D)"),
    Span(rule="birth_named", entity="DATE_OF_BIRTH", any_case=True,
         pattern=rf"(?:^|\W)(?:{_BIRTHS}){_IS}(?:le |am |el )?{_DATE}"),
    Span(rule="passport_named", entity="PASSPORT", any_case=True,
         pattern=rf"\b(?:passport|reisepass|passeport|pasaporte){_NUMBER}?{_IS}[a-z]{{0,2}}\d{{6,9}}{_AFTER}"),
    Span(rule="account_named", entity="ACCOUNT_NUMBER", any_case=True,
         pattern=rf"\b(?:account|acct|a/c|konto|compte|cuenta){_NUMBER}{_IS}[a-z]{{0,3}}\d[\d\-]{{5,}}"),
    Span(rule="plan_named", entity="HEALTH_PLAN_NUMBER", any_case=True,
         pattern=rf"\b(?:member|policy|insurance|medicare|medicaid){_NUMBER}{_IS}[a-z0-9\-]{{0,6}}\d{{4,}}"),
)  # fmt: skip
# Numbers, dates and moments hold nothing else.
PLAIN_VALUE = (
    r"^(?:[+\-]?[0-9]*\.?[0-9]*(?:[eE][+\-]?[0-9]{1,3})?"
    r"|(?:[0-9]{4}[\-/.][0-9]{1,2}[\-/.][0-9]{1,2}|[0-9]{1,2}[\-/.][0-9]{1,2}[\-/.][0-9]{2,4})(?:[ T][0-9:.]{4,15}Z?)?)$"
)


def any_of(spans: Iterable[Span]) -> str:
    """Return one pattern that matches where any of the patterns does; it costs no more than one of them."""
    return "|".join(f"(?i:{span.pattern})" if span.any_case else f"(?:{span.pattern})" for span in spans)
