"""Checks of single values that need no package: check digits, ranges and code lists."""

from __future__ import annotations

import ipaddress
import re

_DOUBLED = {str(digit): digit * 2 - 9 if digit > 4 else digit * 2 for digit in range(10)}
_LETTER_VALUES = {chr(65 + place): str(10 + place) for place in range(26)}
_NOT_DIGIT = re.compile(r"[^0-9]+")
_VIN_VALUES = {letter: value for value, letters in enumerate(("", "AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ"))
               for letter in letters} | {str(digit): digit for digit in range(10)}  # fmt: skip
_VIN_PLACES = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN = re.compile(r"(?=.{0,7}[A-Z])[A-HJ-NPR-Z1-9][A-HJ-NPR-Z0-9]{12}[0-9]{4}", re.IGNORECASE)
# Issuer prefixes and lengths of card numbers (ISO/IEC 7812; the networks' public tables).
_CARD = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12}(?:[0-9]{3})?"  # Discover
    r"|(?:30[0-5][0-9]|3095|36[0-9]{2}|3[89][0-9]{2})[0-9]{10}(?:[0-9]{2})?"  # Diners Club
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}|(?:2131|1800)[0-9]{11}"  # JCB
    r"|(?:62|81)[0-9]{14,17}|220[0-4][0-9]{12,15}|(?:60|65|81|82|508)[0-9]{13,14}"  # UnionPay, Mir, RuPay
    r"|(?:5018|5020|5038|5893|6304|67[0-9]{2}|0604)[0-9]{8,15}"  # Maestro
)
_CHINESE = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]")
_COUNTRY_WORDS = (
    "AD AE AF AG AI AL AM AO AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG"
    " CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF"
    " GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM"
    " KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MQ MR MS MT MU MV MW MX MY"
    " MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC"
    " SD SE SG SH SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA"
    " VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
_COUNTRIES = frozenset(_COUNTRY_WORDS.split())
# Lengths of an IBAN by country (ISO 13616 registry).
_LENGTH_WORDS = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27"
    " DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28"
    " IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22"
    " MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24"
    " SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30"
)
_IBAN_LENGTHS = dict(item.split(":") for item in _LENGTH_WORDS.split())


def digits_of(value: str) -> str:
    """Return the digits 0 to 9 of a value."""
    return value if value.isascii() and value.isdigit() else _NOT_DIGIT.sub("", value)


def luhn(digits: str) -> bool:
    """Return whether a digit string passes the Luhn check (a tenth of all do).

    Example:
        >>> luhn("79927398713"), luhn("79927398710")
        (True, False)
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[digit] if place % 2 else int(digit)
    return total % 10 == 0


def card(value: str) -> bool:
    """Return whether a value is a card number by issuer prefix, length and Luhn."""
    digits = digits_of(value)
    return _CARD.fullmatch(digits) is not None and len(set(digits)) > 2 and luhn(digits)


def iban(value: str) -> bool:
    """Return whether a value passes the mod-97 check of ISO 13616 and has its country's length."""
    text = value.replace(" ", "").replace("-", "").upper().removeprefix("IBAN")
    if not (15 <= len(text) <= 34 and text.isascii() and text.isalnum()):
        return False
    return _IBAN_LENGTHS.get(text[:2]) == str(len(text)) and _mod97(text[4:] + text[:4])


def _mod97(text: str) -> bool:
    return int("".join(_LETTER_VALUES.get(letter, letter) for letter in text)) % 97 == 1


def lei(value: str) -> bool:
    """Return whether a value is a legal entity identifier (ISO 17442: 18 letters or digits, two check digits)."""
    text = value.upper()
    return len(text) == 20 and text.isascii() and text.isalnum() and not text.isdigit() and _mod97(text)


def vin_form(value: str) -> bool:
    """Return whether a value is written as a vehicle identification number (ISO 3779)."""
    return _VIN.fullmatch(value) is not None


