"""How the scan reads a table: counts, samples, spans, and signs from repetition; no cell can raise and none is told."""

from __future__ import annotations

import datetime as dt
import decimal
import random
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from privsynth.pii.distinct import chosen_of
from privsynth.pii.entities import ENTITIES, is_direct
from privsynth.pii.model import Sign
from privsynth.pii.profile import LONGEST_CELL, Profile, common_shape, missed_at_most, profile, profiles
from privsynth.pii.spans import span_signs
from privsynth.pii.uniqueness import key_signs, text_signs, veto_signs
from privsynth.pii.wrappers import unwrapped
from privsynth.scanning import scan
from privsynth.table.source import open_table
from privsynth.table.typed import TextColumns, text_columns

CANARY = "zq7Canary"


def view_of(cells: Any, *, max_cells: int = 20_000, exhaustive: bool = False) -> Profile:
    return profile(cells, max_cells=max_cells, exhaustive=exhaustive)


# Counting


def test_cells_are_trimmed_and_counted_and_missing_ones_left_out() -> None:
    view = view_of([" a", "b", "b ", "N/A", None, "NaN", "a", "", "  ", "\\N", "#REF!", "unknown", "\u00a0b"])
    assert (view.cells, view.distinct, sorted(view.values), view.cells_tested) == (5, 2, ["a", "b"], 5)
    assert view.unique_ratio == 0.4
    assert view.could_be_missed == view.rows_could_be_missed == 0.0


@pytest.mark.parametrize("cells", [[], [None] * 5, ["", "NA", " "], pa.array([], pa.string()), pa.nulls(4)])
def test_a_column_without_a_value_is_empty(cells: Any) -> None:
    view = view_of(cells)
    assert (view.kind, view.cells, view.distinct, view.values, view.unique_ratio) == ("empty", 0, 0, (), 0.0)
    assert span_signs(view) == []
    assert key_signs(view, ["RECORD_ID"], quantity=False) == []
    assert common_shape(view) is None


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["123456789.0", "987654321.00"], "integer", {"123456789", "987654321"}),
        (["4.111111111111111e15", "5.5E+15"], "integer", {"4111111111111111", "5500000000000000"}),
        (["1,234", "22,000,001"], "integer", {"1234", "22000001"}),
        (["1.234,50", "0,75"], "float", {"1234.50", "0.75"}),
        (["1,234.5", "-.5", "1e-3"], "float", {"1234.5", "-.5", "1e-3"}),
        (["007", "012"], "integer", {"007", "012"}),
        (["yes", "No"], "boolean", {"yes", "No"}),
        (["M", "F"], "text", {"M", "F"}),
        (["12/7", "3"], "text", {"12/7", "3"}),
        (["9" * 500, "1"], "text", {"9" * 500, "1"}),
    ],
)
def test_kinds_and_plain_numbers(cells: list[str], kind: str, values: set[str]) -> None:
    view = view_of(cells)
    assert (view.kind, set(view.values)) == (kind, values)
    assert view.numbers.size == (len(values) if kind in ("integer", "float") else 0)


def test_numbers_stand_where_their_values_do() -> None:
    view = view_of([str(row) for row in range(200)] + ["x"])
    assert view.kind == "integer"
    expected = [float(value) if value != "x" else np.nan for value in view.values]
    np.testing.assert_array_equal(view.numbers, expected)


def test_arrow_of_any_type_and_python_cells_are_read_alike() -> None:
    cells = ["b", None, "a", "a"]
    views = [
        view_of(cells),
        view_of(pa.array(cells)),
        view_of(pa.chunked_array([pa.array(cells[:2]), pa.array(cells[2:])])),
        view_of(pa.array(cells, pa.large_string())),
        view_of(pa.array(cells).dictionary_encode()),
        view_of(iter(cells)),
    ]
    assert {(view.cells, view.distinct, view.values) for view in views} == {(3, 2, views[0].values)}
    assert view_of(pa.array([1, 2, None])).kind == "integer"
    assert view_of(pa.array([dt.date(2020, 1, 2)])).values == ("2020-01-02",)


