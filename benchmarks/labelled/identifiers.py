"""Numbers and codes of health, finance, devices, papers and rows, with their check digits where they have one."""

from __future__ import annotations

import hashlib

from .draw import Draw
from .national import DIGITS, Maker, checked, spaced, standard

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNCONFUSED = "ACDEFGHJKMNPQRTUVWXY"
LEARN_BANKS = ("DE", "FR", "ES", "IT", "NL", "GB", "PT", "BE", "AT", "CH")
HOLD_BANKS = ("PL", "SE", "TR", "RO", "FI", "HU", "CZ", "NO", "DK", "IE", "GR")
IBAN_BODIES = {
    "DE": "##################", "FR": "###################", "ES": "####################", "IT": "?######################",
    "NL": "????##########", "GB": "????##############", "PT": "#####################", "BE": "############",
    "AT": "################", "CH": "#################", "PL": "########################", "SE": "####################",
    "TR": "#####0################", "RO": "????################", "FI": "##############", "HU": "########################",
    "CZ": "####################", "NO": "###########", "DK": "##############", "IE": "????##############",
    "GR": "#######################",
}  # fmt: skip


def luhn(body: str) -> str:
    """Return the number with its Luhn digit."""
    return body + str(standard("luhn").calc_check_digit(body))


def _npi(draw: Draw) -> str:
    body = draw.digits(9, draw.pick("12"))
    return luhn("80840" + body)[5:]


def _dea(draw: Draw) -> str:
    digits = [int(sign) for sign in draw.fill("######")]
    check = sum(digits[0::2]) + 2 * sum(digits[1::2])
    return f"{draw.pick('ABFGM')}{draw.letters(1)}{''.join(map(str, digits))}{check % 10}"


def _mbi(draw: Draw) -> str:
    alnum = UNCONFUSED + DIGITS

    def letter() -> str:
        return draw.pick(UNCONFUSED)

    def either() -> str:
        return draw.pick(alnum)

    def digit() -> str:
        return draw.pick(DIGITS)

    start = f"{draw.pick('123456789')}{letter()}{either()}{digit()}"
    return f"{start}{letter()}{either()}{digit()}{letter()}{letter()}{digit()}{digit()}"


def _kvnr(draw: Draw) -> str:
    letter, body = draw.letters(1), draw.fill("########")
    number = f"{ord(letter) - 64:02d}{body}"
    total = sum(sum(map(int, str(int(sign) * (1 + place % 2)))) for place, sign in enumerate(number))
    return f"{letter}{body}{total % 10}"


def _au_medicare(draw: Draw) -> str:
    body = draw.digits(8, draw.pick("23456"))
    check = sum(int(sign) * weight for sign, weight in zip(body, (1, 3, 7, 9) * 2, strict=True)) % 10
    return f"{body}{check}{draw.whole(1, 5)}"


def _card(draw: Draw) -> str:
    brand = draw.rng.random()
    if brand < 0.5:
        return luhn(draw.digits(15, "4"))
    if brand < 0.8:
        return luhn(draw.digits(15, str(draw.whole(51, 55))))
    if brand < 0.93:
        return luhn(draw.digits(14, draw.pick(("34", "37"))))
    return luhn(draw.digits(15, "6011"))


def _written_card(draw: Draw) -> str:
    number = _card(draw)
    groups = [number[:4], number[4:8], number[8:12], number[12:]]
    if len(number) == 15:
        groups = [number[:4], number[4:10], number[10:]]
    return draw.written("", "", " ", "-").join(groups)


def _iban(draw: Draw) -> str:
    banks = LEARN_BANKS if draw.split == "learn" else HOLD_BANKS
    country = banks[draw.start % len(banks)] if draw.form < 0.6 else draw.pick(banks)
    body = draw.fill(IBAN_BODIES[country])
    check = standard("iban").calc_check_digits(f"{country}00{body}")
    number = f"{country}{check}{body}"
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return draw.written(number, number, grouped)


