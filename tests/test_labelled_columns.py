"""The columns of the scan's benchmark: every label, true check digits, and two splits that share nothing."""

from __future__ import annotations

import random
import re
import sys
from itertools import chain
from pathlib import Path

import pytest

from privsynth.pii.entities import ENTITIES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from labelled import Labelled, columns
from labelled.draw import Draw, Split, people, word_sets
from labelled.headers import folded, written
from labelled.kinds import KINDS
from labelled.national import MAKERS, standard

NAMES_IN_STDNUM = {
    "us_ssn": "us.ssn", "us_itin": "us.itin", "ca_sin": "ca.sin", "au_tfn": "au.tfn", "in_aadhaar": "in_.aadhaar", "in_pan": "in_.pan",
    "in_voter": "in_.epic", "es_nif": "es.dni", "es_nie": "es.nie", "it_cf": "it.codicefiscale", "fr_nir": "fr.nir",
    "de_taxid": "de.idnr", "pt_nif": "pt.nif", "br_cpf": "br.cpf", "nl_bsn": "nl.bsn", "be_nn": "be.nn", "pl_pesel": "pl.pesel",
    "se_pnr": "se.personnummer", "dk_cpr": "dk.cpr", "no_fnr": "no.fodselsnummer", "fi_hetu": "fi.hetu", "ch_ahv": "ch.ssn",
    "at_svnr": "at.vnr", "cz_rc": "cz.rc", "ro_cnp": "ro.cnp", "bg_egn": "bg.egn", "hr_oib": "hr.oib", "ee_ik": "ee.ik",
    "lt_ak": "lt.asmens", "lv_pk": "lv.pvn", "gr_amka": "gr.amka", "tr_tckn": "tr.tckimlik", "ie_pps": "ie.pps", "mx_curp": "mx.curp",
    "mx_rfc": "mx.rfc", "ar_dni": "ar.dni", "cl_rut": "cl.rut", "cn_ric": "cn.ric", "kr_rrn": "kr.rrn", "jp_mynumber": "jp.in_",
    "th_pin": "th.pin", "my_nric": "my.nric", "id_nik": "id.nik", "za_id": "za.idnr", "il_id": "il.idnr", "ua_rnokpp": "ua.rntrc",
    "ru_inn": "ru.inn",
}  # fmt: skip
OTHER_CHECKS = {"uk_nhs": "gb.nhs", "imei": "imei", "card": "luhn", "iban": "iban", "bic": "bic", "lei": "lei", "aba": "us.rtn",
                "upc": "ean", "ean": "ean", "isbn": "isbn"}  # fmt: skip


def bare(slug: str, number: str) -> str:
    return re.sub(r"[ -]", "", number) if slug == "card" else number


def made(split: Split) -> list[Labelled]:
    return list(chain.from_iterable(columns(split, seed=0, tables=28)))


@pytest.fixture(scope="module")
def both() -> dict[Split, list[Labelled]]:
    return {"learn": made("learn"), "hold": made("hold")}


@pytest.mark.parametrize("split", ["learn", "hold"])
def test_every_label_and_the_absence_of_one_is_made(both: dict[Split, list[Labelled]], split: Split) -> None:
    personal = {*ENTITIES, None} - {"REGISTER_NUMBER"}  # numbers of books are labelled as nothing
    assert {column.entity for column in both[split]} == personal
    assert any(column.style == "meaningless" for column in both[split])


def test_cells_are_text_or_missing_and_tables_are_rectangles() -> None:
    for table in columns("hold", seed=3, tables=5):
        assert len({len(column.cells) for column in table}) == 1
        assert len({column.name for column in table}) == len(table)
        assert all(cell is None or isinstance(cell, str) for column in table for cell in column.cells)


def test_the_splits_share_no_locale_and_no_header(both: dict[Split, list[Labelled]]) -> None:
    assert not {c.locale for c in both["learn"]} & {c.locale for c in both["hold"]}
    stated = {split: {folded(n) for g in written(split).values() for ns in g.values() for n in ns} for split in both}
    assert not stated["learn"] & stated["hold"]
    names = {split: {folded(c.name) for c in found if c.style != "meaningless"} for split, found in both.items()}
    assert not names["learn"] & names["hold"]


def test_the_splits_share_few_values() -> None:
    shared = {
        slug: {frozenset(words) for _, words in sets} & {frozenset(words) for _, words in word_sets("hold")[slug]}
        for slug, sets in word_sets("learn").items()
    }
    assert not any(shared.values()), shared


@pytest.mark.parametrize("form", [0.0, 0.5, 0.99])
def test_numbers_are_valid(form: float) -> None:
    draw = Draw(random.Random(5), "learn", "en_US", form=form)
    for person in people(draw, 4):
        draw.person = person
        for slug, module in (NAMES_IN_STDNUM | OTHER_CHECKS).items():
            make = KINDS[slug].make
            assert make is not None
            assert standard(module).is_valid(number := bare(slug, make(draw))), (slug, number)
    assert len({slug[:2] for slug in MAKERS}) >= 20


def test_the_same_seed_gives_the_same_tables() -> None:
    assert list(columns("learn", seed=7, tables=2)) == list(columns("learn", seed=7, tables=2))
    assert list(columns("learn", seed=7, tables=2)) != list(columns("learn", seed=8, tables=2))