def test_large_and_small_columns_are_counted_alike() -> None:
    cells = [f" value {row % 700} " if row % 11 else None for row in range(30_000)]
    large, small = view_of(pa.array(cells)), view_of([cell for cell in cells if cell] * 1)
    assert (large.cells, large.distinct) == (small.cells, small.distinct)
    few = view_of(cells[:19_000])
    assert set(few.values) == set(large.values)
    assert large.cells == sum(cell is not None for cell in cells)


def test_a_table_is_profiled_in_order_with_one_column_ahead() -> None:
    asked = []

    class Columns(dict[str, list[str | None]]):
        def __getitem__(self, name: str) -> list[str | None]:
            asked.append(name)
            return super().__getitem__(name)

    columns = Columns(a=["1", None], b=["x"], c=[], d=["k"])
    found = profiles(columns, max_cells=10, exhaustive=False)
    first = next(found)
    assert (first[0], first[1], first[2].values) == ("a", 2, ("1",))
    assert len(asked) <= 2
    assert [(name, rows, view.kind) for name, rows, view in found] == [
        ("b", 1, "text"),
        ("c", 0, "empty"),
        ("d", 1, "text"),
    ]
    assert asked == ["a", "b", "c", "d"]
    assert list(profiles({}, max_cells=10, exhaustive=False)) == []


# Sampling


def shuffled(cells: Sequence[str], seed: int) -> list[str]:
    return random.Random(seed).sample(cells, len(cells))


@pytest.mark.parametrize("rows", [1000, 25_000])
def test_a_sample_depends_on_the_values_alone(rows: int) -> None:
    cells = [f"{row * 7919 % 100_003}" for row in range(rows)]
    views = [view_of(shuffled(cells, seed), max_cells=100) for seed in (1, 2)]
    assert views[0].values == views[1].values
    assert views[0].shapes == views[1].shapes
    assert (views[0].tested, views[0].distinct, views[0].cells_tested) == (100, rows, 100)


def test_what_a_sample_may_miss_is_stated_exactly() -> None:
    assert missed_at_most(299) == pytest.approx(0.00997, abs=1e-5)
    assert (1 - missed_at_most(40)) ** 40 == pytest.approx(0.05)
    view = view_of([f"{row}" for row in range(1000)], max_cells=100)
    assert view.could_be_missed == view.rows_could_be_missed == pytest.approx(1 - 0.05**0.01)
    whole = view_of([f"{row}" for row in range(1000)], max_cells=100, exhaustive=True)
    assert (whole.tested, whole.could_be_missed, whole.rows_could_be_missed) == (1000, 0.0, 0.0)
    assert view_of([f"{row}" for row in range(100)], max_cells=100).could_be_missed == 0.0


def test_the_statement_holds_for_rare_values_and_for_rare_rows() -> None:
    """Over many tables, a kind of value of the stated share goes unseen in one of twenty at most."""
    chance = np.random.default_rng(5)
    counts = np.concatenate([np.full(950, 1), np.full(50, 200)]).astype(np.int64)
    missed_values = missed_rows = 0
    for _ in range(400):
        chosen, drawn = chosen_of(counts, chance.random(counts.size), 120)
        assert 60 <= drawn <= len(chosen) <= 120
        share = missed_at_most(drawn)
        rare = np.arange(int(np.ceil(share * counts.size)))  # all of them single cells
        heavy = np.arange(950, 950 + int(np.ceil(share * counts.sum() / 200)))
        missed_values += not np.isin(chosen, rare).any()
        missed_rows += not np.isin(chosen, heavy).any()
    assert missed_values <= 0.08 * 400
    assert missed_rows <= 0.08 * 400


