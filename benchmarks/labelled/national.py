"""Numbers that a state issues to a person: made by template and finished with the check digits that python-stdnum accepts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from .draw import Draw

DIGITS = "0123456789"
Maker = Callable[[Draw], str]


@cache
def standard(module: str) -> Any:
    """Return a module of python-stdnum."""
    return import_module(f"stdnum.{module}")


def finished(body: str, module: str, *, count: int = 1, alphabet: str = DIGITS) -> str | None:
    """Return the body with the first check signs that the module accepts, or None."""
    valid = standard(module).is_valid
    for tail in itertools.product(alphabet, repeat=count):
        if valid(number := body + "".join(tail)):
            return str(number)
    return None


def checked(body: Maker, module: str, *, count: int = 1, alphabet: str = DIGITS) -> Maker:
    """Return a maker that draws bodies until one can be finished."""

    def make(draw: Draw) -> str:
        while (number := finished(body(draw), module, count=count, alphabet=alphabet)) is None:
            pass
        return number

    return make


def accepted(whole: Maker, module: str) -> Maker:
    """Return a maker that draws numbers until one is accepted."""

    def make(draw: Draw) -> str:
        while not standard(module).is_valid(number := whole(draw)):
            pass
        return number

    return make


def filled(template: str) -> Maker:
    """Return a maker for a template of ``Draw.fill``."""
    return lambda draw: draw.fill(template)


def spaced(make: Maker, *shapes: str) -> Maker:
    """Return a maker that writes the signs of a number into the ``*`` of a shape; one shape a column, plain or not."""

    def write(draw: Draw) -> str:
        number, shape = make(draw), draw.written(*shapes)
        if not shape:
            return number
        signs = iter(number)
        return "".join(next(signs) if sign == "*" else sign for sign in shape)

    return write


def born(template: str) -> Maker:
    """Return a maker that starts with the person's birth date (strftime) and goes on as a template."""
    return lambda draw: draw.fill(draw.person.born.strftime(template))


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def _cpf(draw: Draw) -> str:
    number = draw.digits(9)
    for size in (10, 11):
        rest = _weighted(number, tuple(range(size, 1, -1))) * 10 % 11
        number += str(rest % 10)
    return number


def _belgian(draw: Draw) -> str:
    body = draw.person.born.strftime("%y%m%d") + f"{draw.whole(1, 997):03d}"
    full = ("2" if draw.person.born.year >= 2000 else "") + body
    return f"{body}{97 - int(full) % 97:02d}"


def _norwegian(draw: Draw) -> str:
    module = standard("no.fodselsnummer")
    while True:
        low, high = (500, 999) if draw.person.born.year >= 2000 else (0, 499)
        body = draw.person.born.strftime("%d%m%y") + f"{draw.whole(low, high):03d}"
        first = module.calc_check_digit1(body)
        number = body + first + module.calc_check_digit2(body + first)
        if module.is_valid(number):
            return str(number)


def _french(draw: Draw) -> str:
    part = draw.person.born.strftime("%y%m")
    body = f"{draw.whole(1, 2)}{part}{draw.whole(1, 95):02d}{draw.whole(1, 600):03d}{draw.whole(1, 899):03d}"
    if body[5:7] == "20":
        body = body[:5] + "75" + body[7:]
    return f"{body}{97 - int(body) % 97:02d}"


def _turkish(draw: Draw) -> str:
    body = draw.digits(9)
    return body + str(standard("tr.tckimlik").calc_check_digits(body))


def _russian(draw: Draw) -> str:
    body = draw.fill(f"{draw.whole(1, 92):02d}########")
    return body + str(standard("ru.inn").calc_personal_check_digits(body))


def _ssn(draw: Draw) -> str:
    area = draw.pick([n for n in (draw.whole(1, 899), draw.whole(1, 665), 212) if n != 666])
    return f"{area:03d}{draw.whole(1, 99):02d}{draw.whole(1, 9999):04d}"


def _nino(draw: Draw) -> str:
    while (start := draw.letters(1, "ABCEGHJKLMNPRSTWXYZ") + draw.letters(1, "ABCEGHJKLMNPRSTWXYZ")) in (
        "BG", "GB", "NK", "KN", "TN", "NT", "ZZ",
    ):  # fmt: skip
        pass
    return start + draw.fill("######") + draw.letters(1, "ABCD")


def _singapore(draw: Draw) -> str:
    kind, digits = draw.pick("STFG"), draw.fill("#######")
    total = _weighted(digits, (2, 7, 6, 5, 4, 3, 2)) + (4 if kind in "TG" else 0)
    return kind + digits + ("JZIHGFEDCBA" if kind in "ST" else "XWUTRQPNMLK")[total % 11]


