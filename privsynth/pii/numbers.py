"""Numbers that states and registers issue, by the validators of python-stdnum, only where a header or a country asks."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from privsynth.pii.checks import ean
from privsynth.pii.entities import ENTITIES
from privsynth.pii.rules import Forms, Hits, Rule, counted, names_of, shape, strided

_ASKED = 300  # values of a column that one validator sees at most
_FIRST_ASKED = 25  # ... before it is given up
_BARE = re.compile("9{8,16}")  # digits alone: asked without a header only when nearly all of many values pass
_BARE_VALUES, _BARE_SHARE, _LAST_DIGITS = 20, 0.95, 8
_SINGLE, _DOUBLE, _LETTER, _HUNDRED, _NONE = (
    0.1,
    0.012,
    0.045,
    0.0104,
    0.4,
)  # chance rates: one check digit, two, a letter, mod 97, dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A kind of number and its validator.

    Attributes:
        entity: What a pass speaks for.
        module: Module of python-stdnum, ``es.nif``.
        shape: Full match on the folded shape of a value.
        chance: Share of unrelated values of that shape that pass (its check digits only: dates inside do not count).
        narrow: Folded shape that is asked without a header: letters or signs at fixed places beside a check.
        country: ISO 3166 code of the country that issues it.
    """

    entity: str
    module: str
    shape: re.Pattern[str]
    chance: float
    narrow: re.Pattern[str] | None = None
    country: str = ""


def _number(entity: str, module: str, pattern: str, chance: float, narrow: str = "") -> Number:
    own = ENTITIES[entity].country or module.partition(".")[0].rstrip("_").upper()
    return Number(entity=entity, module=module, shape=shape(pattern), chance=chance, country=own,
                  narrow=shape(narrow) if narrow else None)  # fmt: skip