def test_a_sample_is_uniform_over_the_distinct_values() -> None:
    cells = [f"a{row}" if row % 10 else f"b{row}" for row in range(30_000)]
    values = view_of(pa.array(cells), max_cells=3000).values
    assert 0.08 < sum(value[0] == "b" for value in values) / len(values) < 0.12
    assert 0.06 < sum(value[0] == "b" for value in values[:1000]) / 1000 < 0.14


# Spans

WRITTEN = {
    "EMAIL_ADDRESS": ["write to jane.doe@example.org.", "<müller@firma.de>", "mail:a_b+c@x-y.co.uk, thanks"],
    "US_SSN": ["see 219-09-9999", "SSN 219099999", "his ssn is 219 09 9999."],
    "PHONE_NUMBER": [
        "call (212) 555-0147 now", "fax 212.555.0147", "at 212-555-0147x33", "to +44 20 7946 0958", "+49 (0)30 901820 ok",
        "Tel. 030 901820", "phone: 0171 1234567", "tel 5818960013", "0044 20 7946 0958", "+33.6.12.34.56.78",
    ],
    "IBAN_CODE": ["from DE89 3704 0044 0532 0130 00 PAID TODAY", "GB82WEST12345698765432.", "iban:NO9386011117947"],
    "CREDIT_CARD": ["card 4111 1111 1111 1111 ok", "amex 378282246310005", "5555-5555-5555-4444", "cc 3782 822463 10005."],
    "IP_ADDRESS": ["from 10.20.30.4 at noon", "host 192.168.1.1.", "2001:0db8:85a3:0000:0000:8a2e:0370:7334 up"],
    "MEDICAL_RECORD_NUMBER": ["MRN 123456", "mrn: A-1234567", "MRN#0012345", "medical record no. 445566"],
    "UK_NHS": ["NHS no. 943 476 5919", "nhs number: 9434765919"],
    "DATE_OF_BIRTH": ["DOB: 3/4/1980", "born on 12 May 1975", "geb. 12.05.1975", "née le 12/05/1975", "born March 3, 1980"],
    "UK_NINO": ["ni AB 12 34 56 C", "his AB123456C was"],
    "PERSON": [
        "Mr. Smith came", "saw Dr. Jones", "Frau Mueller rief an", "the patient John Smith was", "MRS. JONES IN ROOM",
        "spoke with Anna K. Lee", "Señora García", "Herr Müller", "2 weeks ago Dr. Brown", "my name is John Smith",
    ],
    "PASSPORT": ["passport no. C01234567"],
    "ACCOUNT_NUMBER": ["account no 12345678"],
    "HEALTH_PLAN_NUMBER": ["member id: W12345678"],
}  # fmt: skip


@pytest.mark.parametrize(("entity", "text"), [(entity, text) for entity, texts in WRITTEN.items() for text in texts])
def test_a_written_identifier_is_found_in_its_text(entity: str, text: str) -> None:
    found = span_signs(view_of(["label a", text, "other words"]))
    assert entity in {sign.entity for sign in found}
    assert {(sign.source, sign.weight, sign.strength, sign.n_tested, sign.n_hit) for sign in found} == {
        ("span", "span", 0.0, 3, 1)
    }


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.3.4", "2024-05-01 12:30:00+0000", "978-0-306-40615-7", "52.5200066, 13.404954", "+52.5200066 +13.404954",
        "12 N. Oak Dr. Springfield", "Patient Care Unit", "MS Word", "MR scan of knee", "200 500 100",
        "order 1234-5678-9012-3456", "12:30:45", "a@b", "@name", "born in 1980s", "Sr. Manager", "10.1234/journal.pone.0012345",
        "0012345678901", "12/05/1975", "GB82WEST12345698765431", "4111111111111112", "550e8400-e29b-41d4-a716-446655440000",
        "US20230123456A1", "ISO 9001:2015", "aa:bb:cc:dd:ee:ff", "000-12-3456", "E11.9", "fax machine 3000",
    ],
)  # fmt: skip
def test_ordinary_text_holds_no_identifier(text: str) -> None:
    assert span_signs(view_of(["label a", text, "other words"])) == []