def _bic(draw: Draw) -> str:
    banks = LEARN_BANKS if draw.split == "learn" else HOLD_BANKS
    bank = draw.pick(("DEUT", "BNPA", "COBA", "INGB", "CAIX", "UNCR", "BREX", "NDEA", "SWED", "TGBA", "OTPV", "GIBA"))
    branch = draw.pick(("", "XXX", "500", "2LX")) if draw.form < 0.5 else ""
    return f"{bank}{draw.pick(banks)}{draw.letters(1)}{draw.pick('23ABHKM')}{branch}"


def _lei(draw: Draw) -> str:
    body = f"{draw.pick(('5493', '2138', '9695', '5299', '2594'))}00{draw.fill('?#?##??#?#?#')}"
    return body + str(standard("iso7064.mod_97_10").calc_check_digits(body))


def base58(payload: bytes) -> str:
    """Return a payload with its double-SHA-256 check, as Bitcoin writes it."""
    full = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(full, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(full) - len(full.lstrip(b"\0"))) + text


def _crypto(draw: Draw) -> str:
    if draw.form > 0.7:
        return "0x" + draw.fill("~" * 40)
    return base58(draw.pick((b"\x00", b"\x05")) + draw.rng.randbytes(20))


def _vin(draw: Draw) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    values = dict(
        zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True)
    )
    start = draw.pick(("1HG", "WBA", "JTD", "3VW", "5YJ", "1FT", "WVW", "KNA", "VF1", "TMB"))
    signs = list(start + draw.letters(5, letters) + "0" + draw.letters(3, letters) + draw.fill("#####"))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum((int(s) if s.isdigit() else values[s]) * w for s, w in zip(signs, weights, strict=True))
    signs[8] = "0123456789X"[total % 11]
    return "".join(signs)