# entity, module, shape of the value (letters as a, digits as 9), chance rate, shape that needs no header
NUMBERS: tuple[Number, ...] = (
    _number("CA_SIN", "ca.sin", "9{9}|9{3}[ -]9{3}[ -]9{3}", _SINGLE, "9{3}-9{3}-9{3}"),
    _number("AU_TFN", "au.tfn", "9{8,9}|9{3} 9{3} 9{2,3}", _SINGLE),
    _number("IN_AADHAAR", "in_.aadhaar", "9{12}|9{4}[ -]9{4}[ -]9{4}", _SINGLE, "9{4} 9{4} 9{4}"),
    _number("IN_PAN", "in_.pan", "a{5}9{4}a", 0.2, "a{5}9{4}a"),
    _number("ES_NIF", "es.nif", "9{7,8}-?a|9{2}\\.9{3}\\.9{3}-?a", _LETTER, "9{8}-?a|9{2}\\.9{3}\\.9{3}-?a"),
    _number("ES_NIE", "es.nie", "a-?9{7}-?a", _LETTER, "a-?9{7}-?a"),
    _number("IT_FISCAL_CODE", "it.codicefiscale", "a{6}[9a]{2}a[9a]{2}a[9a]{3}a", _LETTER, "a{6}[9a]{2}a[9a]{2}a[9a]{3}a"),
    _number("FR_NIR", "fr.nir", "9{15}|9 99 99 9[9a] 9{3} 9{3} ?9{2}|9{6}a9{8}", _HUNDRED, "9 99 99 9[9a] 9{3} 9{3} 9{2}"),
    _number("DE_TAX_ID", "de.idnr", "9{11}|99 9{3} 9{3} 9{3}", 0.03, "99 9{3} 9{3} 9{3}"),
    _number("PT_NIF", "pt.nif", "9{9}|9{3} 9{3} 9{3}", _SINGLE),
    _number("BR_CPF", "br.cpf", "9{11}|9{3}\\.9{3}\\.9{3}-99", _DOUBLE, "9{3}\\.9{3}\\.9{3}-99"),
    _number("NL_BSN", "nl.bsn", "9{8,9}|9{4}\\.99\\.9{3}", _SINGLE, "9{4}\\.99\\.9{3}"),
    _number("BE_NN", "be.nn", "9{11}|99\\.99\\.99-9{3}[.-]99", _HUNDRED, "99\\.99\\.99-9{3}[.-]99"),
    _number("PL_PESEL", "pl.pesel", "9{11}", _SINGLE),
    _number("SE_PERSONNUMMER", "se.personnummer", "9{10}|9{12}|9{6,8}[-+]9{4}", _SINGLE, "9{6,8}[-+]9{4}"),
    _number("DK_CPR", "dk.cpr", "9{10}|9{6}[- ]9{4}", 0.3, "9{6}-9{4}"),
    _number("NO_FODSELSNUMMER", "no.fodselsnummer", "9{11}|9{6} 9{5}", _DOUBLE, "9{6} 9{5}"),
    _number("FI_PERSONAL_IDENTITY_CODE", "fi.hetu", "9{6}[-+a]9{3}[9a]", _LETTER, "9{6}[-+a]9{3}[9a]"),
    _number("CH_AHV", "ch.ssn", "9{13}|9{3}\\.9{4}\\.9{4}\\.99", _SINGLE, "9{3}\\.9{4}\\.9{4}\\.99"),
    _number("AT_SVNR", "at.vnr", "9{10}|9{4}[ -]9{6}", _SINGLE, "9{4} 9{6}"),
    _number("CZ_RC", "cz.rc", "9{9,10}|9{6}/9{3,4}", _SINGLE, "9{6}/9{3,4}"),
    _number("RO_CNP", "ro.cnp", "9{13}", _SINGLE),
    _number("BG_EGN", "bg.egn", "9{10}", _SINGLE),
    _number("HR_OIB", "hr.oib", "9{11}", _SINGLE),
    _number("EE_IK", "ee.ik", "9{11}", _SINGLE),
    _number("LT_ASMENS", "lt.asmens", "9{11}", _SINGLE),
    _number("LV_PK", "lv.pvn", "9{11}|9{6}-9{5}", _SINGLE, "9{6}-9{5}"),
    _number("GR_AMKA", "gr.amka", "9{11}", _SINGLE),
    _number("TR_NATIONAL_ID", "tr.tckimlik", "9{11}", _DOUBLE),
    _number("IE_PPS", "ie.pps", "9{7}a{1,2}", _LETTER, "9{7}a{1,2}"),
    _number("MX_CURP", "mx.curp", "a{4}9{6}a{6}[9a]9", _SINGLE, "a{4}9{6}a{6}[9a]9"),
    _number("MX_RFC", "mx.rfc", "a{3,4}[ -]?9{6}[ -]?[9a]{3}", 0.2, "a{4}-?9{6}-?[9a]{3}"),
    _number("CL_RUT", "cl.rut", "9{8,9}|9{7,8}-?a|9{7,8}-9|9{1,2}\\.9{3}\\.9{3}-[9a]", _SINGLE, "9{1,2}\\.9{3}\\.9{3}-[9a]|9{7,8}-[9a]"),
    _number("KR_RRN", "kr.rrn", "9{13}|9{6}-9{7}", _SINGLE, "9{6}-9{7}"),
    _number("JP_MY_NUMBER", "jp.in_", "9{12}|9{4}[ -]9{4}[ -]9{4}", _SINGLE),
    _number("TH_TNIN", "th.pin", "9{13}|9-9{4}-9{5}-99-9", _SINGLE, "9-9{4}-9{5}-99-9"),
    _number("MY_NRIC", "my.nric", "9{12}|9{6}-99-9{4}", 0.3, "9{6}-99-9{4}"),
    _number("ID_NIK", "id.nik", "9{16}", 0.3),
    _number("ZA_ID_NUMBER", "za.idnr", "9{13}|9{6} 9{4} 9{3}", _SINGLE, "9{6} 9{4} 9{3}"),
    _number("IL_ID", "il.idnr", "9{8,9}|9{8}-9", _SINGLE),
    _number("UA_RNOKPP", "ua.rntrc", "9{10}", _SINGLE),
    _number("RU_INN", "ru.inn", "9{10}|9{12}", _SINGLE),
    _number("UK_NHS", "gb.nhs", "9{10}|9{3}[ -]9{3}[ -]9{4}", _SINGLE),
    _number("IN_VOTER", "in_.epic", "a{3}9{7}", _SINGLE, "a{3}9{7}"),
    _number("US_ITIN", "us.itin", "9{9}", 0.06),
    # numbers of countries whose entity is only the wider kind
    _number("NATIONAL_ID", "is_.kennitala", "9{10}|9{6}-9{4}", _SINGLE),
    _number("NATIONAL_ID", "si.emso", "9{13}", _SINGLE),
    _number("NATIONAL_ID", "do.cedula", "9{11}|9{3}-9{7}-9", _SINGLE, "9{3}-9{7}-9"),
    _number("NATIONAL_ID", "ec.ci", "9{10}", _SINGLE),
    _number("NATIONAL_ID", "cu.ni", "9{11}", 0.5),
    _number("NATIONAL_ID", "mu.nid", "a9{12}[9a]", _LETTER, "a9{12}[9a]"),
    _number("NATIONAL_ID", "pt.cc", "9{8} ?9 ?[9a]{2}9", _SINGLE, "9{8} ?9 ?a{2}9"),
    _number("NATIONAL_ID", "be.bis", "9{11}|99\\.99\\.99-9{3}[.-]99", _HUNDRED),
    _number("TAX_ID", "pl.nip", "9{10}|9{3}-9{3}-99-99|9{3}-99-99-9{3}", _SINGLE, "9{3}-9{3}-99-99|9{3}-99-99-9{3}"),
    _number("TAX_ID", "at.tin", "9{9}|99-9{3}/9{4}", _SINGLE, "99-9{3}/9{4}"),
    _number("TAX_ID", "fr.nif", "9{13}", 0.002),
    _number("TAX_ID", "gr.vat", "9{9}", _SINGLE),
    _number("TAX_ID", "gb.utr", "9{10}", _SINGLE),
    _number("TAX_ID", "ar.cuit", "9{11}|99-9{8}-9", _SINGLE, "99-9{8}-9"),
    _number("TAX_ID", "co.nit", "9{9,10}-?9|9{3}\\.9{3}\\.9{3}-9", _SINGLE, "9{3}\\.9{3}\\.9{3}-9"),
    _number("TAX_ID", "ve.rif", "a-?9{8}-?9", _SINGLE, "a-9{8}-9"),
    _number("TAX_ID", "gt.nit", "9{5,8}-[9a]", _SINGLE),
    _number("TAX_ID", "nz.ird", "9{8,9}|9{2,3}-9{3}-9{3}", _SINGLE),
    _number("TAX_ID", "hu.anum", "9{8}-9-99", _SINGLE),
    _number("TAX_ID", "za.tin", "9{10}", _SINGLE),
    _number("TAX_ID", "id.npwp", "9{15}|99\\.9{3}\\.9{3}\\.9-9{3}\\.9{3}", _SINGLE, "99\\.9{3}\\.9{3}\\.9-9{3}\\.9{3}"),
    _number("TAX_ID", "br.cnpj", "9{14}|99\\.9{3}\\.9{3}/9{4}-99", _DOUBLE, "99\\.9{3}\\.9{3}/9{4}-99"),
    _number("TAX_ID", "it.iva", "9{11}", _SINGLE),
    _number("TAX_ID", "us.ein", "99-9{7}", 0.85),
)  # fmt: skip


