"""Roles by noisy votes on written forms: each cell has one form by a public rule, and what looks like a person is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import replay_tables as tables
from replay import check, record
from replay_tables import BASE, HOSTILE, NAMES, PATIENTS, ROWS, source_of

from privsynth.accounting import Spend, mu_of
from privsynth.derive import DeriveMechanism, _of_labels, from_names, undetermined
from privsynth.noise import OsNoise
from privsynth.plan import SCHEMA_SHARE
from privsynth.privacy import Unit
from privsynth.table import name_forms as names_module
from privsynth.table.forms import FORMS, REPEATABLE, forms_of, luhn
from privsynth.table.profile import FORM_NAMES, Profile
from privsynth.table.source import open_table
from privsynth.table.votes import Votes
from privsynth.tableschema import Field, Schema

WRITTEN = {
    "12": "integer", "-7.0": "integer", "123456": "integer_6", "1234567": "integer_7", "123456789": "integer_9",
    "0012": "leading_zeros", "0612345678": "long_zeros", "20200131": "date_compact", "1600000000": "moment",
    "1.5": "decimals_1", "1.50": "decimals_2", "1e300": "decimals_many", "2020-01-31": "date_iso", "31/12/2020": "date_slash_day_first",
    "4111111111111111": "card_number", "4111111111111112": "digits", "4111 1111 1111 1111": "card_written",
    "1003000126": "provider_number", "1003000127": "integer_10", "6999999999999999999": "digits", "123-45-6789": "national_id",
    "RSSMRA85T10A562S": "national_id", "AB 12 34 56 C": "national_id", "010190-1234": "national_id",
    "12345678Z": "checked_id", "12345678A": "code", "X1234567L": "checked_id", "DE89370400440532013000": "iban",
    "john.smith@example.org": "email", "mail to john@example.org": "holds_identifier", "call 212-555-0100 now": "holds_identifier",
    "@handle": "handle", "(212) 555-0100": "phone", "212-555-0100x12": "phone", "+49 30 901820": "phone", "030/9018200": "phone",
    "2019-2020": "text", "120/80": "text", "18-25": "text", "10:30": "text", "1.2.3.4": "address_ip", "2001:db8::1": "address_ip",
    "00:1A:2B:3C:4D:5E": "mac", "52.5200, 13.4050": "coordinates", "https://example.org/a": "url",
    "0f8fad5b-d9cb-469f-a165-70867728950e": "uuid", "12 Main Street": "street", "Hauptstraße 5": "street", "5 rue de Rivoli": "street",
    "John Smith": "full_name", "SMITH, John": "full_name", "Dr. Zzyzx": "full_name", "José Muñoz": "full_name", "王伟": "full_name",
    "山田 太郎": "full_name", "Анна Иванова": "full_name", "Anna Qwertz": "likely_name",
    "Kowalski": "one_name", "White": "other_word", "May": "other_word",
    "San Jose": "text", "New York": "text", "Smith & Sons": "text", "michael45": "username", "ward12": "text", "MRN-0012345": "code",
    "E11.9": "text", "12-Jan-2020": "text", "married": "text", "AB-123-CD": "plate", "x" * 65: "long_text",
    "the patient came in on day one": "sentence", " ": "text",
}  # fmt: skip


def forms(cells: list[str]) -> list[str]:
    return [FORMS[place] for place in forms_of(pa.array(cells, type=pa.string()))]


def test_each_cell_has_the_form_that_it_is_written_in() -> None:
    found = dict(zip(WRITTEN, forms(list(WRITTEN)), strict=True))
    assert {cell: form for cell, form in found.items() if form != WRITTEN[cell]} == {}


def test_the_form_of_a_cell_does_not_depend_on_other_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [*WRITTEN, *HOSTILE.values()]
    alone = dict(zip(cells, forms(cells), strict=True))
    crowd = [cell for number in range(300) for cell in (*cells, f"Anna {number}", str(number))]
    in_crowd = forms(crowd)
    assert all(alone.get(cell, form) == form for cell, form in zip(crowd, in_crowd, strict=True))
    monkeypatch.setattr(names_module, "_FEW", 0)  # the other way to look words up
    assert forms(cells) == [alone[cell] for cell in cells]
    assert forms_of(pa.array([None], type=pa.string())).tolist() == [0]


def test_luhn_passes_one_of_ten_and_takes_nineteen_digits() -> None:
    numbers = np.array([4111111111111111, 79927398713, 6999999999999999999], dtype=np.uint64)
    assert luhn(numbers).tolist() == [True, True, False]
    assert luhn(np.arange(10**15, 10**15 + 1000, dtype=np.uint64)).sum() == 100


def test_every_cell_counts_once_and_repeats_apart() -> None:
    cells = ["7", "7", "7", "8", "abc def", "abc def", None, "a@b.org", "a@b.org"]
    source = open_table(pd.DataFrame({"v": cells})).loaded()
    found = dict(zip(FORM_NAMES, Profile(source, Unit(), bytes(32)).forms("v").reveal().tolist(), strict=True))
    assert {form: count for form, count in found.items() if count} == {
        "missing": 1, "integer": 2, "integer_again": 2, "text": 1, "text_again": 1, "email": 2,
    }  # fmt: skip
    assert set(REPEATABLE) <= set(FORMS)


def test_long_texts_are_told_apart_by_a_digest_and_take_little_room() -> None:
    long = "x" * 10**6
    cells = [long, long, f"{long}y", "x" * 256, f"www.example.org/{long}"]
    source = open_table(pd.DataFrame({"v": cells, "unit": cells})).loaded()
    profile = Profile(source, Unit(), bytes(32))
    found = dict(zip(FORM_NAMES, profile.forms("v").reveal().tolist(), strict=True))
    assert (found["long_text"], found["long_text_again"], found["url"]) == (3, 1, 1)
    texts = profile._texts("v")[0].to_pylist()
    assert sorted(map(len, texts)) == [256, 264, 264, 264]  # so a digest is never a short text
    by_unit = Profile(source, Unit(column="unit", max_rows=1), bytes(32))
    assert by_unit.forms("v").reveal().sum() == 4


# Votes


def votes(sigma: float = 20.0, **counts: int) -> Votes:
    return Votes(counts=dict.fromkeys(FORM_NAMES, 0) | counts, sigma=sigma)


@pytest.mark.parametrize(
    ("counts", "role"),
    [
        ({"email": 700, "text_again": 9000}, "direct"),
        ({"email": 60, "text_again": 9000}, None),
        ({"digits": 300, "card_number": 9000}, "direct"),
        ({"card_number": 900, "integer_13": 9000}, "review"),
        ({"one_name": 2000, "other_word": 6500, "text_again": 1500}, None),
        ({"one_name": 6000, "other_word": 1500, "text_again": 1500}, "direct"),
        ({"full_name": 2000, "text_again": 8000}, None),
        ({"full_name": 4000, "text_again": 6000}, "direct"),
        ({"moment": 9000, "provider_number": 1000}, None),
        ({"provider_number": 9000, "moment": 100}, "direct"),
        ({"integer_10": 9000, "integer_9": 900}, "review"),
        ({"integer_9": 3000, "integer_10": 4000, "integer_11": 2500}, None),
        ({"integer_7": 9000, "integer_7_again": 10}, "review"),
        ({"integer_7": 6000, "integer_7_again": 3000}, None),
        ({"integer_7": 5000, "integer_6": 4000}, None),
        ({"sentence": 5000}, "free_text"),
        ({"sentence": 12, "sentence_again": 5000}, None),
        ({"code": 5000}, "review"),
        ({}, None),
    ],
    ids=str,
)
def test_votes_decide_with_four_standard_deviations(counts: Mapping[str, int], role: str | None) -> None:
    assert votes(**counts).role() == role


def test_a_header_that_says_what_a_column_is_leaves_only_clear_cases() -> None:
    assert votes(integer_7=9000).role(headed=True) is None
    assert votes(email=9000).role(headed=True) == "direct"


def test_a_sequence_repeats_less_than_any_draw() -> None:
    rows = 20_000
    sequence = {power: float(min(2**power, rows - 2**power)) for power in range(15) if rows > 2**power}
    assert votes(integer=rows).more_distinct_than_drawn(sequence)
    drawn = np.random.default_rng(0).integers(1, rows + 1, rows)
    distinct = len(np.unique(drawn))
    counted = {power: float(count) for power, count in enumerate(np.bincount(np.log2(drawn).astype(int)))}
    assert not votes(integer=distinct, integer_again=rows - distinct).more_distinct_than_drawn(counted)


def test_learned_labels_are_read_for_nothing() -> None:
    staff = {"Maria Garcia": 400, "John Smith": 500, "Anna Kowalska": 450, "unknown": 9000}
    assert _of_labels(tuple(staff), staff)[0] == "direct"
    some = {f"label {letter}": 400 for letter in "abcdefghijklmnopqrstuvwxy"} | {"ask ann@example.org": 400}
    role, kept = _of_labels(tuple(some), some)
    assert role is None
    assert len(kept) == 25


# Whole columns, at the share of epsilon 1 (or 3) that a fit has for its schema


def learned(frame: pd.DataFrame, epsilon: float = 1.0, known: Schema | None = None) -> Schema:
    source = open_table(frame).loaded()
    known = from_names(source.names, {}) if known is None else known
    share = Fraction(mu_of(epsilon, 9e-7)) ** 2 * SCHEMA_SHARE
    mechanism = DeriveMechanism.calibrate(undetermined(known), Spend(mu_squared=share, delta=Fraction(1, 10**7)))
    return mechanism.run(Profile(source, Unit(), bytes(32)), known, OsNoise())


@pytest.fixture(scope="module")
def schema() -> Schema:
    rng, rows = np.random.default_rng(3), 20_000
    first, last = (
        ["Maria", "John", "Anna", "Pedro", "Ines", "Piotr"],
        ["Garcia", "Kowalski", "Smith", "Rossi", "Dubois"],
    )
    staff = [f"{a} {b}" for a in first for b in last]

    def of(values: list[str]) -> list[str]:
        found: list[str] = rng.choice(values, rows).tolist()
        return found

    return learned(
        pd.DataFrame({
            "v01": of(staff),
            "v02": of([f"Dr. {name}" for name in last]),
            "v03": of([f"{name.lower().replace(' ', '.')}@example.org" for name in staff]),
            "v04": of([f"(212) 555-01{number}" for number in range(10, 40)]),
            "v05": of([f"{number} Main Street" for number in range(1, 20)]),
            "v06": rng.permutation(rows).astype(str),
            "v07": rng.choice(np.arange(10**6, 10**7), rows, replace=False).astype(str),
            "v08": of([str(number) for number in rng.integers(10**8, 10**9, 5000)]),
            "v09": of(["White", "Black", "Brown", "Green", "Gray", "Red"]),
            "v10": of(["January", "April", "May", "June", "August"]),
            "v11": rng.lognormal(10.5, 0.5, rows).astype(int).astype(str),
            "v12": (rng.lognormal(5, 1.2, rows) * 100).astype(int).astype(str),
            "v13": rng.integers(1_500_000_000, 1_700_000_000, rows).astype(str),
            "v14": of(["cardiology", "surgery", "E11.9", "intensive care"]),
        })
    )  # fmt: skip


@pytest.mark.parametrize("name", ["v01", "v02", "v03", "v04", "v05", "v06", "v07", "v08"])
def test_small_sets_of_names_and_keys_are_left_out_under_headers_that_say_nothing(schema: Schema, name: str) -> None:
    assert not schema[name].modelled
    assert schema[name].role in ("direct", "review")
    assert schema[name].source("role") == "dp"


@pytest.mark.parametrize("name", ["v09", "v10", "v11", "v12", "v13", "v14"])
def test_harmless_columns_stay(schema: Schema, name: str) -> None:
    assert schema[name].modelled


def test_a_declared_role_is_not_overruled() -> None:
    frame = pd.DataFrame({"v": [f"{first} Smith" for first in ("Anna", "John", "Maria", "Peter")] * 2000})
    said = Field(name="v", kind="categorical", role="safe", provenance={"role": "declared"})
    assert learned(frame, 3.0, Schema(fields=(said,)))["v"].modelled
    assert not learned(frame, 3.0)["v"].modelled


# Neighbours


def test_votes_on_written_forms_depend_on_a_row_through_the_noise_alone() -> None:
    people = ("Maria Garcia", "E11.9", "ward 7")
    rows = [
        {**row, "ward": people[i % 3], "cost": str(10**6 + i), "died": str(1 + i % 9)} for i, row in enumerate(BASE)
    ]
    mechanism, base = tables.derive_of(ROWS), source_of(rows)
    _, expected = record(mechanism, base)
    roles = {field["name"]: field["privsynth"]["role"] for field in expected.result["fields"]}
    assert (roles["ward"], roles["cost"]) == ("direct", "review")
    new = [rows[4], *(dict.fromkeys(NAMES, cell) for cell in [*list(WRITTEN)[::9], "\x00", "99999999R", "ß" * 64])]
    check(mechanism, base, [source_of([*rows, row]) for row in new], both=False)
    check(mechanism, source_of([*rows, new[-1]]), [base])


def test_votes_on_written_forms_depend_on_a_patient_through_the_noise_alone() -> None:
    rows = [{**row, "ward": f"note {i}", "cost": str(10**6 + i)} for i, row in enumerate(BASE)]
    mine = [{**rows[7], "patient": "new", "cost": str(7 * 10**6 + i), "ward": f"Anna {i}"} for i in range(5)]
    near = [source_of([*mine, *rows]), source_of([*rows, *[mine[0]] * 4])]
    check(tables.derive_of(PATIENTS, mu_squared=900), source_of(rows), near, both=False)


def test_the_votes_of_one_row_never_move_more_than_one_count() -> None:
    cells = [*list(WRITTEN)[::8], "12", "12", "note", "note"]
    full = _answer(cells)
    for place in range(len(cells)):
        gap = full - _answer(cells[:place] + cells[place + 1 :])
        assert math.isclose(float(np.abs(gap).sum()), 1.0)


def _answer(cells: list[str]) -> Any:
    source = open_table(pd.DataFrame({"v": cells})).loaded()
    return Profile(source, Unit(), bytes(32)).forms("v").reveal()