def vin(value: str) -> bool:
    """Return whether a vehicle identification number passes the North American check (49 CFR 565: an eleventh does)."""
    text = value.upper()
    if not vin_form(text):
        return False
    total = sum(_VIN_VALUES[letter] * place for letter, place in zip(text, _VIN_PLACES, strict=True)) % 11
    return text[8] == ("X" if total == 10 else str(total))


def npi(value: str) -> bool:
    """Return whether ten digits are a US provider number (Luhn over 80840 and the number)."""
    return value.isascii() and len(value) == 10 and value[0] in "12" and luhn("80840" + value)


def dea(value: str) -> bool:
    """Return whether a value is a DEA registration: two letters and seven digits, the last a check digit."""
    digits = value[2:]
    if not (len(value) == 9 and digits.isascii() and digits.isdigit() and value[0].upper() in "ABCDEFGHJKLMPRSTUX"):
        return False
    odd, even = (sum(map(int, digits[start:6:2])) for start in (0, 1))
    return (odd + 2 * even) % 10 == int(digits[6])


def aba(value: str) -> bool:
    """Return whether nine digits are a US routing number: Federal Reserve prefix and the 3-7-1 check."""
    if not (len(value) == 9 and value.isascii() and value.isdigit()):
        return False
    prefix = int(value[:2])
    reserve = prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80
    total = sum(int(digit) * weight for digit, weight in zip(value, (3, 7, 1) * 3, strict=True))
    return reserve and total > 0 and total % 10 == 0


def swift(value: str) -> bool:
    """Return whether a value is a bank identifier code (ISO 9362) of an existing country."""
    return value.isupper() and value[4:6] in _COUNTRIES


def imei(value: str) -> bool:
    """Return whether a value is a device number: 15 digits, a reporting body's prefix, Luhn."""
    digits = digits_of(value)
    return (
        len(digits) == 15
        and digits[:2] in ("01", "35", "86", "99", "98", "91", "45", "52", "44", "33")
        and luhn(digits)
    )


def ean(digits: str) -> bool:
    """Return whether a digit string passes the check of article numbers (EAN, UPC, GTIN, ISBN-13)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def chinese(value: str) -> bool:
    """Return whether a value is a resident number of China: a date of birth and the ISO 7064 mod 11-2 check (GB 11643)."""
    if not _CHINESE.fullmatch(value):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(value[:17]))
    return "10X98765432"[total % 11] == value[17].upper()


def ip_address(value: str) -> bool:
    """Return whether a value is an IPv4 or IPv6 address, also with a prefix length, a zone or a port."""
    text = value.strip("[]").partition("/")[0].partition("%")[0]
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ipaddress.ip_address(text.partition("]:")[0])
    except ValueError:
        return False
    return True


_PENSION = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def german_pension(value: str) -> bool:
    """Return whether a value passes the check of German pension insurance numbers (Verordnung VKVV, section 4)."""
    text = "".join(value.split()).upper()
    letter = text[8:9]
    if len(text) != 12 or not ("A" <= letter <= "Z") or not (text[:8] + text[9:]).isdigit() or not text.isascii():
        return False
    digits = f"{text[:8]}{ord(letter) - 64:02d}{text[9:11]}"
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, _PENSION, strict=True))
    return total % 10 == int(text[11])


_NRIC_LETTERS = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT", "M": "TRQPNJLKXWU"}


def singapore(value: str) -> bool:
    """Return whether a value passes the check letter of Singapore's identity numbers (S and T citizens; F, G, M foreigners)."""
    text = value.upper()
    letters = _NRIC_LETTERS.get(text[:1], "")
    if len(text) != 9 or not letters or not (text[1:8].isascii() and text[1:8].isdigit()):
        return False
    return (
        letters[sum(int(digit) * weight for digit, weight in zip(text[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) % 11]
        == text[8]
    )