@lru_cache(maxsize=128)
def _module(name: str) -> Any:
    return importlib.import_module(f"stdnum.{name}")


def passes(number: Number, value: str) -> bool:
    """Return whether the validator accepts a value; what it cannot read, it does not."""
    if not value.isascii():
        return False
    try:
        return bool(_module(number.module).is_valid(value))
    except Exception:
        return False


def _asked(number: Number, forms: Forms, headed: Collection[str]) -> re.Pattern[str] | None:
    """Return the shapes for which a number is asked: all behind a header or for a declared country."""
    named = any(name in headed for name in names_of(number.entity)) or number.country in forms.countries
    return number.shape if named else number.narrow


def _hits(number: Number, forms: Forms, pattern: re.Pattern[str]) -> Hits | None:
    eligible = forms.having(pattern, needs="9", longest=24)
    if len(eligible) < 0.2 * forms.view.tested or not eligible:
        return None
    sample = strided(eligible, _ASKED)
    if not any(passes(number, value) for value in sample[:_FIRST_ASKED]):
        return None
    passed = sum(passes(number, value) for value in sample)
    weight = "value.checksum" if number.chance <= 0.2 else "value.shape"
    rule = Rule(name=f"stdnum.{number.module.replace('_', '')}", entity=number.entity, weight=weight, shape=pattern,
                chance=number.chance, source="checksum")  # fmt: skip
    return counted(rule, forms.view, eligible=len(eligible), asked=len(sample), passed=passed)