def test_one_of_each_is_found_among_many_that_are_not_sampled() -> None:
    cells = [f"note {row} without anything" for row in range(30_000)]
    chosen = [texts[0] for texts in WRITTEN.values()]
    cells[17 : 17 + len(chosen)] = chosen
    view = view_of(pa.array(cells), max_cells=50)
    found = {sign.entity: sign for sign in span_signs(view)}
    assert set(found) >= set(WRITTEN)
    assert all(found[entity].n_hit == 1 and found[entity].n_tested == 30_000 for entity in ("EMAIL_ADDRESS", "US_SSN"))


def test_identifiers_behind_the_cut_and_among_numbers_are_found() -> None:
    long = "word " * LONGEST_CELL + "jane@example.org"
    view = view_of([long, "b"])
    assert max(map(len, view.values)) == LONGEST_CELL
    assert [sign.entity for sign in span_signs(view)] == ["EMAIL_ADDRESS"]
    numbers = view_of([str(row) for row in range(1000)] + ["219-09-9999", "212-555-0147"])
    assert numbers.kind == "integer"
    assert {sign.entity for sign in span_signs(numbers)} == {"US_SSN", "PHONE_NUMBER"}


def test_checks_that_pass_as_often_as_by_chance_are_not_told() -> None:
    chance = random.Random(4)
    codes = [f"4{chance.randrange(10**14):014d}{chance.randrange(10)} x" for _ in range(2000)]
    assert span_signs(view_of(codes)) == []
    assert [sign.rule for sign in span_signs(view_of([*codes[:10], "4111111111111111 x"]))] in (
        ["card_inside"],
        ["card_inside", "card_inside"],
    )


# Signs


def signs(cells: list[str], headed: Sequence[str] = (), *, quantity: bool = False) -> list[Sign]:
    view = view_of(cells)
    return [*key_signs(view, headed, quantity=quantity), *text_signs(view, headed), *veto_signs(view, headed)]


def weights(cells: list[str], headed: Sequence[str] = (), *, quantity: bool = False) -> dict[str, float]:
    return {sign.weight: sign.strength for sign in signs(cells, headed, quantity=quantity)}