def _german_pension(draw: Draw) -> str:
    letter = draw.letters(1)
    body = f"{draw.whole(2, 89):02d}{draw.person.born:%d%m%y}{letter}{draw.whole(0, 99):02d}"
    number = f"{body[:8]}{ord(letter) - 64:02d}{body[9:]}"
    products = (int(d) * w for d, w in zip(number, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return body + str(sum(sum(map(int, str(product))) for product in products) % 10)


def _german_tax(draw: Draw) -> str:
    signs = draw.rng.sample(DIGITS, 9)
    signs.insert(draw.whole(0, 9), draw.pick(signs))
    return "".join(signs) if signs[0] != "0" else "".join(reversed(signs))


def _german_card(draw: Draw) -> str:
    body = draw.letters(1, "CFGHJKLMNPRTVWXYZ") + draw.letters(8, "CFGHJKLMNPRTVWXYZ0123456789")
    values = (int(sign, 36) * weight for sign, weight in zip(body, (7, 3, 1) * 3, strict=True))
    return body + str(sum(values) % 10)


def _century(letters: str, template: str) -> Maker:
    """Return a maker for numbers whose first digit tells sex and century; ``letters`` for 1900s and 2000s."""

    def make(draw: Draw) -> str:
        pair = letters[2:] if draw.person.born.year >= 2000 else letters[:2]
        return draw.pick(pair) + draw.fill(draw.person.born.strftime(template))

    return make


def _month_shifted(shift: int, template: str) -> Maker:
    """Return a maker with the month raised for those born from 2000 on."""

    def make(draw: Draw) -> str:
        date = draw.person.born
        month = date.month + (shift if date.year >= 2000 else 0)
        return draw.fill(f"{date:%y}{month:02d}{date:%d}{template}")

    return make


def _hetu(draw: Draw) -> str:
    date = draw.person.born
    body = f"{date:%d%m%y}{'A' if date.year >= 2000 else '-'}{draw.whole(2, 899):03d}"
    return body + str(standard("fi.hetu")._calc_checksum(body[:6] + body[7:]))


def _curp(draw: Draw) -> str:
    date = draw.person.born
    state = draw.pick(("DF", "JC", "NL", "MC", "VZ", "PL", "GT", "OC", "YN"))
    start = draw.letters(1, "BCDFGHLMNPRSTV") + draw.letters(1, "AEIO") + draw.letters(2, "BCDFGHLMNPRSTV")
    body = f"{start}{date:%y%m%d}{draw.pick('HM')}{state}{draw.letters(3, 'BCDFGHJLMNPRSTV')}"
    return body + draw.pick("ABCD" if date.year >= 2000 else DIGITS)


def _italian(draw: Draw) -> str:
    date, consonants = draw.person.born, "BCDFGLMNPRSTVZ"
    day = date.day + draw.pick((0, 40))
    return f"{draw.letters(6, consonants)}{date:%y}{'ABCDEHLMPRST'[date.month - 1]}{day:02d}{draw.pick('HFLGD')}{draw.digits(3)}"


def _chilean(draw: Draw) -> str:
    body = draw.digits(8, draw.pick(("1", "2", "6", "7", "8", "9")))
    return body + str(standard("cl.rut").calc_check_digit(body))


def _indonesian(draw: Draw) -> str:
    date = draw.person.born
    day = date.day + draw.pick((0, 40))
    place = draw.pick(("327301", "317401", "357801", "340401", "120701", "510301"))
    return f"{place}{day:02d}{date:%m%y}{draw.whole(1, 60):04d}"


_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SEX_CENTURY = "3456"
MAKERS: dict[str, Maker] = {
    "us_ssn": spaced(_ssn, "***-**-****", "***-**-****", "***-**-****", ""),
    "us_itin": spaced(lambda d: f"9{d.digits(2)}{d.whole(70, 88)}{d.fill('####')}", "***-**-****", ""),
    "uk_nino": spaced(_nino, "", "** ** ** ** *"),
    "ca_sin": spaced(checked(lambda d: d.digits(8, d.pick("1245679")), "ca.sin"), "***-***-***", "*** *** ***", ""),
    "au_tfn": spaced(checked(lambda d: d.digits(8), "au.tfn"), "*** *** ***", ""),
    "in_aadhaar": spaced(checked(lambda d: d.digits(11, d.pick("23456789")), "in_.aadhaar"), "**** **** ****", ""),
    "in_pan": lambda d: d.fill("???P?") + f"{d.whole(1, 9999):04d}" + d.letters(1),
    "in_voter": checked(filled("???######"), "in_.epic"),
    "es_nif": spaced(checked(lambda d: d.fill("########"), "es.dni", alphabet="TRWAGMYFPDXBNJZSQVHLCKE"), "", "********-*"),
    "es_nie": checked(lambda d: d.pick("XYZ") + d.fill("#######"), "es.nie", alphabet="TRWAGMYFPDXBNJZSQVHLCKE"),
    "it_cf": checked(_italian, "it.codicefiscale", alphabet=_ALNUM[10:]),
    "fr_nir": spaced(_french, "", "* ** ** ** *** *** **"),
    "de_taxid": checked(_german_tax, "de.idnr"),
    "de_svnr": spaced(_german_pension, "", "** ****** * ***"),
    "de_idcard": _german_card,
    "pt_nif": checked(lambda d: d.digits(8, d.pick("12")), "pt.nif"),
    "br_cpf": spaced(_cpf, "***.***.***-**", "***.***.***-**", ""),
    "nl_bsn": checked(lambda d: d.digits(8, d.pick("123")), "nl.bsn"),
    "be_nn": spaced(_belgian, "**.**.**-***.**", ""),
    "pl_pesel": checked(_month_shifted(20, "####"), "pl.pesel"),
    "se_pnr": spaced(checked(born("%Y%m%d###"), "se.personnummer"), "********-****", ""),
    "dk_cpr": spaced(accepted(born("%d%m%y####"), "dk.cpr"), "******-****", ""),
    "no_fnr": _norwegian,
    "fi_hetu": _hetu,
    "ch_ahv": spaced(checked(filled("756#########"), "ch.ssn"), "***.****.****.**", ""),
    "at_svnr": lambda d: _austrian(d),
    "cz_rc": spaced(checked(_month_shifted(0, "###"), "cz.rc"), "******/****", ""),
    "ro_cnp": checked(_century("1256", "%y%m%d" + "12" + "###"), "ro.cnp"),
    "bg_egn": checked(_month_shifted(40, "###"), "bg.egn"),
    "hr_oib": checked(lambda d: d.digits(10), "hr.oib"),
    "ee_ik": checked(_century(_SEX_CENTURY, "%y%m%d###"), "ee.ik"),
    "lt_ak": checked(_century(_SEX_CENTURY, "%y%m%d###"), "lt.asmens"),
    "lv_pk": spaced(checked(lambda d: d.person.born.strftime("%d%m%y") + ("2" if d.person.born.year >= 2000 else "1")
                            + d.fill("###"), "lv.pvn"), "******-*****", ""),
    "gr_amka": checked(born("%d%m%y####"), "gr.amka"),
    "tr_tckn": _turkish,
    "ie_pps": checked(lambda d: d.digits(7), "ie.pps", alphabet="ABCDEFGHIJKLMNOPQRSTUVW"),
    "mx_curp": checked(_curp, "mx.curp"),
    "mx_rfc": lambda d: _rfc(d),
    "ar_dni": spaced(lambda d: d.digits(8, d.pick("1234")), "**.***.***", ""),
    "cl_rut": spaced(_chilean, "**.***.***-*", "********-*"),
    "cn_ric": checked(lambda d: d.pick(("110101", "310104", "440106", "330102")) + d.person.born.strftime("%Y%m%d")
                      + d.fill("###"), "cn.ric", alphabet="0123456789X"),
    "kr_rrn": spaced(checked(lambda d: d.person.born.strftime("%y%m%d") + d.pick("34" if d.person.born.year >= 2000 else "12")
                             + "0#".replace("#", d.pick(DIGITS)) + d.fill("###"), "kr.rrn"), "******-*******", ""),
    "jp_mynumber": spaced(checked(lambda d: d.digits(11), "jp.in_"), "", "**** **** ****"),
    "th_pin": spaced(checked(lambda d: d.digits(12, d.pick("12345")), "th.pin"), "*-****-*****-**-*", ""),
    "sg_nric": _singapore,
    "my_nric": spaced(accepted(lambda d: d.person.born.strftime("%y%m%d") + d.pick(("01", "07", "10", "14")) + d.fill("####"),
                               "my.nric"), "******-**-****", ""),
    "id_nik": accepted(_indonesian, "id.nik"),
    "za_id": checked(lambda d: d.person.born.strftime("%y%m%d") + d.fill("####") + d.pick("01") + d.pick("89"), "za.idnr"),
    "il_id": checked(lambda d: d.fill("########"), "il.idnr"),
    "ng_nin": lambda d: d.digits(11),
    "ua_rnokpp": checked(lambda d: str((d.person.born - d.person.born.replace(year=1899, month=12, day=31)).days)
                         + d.fill("####"), "ua.rntrc"),
    "ru_inn": _russian,
}  # fmt: skip


def _austrian(draw: Draw) -> str:
    module = standard("at.vnr")
    while True:
        serial, date = draw.digits(3), draw.person.born.strftime("%d%m%y")
        check = str(module.calc_check_digit(f"{serial}0{date}"))
        if len(check) == 1 and module.is_valid(number := f"{serial}{check}{date}"):
            return number


def _rfc(draw: Draw) -> str:
    module = standard("mx.rfc")
    start = draw.letters(1, "BCDFGHLMNPRSTV") + draw.letters(1, "AEIO") + draw.letters(2, "BCDFGHLMNPRSTV")
    body = f"{start}{draw.person.born:%y%m%d}{draw.letters(2, _ALNUM)}"
    return body + str(module.calc_check_digit(body))