def _bare_digits(forms: Forms) -> list[str]:
    """Return the values of a column of many different bare numbers whose last digits vary; none for any other column.

    Article numbers have a check digit of their own, which other validators share.
    """
    eligible = forms.having(_BARE, needs="9", only="9", longest=16)
    if len(eligible) < max(_BARE_VALUES, _BARE_SHARE * forms.view.tested):
        return []
    sample = strided(eligible, _ASKED)
    if len({value[-1] for value in sample}) < _LAST_DIGITS:
        return []
    articles = [value for value in sample if ean(value) and not value.startswith("756")]
    return [] if len(articles) > 0.5 * len(sample) else list(sample)


def _bare_hits(forms: Forms) -> list[Hits]:
    """Ask every validator with a check digit about a column of bare numbers; random numbers do not pass one in a row."""
    sample = _bare_digits(forms)
    found = []
    for number in NUMBERS if sample else ():
        shaped = [value for value in sample if number.shape.fullmatch("9" * len(value))]
        if number.chance > _SINGLE or len(shaped) < _BARE_SHARE * len(sample):
            continue
        if not all(passes(number, value) for value in shaped[:3]):
            continue
        passed = sum(passes(number, value) for value in shaped)
        if passed >= _BARE_SHARE * len(shaped):
            rule = Rule(name=f"stdnum.{number.module.replace('_', '')}", entity=number.entity, weight="value.checksum",
                        shape=_BARE, chance=number.chance, source="checksum")  # fmt: skip
            found.append(counted(rule, forms.view, eligible=len(shaped), asked=len(shaped), passed=passed))
    return found


def number_hits(forms: Forms, headed: Collection[str]) -> list[Hits]:
    """Ask the validators of national and professional numbers.

    Any validator at all passes every number (all random numbers of 8 to 12 digits pass one of python-stdnum's), so a
    validator is asked behind a header that names its entity or a wider kind, for a declared country, or for a written
    form with letters or signs at fixed places. Bare numbers of a column without any of that count only when at least
    twenty, and nearly all, pass the same check digit: one in ten does by chance.

    Args:
        forms: The column by shape.
        headed: Entities that the header names, wider kinds included.

    Returns:
        For each entity the validator that accepts most values, if that is more than chance brings.
    """
    best: dict[str, Hits] = {}
    for number in NUMBERS:
        pattern = _asked(number, forms, headed)
        found = None if pattern is None else _hits(number, forms, pattern)
        if found is not None and (number.entity not in best or found.strength > best[number.entity].strength):
            best[number.entity] = found
    if not best:
        best = {found.entity: found for found in _bare_hits(forms)}
    return list(best.values())
