"""What values look like: e-mail and network addresses, numbers of banks and cards, codes of medicine, documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from privsynth.pii import checks
from privsynth.pii.dates import DATE_RULES
from privsynth.pii.model import Sign
from privsynth.pii.numbers import number_hits
from privsynth.pii.phones import phone_hits
from privsynth.pii.places import PLACE_RULES
from privsynth.pii.profile import Profile
from privsynth.pii.recognisers import recogniser_hits
from privsynth.pii.rules import Forms, Rule, apply, matches, shape, signs

_NAME, _HOST = r"[\w.!#$%&'*+/=?^`{|}~\-]{1,64}", r"(?:[^\W_](?:[\w\-]{0,62})\.){1,6}[^\W\d_]{2,24}"
_EMAIL = rf"(?:mailto:)?{_NAME}@{_HOST}"
_ONE = rf"(?:{_EMAIL}|[^<>@]{{0,80}}<\s?{_EMAIL}\s?>)"
_email = matches(rf"{_ONE}(?:\s?[,;|/ ]\s?{_ONE}){{0,9}}[,;.]?")
_obfuscated = matches(
    rf"{_NAME}\s?[\[({{<]\s?(?:at|@|arroba|ät|chez)\s?[\])}}>]\s?[\w\-]{{1,60}}(?:\s?(?:\.|[\[({{]\s?(?:dot|punkt|punto|point|\.)\s?[\])}}])\s?"
    rf"[\w\-]{{1,60}}){{1,5}}|{_NAME} (?:at|AT) [\w\-]{{1,60}}(?: (?:dot|DOT) [\w\-]{{2,60}}){{1,4}}"
)
_masked_email = matches(r"[\w.]{0,10}[*x•]{2,}[\w.*]{0,20}@[\w*.\-]{2,80}")
_TOP_LEVEL = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|name|io|co|ai|app|dev|eu|de|fr|es|it|nl|be|ch|at|uk|us|ca|au|nz|jp|cn|in|br|mx|ar|cl"
    r"|ru|ua|cz|se|no|dk|fi|pt|gr|tr|il|za|kr|tw|hk|sg|my|id|th|vn|ph|hu|ro|bg|sk|si|hr|lt|lv|ee|ie|lu|tv|me|online|shop|site|xyz)"
)
_DOMAIN = rf"(?:[a-z0-9](?:[a-z0-9\-]{{0,61}})\.){{1,5}}{_TOP_LEVEL}"
_url = matches(
    rf"(?:[a-z][a-z0-9+.\-]{{1,11}}://|//)[^\s]{{3,}}|www\d?\.[^\s.]+\.\S+|{_DOMAIN}(?::\d{{2,5}})?/\S+|git@[\w.\-]+:\S+"
)
_MASK = r"[Xx*•#]"
_begins_large = re.compile(r"[3-9][0-9]\.|[0-9]{3}\.").match
_PRIVATE = ("10.", "127.", "192.168.", "172.")
_blood = matches(
    r"(?:A|B|AB|O|0)\s?(?:[+\-−]|pos(?:itive|itiv)?\.?|neg(?:ative|ativ)?\.?|\(?rh(?:\(d\)|d)?\s?[+\-]\)?|rh\s?pos\w*|rh\s?neg\w*)"
    r"|(?:[+\-])?(?:A|B|AB|O)\s?(?:RhD?\s?(?:pos|neg)\w*)"
)
_icd10 = matches(r"[A-TV-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?[†*]?", re.IGNORECASE)
_icd10_bare = matches(r"[A-TV-Z][0-9][0-9AB][0-9A-Z]{0,4}", re.IGNORECASE)
_icd9 = matches(r"(?:\d{3}(?:\.\d{1,2})?|V\d\d(?:\.\d{1,2})?|E\d{3}(?:\.\d)?|\d{4,5}|V\d{2,4}|E\d{3,4})", re.IGNORECASE)
_ssn = matches(r"(?!000|666|9)\d{3}([\- ])(?!00)\d\d\1(?!0000)\d{4}")
_itin = matches(r"9\d\d([\- ])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}")
_masked_ssn = matches(rf"{_MASK}{{3}}([\- ]?){_MASK}{{2}}\1\d{{4}}")
_masked_card = matches(rf"(?:{_MASK}{{4}}[ \-]?){{1,3}}\d{{3,4}}|\d{{4,6}}[\- ]?(?:{_MASK}[\- ]?){{4,9}}\d{{4}}")
_uuid = matches(r"\{?(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_mac = matches(r"[0-9a-f]{2}([:\-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}", re.IGNORECASE)
_hashed_password = matches(
    r"\$(?:2[abxy]|argon2\w{0,2}|1|5|6|y|pbkdf2\S*|P|H)\$\S{10,}|(?:pbkdf2|bcrypt|scrypt|argon2)\w*\$\S{10,}|\{SS?HA\d*\}\S{10,}"
)
_swift = matches(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3}|XXX)?", 0)


def _not_versions(values: Sequence[str]) -> bool:
    """Return whether dotted quadruples are addresses: versions such as 1.4.0.2 begin with a small number."""
    private = sum(value.startswith(_PRIVATE) for value in values) >= 0.9 * len(values)
    large = sum(_begins_large(value) is not None or ":" in value for value in values)
    return private or large >= 0.3 * len(values)


def _dotted(values: Sequence[str]) -> bool:
    return sum("." in value for value in values) >= 0.3 * len(values)


def _blood_types(values: Sequence[str]) -> bool:
    """Return whether signs after letters are blood types: grades have no O and no AB."""
    return len(values) >= 2 and any(value[0] in "Oo0" or value[:2].upper() == "AB" for value in values)


def _not_articles(values: Sequence[str]) -> bool:
    """Return whether numbers that pass as cards are no article numbers (EAN, GTIN), whose own check they would pass."""
    return sum(map(checks.ean, values)) <= 0.5 * len(values) or len(values) < 3


def _domains(values: Sequence[str]) -> bool:
    return len(values) >= 2


_RULES: tuple[Rule, ...] = (
    # contact and online
    Rule(name="shape.email", entity="EMAIL_ADDRESS", weight="value.form", needs="@", shape=shape(r".*[^@\s]@[^@\s].*"), check=_email),
    Rule(name="shape.email_obfuscated", entity="EMAIL_ADDRESS", weight="value.form", needs="a", shape=shape(r"[^\[({< ]+[\[({< ].+"),
         check=_obfuscated, chance=0.002),
    Rule(name="shape.email_masked", entity="EMAIL_ADDRESS", weight="value.form", needs="@", shape=shape(r"[^\s]+@[^\s]+"),
         check=_masked_email),
    Rule(name="shape.url", entity="URL", weight="value.form", needs="a/",
         shape=shape(r"(?:[a9+.\-]{2,12}:)?//\S+|[a9\-.]{4,60}(?::9+)?/.+|a{3}@[a9\-.]+:.+"),
         check=_url),
    Rule(name="shape.domain", entity="URL", weight="value.shape", needs="a.", only="9a.-", shape=shape(r"[a9\-.]+\.a{2,6}"),
         check=matches(_DOMAIN), chance=0.02, whole=_domains),
    Rule(name="shape.ip", entity="IP_ADDRESS", weight="value.form", needs="9.", only="9./:",
         shape=shape(r"9{1,3}(?:\.9{1,3}){3}(?:/99?|:9{1,5})?"),
         check=checks.ip_address, chance=0.05, whole=_not_versions),
    Rule(name="shape.ipv6", entity="IP_ADDRESS", weight="value.form", needs=":",
         shape=shape(r"\[?[9a]{0,4}:[9a:]{1,36}:?[9a:./%\]]{0,20}"),
         check=lambda value: value.count(":") >= 2 and checks.ip_address(value)),
    Rule(name="shape.mac", entity="MAC_ADDRESS", weight="value.form",
         shape=shape(r"(?:[9a]{2}[:\-]){5}[9a]{2}|(?:[9a]{4}\.){2}[9a]{4}"), check=_mac),
    Rule(name="shape.handle", entity="USERNAME", weight="value.shape", needs="@", shape=shape(r"@[9a_.]{2,30}"), chance=0.02),
    Rule(name="shape.password_hash", entity="PASSWORD", weight="value.form", needs="a", shape=shape(r"(?:a{4,8}[9a_]*)?[${].{10,}"),
         check=_hashed_password),
    Rule(name="shape.uuid", entity="UUID", weight="value.form", needs="-",
         shape=shape(r"\{?(?:a{3}:a{4}:)?[9a]{8}-(?:[9a]{4}-){3}[9a]{12}\}?"), check=_uuid),
    Rule(name="check.imei", entity="IMEI", weight="value.checksum", source="checksum", needs="9", only="9 -/", longest=26,
         numeric=True, chance=0.1,
         shape=shape(r"9{15}|99-9{6}-9{6}-9"), check=checks.imei),
    # finance
    Rule(name="check.card", entity="CREDIT_CARD", weight="value.checksum", source="checksum", needs="9", only="9", longest=26,
         numeric=True, chance=0.1,
         shape=shape("9{14,16}|9{19}"), check=checks.card, whole=_not_articles),
    Rule(name="check.card_in_groups", entity="CREDIT_CARD", weight="value.checksum", source="checksum", needs="9", only="9 -",
         longest=26, chance=0.03,
         shape=shape(r"9{4}(?:[ \-]9{4}){3}|9{4}[ \-]9{6}[ \-]9{4,5}"), check=checks.card),
    Rule(name="header.card", wide=True, entity="CREDIT_CARD", weight="value.checksum", source="checksum", needs="9", only="9 -", longest=26,
         numeric=True, chance=0.1,
         shape=shape(r"9{12,13}|9{17,18}"), check=lambda value: checks.luhn(checks.digits_of(value)), headed=("CREDIT_CARD",)),
    Rule(name="shape.card_masked", entity="CREDIT_CARD", weight="value.form", shape=shape(r"[9a*•# \-]{7,23}"), check=_masked_card,
         chance=0.01),
    Rule(name="header.card_code", entity="CARD_CODE", weight="value.shape", needs="9", only="9", longest=26, numeric=True,
         shape=shape("9{3,4}"), chance=0.2,
         headed=("CARD_CODE",)),
    Rule(name="header.card_expiry", entity="CARD_EXPIRY", weight="value.form", needs="9", only="9/-. ", longest=26, numeric=True,
         chance=0.1,
         shape=shape("9{1,2} ?[/.-] ?(?:99|9{4})|9{4}|9{4}-99"),
         check=matches(r"(?:0?[1-9]|1[0-2]) ?[/.\-]? ?(?:20)?[0-9]\d|20\d\d-(?:0[1-9]|1[0-2])"),
         headed=("CARD_EXPIRY",)),
    Rule(name="check.iban", entity="IBAN_CODE", weight="value.checksum", source="checksum", needs="9a",
         shape=shape(r"(?:a{4} ?)?aa99(?:[ \-]?[9a]){11,38}"),
         check=checks.iban, chance=0.0104),
    Rule(name="shape.iban_masked", entity="IBAN_CODE", weight="value.form", needs="9", shape=shape(r"aa99.{8,36}"),
         check=matches(rf"[A-Z]{{2}}\d\d[\dA-Z ]{{0,12}}(?:{_MASK}[ ]?){{4,24}}\d{{2,4}}"), chance=0.01),
    Rule(name="check.lei", entity="LEI", weight="value.checksum", source="checksum", needs="9a", only="9a", longest=26,
         shape=shape("[9a]{18}99"), check=checks.lei,
         chance=0.0104),
    Rule(name="shape.swift", entity="SWIFT_CODE", weight="value.shape", needs="a", only="9a", longest=26,
         shape=shape("a{6}[9a]{2}(?:[9a]{3})?"), chance=0.4,
         check=lambda value: _swift(value) and checks.swift(value)),
    Rule(name="header.swift", wide=True, entity="SWIFT_CODE", weight="value.form", needs="a", only="9a ", longest=26,
         shape=shape("a{6}[9a]{2}(?:[9a]{3})?"), chance=0.2,
         check=lambda value: checks.swift(value.upper()), headed=("SWIFT_CODE", "BANK_CODE")),
    Rule(name="check.aba", entity="ABA_ROUTING_NUMBER", weight="value.checksum", source="checksum", needs="9", only="9", longest=26,
         numeric=True, chance=0.05,
         shape=shape("9{9}"), check=checks.aba, headed=("ABA_ROUTING_NUMBER", "BANK_CODE")),
    Rule(name="shape.wallet", entity="CRYPTO", weight="value.form", needs="9a", only="9a", shape=shape("9a[9a]{40}"),
         check=matches("0x[0-9a-f]{40}")),
    # papers and vehicles
    Rule(name="shape.ssn", entity="US_SSN", weight="value.form", needs="9-", only="9-", longest=26, shape=shape("9{3}-99-9{4}"),
         check=_ssn, chance=0.01),
    Rule(name="shape.ssn_spaced", entity="US_SSN", weight="value.shape", needs="9 ", only="9 ", longest=26,
         shape=shape("9{3} 99 9{4}"), check=_ssn, chance=0.1),
    Rule(name="shape.ssn_masked", entity="US_SSN", weight="value.form", needs="9", shape=shape(r"[a*•#]{3}[\- ]?[a*•#]{2}[\- ]?9{4}"),
         check=_masked_ssn,
         chance=0.01),
    Rule(name="shape.itin", entity="US_ITIN", weight="value.form", needs="9", only="9- ", longest=26,
         shape=shape("9{3}[- ]99[- ]9{4}"), check=_itin, chance=0.06),
    Rule(name="check.cn_resident", entity="CN_RIC", weight="value.checksum", source="checksum", needs="9", only="9a", longest=26,
         numeric=True,
         shape=shape("9{17}[9a]"), check=checks.chinese, chance=0.01),
    Rule(name="shape.kr_resident", entity="KR_RRN", weight="value.shape", needs="9-", only="9-", longest=26, shape=shape("9{6}-9{7}"),
         check=matches(r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}"), chance=0.05),
    Rule(name="check.german_pension", entity="DE_SOCIAL_SECURITY", weight="value.checksum", source="checksum", needs="9a",
         only="9a ", longest=26, shape=shape("99 ?9{6} ?a ?9{3}"), check=checks.german_pension, chance=0.1),
    Rule(name="check.singapore", entity="SG_NRIC_FIN", weight="value.checksum", source="checksum", needs="9a", only="9a", longest=26,
         shape=shape("a9{7}a"), check=checks.singapore, chance=0.02),
    Rule(name="check.ahv", entity="CH_AHV", weight="value.checksum", source="checksum", needs="9", only="9", longest=26,
         numeric=True, shape=shape("9{13}"), check=lambda value: value.startswith("756") and checks.ean(value), chance=0.001),
    Rule(name="check.vin", entity="VIN", weight="value.checksum", source="checksum", needs="9a", only="9a", longest=26,
         shape=shape("[9a]{13}9{4}"), check=checks.vin,
         chance=0.1),
    Rule(name="shape.vin", wide=True, entity="VIN", weight="value.shape", needs="9a", only="9a", longest=26, shape=shape("[9a]{13}9{4}"),
         check=checks.vin_form, chance=0.25),
    Rule(name="header.vin", wide=True, entity="VIN", weight="value.form", needs="a", only="9a", longest=26, shape=shape("[9a]{17}"),
         check=matches("[A-HJ-NPR-Z0-9]{17}"),
         chance=0.05, headed=("VIN", "VEHICLE_ID")),
    Rule(name="check.dea", entity="MEDICAL_LICENSE", weight="value.checksum", source="checksum", needs="9a", only="9a", longest=26,
         shape=shape("a[9a]9{7}"),
         check=checks.dea, chance=0.1),
    Rule(name="check.npi", entity="US_NPI", weight="value.checksum", source="checksum", needs="9", only="9", longest=26, numeric=True,
         shape=shape("9{10}"),
         check=checks.npi, chance=0.1, headed=("US_NPI", "LICENSE_NUMBER", "MEDICAL_LICENSE")),
    # medicine
    Rule(name="shape.icd10", entity="DIAGNOSIS", weight="value.form", needs="9a", only="9a.*", longest=26,
         shape=shape(r"a9[9a](?:\.[9a]{1,4})?[†*]?"), check=_icd10,
         chance=0.05, whole=_dotted),
    Rule(name="shape.icd10_bare", wide=True, entity="DIAGNOSIS", weight="value.loose", needs="9a", only="9a.", longest=26,
         shape=shape(r"a9[9a][9a]{0,4}"), check=_icd10_bare,
         chance=0.4),
    Rule(name="header.icd", wide=True, entity="DIAGNOSIS", weight="value.shape", needs="9", only="9a.", longest=26, numeric=True,
         shape=shape(r"a?9{2,5}[9a]{0,4}(?:\.[9a]{1,4})?"),
         check=lambda value: _icd9(value) or _icd10_bare(value), chance=0.3, headed=("DIAGNOSIS",)),
    Rule(name="header.procedure", entity="PROCEDURE", weight="value.shape", needs="9", only="9a.", longest=26, numeric=True, chance=0.3,
         shape=shape(r"9{5}|9{4}a|a9{4}|99\.9{1,2}|[9a]{7}|9a?-?9{2,3}[.9]{0,3}"), headed=("PROCEDURE",)),
    Rule(name="header.ndc", entity="MEDICATION", weight="value.form", needs="9", only="9-", longest=26, numeric=True, chance=0.1,
         shape=shape("9{4,5}-9{3,4}(?:-9{1,2})?|9{10,11}"), headed=("MEDICATION",)),
    Rule(name="header.atc", entity="MEDICATION", weight="value.form", needs="9a", only="9a", longest=26,
         shape=shape("a99aa99|a99a{1,2}"), chance=0.1,
         headed=("MEDICATION",)),
    Rule(name="shape.blood_type", entity="BLOOD_TYPE", weight="value.form", shape=shape(r"[+\-]?[a9]{1,2}.{1,12}"), check=_blood,
         chance=0.02,
         whole=_blood_types),
)  # fmt: skip
RULES: tuple[Rule, ...] = (*_RULES, *DATE_RULES, *PLACE_RULES)


def value_signs(view: Profile, *, headed: frozenset[str], countries: tuple[str, ...] = ()) -> list[Sign]:
    """Say what the values of one column look like.

    Shapes are looked at first, once per shape; checks see values of a matching shape only. Check digits count over the
    whole column, against the share that chance passes. Bare numbers of 9 to 14 digits speak only behind a header or for
    a declared country.

    Args:
        view: The column.
        headed: Entities that the header names, wider kinds included.
        countries: ISO 3166 codes whose numbers are expected without a header.

    Returns:
        One sign per entity; ``n_tested`` counts the values behind it.
    """
    if not view.values or view.kind in ("empty", "boolean"):
        return []
    if view.kind == "float":
        return _of_floats(view, headed)
    forms = Forms(view=view, countries=tuple(code.upper() for code in countries))
    rules = (rule for rule in RULES if rule.numeric or view.kind == "text")
    found = [hits for rule in rules if (hits := apply(rule, forms, headed)) is not None]
    taken = frozenset(
        item.entity for item in found if item.strength > 0.5 and item.weight in ("value.form", "value.checksum")
    )
    found += phone_hits(forms, headed, taken)
    found += number_hits(forms, headed)
    found += recogniser_hits(forms, headed, taken)
    return signs(found)


def _of_floats(view: Profile, headed: frozenset[str]) -> list[Sign]:
    """Say whether fractions behind a header of coordinates are degrees; other fractions are measurements."""
    if "GEO_COORDINATES" not in headed:
        return []
    numbers = view.numbers
    long = sum(len(value.partition(".")[2]) >= 3 for value in view.values) / view.tested
    inside = int((abs(numbers) <= 180.0).sum())
    if inside < 0.98 * view.tested or long < 0.5:
        return []
    strength = round(1.0 - 0.5 ** min(10, view.tested), 4)
    return [Sign(source="value", entity="GEO_COORDINATES", weight="value.shape", strength=strength, n_tested=view.tested,
                 n_hit=inside, rule="header.degrees")]  # fmt: skip