def _record(draw: Draw) -> str:
    number = draw.start % 90_000 + draw.row
    prefix = CAPITALS[draw.start % 26] + CAPITALS[draw.start // 26 % 26]
    scattered = draw.start * 7_919 + draw.row * 104_729
    return draw.written(
        str(draw.row + 1), str(number), f"{prefix}{number:06d}", f"{prefix}-{2015 + draw.start % 9}-{number:05d}",
        str(10_000_000 + scattered % 90_000_000), f"{scattered * 2_654_435_761 % 2**40:010x}", str(draw.row),
    )  # fmt: skip


def _order(draw: Draw) -> str:
    size = 8 + draw.start % 7
    return draw.written(
        draw.digits(size),
        draw.fill("INV-####-####"),
        draw.digits(size),
        f"{draw.pick(('PO', 'LH', 'TX'))}{draw.digits(7)}",
    )


def _health_key(prefix: str) -> Maker:
    return lambda d: d.written(
        f"{prefix}{d.digits(7)}", d.digits(8), d.fill("?##-###-##"), d.digits(6), f"{prefix}-{d.digits(6)}"
    )


def _plan(draw: Draw) -> str:
    return draw.written(
        draw.fill("???#########"), draw.fill("W#########"), draw.fill("##########-01"), draw.fill("?########")
    )


def _license_plate(draw: Draw) -> str:
    if draw.split == "learn":
        return draw.written(draw.fill("???-####"), draw.fill("?? ### ??"), draw.fill("#???###"), draw.fill("B-?? ####"))
    return draw.written(draw.fill("K?? ###?"), draw.fill("W? #####"), draw.fill("34 ?? ####"), draw.fill("??? ###"))


def _us_license(draw: Draw) -> str:
    return draw.written(
        draw.fill("?#######"), draw.fill("########"), draw.fill("?###-####-####"), draw.fill("#########")
    )


def _licence(draw: Draw) -> str:
    return draw.written(
        draw.fill("MD#####"), draw.fill("RN######"), draw.fill("?-#####"), draw.digits(7), draw.fill("LIC/####/##")
    )


def _device(draw: Draw) -> str:
    return draw.written(
        draw.fill("~" * 16),
        draw.fill("~" * 32),
        draw.fill("SN-########"),
        _uuid(draw),
    )


def _password(draw: Draw) -> str:
    plain = draw.pick(("Summer", "hunter", "Passw0rd", "qwerty", "dragon", "letMeIn", "S3cret", "moj_haslo", "Tiger"))
    typed = f"{plain}{draw.whole(1, 2020)}{draw.pick('!#$?@*')}"
    salted = f"$2b$12${draw.letters(53, BASE58 + './')}"
    return draw.written(typed, draw.fill("~" * 64), salted, draw.letters(10, BASE58 + "!$%&#"))


def _biometric(draw: Draw) -> str:
    vector = "[" + ", ".join(f"{draw.rng.uniform(-1, 1):.3f}" for _ in range(6)) + "]"
    return draw.written(f"FMR_{draw.fill('~' * 40)}", vector, draw.letters(48, BASE58 + "+/") + "==")


def _photo(draw: Draw) -> str:
    name = f"{draw.person.first}_{draw.person.last}".lower().replace(" ", "_")
    link = f"https://cdn.example.org/faces/{draw.fill('~' * 12)}.jpg"
    return draw.written(f"{name}.jpg", f"photos/{draw.digits(6)}.png", link, f"selfie_{draw.digits(5)}.jpeg")


def _uuid(draw: Draw) -> str:
    return draw.fill("~~~~~~~~-~~~~-4~~~-") + draw.pick("89ab") + draw.fill("~~~-") + draw.fill("~" * 12)


def _bank_code(draw: Draw) -> str:
    if draw.split == "hold":
        return draw.written(draw.fill("HDFC0######"), draw.fill("####-#"), draw.fill("##-##-##"))
    return draw.written(draw.fill("##-##-##"), draw.digits(8), draw.fill("#####"))


def _imei(draw: Draw) -> str:
    return luhn(draw.digits(14, draw.pick(("35", "86", "01", "99"))))


MAKERS: dict[str, Maker] = {
    "password": _password,
    "device_id": _device,
    "imei": _imei,
    "record_id": _record,
    "uuid": _uuid,
    "mrn": _health_key("MRN"),
    "plan_no": _plan,
    "claim_no": _health_key("CLM"),
    "us_mbi": spaced(_mbi, "", "****-***-****"),
    "us_npi": _npi,
    "us_dea": _dea,
    "de_kvnr": _kvnr,
    "au_medicare": spaced(_au_medicare, "", "**** ***** *"),
    "uk_nhs": spaced(checked(lambda d: d.digits(9, d.pick("4679")), "gb.nhs"), "*** *** ****", ""),
    "card": _written_card,
    "cvv": lambda d: d.fill("###"),
    "card_expiry": lambda d: f"{d.whole(1, 12):02d}/" + d.written(f"{d.whole(24, 31)}", f"20{d.whole(24, 31)}"),
    "iban": _iban,
    "account_no": lambda d: d.written(d.digits(10), d.digits(8), d.fill("##-#######-##"), d.digits(12)),
    "us_bank_no": lambda d: d.written(d.digits(10), d.digits(12), d.digits(9)),
    "loan_no": lambda d: d.written(d.digits(9), f"LN{d.digits(7)}", f"L-{d.digits(4)}-{d.digits(5)}", f"LP{d.digits(6)}"),
    "crypto": _crypto,
    "aba": checked(lambda d: d.pick(("01", "02", "03", "06", "07", "11", "12", "26", "31")) + d.fill("######"), "us.rtn"),
    "bic": _bic,
    "bank_code": _bank_code,
    "lei": _lei,
    "national_id": lambda d: d.written(d.digits(9), d.fill("?#######"), d.digits(12), d.fill("##-#######-?##")),
    "tax_id": lambda d: d.written(d.fill("##-#######"), d.digits(10), d.fill("?#########?"), d.fill("###/####/####")),
    "passport": lambda d: d.written(d.fill("?#######"), d.fill("??#######"), d.digits(9), d.fill("?########")),
    "us_passport": lambda d: d.written(d.digits(9), d.fill("?########")),
    "driver_license": lambda d: d.written(d.fill("?######"), d.digits(10), d.fill("?????######??###"), d.fill("??########")),
    "us_driver_license": _us_license,
    "license_no": _licence,
    "plate": _license_plate,
    "vin": _vin,
    "vehicle_id": lambda d: d.written(f"VEH-{d.digits(4)}", d.digits(6), f"TRK{d.digits(3)}", d.fill("FLT-??-###")),
    "biometric": _biometric,
    "photo": _photo,
    "order_no": _order,
}  # fmt: skip