def test_five_different_numbers_under_a_key_are_unique_a_little_and_many_fully() -> None:
    small = weights(["17", "4", "902", "33", "8"], ["RECORD_ID"])["key.unique"]
    assert 0.3 < small < 0.6
    assert weights([str(row * 37) for row in range(200)], ["RECORD_ID"])["key.unique"] > 0.99
    assert "key.some" in weights([str(row // 3 + 1000) for row in range(200)], ["RECORD_ID"])
    assert weights([str(row % 6) for row in range(200)], ["RECORD_ID"]) == {"key.few": 1.0}
    assert 0 < weights(["1", "1", "2", "1", "1"], ["RECORD_ID"])["key.few"] < 0.5
    assert weights(["John Smith", "Anna Lee"], ["ACCOUNT_NUMBER"]) == {}


def test_columns_without_a_header_of_keys() -> None:
    assert weights([str(row) for row in range(300)])["key.sequence"] > 0.99
    assert weights([str(row) for row in range(300)], quantity=True) == {}
    assert 0 < weights(["1", "2", "3", "4", "5"])["key.sequence"] < 0.3
    assert weights(["2001", "2002", "2003", "2004"]) == {}
    assert weights([f"AB-{row * 7919 % 9000 + 1000}" for row in range(100)])["key.shape"] > 0.9
    assert weights([f"2020-01-{row:02d}" for row in range(1, 29)]) == {}
    assert weights([f"12:{row:02d}:00" for row in range(60)]) == {}
    long = sorted({str(int(10 ** (4 + row / 300))) for row in range(1200)})
    assert weights(long)["key.long"] > 0.9
    assert weights(long[:200])["key.long"] < 0.5


NOTES = [
    "Patient reports mild pain in the left knee since two days", "No fever, follow up in 2 weeks with the clinic",
    "Called the family, no answer yet today", "Refused the medication again this morning",
]  # fmt: skip


def test_prose_is_told_from_names_places_and_blobs() -> None:
    assert weights(NOTES)["text.long"] > 0.7
    assert 0.2 < weights(["late again", "see file", "called twice", "no answer", "refused"])["text.some"] < 0.6
    assert weights(["患者は昨日から頭痛を訴えている", "左膝の痛みがある", "発熱はないが咳がある"])["text.some"] > 0.5
    for cells in (
        ["John Smith", "Anna Lee", "Maria Garcia Lopez"],
        ["12 Main Street, Springfield, IL 62704", "44 Oak Avenue Apt 3, Boston, MA 02110"],
        ['{"a": 1, "b": "x"}', '{"a": 2}'],
        ["<row>so it is</row>", "<row>no it is not</row>"],
        ["a, b, c", "d;e;f", "q, r, s, t"],
        [f"https://example.org/very/long/path/that/is/long/{row}" for row in range(5)],
    ):
        assert not any(name.startswith("text") for name in weights(cells)), cells
    assert "key.few" in weights(["in progress", "done"] * 60, ["FREE_TEXT"])


def test_flags_and_measurements_veto_direct_identifiers_alone() -> None:
    for cells, weight in ((["yes", "no"] * 30, "veto.boolean"), (["1.5", "2.25", "3.7", "9.1"], "veto.float")):
        vetoed = {sign.entity: sign.strength for sign in signs(cells) if sign.weight == weight}
        assert set(vetoed) == {entity for entity in ENTITIES if is_direct(entity)}
        assert not {"GEO_COORDINATES", "FINANCES", "AGE", "DATE_TIME"} & set(vetoed)
        assert min(vetoed.values()) > 0.5
    assert weights(["yes"], [])["veto.boolean"] < 0.2


def test_a_header_is_doubted_by_half_and_only_by_fractions() -> None:
    def veto(cells: list[str]) -> dict[str, float]:
        return {sign.entity: sign.strength for sign in veto_signs(view_of(cells), ["US_SSN"])}

    continuous = veto([f"{row * 0.37:.3f}" for row in range(1, 60)])
    assert continuous["US_SSN"] == pytest.approx(0.5 * continuous["PASSPORT"])
    assert "US_SSN" not in veto([f"{100000 + row}{'.5' if row % 4 == 0 else ''}" for row in range(60)])
    assert veto([f"{219099999 + row}.0" for row in range(60)]) == {}


def test_few_values_and_too_many_classes() -> None:
    assert weights(["A", "B", "C"] * 50, ["LICENSE_NUMBER"])["veto.few"] == 1.0
    assert weights([f"class {row}" for row in range(40)], ["TARGET"])["fit.cannot"] == 1.0


# Tables


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError(CANARY)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError(CANARY)

    __hash__ = None  # type: ignore[assignment]


ODD: dict[str, list[Any]] = {
    "stamps": [pd.Timestamp("2020-01-02 03:04:05"), pd.NaT, dt.datetime(1, 1, 1), dt.date(9999, 12, 31)],
    "decimals": [decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("1e400"), None],
    "absent": [pd.NA, float("nan"), None, np.nan],
    "bytes": [b"\xff\xfe", b"text", bytearray(b"more"), memoryview(b"x")],
    "mixed": [1, "a", 2.5, True],
    "nested": [[1, [CANARY]], {"k": CANARY}, (1,), np.array([[1, 2], [3, 4]])],
    "hostile": [Hostile(), object, uuid.UUID(int=5), 1 + 2j],
    "signs": ["\x00", "a\x00b", "\ud800", "😀" * 50],
    "long": ["x" * 10_000_000, "1" * 1_000_000, "a@" * 100_000, " " * 100_000],
    "constant": [CANARY] * 4,
    "empty": [None] * 4,
    "infinite": [np.inf, -np.inf, 1e308, -0.0],
}


@pytest.mark.parametrize("name", ODD)
def test_no_cell_can_raise(name: str) -> None:
    view = view_of(ODD[name])
    span_signs(view), key_signs(view, ["RECORD_ID"], quantity=False), text_signs(view, []), veto_signs(view, ["US_SSN"])
    frame = pd.DataFrame({name: pd.Series(ODD[name], dtype=object)})
    columns = text_columns(open_table(frame)).reveal()
    again = view_of(columns[name])
    assert again.cells <= 4
    assert len(columns[name]) == 4


def test_text_that_is_no_unicode_is_read_with_escapes() -> None:
    raw = pa.array([b"caf\xe9 jane@example.org", b"plain"], pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    view = view_of(broken)
    assert (view.cells, view.distinct) == (2, 2)
    assert [sign.entity for sign in span_signs(view)] == ["EMAIL_ADDRESS"]
    assert view_of(["\ud800x", "y"]).distinct == 2


def test_frames_of_any_type_are_scanned_without_an_error_and_without_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in ODD.items() if name != "long"})
    frame[0] = [1, 2, 3, 4]
    frame["😀"] = pd.Categorical(["a", "b", None, "a"])
    frame["period"] = pd.period_range("2020-01", periods=4, freq="M")
    frame["span"] = pd.timedelta_range("1D", periods=4)
    frame["text"] = pd.array(["a", None, "b", "c"], dtype="string")
    frame["whole"] = pd.array([1, None, 2, 3], dtype="Int64")
    for table in (frame, frame.iloc[:0]):
        result = scan(table)
        assert [column.name for column in result.columns] == [str(name) for name in frame.columns]
        assert CANARY not in str(result.to_json())
    assert CANARY not in "".join(capsys.readouterr())


def test_columns_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,"odd ""name""",note\n1,a,\n2,,x\n')
    source = open_table(path)
    columns = text_columns(source).reveal()
    assert isinstance(columns, TextColumns)
    assert (list(columns), len(columns), "note" in columns) == (["id", 'odd "name"', "note"], 3, True)
    assert columns['odd "name"'].to_pylist() == ["a", None]
    assert pa.types.is_string(columns["note"].type)
    with pytest.raises(KeyError):
        columns["other"]
    path.write_text("gone")  # the file was read once
    assert columns["id"].to_pylist() == ["1", "2"]


def test_a_column_of_a_frame_is_not_copied_into_the_database() -> None:
    source = open_table(pd.DataFrame({"a": [1, 2]}))
    assert source.by_column() is source
    assert source.by_column().by_column() is source


def test_many_distinct_values_are_read_fast() -> None:
    """At least 50,000 distinct values a second with spans; ten times as many is usual, so that a busy machine passes."""
    cells = pa.array([f"note {row} of the day, seen in ward {row % 7}" for row in range(100_000)])
    start = time.perf_counter()
    view = view_of(cells)
    span_signs(view), key_signs(view, [], quantity=False), text_signs(view, [])
    assert view.distinct / (time.perf_counter() - start) > 50_000


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("52.37[1]", "52.37"),
        ("<p>4.9</p>", "4.9"),
        ("b'1987-06-24'", "1987-06-24"),
        ("['a@b.org', 'c@d.org']", "a@b.org;c@d.org"),
        ('<a href="http://x.org/a">PDF</a>', "http://x.org/a"),
        ('"52.1"', "52.1"),
        ('"Pilot"', '"Pilot"'),
        ("Norton &amp; Company", "Norton & Company"),
        ("Ann <ann@x.org>", "Ann <ann@x.org>"),
        ("[1]", "[1]"),
        ("plain", "plain"),
    ],
)
def test_what_wraps_a_value_is_taken_away(cell: str, value: str) -> None:
    assert unwrapped(cell) == value
    assert profile([cell], max_cells=10, exhaustive=False).values == (value,)
    assert profile([cell], max_cells=10, exhaustive=False).texts.to_pylist() == [cell]
